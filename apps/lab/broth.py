"""How a soup is made, so that something happens in it: most rules die out in most soups."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.rules import Rule, step
from analysis.soups import soup
from voxnca.errors import ArgumentError

TRIAL_SPACE = {2: (64, 64), 3: (20, 20, 20)}
TRIAL_STEPS = 60
"""In which a soup shows whether it lives: little work, and most that dies has died by then."""
LIVELY = 0.02
"""A soup of which so many cells change from one step to the next will do."""


@dataclass(frozen=True)
class Broth:
    """A recipe of soups.

    Attributes:
        density: share of cells that are not in state 0.
        side: of the block in the middle that is filled, in cells; None for the whole grid. Many
            rules in space grow out of a block and choke in a full grid.

    Raises:
        ArgumentError: for a share out of [0, 1].
    """

    density: float
    side: int | None = None

    def __post_init__(self) -> None:
        share = self.density
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise ArgumentError(f"density={share!r} must be a number in [0, 1]")

    def poured(self, rule: Rule, space: tuple[int, ...], seed: int) -> NDArray[np.uint8]:
        """Return a soup: uint8 `(*space)`."""
        most = 2 if rule.ages else rule.num_states
        cells = soup(most, space, density=self.density, seed=seed)
        if self.side is None:
            return cells
        lows = (max(0, (n - self.side) // 2) for n in space)
        block = tuple(slice(low, low + self.side) for low in lows)
        poured = np.zeros_like(cells)
        poured[block] = cells[block]
        return poured


TRIED = {
    2: (Broth(0.3), Broth(0.15), Broth(0.5), Broth(0.7), Broth(0.05)),
    3: (Broth(0.15), Broth(0.3), Broth(0.3, 8), Broth(0.07), Broth(0.5), Broth(1.0, 2)),
}


@cache
def liveliest(rule: Rule) -> Broth:
    """Return the first of `TRIED` that keeps a rule busy, else the one that comes nearest to it."""
    rule = rule.within(None)
    found = []
    for broth in TRIED[rule.num_dims]:
        changing, alive = _outcome(rule, broth)
        if changing >= LIVELY:
            return broth
        found.append((changing, min(alive, 1 - alive), broth))
    return max(found, key=lambda entry: entry[:2])[-1]


def _outcome(rule: Rule, broth: Broth) -> tuple[float, float]:
    """Return the shares of cells that change, and that are not in state 0, at the end."""
    soup = broth.poured(rule, TRIAL_SPACE[rule.num_dims], seed=0)
    last = step(rule, soup, TRIAL_STEPS, border="torus")
    after = step(rule, last, border="torus")
    return float((last != after).mean()), float((last != 0).mean())
