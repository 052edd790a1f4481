"""From where a tab looks: turned, moved and zoomed by its mouse, and picking by exact rays.

Distances on the screen are fractions of the frame's shorter side, so that a drag feels the same
in every window; positions are fractions of its width and height, from the top left. `aspect` is
width over height.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan, cos, degrees, radians, sin, tan
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from apps.lab.hit import Cell, Hit
from apps.lab.moment import Moment
from apps.viewer.floor import floor_height

Vector = NDArray[np.float64]

VIEW_ANGLE = 28.0
"""Degrees across the frame's shorter side, so that the creature fits narrow windows too."""
_HALF = tan(radians(VIEW_ANGLE) / 2)
MAX_ELEVATION = 89.0
"""Short of the pole, where up would be undefined."""
ZOOM_RANGE = (0.1, 6.0)
"""Of the home distance."""


class Spot(NamedTuple):
    """Where something is seen: (x, y), fractions of a frame, and how large.

    Attributes:
        x: from the left.
        y: from the top.
        cell: the side of a cell there, as a fraction of the frame's height.
    """

    x: float
    y: float
    cell: float


class Camera(Protocol):
    """From where a tab looks."""

    def turn(self, dx: float, dy: float) -> Self:
        """Follow a drag of the main button."""

    def pan(self, dx: float, dy: float) -> Self:
        """Follow a drag that moves the picture along."""

    def zoom(self, factor: float) -> Self:
        """Go nearer (factor below 1) or farther."""

    def pick(self, moment: Moment, x: float, y: float, aspect: float) -> tuple[int, ...] | None:
        """Return the solid cell seen at a place of a frame, in index order, or None."""

    def touch(self, moment: Moment, x: float, y: float, aspect: float) -> Hit | None:
        """Return what there is to paint on at a place of a frame, or None.

        In 3D that is the face of a solid cell that is seen there, else the floor below the grid;
        in 2D any cell of the grid.
        """

    def spot(self, cell: Cell, aspect: float) -> Spot | None:
        """Return where the middle of a cell is seen, or None: behind the eye."""

    def slide(self, cell: Cell, x: float, y: float, aspect: float) -> Cell:
        """Return the cell at a place of a frame, on the grid or off it, level with another one.

        In 3D that is the cell of the layer through `cell` that faces the viewer most.
        """


@dataclass(frozen=True)
class OrbitCamera:
    """A camera in 3D that turns round a point, z up.

    Attributes:
        focus: the point it looks at, in world coordinates (x, y, z).
        azimuth: degrees round z, from x towards y.
        elevation: degrees above the plane of x and y.
        distance: from the focus, in cells.
        home_distance: the distance at which the creature fits the frame.
    """

    focus: tuple[float, float, float]
    azimuth: float
    elevation: float
    distance: float
    home_distance: float

    def turn(self, dx: float, dy: float) -> Self:
        """Turn the creature under the mouse: half a turn for a drag across the frame."""
        limit = MAX_ELEVATION
        elevation = min(max(self.elevation + 180 * dy, -limit), limit)
        return replace(self, azimuth=(self.azimuth - 180 * dx) % 360, elevation=elevation)

    def pan(self, dx: float, dy: float) -> Self:
        """Move the focus so that what is there stays under the mouse."""
        _, right, up = self.basis()
        across = 2 * self.distance * _HALF
        limit = 2 * self.home_distance
        moved = np.array(self.focus) - across * (dx * right - dy * up)
        x, y, z = np.clip(moved, -limit, limit).tolist()
        return replace(self, focus=(x, y, z))

    def zoom(self, factor: float) -> Self:
        """Go nearer or farther, within a range round the home distance."""
        low, high = (share * self.home_distance for share in ZOOM_RANGE)
        return replace(self, distance=min(max(self.distance * factor, low), high))

    @property
    def position(self) -> Vector:
        """Where the eye is, (x, y, z)."""
        return np.array(self.focus) - self.distance * self.basis()[0]

    def basis(self) -> tuple[Vector, Vector, Vector]:
        """Return the unit vectors forward, right and up."""
        a, e = radians(self.azimuth), radians(self.elevation)
        forward = -np.array([cos(e) * cos(a), cos(e) * sin(a), sin(e)])
        right = np.array([-sin(a), cos(a), 0.0])
        return forward, right, np.cross(right, forward)

    def ray(self, x: float, y: float, aspect: float) -> Vector:
        """Return the direction from the eye through a place of a frame, (x, y, z)."""
        forward, right, up = self.basis()
        half = _HALF / min(1.0, aspect)
        return forward + half * ((2 * x - 1) * aspect * right + (1 - 2 * y) * up)

    def view_angle(self, aspect: float) -> float:
        """Return the degrees from the bottom to the top of a frame."""
        return degrees(2 * atan(_HALF / min(1.0, aspect)))

    def pick(self, moment: Moment, x: float, y: float, aspect: float) -> tuple[int, ...] | None:
        """Return the solid cell that the ray through (x, y) enters first, or None."""
        origin, direction = self.position[::-1], self.ray(x, y, aspect)[::-1]
        return first_hit(moment.cells, origin, direction)

    def touch(self, moment: Moment, x: float, y: float, aspect: float) -> Hit | None:
        """Return the face that the ray through (x, y) enters first, else the floor, or None."""
        origin, direction = self.position[::-1], self.ray(x, y, aspect)[::-1]
        hit = first_face(_standing(moment), origin, direction)
        return hit or floor_hit(moment.space, floor_height(moment), origin, direction)

    def spot(self, cell: Cell, aspect: float) -> Spot | None:
        """Return where the middle of a cell is seen, or None: behind the eye."""
        forward, right, up = self.basis()
        offset = np.array(cell[::-1]) + 0.5 - self.position
        depth = float(offset @ forward)
        if depth <= 0:
            return None
        height = 2 * depth * _HALF / min(1.0, aspect)
        x, y = 0.5 + offset @ right / (height * aspect), 0.5 - offset @ up / height
        return Spot(float(x), float(y), 1 / height)

    def slide(self, cell: Cell, x: float, y: float, aspect: float) -> Cell:
        """Return the cell that is seen at (x, y) in the layer of `cell` that faces the viewer."""
        axis = int(abs(self.basis()[0][::-1]).argmax())
        origin, direction = self.position[::-1], self.ray(x, y, aspect)[::-1]
        away = cell[axis] + 0.5 - origin[axis]
        if away * direction[axis] <= 0:  # it is never met: beyond the horizon of the layer
            return cell
        place = np.floor(origin + away / direction[axis] * direction).astype(int).tolist()
        place[axis] = cell[axis]
        return tuple(place)


@dataclass(frozen=True)
class PlaneCamera:
    """A camera in 2D: the part of the plane that fills the frame.

    Attributes:
        focus: the point in the frame's middle, (row, column), in cells.
        across: cells along the shorter side of the frame.
        home_across: at which the pattern fits the frame.
    """

    focus: tuple[float, float]
    across: float
    home_across: float

    def turn(self, dx: float, dy: float) -> Self:
        """Move the picture along: a plane does not turn."""
        return self.pan(dx, dy)

    def pan(self, dx: float, dy: float) -> Self:
        """Move the focus so that what is there stays under the mouse."""
        limit = 2 * self.home_across
        row, column = (
            min(max(f - d * self.across, -limit), limit)
            for f, d in zip(self.focus, (dy, dx), strict=True)
        )
        return replace(self, focus=(row, column))

    def zoom(self, factor: float) -> Self:
        """Show fewer or more cells, within a range round the home height."""
        low, high = (share * self.home_across for share in ZOOM_RANGE)
        return replace(self, across=min(max(self.across * factor, low), high))

    def height(self, aspect: float) -> float:
        """Return how many cells lie between the top and the bottom of a frame."""
        return self.across / min(1.0, aspect)

    def cell(self, x: float, y: float, aspect: float) -> tuple[int, int]:
        """Return the cell at a place of a frame, on the grid or off it."""
        height = self.height(aspect)
        row = self.focus[0] + (y - 0.5) * height
        column = self.focus[1] + (x - 0.5) * height * aspect
        return int(np.floor(row)), int(np.floor(column))

    def pick(self, moment: Moment, x: float, y: float, aspect: float) -> tuple[int, ...] | None:
        """Return the solid cell at (x, y), or None."""
        cell = self.cell(x, y, aspect)
        return cell if (moment.cells == cell).all(1).any() else None

    def touch(self, moment: Moment, x: float, y: float, aspect: float) -> Hit | None:
        """Return the cell at (x, y), solid or not, or None off the grid."""
        cell = self.cell(x, y, aspect)
        inside = all(0 <= c < n for c, n in zip(cell, moment.space, strict=True))
        return Hit(cell, (0, 0)) if inside else None

    def spot(self, cell: Cell, aspect: float) -> Spot:
        """Return where the middle of a cell is seen."""
        height = self.height(aspect)
        row, column = (c + 0.5 - f for c, f in zip(cell, self.focus, strict=True))
        return Spot(0.5 + column / (height * aspect), 0.5 + row / height, 1 / height)

    def slide(self, cell: Cell, x: float, y: float, aspect: float) -> Cell:  # noqa: ARG002
        """Return the cell at (x, y), on the grid or off it."""
        return self.cell(x, y, aspect)


AROUND, AROUND_GRID = 1.25, 1.04
"""What is shown at first, in lengths of a creature's target, or of a grid that is full."""


def home(moment: Moment) -> Camera:
    """Return the camera that shows where the creature is expected, from its best side."""
    low, high = (np.array(corner, dtype=float) for corner in moment.box)
    middle, size = (low + high) / 2, high - low
    if moment.num_dims == 2:
        across = (AROUND_GRID if _is_full(moment) else AROUND) * float(size.max())
        return PlaneCamera((float(middle[0]), float(middle[1])), across, across)
    z, y, x = middle.tolist()
    distance = 0.5 * float(np.linalg.norm(size)) / sin(radians(VIEW_ANGLE) / 2)
    return OrbitCamera((x, y, z), -60.0, 22.0, distance, distance)


def _is_full(moment: Moment) -> bool:
    """Tell whether there is something to see all over the grid."""
    laid_out = moment.scenery is not None and moment.box[1] == moment.space
    return moment.paper is not None or laid_out


def _standing(moment: Moment) -> NDArray[np.int64]:
    """Return the cells of which one sees a face: the creature's, and walls."""
    if moment.scenery is None:
        return moment.cells
    return np.concatenate([moment.cells, moment.scenery.walls])


def first_hit(
    cells: NDArray[np.int64], origin: Vector, direction: Vector
) -> tuple[int, ...] | None:
    """Return the cell whose box a ray enters first, or None; exact, all boxes at once.

    Args:
        cells: int `(N, d)`; cell c fills the box c to c + 1, its low faces included.
        origin: `(d,)`, in index order.
        direction: `(d,)`.
    """
    if len(cells) == 0:
        return None
    near, far = _passes(cells, origin, direction)
    nearest = _first(np.maximum(near.max(1), 0.0), far.min(1))
    return None if nearest is None else tuple(cells[nearest].tolist())


def first_face(cells: NDArray[np.int64], origin: Vector, direction: Vector) -> Hit | None:
    """Return the face by which a ray enters a box first, or None.

    A box round the origin is seen from within, that is not at all.

    Args:
        cells: int `(N, d)`; cell c fills the box c to c + 1, its low faces included.
        origin: `(d,)`, in index order.
        direction: `(d,)`.
    """
    if len(cells) == 0:
        return None
    near, far = _passes(cells, origin, direction)
    enter = near.max(1)
    nearest = _first(np.where(enter >= 0, enter, np.inf), far.min(1))
    if nearest is None:
        return None
    cell = cells[nearest]
    # Through an edge it enters by two faces: of these the one that no other cell covers.
    hits = [
        _face(cell, axis, direction) for axis in np.flatnonzero(near[nearest] == enter[nearest])
    ]
    bare = (hit for hit in hits if not (cells == hit.front).all(1).any())
    return next(bare, hits[0])


def floor_hit(space: tuple[int, ...], height: int, origin: Vector, direction: Vector) -> Hit | None:
    """Return where a ray meets the floor from above, or None: beside the grid, or never.

    Args:
        space: sizes of the grid, (D, H, W).
        height: z of the floor.
        origin: `(3,)`, in index order.
        direction: `(3,)`.
    """
    if direction[0] >= 0 or origin[0] < height:
        return None
    place = origin + (height - origin[0]) / direction[0] * direction
    _, y, x = np.floor(place).astype(int).tolist()
    inside = 0 <= y < space[1] and 0 <= x < space[2]
    return Hit((height - 1, y, x), (1, 0, 0)) if inside else None


def _passes(
    cells: NDArray[np.int64], origin: Vector, direction: Vector
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where a ray enters and leaves each cell's slab of each axis, `(N, d)` both.

    Two cells that share a face get the same number for it: a ray never slips between them.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = (cells - origin) / direction, (cells + 1 - origin) / direction
    within = (cells <= origin) & (origin < cells + 1)
    along = direction == 0
    near = np.where(along, np.where(within, -np.inf, np.inf), np.minimum(low, high))
    far = np.where(along, np.where(within, np.inf, -np.inf), np.maximum(low, high))
    return near, far


def _first(enter: Vector, leave: Vector) -> int | None:
    """Return the row that is entered first, of those that a ray spends some way in."""
    enter = np.where(enter < leave, enter, np.inf)
    nearest = int(enter.argmin())
    return nearest if np.isfinite(enter[nearest]) else None


def _face(cell: NDArray[np.int64], axis: np.intp, direction: Vector) -> Hit:
    outward = [0] * len(cell)
    outward[axis] = -1 if direction[axis] > 0 else 1
    return Hit(tuple(cell.tolist()), tuple(outward))
