"""What a rule that steers is held against: one that senses nothing, and ways without any rule."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import torch

from voxnca.conditions import num_inputs
from voxnca.conditions.compass import Signal
from voxnca.errors import ArgumentError
from voxnca.layouts import Layout
from voxnca.model import NCA
from voxnca.steering.outcomes import Outcomes, Trial
from voxnca.steering.vine import Course, Vine, vine_of


def blind(model: NCA) -> NCA:
    """Return a copy of a rule that senses nothing of its environment: all flags seem 0.

    Raises:
        ArgumentError: when it never sensed anything.
    """
    S = num_inputs(model.config.senses, model.config.num_dims)
    if not S:
        raise ArgumentError("senses=(): the model senses nothing; there is nothing to blind")
    blinded = copy.deepcopy(model)
    with torch.no_grad():
        blinded.hidden.weight[:, -S:] = 0.0
    return blinded


def follow_signal(layouts: Sequence[Layout], *, signal: Signal = "diffusion") -> Outcomes:
    """Measure the ways that signals show, as if they were vines: no rule grows here.

    Of a diffusion it is what the environment gives away; what is left for a rule is to grow
    there, to follow, to prune and to heal. A way is not cut, and does not age.

    Args:
        layouts: where.
        signal: that is followed.

    Raises:
        ArgumentError: for no layouts, or an unknown signal.
    """
    if not layouts:
        raise ArgumentError("layouts is empty; pass at least one")
    trials = []
    for layout in layouts:
        here, there = courses(layout)
        trials.append(Trial(layout, _followed(here, signal), _followed(there, signal)))
    return Outcomes(tuple(trials), 0, signal)


def courses(layout: Layout) -> tuple[Course, Course]:
    """Return the course to the beacon, and the one to where it moves."""
    walls, root = layout.blocked, layout.root
    return (
        Course(walls, root, layout.beacon, layout.difficulty.steps),
        Course(walls, root, layout.moved, layout.moved_difficulty.steps),
    )


def _followed(course: Course, signal: Signal) -> Vine:
    solid = np.zeros_like(course.blocked)
    solid[tuple(course.signalled(signal).T)] = True
    return vine_of(solid, course)
