"""What a rule does with soups: how many cells live, and how far a change is felt."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from analysis.domains import Floats
from analysis.operands import Operand, as_rule
from analysis.rules.automaton import Automaton
from analysis.rules.rule import Rule, States

FILLED = (0.1, 0.3, 0.5)
"""Shares of cells that are not in state 0 at first, one soup each."""
_SIDES = {2: 64, 3: 16}
"""Of the torus on which populations are followed, in cells."""
_CONES = {2: 4, 3: 2}
"""In each direction, how many cells are changed in one soup, beyond reach of one another."""


def densities(operand: Operand, *, num_steps: int = 64, seed: int = 0) -> Floats:
    """Follow how many cells of soups are in each state.

    Rules of as many states and dimensions start from the same soups. Of these, `FILLED` says how
    many cells are not in state 0; all other states are as likely. The torus has 64^2 cells, 16^3
    in space.

    Args:
        operand: a rule.
        num_steps: at least 0.
        seed: of the soups.

    Returns:
        float64 `(soups, num_steps + 1, num_states)`: shares of the cells, of sum 1.
    """
    rule = as_rule(operand)
    rng = np.random.default_rng(seed)
    space = (_SIDES[rule.num_dims],) * rule.num_dims
    runs = [
        [run.population for run in _moments(rule, soup(rule, space, filled, rng), num_steps)]
        for filled in FILLED
    ]
    return np.array(runs) / np.prod(space)


def damage(operand: Operand, *, num_steps: int = 16, seed: int = 0) -> Floats:
    """Follow how far the change of one cell is felt.

    A soup in which all states are as likely runs twice, the second time with one cell in another
    state, in 16 places (8 in space) that cannot reach one another. (Stanley and others, Dynamics
    of spreading phenomena in two-dimensional Ising models, 1987; for automata, Bagnoli, Rechtman
    and Ruffo, Damage spreading and Lyapunov exponents in cellular automata, 1992.)

    Args:
        operand: a rule.
        num_steps: T, at least 0.
        seed: of the soup and the changes.

    Returns:
        float64 `(T + 1,)`: after t steps the share of cells that differ among the (2 t + 1)^d that
        the change can have reached, on average over the places. It begins with 1.
    """
    rule = as_rule(operand)
    d, k, rng = rule.num_dims, rule.num_states, np.random.default_rng(seed)
    side, per_axis = 2 * num_steps + 1, _CONES[rule.num_dims]
    cells = soup(rule, (side * per_axis,) * d, 1 - 1 / k, rng)
    changed = cells.copy()
    for corner in product(range(per_axis), repeat=d):
        place = tuple(num_steps + side * i for i in corner)
        changed[place] = (changed[place] + rng.integers(1, k)) % k
    pair = zip(_moments(rule, cells, num_steps), _moments(rule, changed, num_steps), strict=True)
    felt = [int((one.cells != other.cells).sum()) for one, other in pair]
    reached = (2 * np.arange(num_steps + 1) + 1) ** d * per_axis**d
    share: Floats = np.array(felt) / reached
    return share


def soup(
    rule: Rule, space: tuple[int, ...], filled: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return cells of which a share is in states other than 0, each of them as likely.

    Returns:
        uint8 `(*space)`.
    """
    states = rng.integers(1, rule.num_states, space, dtype=np.uint8)
    cells: States = np.where(rng.random(space) < filled, states, 0).astype(np.uint8)
    return cells


def _moments(rule: Rule, cells: States, num_steps: int) -> Iterator[Automaton]:
    """Yield a run at the start and after every step."""
    run = Automaton(rule, cells, border="torus")
    yield run
    for _ in range(num_steps):
        yield run.step()
