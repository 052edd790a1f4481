"""A discrete model in the lab: it runs as the table that says the same of every neighbourhood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from analysis import distill
from analysis.rules import Rule
from apps.lab.layout import Layout
from apps.lab.start import Start
from voxnca import NCA
from voxnca.errors import ArgumentError
from voxnca.states import states_of

_BORDERS = {"zero": "dead", "circular": "torus"}


def as_made(
    model: NCA,
    *,
    seed: int = 0,
    space: Sequence[int] | None = None,
    state: NDArray[np.floating] | None = None,
) -> tuple[Rule, Layout]:
    """Return a discrete model as a hand-made rule, and what it starts from.

    Args:
        model: a discrete rule.
        seed: of the soup.
        space: sizes of the grid.
        state: `(1, *space, k)` to start from, as `voxnca grow -o state.npy` writes it; by default
            a soup.

    Raises:
        ArgumentError: for a model whose table is not exact or cannot be had, or a state of another
            kind.
    """
    border = _BORDERS.get(model.config.border)
    if border is None:
        raise ArgumentError(
            f"border={model.config.border!r}: no table has such an edge; use zero or circular"
        )
    told = distill.to_table(model)
    if not told.exact:
        raise ArgumentError(
            f"the table of {model.info.name or 'the model'} is not exact, and would not run as the "
            "network does; grow it by voxnca grow"
        )
    if state is None and space is None:
        return told.rule, replace(Layout.first(told.rule, seed=seed), border=border)
    if state is None:
        return told.rule, Layout.soup(told.rule, seed=seed, space=space, border=border)
    Start.of_state(state, model)  # says what is wrong with it
    cells = states_of(torch.from_numpy(state[0])).numpy()
    return told.rule, Layout(cells, border, "a state")
