"""`voxnca app`: the viewer, on a model, a hand-made rule, or a target that has no model yet."""

from __future__ import annotations

from pathlib import Path

from analysis import rules
from analysis.certificate import model_digest
from analysis.rules import Pattern, Rule
from apps.commands.engine import get_ready
from apps.items import RULE_SUFFIX, Reading, open_item
from apps.lab.knobs import Settings
from apps.lab.lab import Lab
from apps.lab.layout import Layout
from apps.lab.session import Session
from apps.lab.vulnerability import add_map
from apps.states import open_state
from apps.terminal import say
from apps.viewer import serve
from voxnca import NCA, ArgumentError, Target, model_names

DEFAULT_ITEM = "mushroom"
"""What `voxnca app` shows a newcomer: a creature in 3D."""
DEFAULT_RULE = "B3/S23"
"""Of a pattern whose file names none."""


def run(
    name: str | None,
    reading: Reading,
    *,
    host: str,
    port: int,
    open_browser: bool,
    state: Path | None = None,
    healing: Path | None = None,
) -> None:
    """Serve the viewer until Ctrl-C.

    Args:
        name: of a model, rule, pattern or target, as it was typed; None is the mushroom.
        reading: of a target; its size is the side of a hand-made rule's grid.
        host: address to listen on.
        port: to listen on; 0 takes a free one.
        open_browser: whether to open the page.
        state: file to start from: a state of a model, a pattern of a hand-made rule; None is the
            seed, or a soup.
        healing: report whose map the look `healing` shows; None for those that ship.

    Raises:
        VoxncaError: for anything the user can mend.
    """
    item = open_item(name or DEFAULT_ITEM, reading)
    if healing is not None:
        digest = add_map(healing)
        if not isinstance(item, NCA) or model_digest(item) != digest:
            raise ArgumentError(
                f"--map {healing}: it is of another rule; certify this one by voxnca certify "
                f"{name or DEFAULT_ITEM} --json FILE"
            )
    if isinstance(item, Rule):
        session = _with_rule(item, reading.size, state)
    elif isinstance(item, Pattern):
        session = _with_pattern(item, name or "", reading.size, state)
    elif isinstance(item, Target):
        session = _with_target(item, name or DEFAULT_ITEM, state)
    else:
        if item.is_discrete:
            say(f"{name} has discrete states: it runs as the table that the network computes")
        session = Session(item, state=None if state is None else open_state(state))
    get_ready()
    serve(Lab(session), models=model_names(), host=host, port=port, open_browser=open_browser)


def _with_rule(rule: Rule, size: int | None, state: Path | None) -> Session:
    space = None if size is None else (size,) * rule.num_dims
    if state is None:
        return Session(rule, space=space)
    pattern = rules.read_pattern(state)
    return Session(rule, layout=Layout.of_pattern(rule, pattern, space=space))


def _with_pattern(pattern: Pattern, name: str, size: int | None, state: Path | None) -> Session:
    if state is not None:
        raise ArgumentError(f"state={state}: a pattern is what a run starts from; give a rule")
    rule = _rule_of(pattern, Path(name).parent)
    space = None if size is None else (size,) * rule.num_dims
    return Session(rule, layout=Layout.of_pattern(rule, pattern, space=space))


def _rule_of(pattern: Pattern, folder: Path) -> Rule:
    """Return the rule that a pattern names: a notation, or as in Golly a .rule file beside it."""
    try:
        return rules.parse(pattern.rule or DEFAULT_RULE)
    except ArgumentError:
        beside = folder / f"{pattern.rule}{RULE_SUFFIX}"
        if not beside.is_file():
            raise
        return rules.load_rule(beside)


def _with_target(target: Target, name: str, state: Path | None) -> Session:
    if state is not None:
        raise ArgumentError(f"state={state}: a target has no rule to go on from it; give a model")
    for note in target.notes:
        say(f"{target.name}: {note}")
    say(
        f"{target.name} has no model yet and stands still; "
        f"to train one: voxnca train {name} -o {target.name}.safetensors"
    )
    model = NCA(Settings.of(target.num_dims).model_config(target.num_dims))
    model.target = target
    return Session(model, start="target")
