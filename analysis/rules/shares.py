"""What becomes of a cell in each state, over all neighbourhoods, of a rule of any size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rules.rule import Rule


def transition_shares(rule: Rule) -> NDArray[np.float64]:
    """Return in which share of its neighbourhoods a cell of each state becomes each state.

    All states of the neighbours count the same, as in a table. Rules whose table would be too
    long are measured just as well.

    Returns:
        float64 `(num_states, num_states)`: now, then; each row adds up to 1.
    """
    k = rule.num_states
    weights: NDArray[np.float64] = np.ones(1)
    for level in rule.diagram[:-1]:
        spread = np.repeat(weights / k, k)
        weights = np.bincount(level.reshape(-1), spread).astype(np.float64)
    shares = np.zeros((k, k))
    for nodes, weight in zip(rule.diagram[-1], weights, strict=True):
        shares[np.arange(k), nodes] += weight
    return shares


def unseen_states(rule: Rule) -> tuple[int, ...]:
    """Return the states in which a neighbour is to a cell as one in state 0."""
    return tuple(
        state
        for state in range(1, rule.num_states)
        if all((level[:, state] == level[:, 0]).all() for level in rule.diagram[:-1])
    )


def ones_share(rule: Rule) -> float:
    """Return in which share of all neighbourhoods a cell becomes other than 0: Langton's lambda.

    Source: Langton, Computation at the edge of chaos, Physica D 42 (1990).
    """
    return float(1 - transition_shares(rule)[:, 0].mean())
