"""What a run of a hand-made rule starts from: a soup, or a pattern in the middle of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from analysis.rules import (
    CountingRule,
    Pattern,
    Rule,
    parse,
    pattern_names,
    shipped_pattern,
)
from analysis.rules.bounds import check_border
from apps.lab.broth import Broth, liveliest
from voxnca.errors import ArgumentError
from voxnca.grid import check_space

DEFAULT_SPACE = {2: (200, 200), 3: (28, 28, 28)}
"""Grids on which there is something to see, and which a page shows without effort."""
MAX_SIDE = {2: 4096, 3: 256}
"""A picture has a colour for each cell, and the past keeps a state of each."""
ROOM = {2: 40, 3: 16}
"""Sides of the grid of a small pattern; a larger one gets some times its own length."""
TIMES, TIMES_AT_REST = 4, 1.6
"""Patterns move, and send others out; where nothing is born of nothing they stay in place."""
USUAL_BORDER = {2: "dead", 3: "torus"}
"""Of patterns: what a gun shoots must not come back; in space there are ships, and no guns."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Cells of a grid, and what lies beyond its edge.

    Attributes:
        cells: uint8 `(*space)`, states.
        border: `torus` or `dead`.
        words: what it is, for people.
        density: of a soup, the share of its cells that are not empty; None for a pattern.
    """

    cells: NDArray[np.uint8]
    border: str
    words: str
    density: float | None = None

    @classmethod
    def soup(
        cls,
        rule: Rule,
        *,
        density: float | None = None,
        seed: int = 0,
        space: Sequence[int] | None = None,
        border: str | None = None,
    ) -> Self:
        """Fill a grid at random, with every state as often; of cells that age, newborn ones only.

        Args:
            rule: whose states; its bounds are the grid, where it has some.
            density: share of cells that are not in state 0; by default what keeps the rule busy,
                see `Broth`.
            seed: of the random numbers.
            space: sizes of the grid, by default one that a page shows well.
            border: by default that of the rule's bounds, else `torus`.

        Raises:
            ArgumentError: for a share out of [0, 1], or a grid that does not fit the rule.
        """
        broth = liveliest(rule) if density is None else Broth(density)
        cells = broth.poured(rule, grid_of(rule, space), seed)
        words = f"a soup of {broth.density:.0%}"
        return cls(cells, _border(rule, border, "torus"), words, broth.density)

    @classmethod
    def of_pattern(
        cls,
        rule: Rule,
        pattern: Pattern,
        *,
        space: Sequence[int] | None = None,
        border: str | None = None,
    ) -> Self:
        """Put a pattern into the middle of an empty grid.

        Args:
            rule: whose states the pattern has; its bounds are the grid, where it has some.
            pattern: of the rule's dimension.
            space: sizes of the grid, by default the usual one or as much as the pattern needs.
            border: by default that of the rule's bounds, else `dead` in 2D: what leaves is gone.

        Raises:
            ArgumentError: for a pattern of another dimension, of states that the rule does not
                have, or larger than the grid.
        """
        if pattern.cells.ndim != rule.num_dims:
            raise ArgumentError(
                f"the pattern is {pattern.cells.ndim}D and the rule {rule} {rule.num_dims}D; "
                "choose a rule of its dimension"
            )
        highest = int(pattern.cells.max(initial=0))
        if highest >= rule.num_states:
            raise ArgumentError(
                f"the pattern has cells in state {highest}, and the rule {rule} only states 0 to "
                f"{rule.num_states - 1}; choose the rule that it was made for"
            )
        if space is None and rule.bounds is None:
            space = (_room(rule, pattern),) * rule.num_dims
        cells = pattern.placed(grid_of(rule, space))
        border = _border(rule, border, USUAL_BORDER[rule.num_dims])
        return cls(cells, border, pattern.name or "a pattern")

    @classmethod
    def first(cls, rule: Rule, *, seed: int = 0) -> Self:
        """Return what shows a rule best when nothing was chosen.

        That is a soup; but where nothing is born of nothing, as in Wireworld, soups are dull, and
        the largest of the patterns that ship for the rule is taken, if there is any.
        """
        if rests(rule):
            shipped = [pattern for _, pattern in patterns_of(rule)]
            if shipped:
                return cls.of_pattern(rule, max(shipped, key=lambda pattern: pattern.cells.size))
        return cls.soup(rule, seed=seed)


def rests(rule: Rule) -> bool:
    """Tell whether empty cells stay so under a rule that counts, whatever lies round them."""
    return isinstance(rule, CountingRule) and not rule.transitions[0].any()


def patterns_of(rule: Rule) -> list[tuple[str, Pattern]]:
    """Return the patterns that ship for a rule, by name."""
    return [(name, p) for name, p in all_patterns().items() if parse(p.rule) == rule.within(None)]


@cache
def all_patterns() -> dict[str, Pattern]:
    """Return the patterns that ship, by name."""
    return {name: shipped_pattern(name) for name in pattern_names()}


def _room(rule: Rule, pattern: Pattern) -> int:
    """Return the side of a grid for a pattern that has none."""
    longest = int(max(pattern.cells.shape))
    if rests(rule):
        return max(longest + 6, round(TIMES_AT_REST * longest))
    usual = max(ROOM[rule.num_dims], TIMES * longest)
    return max(min(usual, DEFAULT_SPACE[rule.num_dims][0]), longest + ROOM[rule.num_dims] // 2)


def grid_of(rule: Rule, space: Sequence[int] | None) -> tuple[int, ...]:
    """Return the grid a rule is to run on.

    Raises:
        ArgumentError: for one of another dimension, another one than the rule's bounds, or one
            too large to be shown.
    """
    d = rule.num_dims
    if rule.bounds is not None:
        if space is not None and tuple(space) != rule.bounds.space:
            raise ArgumentError(
                f"space={tuple(space)}: the rule {rule} brings its own grid; leave out either"
            )
        space = rule.bounds.space
    sizes = check_space(space or DEFAULT_SPACE[d], d)
    if max(sizes) > MAX_SIDE[d]:
        raise ArgumentError(
            f"space={sizes} is larger than the {MAX_SIDE[d]} cells a side that can be shown; "
            "use a smaller grid"
        )
    return sizes


def _border(rule: Rule, border: str | None, usual: str) -> str:
    return check_border(border or (rule.bounds.border if rule.bounds else usual))
