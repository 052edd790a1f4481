"""Patterns on the unbounded plane, or in unbounded space: a grid that follows what lives on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

import numpy as np

from analysis.rules.automaton import check_cells, check_state, check_steps, step
from analysis.rules.bounds import Bounds
from analysis.rules.pattern import Pattern
from analysis.rules.rule import Rule, States
from voxnca.errors import ArgumentError

MAX_CELLS = 2**28
"""Of the box round a pattern: a quarter of a gigabyte."""
_MARGIN_CELLS = {2: 64, 3: 16}
"""Round a small pattern: it costs little, and making the grid anew every so often costs nothing."""


def evolve(rule: Rule, pattern: Pattern, num_steps: int) -> Pattern:
    """Return what becomes of a pattern, where it comes to lie, cropped to what is not background.

    The background follows the rule too: under a rule by which cells are born of nothing it
    changes. A rule with bounds runs on its grid instead, as in Golly: cell 0 of the plane is the
    grid's cell `size // 2`, what lies beyond the grid is lost, and the new background is state 0.

    Args:
        rule: what the cells live by.
        pattern: of the rule's dimension and states; its own notation of a rule is not looked at.
        num_steps: at least 0.

    Raises:
        ArgumentError: for a pattern of another dimension, states that the rule does not have, or
            a pattern whose box grows beyond 2^28 cells.
    """
    check_steps(num_steps)
    check_state(rule, pattern.background)
    if pattern.cells.ndim != rule.num_dims:
        raise ArgumentError(
            f"pattern {pattern.cells.shape} must be {rule.num_dims}D, as the rule is"
        )
    free, bounds = rule.within(None), rule.bounds
    if pattern.cells.size:
        check_cells(free, pattern.cells)
    pattern = cropped(pattern)
    if bounds is not None:
        return _on_grid(free, bounds, pattern, num_steps)
    while num_steps and pattern.cells.size:
        taken = min(num_steps, _margin(pattern.cells.shape))
        pattern = _on_plane(free, pattern, taken)
        num_steps -= taken
    return replace(pattern, background=_background(free, pattern.background, num_steps))


def cropped(pattern: Pattern) -> Pattern:
    """Return the same pattern without rows, columns and planes of background round it."""
    inside = pattern.cells != pattern.background
    box, d = [], inside.ndim
    for axis in range(d):
        held = np.flatnonzero(inside.any(axis=tuple(a for a in range(d) if a != axis)))
        box.append(slice(held[0], held[-1] + 1) if len(held) else slice(0))
    if not pattern.cells[tuple(box)].size:
        return replace(pattern, cells=np.zeros((0,) * d, np.uint8), origin=(0,) * d)
    origin = tuple(int(o + s.start) for o, s in zip(pattern.origin, box, strict=True))
    return replace(pattern, cells=pattern.cells[tuple(box)], origin=origin)


def _margin(space: Sequence[int]) -> int:
    """Return how many cells to leave round a box, and so how many steps to take at once.

    As many as do not make the box twice as large as it has to be.
    """
    margin = _MARGIN_CELLS[len(space)]
    while margin > 1 and _padded(space, margin) > MAX_CELLS:
        margin //= 2
    if _padded(space, margin) > MAX_CELLS:
        raise ArgumentError(
            f"the pattern has come to fill a box of {' x '.join(map(str, space))} cells, more "
            "than 2^28; take fewer steps, or give the rule bounds, as in B3/S23:T1024,1024"
        )
    most = min(MAX_CELLS, 2 * _padded(space, margin))
    while _padded(space, 2 * margin) <= most:
        margin *= 2
    return margin


def _padded(space: Sequence[int], margin: int) -> int:
    return prod(n + 2 * margin for n in space)


def _on_plane(rule: Rule, pattern: Pattern, num_steps: int) -> Pattern:
    """Take a few steps: no influence gets further than a cell a step, nor round the torus."""
    padded = np.pad(pattern.cells, num_steps, constant_values=pattern.background)
    cells = step(rule, padded, num_steps, border="torus")
    background = _background(rule, pattern.background, num_steps)
    origin = tuple(o - num_steps for o in pattern.origin)
    return cropped(replace(pattern, cells=cells, origin=origin, background=background))


def _background(rule: Rule, state: int, num_steps: int) -> int:
    """Return what becomes of cells that are all in one state: sooner or later it comes back."""
    seen: list[int] = []
    while state not in seen:
        seen.append(state)
        alike = np.full((1, len(rule.neighborhood.cells)), state, dtype=np.uint8)
        state = int(rule.next_states(alike).item())
    first = seen.index(state)
    period = len(seen) - first
    return seen[num_steps if num_steps < first else first + (num_steps - first) % period]


def _on_grid(rule: Rule, bounds: Bounds, pattern: Pattern, num_steps: int) -> Pattern:
    corner = tuple(-(n // 2) for n in bounds.space)
    grid = np.full(bounds.space, pattern.background, dtype=np.uint8)
    _paste(pattern.cells, tuple(o - c for o, c in zip(pattern.origin, corner, strict=True)), grid)
    cells = step(rule, grid, num_steps, border=bounds.border)
    return cropped(replace(pattern, cells=cells, origin=corner, background=0))


def _paste(cells: States, origin: tuple[int, ...], grid: States) -> None:
    """Put cells into a grid as far as they lie in it."""
    target = tuple(
        slice(max(0, o), max(0, o + n)) for o, n in zip(origin, cells.shape, strict=True)
    )
    held = grid[target]
    source = tuple(
        slice(max(0, -o), max(0, -o) + n) for o, n in zip(origin, held.shape, strict=True)
    )
    held[...] = cells[source]
