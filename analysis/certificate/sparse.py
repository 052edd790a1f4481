"""What a step does to disturbances, as sparse matrices of scipy."""

from __future__ import annotations

from typing import Any

import torch
from scipy.sparse import coo_matrix
from torch import Tensor

from analysis.certificate.linear import Linearization


def sparse_matrix(near: Linearization) -> Any:
    """Return J, the map of the live values to themselves: `(nC, nC)`."""
    return blocks_matrix(near.near_alive, near.blocks, near.num_cells)


def blocks_matrix(places: Tensor, blocks: Tensor, num_cells: int) -> Any:
    """Put blocks `(n, O, C, C)` of cells at places `(n, O)`, -1 for none: `(nC, num_cells C)`."""
    n, C = len(blocks), blocks.shape[-1]
    channel = torch.arange(C)
    there = (places >= 0)[..., None, None].expand(blocks.shape)
    rows = (torch.arange(n)[:, None, None, None] * C + channel[:, None]).expand(blocks.shape)
    columns = (places[..., None, None] * C + channel).expand(blocks.shape)
    where = rows[there].numpy(), columns[there].numpy()
    return coo_matrix((blocks[there].numpy(), where), shape=(n * C, num_cells * C)).tocsr()
