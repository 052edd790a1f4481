"""Golly as a judge: its command `bgolly` runs a rule on a pattern, to be held against ours.

Debian's package is `golly`. Rules of two states and Generations it knows by their notation; any
other is written to a .rule file. Rules that fill empty space (B0) it runs by way of others
(Help, QuickLife, Emulating B0 rules): what it stores is then the inverse, at every second step or
always, and that is undone here.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from analysis.rules.counting import CountingRule
from analysis.rules.files.patterns import read_pattern
from analysis.rules.files.rle import write_rle
from analysis.rules.files.rulefile import save_rule
from analysis.rules.neighborhood import MOORE
from analysis.rules.pattern import Pattern
from analysis.rules.rule import Rule
from voxnca.errors import ArgumentError, FileError

COMMAND = "bgolly"
_RULE_NAME = "Judged"
_LONGEST_S = 60


@dataclass(frozen=True)
class _Way:
    """How Golly runs a rule.

    Attributes:
        algorithm: of Golly.
        notation: of the rule.
        suffix: of the file that it writes: QuickLife's .mc is empty, and a .rle has no place.
        inverse_start: whether it wants the inverse of the pattern.
        inverse_end: whether it gives the inverse of what comes of it.
    """

    algorithm: str
    notation: str
    suffix: str = ".mc"
    inverse_start: bool = False
    inverse_end: bool = False


def is_available() -> bool:
    """Tell whether Golly's command is installed."""
    return shutil.which(COMMAND) is not None


def run(rule: Rule, pattern: Pattern, num_steps: int) -> Pattern:
    """Return what Golly makes of a pattern.

    A rule with bounds runs on its grid, whose cell `size // 2` is cell 0 of the plane.

    Args:
        rule: of the plane. A B0 rule must be of two states.
        pattern: its own notation of a rule is not looked at. Its background must be 0, or 1 for a
            rule under which both empty and full space end up full; a B0 rule with bounds wants a
            pattern that fills them.
        num_steps: at least 0.

    Returns:
        The cells that are not background, where they lie; of a B0 rule under which full space does
        not stay full, at an unknown place on the plane: its origin is 0.

    Raises:
        ArgumentError: for a rule or a pattern that Golly does not run.
        FileError: when Golly is not installed, or fails.
    """
    if rule.num_dims != 2 or pattern.cells.ndim != 2:
        raise ArgumentError("Golly runs rules of the plane; give one, and a pattern of the plane")
    with TemporaryDirectory() as folder:
        way = _way(rule, num_steps, Path(folder))
        start = _inverse(pattern) if way.inverse_start else pattern
        if _fills(pattern, rule):
            start = replace(start, background=0)
        end = _call(way, start, num_steps, Path(folder))
    if rule.bounds is None:
        return _inverse(end) if way.inverse_end else end
    if way.inverse_end or way.suffix == ".rle":
        end = _whole(end, rule.bounds.space, placed=way.suffix != ".rle")
    return replace(_inverse(end), background=0) if way.inverse_end else end


def run_file(path: str | Path, pattern: Pattern, num_steps: int) -> Pattern:
    """Return what Golly makes of a pattern by the rule in a .rule file, which it reads itself.

    Args:
        path: of the file.
        pattern: as of `run`, with background 0.
        num_steps: at least 0.

    Raises:
        ArgumentError: for a pattern with another background.
        FileError: when Golly is not installed, or fails.
    """
    path = Path(path)
    return _call(_Way("RuleLoader", path.stem), pattern, num_steps, path.parent)


def _way(rule: Rule, num_steps: int, folder: Path) -> _Way:
    empty, full = (
        int(rule.next_states(np.full((1, len(rule.neighborhood.cells)), state, np.uint8))[0])
        for state in (0, 1)
    )
    if rule.num_states == 2:
        if not empty:
            return _Way("HashLife", str(rule))
        if rule.bounds is not None and rule.bounds.border == "dead":
            raise ArgumentError(f"{rule}: beyond the edge Golly fills empty space too; use a torus")
        if full:
            return _Way("HashLife", str(rule), inverse_start=True, inverse_end=True)
        return _Way("QuickLife", str(rule), ".rle", inverse_end=num_steps % 2 == 1)
    ages = isinstance(rule, CountingRule) and rule.notation.count("/") == 2
    if ages and not empty and rule.neighborhood == MOORE:
        return _Way("Generations", str(rule))
    save_rule(rule, folder / f"{_RULE_NAME}.rule")
    return _Way("RuleLoader", f"{_RULE_NAME}{rule.bounds or ''}")


def _call(way: _Way, pattern: Pattern, num_steps: int, rules: Path) -> Pattern:
    """Run Golly, with the rules in a folder beside its own."""
    if pattern.background:
        raise ArgumentError("pattern's background is not empty, as Golly's is; give another")
    if not is_available():
        raise FileError(f"{COMMAND} is not installed; run: apt-get install golly")
    y, x = pattern.origin
    named = replace(pattern, origin=(0, 0), rule=way.notation, comments=())
    with TemporaryDirectory() as folder:
        start, end = Path(folder, "start.rle"), Path(folder, f"end{way.suffix}")
        start.write_text(f"#CXRLE Pos={x},{y}\n{write_rle(named)}", encoding="utf-8")
        # QuickLife's B0 rules alternate, and the edges of a grid are made anew at each step.
        stride = 1 if ":" in way.notation or way.suffix == ".rle" else max(1, num_steps)
        options = ["-q", "-q", "-a", way.algorithm, "-s", f"{rules}/", "-o", str(end)]
        said = _output([*options, "-m", str(num_steps), "-i", str(stride), str(start)])
        if not end.is_file():
            lines = (line.strip() for line in said.split("\n"))
            why = next((line for line in lines if "error" in line.lower()), "it wrote nothing")
            raise FileError(f"{COMMAND}: {why}; it does not run {way.notation}")
        return replace(read_pattern(end), rule=pattern.rule, name=pattern.name)


def _output(options: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - arguments of our own making, without a shell
            [COMMAND, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_LONGEST_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FileError(f"{COMMAND} failed ({error}); take fewer steps") from error
    return done.stdout.decode(errors="replace")


def _fills(pattern: Pattern, rule: Rule) -> bool:
    """Tell whether a pattern fills the rule's grid, so that its background is nowhere."""
    if rule.bounds is None or pattern.cells.shape != rule.bounds.space:
        return False
    return pattern.origin == tuple(-(n // 2) for n in rule.bounds.space)


def _inverse(pattern: Pattern) -> Pattern:
    return replace(pattern, cells=1 - pattern.cells, background=1 - pattern.background)


def _whole(pattern: Pattern, space: tuple[int, ...], *, placed: bool) -> Pattern:
    """Return the pattern as a whole grid."""
    corner = tuple(-(n // 2) for n in space)
    if not placed and pattern.cells.shape != space:
        raise FileError(f"{COMMAND} does not say where in {space} the cells lie; use more of them")
    if not placed or not pattern.cells.size:
        pattern = replace(pattern, origin=corner)
    grid = np.zeros(space, np.uint8)
    starts = [at - edge for at, edge in zip(pattern.origin, corner, strict=True)]
    box = tuple(slice(a, a + n) for a, n in zip(starts, pattern.cells.shape, strict=True))
    grid[box] = pattern.cells
    return replace(pattern, cells=grid, origin=corner)
