"""The step, in engines that are one model: `dense` is the reference, `sparse` is fast.

A discrete rule has one engine, whatever the name: its cells are all alive.

An engine is a `Field`: it holds a batch of states between steps and takes tensors and weights
only; it knows nothing of models, targets or files.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from voxnca.engines.dense import DenseField
from voxnca.engines.discrete import DiscreteField
from voxnca.engines.field import NOTHING, Field, Firing, Rule, Surroundings
from voxnca.engines.gathered import GatheredField
from voxnca.errors import ArgumentError
from voxnca.grid import Rows

if TYPE_CHECKING:
    from voxnca.engines.sparse import SparseField

__all__ = [
    "ENGINES",
    "DenseField",
    "DiscreteField",
    "Field",
    "Firing",
    "GatheredField",
    "Rule",
    "Surroundings",
    "compiled_engine",
    "enter",
    "enter_rows",
]

ENGINES = ("auto", "dense", "sparse")


def enter(
    state: Tensor, rule: Rule, engine: str = "auto", surroundings: Surroundings = NOTHING
) -> Field:
    """Put states into an engine.

    Args:
        state: `(B, *space, C)`.
        rule: the weights and constants of the step.
        engine: `dense`, `sparse`, or `auto`: sparse on a CPU, dense elsewhere.
        surroundings: what cells are given beside the state.

    Raises:
        ArgumentError: for another name.
    """
    name = _chosen(engine, state.device)
    if rule.num_states is not None:
        return DiscreteField.of_state(state, rule, surroundings)
    if name == "dense":
        return DenseField(state, rule, surroundings)
    return _sparse(state).of_state(state, rule, surroundings)


def enter_rows(
    rows: Rows,
    shape: tuple[int, ...],
    rule: Rule,
    engine: str = "auto",
    surroundings: Surroundings = NOTHING,
) -> Field:
    """Put cells of otherwise empty grids into an engine; sparse never makes the grid whole.

    Args:
        rows: the cells.
        shape: `(B, *space, C)`.
        rule: the weights and constants of the step.
        engine: as of `enter`.
        surroundings: what cells are given beside the state.

    Raises:
        ArgumentError: for another engine.
    """
    name = _chosen(engine, rows.values.device)
    if rule.num_states is not None:
        return DiscreteField.of_rows(rows, shape, rule, surroundings)
    if name == "dense":
        return DenseField.of_rows(rows, shape, rule, surroundings)
    return _sparse(rows.values).of_rows(rows, shape, rule, surroundings)


def _chosen(engine: str, device: torch.device) -> str:
    if engine not in ENGINES:
        raise ArgumentError(f"engine={engine!r} is unknown; use one of: {', '.join(ENGINES)}")
    if engine == "auto":
        return "sparse" if device.type == "cpu" else "dense"
    return engine


def _sparse(values: Tensor) -> type[SparseField | GatheredField]:
    """Return the engine that computes live cells only, as fast as it goes here."""
    on_cpu = values.device.type == "cpu" and values.dtype in (torch.float32, torch.float64)
    return (compiled_engine() if on_cpu else None) or GatheredField


@cache
def compiled_engine() -> type[SparseField] | None:
    """Return the compiled engine; None, with a warning, where it cannot be had."""
    try:
        from voxnca.engines.sparse import SparseField  # noqa: PLC0415 - loads numba

        SparseField.of_rows(*_probe(), NOTHING).step(Firing(0, 0, 0))
    except Exception as error:  # noqa: BLE001 - whatever it is, plain torch does not mind
        warnings.warn(
            f"the compiled engine cannot be used ({type(error).__name__}: {error}); growing and "
            "training take several times as long without it; reinstall numba and llvmlite",
            stacklevel=2,
        )
        return None
    return SparseField


def _probe() -> tuple[Rows, tuple[int, ...], Rule]:
    """Return a cell, its grid and a rule that show whether the kernels compile."""
    C, H = 4, 1
    kernels = torch.zeros(2, 3, 3)
    weights = torch.zeros(H, 2 * C), torch.zeros(H), torch.zeros(C, H), torch.zeros(C)
    rows = Rows(torch.tensor([[0, 1, 1]]), torch.ones(1, C))
    return rows, (1, 3, 3, C), Rule(kernels, *weights, "zero", 1.0)
