"""`voxnca bench rules`: hand-made rules against numpy, and Life against other people's engines."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from analysis.rules.automaton import Automaton
from apps.bench.engine import machine
from apps.bench.rolling import roll
from apps.bench.rule_cases import LIFE, RULE_CASES, RuleCase
from apps.bench.rule_peers import Peer, peers
from apps.bench.timing import alternate
from apps.terminal import result, say, table
from voxnca.errors import VoxncaError

_CHECKED_STEPS = 3


@dataclass(frozen=True)
class Speed:
    """Millions of cells a second, in turn.

    Attributes:
        name: of the case, or of the other engine.
        ours: of voxnca.
        theirs: of numpy, or of the other engine.
    """

    name: str
    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        """How many times faster voxnca is."""
        return self.ours / self.theirs


def run(*, num_rounds: int, as_json: bool) -> None:
    """Measure on one thread, and print a table or JSON.

    Raises:
        VoxncaError: when two engines disagree: their speed is then beside the point.
    """
    by_rule, by_peer, missing = [], [], []
    for case in RULE_CASES:
        say(f"{case.name}: checking that voxnca and numpy agree, then measuring")
        check(case)
        by_rule.append(measure(case, num_rounds))
    with TemporaryDirectory() as folder:
        for peer in peers(Path(folder)):
            if not peer.is_installed:
                missing.append(peer.name)
                continue
            say(f"{peer.name}: checking that voxnca and it agree, then measuring")
            check_peer(peer)
            by_peer.append(measure_peer(peer, num_rounds))
    result((_as_json if as_json else _as_text)(by_rule, by_peer, missing))


def check(case: RuleCase) -> None:
    """Check that voxnca and numpy take the same steps.

    Raises:
        VoxncaError: when they do not.
    """
    rule, cells = case.rule(), case.soup()
    run = Automaton(rule, cells)
    for _ in range(_CHECKED_STEPS):
        cells = roll(rule, cells)
        if not np.array_equal(run.step().cells, cells):
            raise VoxncaError(f"{case.name}: voxnca and numpy disagree")


def measure(case: RuleCase, num_rounds: int) -> Speed:
    """Measure a rule."""
    rule, soup = case.rule(), case.soup()
    run = Automaton(rule, soup)
    taken = alternate(
        {"ours": partial(run.step, case.num_steps), "numpy": partial(roll, rule, soup)},
        num_rounds=num_rounds,
    )
    ours = case.num_cells * case.num_steps / taken["ours"]
    return Speed(case.name, ours / 1e6, case.num_cells / taken["numpy"] / 1e6)


def check_peer(peer: Peer) -> None:
    """Check that voxnca and another engine take the same steps.

    Raises:
        VoxncaError: when they do not.
    """
    for num_steps in peer.num_steps:
        if not np.array_equal(peer.result(num_steps), peer.expected(num_steps)):
            raise VoxncaError(f"{peer.name} and voxnca disagree")


def measure_peer(peer: Peer, num_rounds: int) -> Speed:
    """Measure Life beside another engine: what it takes for more steps, less what for fewer."""
    fewer, more = peer.num_steps
    run = Automaton(LIFE.rule(), LIFE.soup())
    taken = alternate(
        {
            "ours": partial(run.step, LIFE.num_steps),
            "fewer": partial(peer.work, fewer),
            "more": partial(peer.work, more),
        },
        num_rounds=num_rounds,
    )
    theirs = peer.num_cells * (more - fewer) / (taken["more"] - taken["fewer"])
    ours = LIFE.num_cells * LIFE.num_steps / taken["ours"]
    return Speed(peer.name, ours / 1e6, theirs / 1e6)


def _as_text(by_rule: list[Speed], by_peer: list[Speed], missing: list[str]) -> str:
    parts = [machine(), _table("Mcell/s on a torus", "numpy", by_rule)]
    if by_peer:
        parts.append(_table(f"Mcell/s, {LIFE.notation}", "it", by_peer))
    if missing:
        parts.append(f"not installed: {'; '.join(missing)}")
    parts.append(
        "numpy: rolling the grid, as most are written. Rules run on one thread, QuickLife (of "
        "Golly)\nfrom the same soup, over as many steps as are said; CellPyLib on a small one."
    )
    return "\n\n".join(parts)


def _table(title: str, other: str, speeds: list[Speed]) -> str:
    lines = [(s.name, _rounded(s.ours), _rounded(s.theirs), _rounded(s.ratio)) for s in speeds]
    return table((title, "voxnca", other, f"voxnca / {other}"), lines)


def _rounded(figure: float) -> str:
    """Write three digits or more."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def _as_json(by_rule: list[Speed], by_peer: list[Speed], missing: list[str]) -> str:
    figures = {
        name: [{**asdict(speed), "ratio": speed.ratio} for speed in speeds]
        for name, speeds in (("rules", by_rule), ("peers", by_peer))
    }
    return json.dumps({"machine": machine(), **figures, "missing": missing}, indent=2)
