"""What is measured: rules of random weights on creatures that stay as large as they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

import voxnca
from voxnca import NCA, ModelConfig, Rows
from voxnca.engines.dense import alive
from voxnca.grid import ALPHA


@dataclass(frozen=True)
class Case:
    """A rule and the states it steps.

    Attributes:
        space: sizes of the grid.
        num_channels: C.
        hidden_size: H.
        batch_size: B.
        alive_share: of the cells of the grid.
    """

    space: tuple[int, ...]
    num_channels: int
    hidden_size: int
    batch_size: int
    alive_share: float

    @property
    def name(self) -> str:
        """Say what it is."""
        d, B = len(self.space), self.batch_size
        sizes = f"{self.space[0]}{'²' if d == 2 else '³'}"
        return f"{d}D {sizes} C{self.num_channels} H{self.hidden_size} B{B}"

    def model(self) -> NCA:
        """Make a rule whose changes are too small to kill a cell or wake one."""
        config = ModelConfig(
            num_dims=len(self.space), num_channels=self.num_channels, hidden_size=self.hidden_size
        )
        model = NCA(config)
        with torch.no_grad():
            generator = torch.Generator().manual_seed(1)
            model.out.weight.normal_(std=1e-3, generator=generator)
            model.out.weight[ALPHA] = 0
        return model

    def rows(self) -> Rows:
        """Return the largest ball of live cells with at most the share, in each sample."""
        ball = _ball(self.space, self.alive_share)
        samples = [torch.nn.functional.pad(ball, (1, 0), value=b) for b in range(self.batch_size)]
        generator = torch.Generator().manual_seed(0)
        values = 0.3 * torch.randn(
            len(ball) * self.batch_size, self.num_channels, generator=generator
        )
        values[:, ALPHA] = 1.0
        return Rows(torch.cat(samples), values)

    def state(self) -> Tensor:
        """Return the whole states."""
        rows = self.rows()
        state = torch.zeros(self.batch_size, *self.space, self.num_channels)
        state[tuple(rows.coordinates.T)] = rows.values
        return state


ENGINE_CASES = (
    Case((40, 40), 16, 128, 8, 0.30),
    Case((24, 24, 24), 16, 64, 2, 0.15),
    Case((32, 32, 32), 16, 128, 2, 0.11),
)
GRIDS = (32, 64, 128, 256)
"""Sides of the grids that the last case's creature is put into."""


def _ball(space: tuple[int, ...], alive_share: float) -> Tensor:
    """Return the cells nearest to the centre whose neighbourhoods make up the share."""
    middle = torch.tensor(voxnca.grid.center(space))
    cells = torch.cartesian_prod(*(torch.arange(n) for n in space))
    order = (cells - middle).square().sum(1).argsort(stable=True)
    most, low, high = alive_share * prod(space), 1, len(cells)
    while low < high:
        half = (low + high + 1) // 2
        state = torch.zeros(1, *space, ALPHA + 1)
        state[(0, *cells[order[:half]].T)] = 1.0
        low, high = (half, high) if alive(state, "zero").sum() <= most else (low, half - 1)
    return cells[order[:low]]
