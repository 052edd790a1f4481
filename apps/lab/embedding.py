"""Rules, states and targets inside a JSON file: base64 of safetensors, which hold no code."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from apps.lab.past import Frozen
from voxnca import NCA, Rows, VoxncaError
from voxnca.checkpoint import decode, encode
from voxnca.config import ModelConfig
from voxnca.grid import check_rows


def embed_model(model: NCA) -> str:
    """Return a rule as text."""
    return b64encode(encode(model)).decode()


def read_model(text: str) -> NCA:
    """Read a rule.

    Raises:
        ValueError: when the text is no base64.
        FileError: when what it holds is no rule.
    """
    return decode(b64decode(text, validate=True), "its model")


def embed_state(state: Frozen) -> str:
    """Return a state as text."""
    tensors = {
        "cells": torch.from_numpy(state.cells.astype(np.int32)),
        "values": torch.from_numpy(state.values),
    }
    return b64encode(save(tensors)).decode()


def read_state(text: str, config: ModelConfig, space: Sequence[int]) -> Frozen:
    """Read a state.

    Raises:
        ValueError: when the text is no state of that rule on that grid.
    """
    try:
        tensors = load(b64decode(text, validate=True))
        cells, values = tensors["cells"].long(), tensors["values"]
        if values.dtype != torch.float32 or not values.isfinite().all() or cells.ndim != 2:
            raise ValueError("its values are not finite float32")
        rows = Rows(torch.nn.functional.pad(cells, (1, 0)), values)
        check_rows(rows, config, space, 1)
    except (SafetensorError, KeyError, RuntimeError, VoxncaError) as error:
        raise ValueError(f"its state cannot be read ({error})") from error
    return Frozen.of_rows(rows, space, 0)
