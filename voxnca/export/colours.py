"""The colours of a state as bytes, which is what files hold."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxnca.errors import ArgumentError
from voxnca.grid import ALPHA, SOLID_THRESHOLD, to_rgba
from voxnca.states import Colors

Bytes = NDArray[np.uint8]


def to_rgba8(state: Tensor, *, colors: Colors | None = None) -> Bytes:
    """Return the colours of one state, straight alpha: uint8 `(*space, 4)`.

    Args:
        state: `(1, *space, C)`.
        colors: of a discrete rule's states; None for a rule that grows.

    Raises:
        ArgumentError: for a batch of more or fewer than one state.
    """
    rgba = to_rgba(state.detach().cpu().float(), colors=colors)
    if len(rgba) != 1:
        raise ArgumentError(f"state holds {len(rgba)} samples; pass one of them: state[:1]")
    return (255 * rgba[0].nan_to_num()).round().to(torch.uint8).numpy()


def solid_cells(rgba8: Bytes) -> NDArray[np.bool_]:
    """Return which cells are solid: bool `(*space)`."""
    return rgba8[..., ALPHA] > 255 * SOLID_THRESHOLD
