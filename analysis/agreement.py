"""A network and a hand-made rule, run side by side."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch

from analysis.distill import check_same_kind
from analysis.rules import Automaton, Rule
from analysis.rules.automaton import check_steps
from analysis.soups import soup
from voxnca import NCA
from voxnca.errors import ArgumentError
from voxnca.states import one_hot, states_of

SIDE = {2: 64, 3: 24}
_BORDERS = {"zero": "dead", "circular": "torus"}


@dataclass(frozen=True)
class Agreement:
    """A network and a hand-made rule, run side by side from the same soup.

    Attributes:
        space: sizes of the grid.
        num_steps: generations that were compared, the soup not among them.
        num_different: cells that differ at the end.
        first_step: the first generation in which a cell differs; None if none does.
    """

    space: tuple[int, ...]
    num_steps: int
    num_different: int
    first_step: int | None

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a dict that `json` can write."""
        return asdict(self)


def agree(
    model: NCA, rule: Rule, num_steps: int = 200, seed: int = 0, *, space: tuple[int, ...] = ()
) -> Agreement:
    """Run a model and a hand-made rule side by side from one soup, and compare every cell.

    Args:
        model: a discrete rule; beyond its border lies what the hand-made one then has there.
        rule: of as many states and dimensions.
        num_steps: generations.
        seed: of the soup.
        space: sizes of the grid; by default 64 a side in 2D, 24 in 3D, or the rule's own.

    Raises:
        ArgumentError: as of `num_wrong`, for a border `replicate`, which hand-made rules do not
            have, or a number of steps below 0.
    """
    check_same_kind(model, rule)
    check_steps(num_steps)
    border = _BORDERS.get(model.config.border)
    if border is None:
        raise ArgumentError("border='replicate': hand-made rules have none; use zero or circular")
    d = rule.num_dims
    sizes = space or (rule.bounds.space if rule.bounds else (SIDE[d],) * d)
    cells = soup(rule.num_states, sizes, seed=seed)
    network = model.rollout(one_hot(torch.from_numpy(cells), rule.num_states)[None])
    by_hand = Automaton(rule, cells, border=border)
    first, different = None, 0
    for step in range(1, num_steps + 1):
        seen = states_of(network.step().state())[0].numpy()
        different = int((seen != by_hand.step().cells).sum())
        if different and first is None:
            first = step
    return Agreement(tuple(sizes), num_steps, different, first)
