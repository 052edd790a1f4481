"""`voxnca app`: the viewer, on a model or on a target that has no model yet."""

from __future__ import annotations

from pathlib import Path

from analysis.rules.rule import Rule
from apps.commands.engine import get_ready
from apps.items import Reading, open_item
from apps.lab.knobs import Settings
from apps.lab.lab import Lab
from apps.lab.session import Session
from apps.states import open_state
from apps.terminal import say
from apps.viewer import serve
from voxnca import NCA, ArgumentError, Target, model_names

DEFAULT_ITEM = "mushroom"
"""What `voxnca app` shows a newcomer: a creature in 3D."""


def run(
    name: str | None,
    reading: Reading,
    *,
    host: str,
    port: int,
    open_browser: bool,
    state: Path | None = None,
) -> None:
    """Serve the viewer until Ctrl-C.

    Args:
        name: of a model or target, as it was typed; None is the mushroom.
        reading: of a target.
        host: address to listen on.
        port: to listen on; 0 takes a free one.
        open_browser: whether to open the page.
        state: file of a state to start from; None is the seed.

    Raises:
        VoxncaError: for anything the user can mend.
    """
    item = open_item(name or DEFAULT_ITEM, reading)
    if isinstance(item, Rule):
        raise ArgumentError(f"{name}: the viewer does not run hand-made rules yet; give a model")
    begin = None if state is None else open_state(state)
    if begin is not None and isinstance(item, Target):
        raise ArgumentError(f"state={state}: a target has no rule to go on from it; give a model")
    get_ready()
    if isinstance(item, Target):
        session = Session(_untrained(item), start="target")
        say(
            f"{item.name} has no model yet and stands still; "
            f"to train one: voxnca train {name} -o {item.name}.safetensors"
        )
    else:
        session = Session(item, state=begin)
    serve(Lab(session), models=model_names(), host=host, port=port, open_browser=open_browser)


def _untrained(target: Target) -> NCA:
    for note in target.notes:
        say(f"{target.name}: {note}")
    model = NCA(Settings.of(target.num_dims).model_config(target.num_dims))
    model.target = target
    return model
