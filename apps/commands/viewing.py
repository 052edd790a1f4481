"""`voxnca app`: the viewer, on a model or on a target that has no model yet."""

from __future__ import annotations

from apps.commands.options import DEFAULTS
from apps.items import open_item
from apps.terminal import say
from apps.viewer import serve
from apps.viewer.session import Session
from voxnca import NCA, ArgumentError, ModelConfig, Target, model_names


def run(name: str | None, *, size: int | None, host: str, port: int, open_browser: bool) -> None:
    """Serve the viewer until Ctrl-C.

    Args:
        name: of a model or target, as it was typed; None is the first shipped model.
        size: longest side of a target.
        host: address to listen on.
        port: to listen on; 0 takes a free one.
        open_browser: whether to open the page.

    Raises:
        VoxncaError: for anything the user can mend.
    """
    item = open_item(name or _first_model(), size=size)
    if isinstance(item, Target):
        session = Session(_untrained(item), start="target")
        say(
            f"{item.name} has no model yet and stands still; "
            f"to train one: voxnca train {name} -o {item.name}.safetensors"
        )
    else:
        session = Session(item)
    serve(session, models=model_names(), host=host, port=port, open_browser=open_browser)


def _first_model() -> str:
    if not model_names():
        raise ArgumentError("no model is shipped; name a target, such as mushroom")
    return f"model:{model_names()[0]}"


def _untrained(target: Target) -> NCA:
    for note in target.notes:
        say(f"{target.name}: {note}")
    model = NCA(
        ModelConfig(
            num_dims=target.num_dims,
            num_channels=DEFAULTS.num_channels,
            hidden_size=DEFAULTS.hidden_size,
            perception=DEFAULTS.perception,
            fire_rate=DEFAULTS.fire_rate,
        )
    )
    model.target = target
    return model
