"""Discrete rules: a cell is in one of k states, its channels are one-hot, a step is an argmax.

No cell is dead and every cell fires. Beyond a `zero` border cells are in state 0, as beyond the
edge of a hand-made rule's grid.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from voxnca.engines.dense import convolve
from voxnca.engines.field import Firing, Rule, Surroundings, flat_index
from voxnca.errors import ArgumentError
from voxnca.grid import Rows
from voxnca.states import one_hot, states_of
from voxnca.wounds import Wound, apply

_CELLS_AT_ONCE = 2**15
"""What they perceive and their hidden layer take some megabytes, whatever the grid."""


def logits(state: Tensor, rule: Rule) -> Tensor:
    """Compute how much speaks for each state in the next step; differentiable.

    Args:
        state: `(B, *space, k)`, one-hot or anything between.
        rule: weights and constants.

    Returns:
        `(B, *space, k)`, the state itself plus what the network adds: an untrained rule, which
        adds nothing, keeps every cell as it is.
    """
    perceived = convolve(_framed(state.movedim(-1, 1), rule.border), rule.kernels)
    return state + rule.update(perceived, state)


def logits_of(windows: Tensor, rule: Rule) -> Tensor:
    """Compute the same for single cells, given the states round each; differentiable.

    Args:
        windows: whole numbers `(N, 3^d)`, the states of the cells round one and of itself, in
            index order.
        rule: weights and constants.

    Returns:
        `(N, k)`.
    """
    own = one_hot(windows[:, windows.shape[1] // 2], len(rule.out_bias)).to(rule.out_bias.dtype)
    return own + rule.update(perceived_by(windows, rule), own)


def perceived_by(windows: Tensor, rule: Rule) -> Tensor:
    """Return what is perceived of such windows: `(N, K * k)`, kernel-major."""
    channels = one_hot(windows, len(rule.out_bias)).to(rule.out_bias.dtype)
    return torch.einsum("nmc,km->nkc", channels, rule.kernels.flatten(1)).flatten(1)


def _framed(maps: Tensor, border: str) -> Tensor:
    """Put a frame one cell wide round channels-first maps `(B, k, *space)`."""
    frame = [1, 1] * (maps.ndim - 2)
    if border != "zero":
        return F.pad(maps, frame, mode=border)
    return torch.cat([F.pad(maps[:, :1], frame, value=1.0), F.pad(maps[:, 1:], frame)], 1)


class DiscreteField:
    """States by their numbers, a byte a cell; stepped slab by slab.

    Args:
        states: uint8 `(B, *space)`.
        rule: weights and constants.
    """

    def __init__(self, states: Tensor, rule: Rule) -> None:
        self._states, self._rule = states, rule

    @classmethod
    def of_state(cls, state: Tensor, rule: Rule, surroundings: Surroundings) -> DiscreteField:
        """Enter whole states `(B, *space, k)`: of every cell only the largest channel counts.

        Raises:
            ArgumentError: for surroundings, which a discrete rule does not have.
        """
        _check_plain(surroundings)
        return cls(states_of(state), rule)

    @classmethod
    def of_rows(
        cls, rows: Rows, shape: tuple[int, ...], rule: Rule, surroundings: Surroundings
    ) -> DiscreteField:
        """Enter cells of grids `(B, *space, k)` whose other cells are in state 0.

        Raises:
            ArgumentError: as of `of_state`.
        """
        _check_plain(surroundings)
        states = torch.zeros(shape[:-1], dtype=torch.uint8, device=rows.values.device)
        states.view(-1)[flat_index(rows.coordinates, shape)] = states_of(rows.values)
        return cls(states, rule)

    @torch.no_grad()
    def step(self, firing: Firing, num_steps: int = 1) -> None:  # noqa: ARG002 - all cells fire
        """Advance every state; an argmax has no derivative, so none is kept."""
        for _ in range(num_steps):
            self._states = _step(self._states, self._rule)

    def erase(self, wound: Wound, sample: int | None) -> None:
        """Put the wound's cells into state 0, in one sample or in all."""
        self._states = apply(self._states[..., None], wound, sample=sample)[..., 0]

    def under(self, surroundings: Surroundings) -> DiscreteField:
        """Return itself: there are no other surroundings for a discrete rule.

        Raises:
            ArgumentError: as of `of_state`.
        """
        _check_plain(surroundings)
        return self

    def rows(self) -> Rows:
        """Return the cells that are not in state 0."""
        coordinates = self._states.nonzero()
        return Rows(coordinates, self._one_hot(self._states[tuple(coordinates.T)]))

    def state(self) -> Tensor:
        """Return the whole states, one-hot."""
        return self._one_hot(self._states)

    def _one_hot(self, states: Tensor) -> Tensor:
        return one_hot(states, len(self._rule.out_bias)).to(self._rule.out_bias.dtype)


def _check_plain(surroundings: Surroundings) -> None:
    if any(given is not None for given in surroundings):
        raise ArgumentError("surroundings are for rules that grow; a discrete one has none")


def _step(states: Tensor, rule: Rule) -> Tensor:
    """Return the next states of all cells: uint8 `(B, *space)`."""
    around = _with_frame(states, rule.border)
    cells_a_layer = states[:, 0].numel()
    depth = max(1, _CELLS_AT_ONCE // cells_a_layer)
    slabs = [
        _settled(around[:, first : first + depth + 2], rule)
        for first in range(0, states.shape[1], depth)
    ]
    return torch.cat(slabs, 1)


def _settled(around: Tensor, rule: Rule) -> Tensor:
    """Return what becomes of cells that are given with a frame: uint8 `(B, *space)`."""
    framed = one_hot(around, len(rule.out_bias)).to(rule.out_bias.dtype)
    inner = framed[(slice(None), *[slice(1, -1)] * (around.ndim - 1))]
    perceived = convolve(framed.movedim(-1, 1), rule.kernels)
    return states_of(inner + rule.update(perceived, inner))


def _with_frame(states: Tensor, border: str) -> Tensor:
    if border == "zero":
        return F.pad(states, [1, 1] * (states.ndim - 1))
    for axis in range(1, states.ndim):
        n = states.shape[axis]
        places = torch.arange(-1, n + 1, device=states.device)
        places = places % n if border == "circular" else places.clamp(0, n - 1)
        states = states.index_select(axis, places)
    return states
