"""What a step does to disturbances, as sparse matrices of scipy and as dense blocks of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
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


class RowBlocks:
    """A sparse matrix in dense blocks of rows: its products with dense ones are far quicker.

    Neighboring cells share most of their neighbors, and so do the rows of a block most of their
    columns: a block is a product of small dense matrices, which both cores share.

    Args:
        matrix: in rows (csr).
        num_rows: of a block.
    """

    def __init__(self, matrix: Any, num_rows: int) -> None:
        self._blocks = []
        for first in range(0, matrix.shape[0], num_rows):
            rows = matrix[first : first + num_rows]
            columns = np.unique(rows.indices).astype(np.int64)
            dense = torch.from_numpy(rows[:, columns].toarray())
            self._blocks.append((first, torch.from_numpy(columns), dense))
        self._size = matrix.shape[0]

    def __matmul__(self, dense: Tensor) -> Tensor:
        """Return the product with columns `(size, X)`."""
        product = dense.new_empty(self._size, dense.shape[1])
        for first, columns, block in self._blocks:
            rows = product[first : first + len(block)]
            torch.mm(block, dense.index_select(0, columns), out=rows)
        return product


def sizes_times(blocks: Sequence[Tensor], vectors: Tensor) -> Tensor:
    """Return |M| times vectors `(size, X)`, M being given in blocks of columns."""
    out, first = torch.zeros_like(vectors), 0
    for block in blocks:
        out += block.abs() @ vectors[first : first + block.shape[1]]
        first += block.shape[1]
    return out
