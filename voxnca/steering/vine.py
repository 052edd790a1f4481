"""A vine: solid cells between a root and a beacon, and the way that they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from voxnca.conditions.compass import Signal
from voxnca.conditions.compass import directions as directions_of
from voxnca.conditions.compass import field as field_of
from voxnca.ways import distances, follow, way

Mask = NDArray[np.bool_]
Cell = tuple[int, ...]
Cells = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Course:
    """Where a vine is to grow.

    Attributes:
        blocked: bool `(*space)`.
        root: its first cell.
        beacon: the cell that it is to reach; a way leads there.
        shortest: steps by faces of the shortest way through free cells.
    """

    blocked: Mask
    root: Cell
    beacon: Cell
    shortest: int

    @cached_property
    def ideal(self) -> Cells:
        """The way that a diffused signal shows from the root to the beacon, `(1 + steps, d)`."""
        return self.signalled("diffusion")

    def signalled(self, signal: Signal) -> Cells:
        """Return the way of one who goes from the root wherever a signal is strongest.

        By a diffusion it ends at the beacon; by a straight signal perhaps elsewhere.

        Returns:
            int64 `(1 + steps, d)`.
        """
        sent = field_of(self.blocked, self.beacon, signal=signal)
        return follow(directions_of(sent, self.blocked, self.beacon), self.root)


@dataclass(frozen=True, eq=False)
class Vine:
    """A vine beside the course that it was to take.

    Attributes:
        solid: bool `(*space)`, its cells.
        steps: by faces from the root to the beacon inside the vine, the shortest way; None when
            it does not reach the beacon.
        shortest: the same through all free cells.
        num_stray: solid cells off that way; None when there is none.
        iou: of the solid cells and the way that a diffused signal shows.
    """

    solid: Mask = field(repr=False)
    steps: int | None
    shortest: int
    num_stray: int | None
    iou: float

    @property
    def reached(self) -> bool:
        """Whether the beacon's cell is solid, and solid cells join it to the root by faces."""
        return self.steps is not None

    @property
    def ratio(self) -> float | None:
        """Way inside the vine / shortest way, at least 1; None when it does not reach."""
        return None if self.steps is None else self.steps / self.shortest

    @property
    def stray_share(self) -> float | None:
        """Solid cells off the way / cells of the way; None when it does not reach."""
        if self.steps is None or self.num_stray is None:
            return None
        return self.num_stray / (self.steps + 1)


def way_inside(solid: Mask, course: Course) -> Cells | None:
    """Return the shortest way from root to beacon by faces of solid cells, if there is one."""
    if not solid[course.root]:
        return None
    steps = distances(solid, course.root)
    return way(steps, course.beacon) if steps[course.beacon] >= 0 else None


def vine_of(solid: Mask, course: Course) -> Vine:
    """Look at a vine.

    Args:
        solid: bool `(*space)`.
        course: that it was to take.
    """
    ideal = np.zeros_like(solid)
    ideal[tuple(course.ideal.T)] = True
    cells = way_inside(solid, course)
    return Vine(
        solid,
        None if cells is None else len(cells) - 1,
        course.shortest,
        None if cells is None else int(solid.sum()) - len(cells),
        float((solid & ideal).sum() / (solid | ideal).sum()),
    )
