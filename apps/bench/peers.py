"""Other people's engines, where they are installed: what voxnca does not need it does not bring."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from apps.bench.cases import Case
from apps.bench.timing import Work, alternate
from voxnca import ArgumentError

PEERS = ("cax",)
_STEPS = 4


def check_peer(name: str) -> None:
    """Check that a peer is known and installed.

    Raises:
        ArgumentError: when it is not.
    """
    if name not in PEERS:
        raise ArgumentError(f"peer={name!r} is unknown; use one of: {', '.join(PEERS)}")
    if find_spec(name) is None:
        raise ArgumentError(f"peer={name!r} is not installed; run: pip install {name}")


def measure_peer(case: Case, num_rounds: int) -> tuple[float, float]:
    """Return CAX' milliseconds a step, forward, and forward + backward, compiled beforehand."""
    taken = alternate(_cax(case), num_rounds=num_rounds)
    return 1e3 * taken["forward"] / _STEPS, 1e3 * taken["both"] / _STEPS


def _cax(case: Case) -> dict[str, Work]:
    """Build the same NCA of CAX' parts: the cost of its step does not depend on its weights."""
    jax, nnx = import_module("jax"), import_module("flax.nnx")
    core, perceives, updates = (
        import_module(name) for name in ("cax.core", "cax.core.perceive", "cax.core.update")
    )
    d, C, model = len(case.space), case.num_channels, case.model()
    K, rngs = len(model.all_kernels()), nnx.Rngs(0)

    class Automaton(core.ComplexSystem):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            self.perceive = perceives.ConvPerceive(
                C, K * C, kernel_size=(3,) * d, feature_group_count=C, rngs=rngs
            )
            self.update = updates.NCAUpdate(
                C,
                K * C,
                (case.hidden_size,),
                cell_dropout_rate=1 - model.config.fire_rate,
                kernel_size=(3,) * d,
                zeros_init=True,
                rngs=rngs,
            )

        def _step(self, state: Any, input: Any = None, *, sow: bool = False) -> Any:  # noqa: A002, ARG002
            return self.update(state, self.perceive(state), input)

    automaton = Automaton()
    state = jax.numpy.asarray(case.state().numpy())
    slope = nnx.jit(nnx.grad(lambda automaton: automaton(state, num_steps=_STEPS).sum()))
    return {
        "forward": lambda: jax.block_until_ready(automaton(state, num_steps=_STEPS)),
        "both": lambda: jax.block_until_ready(slope(automaton)),
    }
