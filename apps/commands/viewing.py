"""`voxnca app`: the viewer, on a model or on a target that has no model yet."""

from __future__ import annotations

from apps.commands.engine import get_ready
from apps.items import Reading, open_item
from apps.lab.session import Session
from apps.recipe import model_config
from apps.terminal import say
from apps.viewer import serve
from voxnca import NCA, Target, model_names

DEFAULT_ITEM = "mushroom"
"""What `voxnca app` shows a newcomer: a creature in 3D."""


def run(name: str | None, reading: Reading, *, host: str, port: int, open_browser: bool) -> None:
    """Serve the viewer until Ctrl-C.

    Args:
        name: of a model or target, as it was typed; None is the mushroom.
        reading: of a target.
        host: address to listen on.
        port: to listen on; 0 takes a free one.
        open_browser: whether to open the page.

    Raises:
        VoxncaError: for anything the user can mend.
    """
    item = open_item(name or DEFAULT_ITEM, reading)
    get_ready()
    if isinstance(item, Target):
        session = Session(_untrained(item), start="target")
        say(
            f"{item.name} has no model yet and stands still; "
            f"to train one: voxnca train {name} -o {item.name}.safetensors"
        )
    else:
        session = Session(item)
    serve(session, models=model_names(), host=host, port=port, open_browser=open_browser)


def _untrained(target: Target) -> NCA:
    for note in target.notes:
        say(f"{target.name}: {note}")
    model = NCA(model_config(target.num_dims))
    model.target = target
    return model
