"""The step, in two engines that are one model: `dense` is the reference, `sparse` is fast.

An engine is a `Field`: it holds a batch of states between steps and takes tensors and weights
only; it knows nothing of models, targets or files.
"""

from __future__ import annotations

from torch import Tensor

from voxnca.engines.dense import DenseField
from voxnca.engines.field import Field, Firing, Rows, Rule
from voxnca.engines.sparse import SparseField
from voxnca.errors import ArgumentError

__all__ = ["ENGINES", "DenseField", "Field", "Firing", "Rows", "Rule", "SparseField", "enter"]

ENGINES = ("auto", "dense", "sparse")


def enter(state: Tensor, rule: Rule, engine: str = "auto") -> Field:
    """Put a state into an engine.

    Args:
        state: `(B, *space, C)`.
        rule: the weights and constants of the step.
        engine: `dense`, `sparse`, or `auto`: sparse on a CPU, dense elsewhere.

    Raises:
        ArgumentError: for another name.
    """
    if engine not in ENGINES:
        raise ArgumentError(f"engine={engine!r} is unknown; use one of: {', '.join(ENGINES)}")
    if engine == "auto":
        engine = "sparse" if state.device.type == "cpu" else "dense"
    return DenseField(state, rule) if engine == "dense" else SparseField(state, rule)
