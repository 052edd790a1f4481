"""How a creature is looked at: which of its insides are shown, and where it is cut open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from analysis.rules import Rule
from analysis.shades import FAILS, HALF, HEALS
from apps.lab.vulnerability import map_of
from voxnca import NCA
from voxnca.errors import ArgumentError
from voxnca.grid import RGBA

SHOWS = ("colours", "hidden", "alpha", "alive", "difference", "healing")
CUTS = ("clip", "slice")
FIRST_HIDDEN = RGBA.stop

# Told apart by people with any of the three colour blindnesses too: the tests simulate them.
MATURE, KEPT = (230, 159, 0), (86, 180, 233)
RIGHT, WRONG = (128, 133, 138), (255, 230, 80)
MISSING, EXCESS = (50, 130, 220), (200, 80, 0)
UNTRIED = (150, 152, 156)
NEUTRAL = (128, 128, 128)
"""Of a hidden channel at 0."""

Rgb = tuple[int, int, int]


class Swatch(NamedTuple):
    """One line of a legend: a colour, None for a remark, and what it means."""

    color: Rgb | None
    words: str


@dataclass(frozen=True)
class Look:
    """What to show of a creature, in 2D and 3D alike.

    Attributes:
        show: `colours`, the solid cells as they are; `hidden`, three hidden channels of the live
            cells as red, green and blue; `alpha`, how opaque the cells are, as a fog; `alive`,
            the alive mask; `difference`, from the target; `healing`, how many of the wounds round
            each solid cell heal.
        channel: the first of the three hidden channels.
        cut_axis: the axis, in index order, along which the creature is cut; None for no cut.
        cut_at: where along the axis, from 0, the first layer, to 1, the last.
        cut: `clip` takes away what lies nearer to the viewer than the layer, seen from where it
            is looked at first: above, in front or right of it. `slice` leaves the layer alone.

    Raises:
        ArgumentError: when a value breaks its rule.
    """

    show: str = "colours"
    channel: int = FIRST_HIDDEN
    cut_axis: int | None = None
    cut_at: float = 0.5
    cut: str = "clip"

    def __post_init__(self) -> None:
        _check_choice("show", self.show, SHOWS)
        _check_choice("cut", self.cut, CUTS)
        if not _whole(self.channel) or self.channel < FIRST_HIDDEN:
            raise ArgumentError(
                f"channel={self.channel!r} must be a whole number of at least {FIRST_HIDDEN}: "
                "the channels before it are colour and alpha"
            )
        if self.cut_axis is not None and (
            not _whole(self.cut_axis) or self.cut_axis not in range(3)
        ):
            raise ArgumentError(f"cut_axis={self.cut_axis!r} must be None, 0, 1 or 2")
        number = isinstance(self.cut_at, int | float) and not isinstance(self.cut_at, bool)
        if not number or not 0 <= self.cut_at <= 1:
            raise ArgumentError(f"cut_at={self.cut_at!r} must be a number in [0, 1]")

    @property
    def legend(self) -> tuple[Swatch, ...]:
        """What the colours mean, for people."""
        if self.show != "hidden":
            return LEGENDS[self.show]
        channels = (
            Swatch(color, f"channel {self.channel + k} above 0")
            for k, color in enumerate(((255, 60, 60), (60, 220, 60), (80, 120, 255)))
        )
        return *channels, *LEGENDS["hidden"]

    def check(self, rule: NCA | Rule) -> None:
        """Check that there is something to show of a rule.

        Raises:
            ArgumentError: for an axis or a channel that it does not have, or the difference from
                a target when it has none.
        """
        for _, _, message in self._misfits(rule):
            raise ArgumentError(message)

    def fitted(self, rule: NCA | Rule) -> Self:
        """Return what is left of this look for a rule: what does not fit is as at first."""
        changes: dict[str, Any] = {name: value for name, value, _ in self._misfits(rule)}
        return replace(self, **changes) if changes else self

    def _misfits(self, rule: NCA | Rule) -> Iterator[tuple[str, object, str]]:
        """Yield what a rule does not have: the field, a value that fits, and a message."""
        num_dims = rule.num_dims if isinstance(rule, Rule) else rule.config.num_dims
        if self.cut_axis is not None and self.cut_axis >= num_dims:
            remedy = f"is no axis of a {num_dims}D creature; use 0 to {num_dims - 1}"
            yield "cut_axis", None, f"cut_axis={self.cut_axis} {remedy}"
        if isinstance(rule, NCA):
            yield from self._missing_insides(rule)
        elif self.show != "colours":
            remedy = "needs a learned rule: the cells of a hand-made one have a state, no insides"
            yield "show", "colours", f"show={self.show!r} {remedy}"

    def _missing_insides(self, model: NCA) -> Iterator[tuple[str, object, str]]:
        num_channels = model.config.num_channels
        if self.show == "hidden" and num_channels <= FIRST_HIDDEN:
            rule = "needs hidden channels, and the model has none; use another look"
            yield "show", "colours", f"show='hidden' {rule}"
        elif self.show == "hidden" and self.channel >= num_channels:
            rule = f"must be below {num_channels}, the number of the model's channels"
            yield "channel", FIRST_HIDDEN, f"channel={self.channel} {rule}"
        if self.show == "difference" and model.target is None:
            rule = "needs a model with a target, and this one has none; use another look"
            yield "show", "colours", f"show='difference' {rule}"
        if self.show == "healing" and map_of(model) is None:
            rule = "needs a map of wounds; make one by voxnca certify, and give it by --map"
            yield "show", "colours", f"show='healing' {rule}"

    def layer(self, space: tuple[int, ...]) -> int | None:
        """Return the index of the layer at which a grid is cut; None for no cut."""
        if self.cut_axis is None:
            return None
        return round(self.cut_at * (space[self.cut_axis] - 1))

    def keeps(self, cells: NDArray[np.int64], space: tuple[int, ...]) -> NDArray[np.bool_]:
        """Tell which cells `(N, d)` are still there after the cut: bool `(N,)`."""
        layer = self.layer(space)
        if layer is None:
            return np.ones(len(cells), dtype=bool)
        index = cells[:, self.cut_axis]
        # x grows to the right and z upwards, but y away from the viewer; rows grow downwards.
        low_is_near = self.cut_axis == len(space) - 2
        beyond = np.greater_equal if low_is_near else np.less_equal
        kept: NDArray[np.bool_] = (np.equal if self.cut == "slice" else beyond)(index, layer)
        return kept


LEGENDS: dict[str, tuple[Swatch, ...]] = {
    "colours": (Swatch(None, "the solid cells, alpha above 0.5, in their colours"),),
    "hidden": (
        Swatch(NEUTRAL, "all three at 0"),
        Swatch(None, "darker below 0; what the cells tell each other, and nobody else sees"),
    ),
    "alpha": (Swatch(None, "the denser, the nearer to 1 is alpha"),),
    "alive": (
        Swatch(MATURE, "mature: alpha above 0.1"),
        Swatch(KEPT, "alive only because a neighbour is mature"),
    ),
    "difference": (
        Swatch(MISSING, "missing"),
        Swatch(EXCESS, "too much"),
        Swatch(WRONG, "wrong colour, the yellower the worse"),
        Swatch(RIGHT, "right"),
    ),
    "healing": (
        Swatch(HEALS, "all wounds round it heal"),
        Swatch(HALF, "half of them"),
        Swatch(FAILS, "none"),
        Swatch(UNTRIED, "none was dealt"),
        Swatch(None, "click a cell for its figure"),
    ),
}


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ArgumentError(f"{name}={value!r} is unknown; use one of: {', '.join(choices)}")
