"""What a run of a model begins on when nothing was chosen: a grid, and conditions on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from apps.lab.conditions import Conditions
from voxnca import NCA, training_space
from voxnca.errors import ArgumentError
from voxnca.grid import center, check_space
from voxnca.layouts import Layout, draw_layouts, draw_obstacles, held_out_layouts

DEFAULT_SIZE = {2: 64, 3: 32}
"""Sides of the grid of a model that has no target."""
LAYOUT_SIZE = {2: 32, 3: 20}
"""Sides of the grid on which a vine looks for its beacon."""


def usual_space(model: NCA, space: Sequence[int] | None) -> tuple[int, ...]:
    """Return the sizes of a grid for a model: those asked for, or the ones it was trained on.

    Raises:
        ArgumentError: for a grid that does not hold its targets, or of another dimension.
    """
    d, targets = model.config.num_dims, model.targets
    if space is None and targets:
        recipe = model.info.recipe
        margin = () if recipe is None else (recipe.margin_cells,)
        spaces = [training_space(target, *margin) for target in targets]
        return tuple(max(sizes) for sizes in zip(*spaces, strict=True))
    size = _layout_size(model) if seeks(model) else DEFAULT_SIZE[d]
    sizes = check_space(space or (size,) * d, d)
    for target in targets:
        target.origin(sizes)
    return sizes


def _layout_size(model: NCA) -> int:
    recipe = model.info.recipe
    steered = recipe is not None and recipe.task.name == "steer"
    return recipe.task.size if recipe and steered else LAYOUT_SIZE[model.config.num_dims]


def seeks(model: NCA) -> bool:
    """Tell whether a rule senses a beacon."""
    return any(sense in model.config.senses for sense in ("beacon", "bare_beacon"))


def first_conditions(model: NCA, space: tuple[int, ...]) -> Conditions:
    """Return what a model is given at first: goal 0, no walls; a vine the first test layout."""
    if seeks(model):
        return _of_layout(model, held_out_layouts(space, 1)[0])
    return _open(model, space)


def random_conditions(model: NCA, space: tuple[int, ...], seed: int) -> Conditions:
    """Return what a model is given in a layout drawn at random, of the kind it was trained on.

    A rule without a beacon gets obstacles in the way of its target.

    Raises:
        ArgumentError: for a rule that has neither a beacon nor a target.
    """
    if seeks(model):
        return _of_layout(model, draw_layouts(space, 1, seed)[0])
    if not model.targets:
        raise ArgumentError("the rule has no target that obstacles could be in; build some by hand")
    pattern = np.zeros(space, bool)
    for target in model.targets:
        low = target.origin(space)
        place = tuple(slice(o, o + n) for o, n in zip(low, target.size, strict=True))
        pattern[place] |= target.solid.numpy()
    return replace(_open(model, space), blocked=draw_obstacles(pattern, 1, seed)[0])


def fitted(conditions: Conditions, model: NCA, space: tuple[int, ...]) -> Conditions:
    """Return conditions for another model on the same grid: what it lacks as at first.

    Raises:
        ArgumentError: when it seeks a beacon, and there is none.
    """
    if seeks(model) and conditions.beacon is None:
        raise ArgumentError("the rule beside needs a beacon, and none is here; open it instead")
    usual = _open(model, space)
    same = len(usual.goal) == len(conditions.goal)
    blocked = usual.blocked if conditions.blocked is None else conditions.blocked
    return replace(conditions, goal=conditions.goal if same else usual.goal, blocked=blocked)


def _open(model: NCA, space: tuple[int, ...]) -> Conditions:
    """Return what a model is given in the open: no walls, if it senses them."""
    goals = tuple(float(k == 0) for k in range(model.config.num_goals))
    blocked = np.zeros(space, bool) if model.config.senses else None
    return Conditions(center(space), goals, blocked)


def _of_layout(model: NCA, layout: Layout) -> Conditions:
    opened = _open(model, layout.space)
    return replace(opened, root=layout.root, blocked=layout.blocked.copy(), beacon=layout.beacon)
