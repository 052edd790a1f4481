"""Matrix products of a tile of cells, small enough to stay in the cache."""

from __future__ import annotations

from typing import Any

from voxnca.engines.kernels.compiling import inlined
from voxnca.engines.kernels.lanes import (
    TILE_ROWS,
    WIDTH,
    fma_tile,
    load,
    load_tile,
    positive_tile,
    repeated,
    store_tile,
)

AFFINE, RECTIFIED, ADDED = 0, 1, 2
"""What `multiply` writes: product + bias, its positive part, or what was there + product."""


def padded(count: int, multiple: int) -> int:
    """Round a count up."""
    return -(-count // multiple) * multiple


@inlined
def multiply(
    out: Any,
    out_stride: int,
    a: Any,
    a_row: int,
    a_column: int,
    b: Any,
    b_stride: int,
    rows: int,
    columns: int,
    depth: int,
    bias: Any,
    mode: int,
) -> None:
    """Multiply a `(rows, depth)` by b `(depth, columns)`.

    Every row is summed in the order of `depth`, whatever stands beside it. Rows are rounded up
    to `TILE_ROWS` and columns to `WIDTH`: all arrays have room for that, and nobody reads it.

    Row i of `out` begins at `i * out_stride` and row l of `b` at `l * b_stride`; entry (i, l) of
    `a` is at `i * a_row + l * a_column`, so that `a` may be transposed. `bias` has a number for
    each column; `mode` is `AFFINE`, `RECTIFIED` or `ADDED`.
    """
    for i in range(0, rows, TILE_ROWS):
        for j in range(0, columns, WIDTH):
            if mode == ADDED:
                tile = load_tile(out, i * out_stride + j, out_stride)
            else:
                tile = repeated(load(bias, j))
            for depth_index in range(depth):
                lanes = load(b, depth_index * b_stride + j)
                tile = fma_tile(a, i * a_row + depth_index * a_column, a_row, lanes, tile)
            if mode == RECTIFIED:
                tile = positive_tile(tile)
            store_tile(out, i * out_stride + j, out_stride, tile)
