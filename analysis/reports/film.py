"""Space and time of a run: the whole grid at a few moments, and one row of cells at all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from analysis.rules import Automaton, Rule, colors_of
from analysis.soups import DENSITY, soup
from voxnca import NCA
from voxnca.evaluation import growing_time
from voxnca.export.colours import Bytes, solid_cells, to_rgba8
from voxnca.grid import seed as seed_state
from voxnca.grid import training_space
from voxnca.trial import open_environment

SPACE = {2: (72, 72), 3: (20, 20, 20)}
"""Of soups. No power of two: on such a torus linear rules wipe themselves out."""
MOMENTS = {2: (0, 10, 50, 100), 3: (0, 5, 15, 40)}
"""Generations that are shown. In space most soups settle sooner."""
GROWN = (0.0, 0.25, 0.5, 1.0)
"""Shares of the time T in which a network grows."""
_UNTAUGHT_STEPS = 64
"""T of a network that was never taught anything."""
_UNTAUGHT_SPACE = {2: (48, 48), 3: (24, 24, 24)}


@dataclass(frozen=True)
class Frame:
    """A moment of a run.

    Attributes:
        step: steps since the start.
        rgba8: uint8 `(*space, 4)`, straight alpha; a cell in state 0 is transparent.
    """

    step: int
    rgba8: Bytes = field(repr=False)


@dataclass(frozen=True)
class Film:
    """A run, to be looked at.

    Attributes:
        start: what it began from, for people.
        space: sizes of the grid.
        density: share of the soup's cells that are not in state 0; None where one seed grows.
        seed: of the soup, or of the firing mask.
        frames: a few moments.
        history: uint8 `(n, num_steps + 1, 4)`, the middle row of cells at every step, which run
            to the right.
        filled: share of the cells, 0 to 1, that are not empty, at every step.
    """

    start: str
    space: tuple[int, ...]
    density: float | None
    seed: int
    frames: tuple[Frame, ...]
    history: Bytes = field(repr=False)
    filled: tuple[float, ...] = field(repr=False)

    @classmethod
    def of_rule(cls, rule: Rule, *, seed: int = 0) -> Self:
        """Run a rule on a soup; rules of as many dimensions have the same cells filled.

        Where a rule has more states than two, those cells are in any of them, but for ages: under
        Generations all cells are newborn.
        """
        d = rule.num_dims
        cells = soup(2 if rule.ages else rule.num_states, SPACE[d], seed=seed)
        palette = np.array([(*color, 255) for color in colors_of(rule)], dtype=np.uint8)
        palette[0] = 0
        run = Automaton(rule.within(None), cells, border="torus")
        states = (run.step(int(step > 0)).cells for step in range(MOMENTS[d][-1] + 1))
        pictures = (palette[state] for state in states)
        start = "a soup on a torus"
        return cls(start, SPACE[d], DENSITY[d], seed, *_watched(pictures, MOMENTS[d]))

    @classmethod
    def of_growth(cls, model: NCA, *, seed: int = 0) -> Self:
        """Grow a network from its seed, for as long as it takes; in the open, and to goal 0.

        Raises:
            ArgumentError: for one that grows to a beacon.
        """
        target, steps = model.target, model.info.grow_steps
        if target is None:
            space, T = _UNTAUGHT_SPACE[model.config.num_dims], steps or _UNTAUGHT_STEPS
        else:
            space = training_space(target)
            T = growing_time(model, target)
        moments = tuple(round(share * T) for share in GROWN)
        watched = _watched(_grown(model, space, T, seed), moments)
        return cls("one seed cell", space, None, seed, *watched)

    @property
    def num_steps(self) -> int:
        """How long it is."""
        return len(self.filled) - 1

    def to_json(self) -> dict[str, Any]:
        """Return what is not a picture, as a dict that `json` can write."""
        return {
            "start": self.start,
            "space": list(self.space),
            "density": self.density,
            "seed": self.seed,
            "filled": list(self.filled),
        }


def _watched(
    pictures: Iterator[Bytes], moments: tuple[int, ...]
) -> tuple[tuple[Frame, ...], Bytes, tuple[float, ...]]:
    frames, rows, filled = [], [], []
    for step, rgba8 in enumerate(pictures):
        if step in moments:
            frames.append(Frame(step, rgba8))
        rows.append(rgba8[tuple(n // 2 for n in rgba8.shape[:-2])])
        filled.append(float(solid_cells(rgba8).mean()))
    history: NDArray[np.uint8] = np.stack(rows, axis=1)
    return tuple(frames), history, tuple(filled)


def _grown(model: NCA, space: tuple[int, ...], num_steps: int, seed: int) -> Iterator[Bytes]:
    config = model.config
    with torch.no_grad():
        run = model.rollout(
            seed_state(config, space),
            seed=seed,
            goal=0 if config.num_goals else None,
            environment=open_environment(config, space),
        )
        for step in range(num_steps + 1):
            yield to_rgba8(run.step(int(step > 0)).state())
