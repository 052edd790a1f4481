"""The built-in shapes, by name."""

from __future__ import annotations

from collections.abc import Callable

from voxnca.errors import ArgumentError
from voxnca.targets import drawings, solids
from voxnca.targets.canvas import Canvas
from voxnca.targets.target import Target

DEFAULT_SIZE = 24
MIN_SIZE, MAX_SIZE = 8, 128

Draw = Callable[[int], Canvas]

_BY_DIMS: dict[int, dict[str, Draw]] = {
    2: {
        draw.__name__: draw
        for draw in (drawings.butterfly, drawings.flower, drawings.gecko, drawings.heart)
    },
    3: {
        draw.__name__: draw
        for draw in (
            solids.donut,
            solids.dragonfly,
            solids.duck,
            solids.house,
            solids.jellyfish,
            solids.mushroom,
            solids.tree,
            solids.turtle,
        )
    },
}
SHAPES: dict[str, Draw] = _BY_DIMS[2] | _BY_DIMS[3]


def shape_names(num_dims: int | None = None) -> tuple[str, ...]:
    """Return the names of the built-in shapes, of 2, 3 or all dimensions, 2D first.

    Raises:
        ArgumentError: for another number of dimensions.
    """
    if num_dims is None:
        return tuple(SHAPES)
    if num_dims not in _BY_DIMS:
        raise ArgumentError(f"num_dims={num_dims!r} is unknown; use 2 or 3, or None for all")
    return tuple(_BY_DIMS[num_dims])


def make_shape(name: str, size: int = DEFAULT_SIZE) -> Target:
    """Draw a built-in shape.

    Args:
        name: one of `shape_names()`.
        size: cells along its longest side, 8 to 128.

    Raises:
        ArgumentError: for an unknown name or a size out of range.
    """
    if name not in SHAPES:
        raise ArgumentError(f"shape {name!r} is unknown; use one of: {', '.join(SHAPES)}")
    if isinstance(size, bool) or not isinstance(size, int) or not MIN_SIZE <= size <= MAX_SIZE:
        raise ArgumentError(f"size={size!r} must be a whole number from {MIN_SIZE} to {MAX_SIZE}")
    return Target.from_rgba8(SHAPES[name](size).rgba8, name=name)
