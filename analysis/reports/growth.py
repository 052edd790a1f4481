"""A network that grows: what it grows, and what a table read from it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.approximation import Approximation, approximate
from voxnca import NCA
from voxnca.errors import ArgumentError


@dataclass(frozen=True)
class Growth:
    """A growing network, by the figures in its file, and its table.

    Attributes:
        target: what it was taught to grow; empty for nothing.
        size: sides of the target, in cells; empty for none.
        grow_steps: by when it is grown; None if its file does not say.
        iou: with the target at that time, as measured when it was made; None if not measured.
        healed: share, 0 to 1, of what wounds took that came back; None likewise.
        num_channels: numbers in a cell.
        num_parameters: numbers that it has learned.
        fire_rate: how often, 0 to 1, a cell is updated in a step.
        approximation: its table of symbols; None where none could be read.
        reason: why there is none; else empty.
    """

    target: str
    size: tuple[int, ...]
    grow_steps: int | None
    iou: float | None
    healed: float | None
    num_channels: int
    num_parameters: int
    fire_rate: float
    approximation: Approximation | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a dict that `json` can write."""
        figures = {name: value for name, value in vars(self).items() if name != "approximation"}
        return {
            **figures,
            "approximation": self.approximation and self.approximation.to_json(),
        }


def judge(model: NCA, *, num_wounds: int, heal_steps: int, seed: int = 0) -> Growth:
    """Read a table from a network that grows, and judge it.

    Args:
        model: the network.
        num_wounds: as of `approximate`.
        heal_steps: as of `approximate`.
        seed: as of `approximate`.
    """
    table, reason = None, ""
    try:
        table = approximate(model, num_wounds=num_wounds, heal_steps=heal_steps, seed=seed)
    except ArgumentError as error:
        reason = str(error)
    target, quality, config = model.target, model.info.quality, model.config
    return Growth(
        target=target.name if target else "",
        size=target.size if target else (),
        grow_steps=model.info.grow_steps,
        iou=quality.grown.iou if quality else None,
        healed=quality.healed if quality else None,
        num_channels=config.num_channels,
        num_parameters=model.num_parameters,
        fire_rate=config.fire_rate,
        approximation=table,
        reason=reason,
    )
