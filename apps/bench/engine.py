"""`voxnca bench`: the engines against each other, against a plain NCA, and against the limit."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

import torch
from torch import Tensor

import voxnca
from apps.bench.cases import ENGINE_CASES, GRIDS, Case
from apps.bench.convolution import ConvolutionNCA
from apps.bench.memory import peak_bytes
from apps.bench.peers import check_peer, measure_peer
from apps.bench.timing import Work, alternate
from apps.commands.engine import get_ready
from apps.terminal import result, say, table
from voxnca import NCA, VoxncaError
from voxnca.engines import Firing

DENSE_STEPS, SPARSE_STEPS, MEMORY_STEPS = 4, 32, 64
"""Steps of a rollout: what is dense costs the same in each, what is sparse has to enter once."""
_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Cost:
    """Milliseconds a step.

    Attributes:
        convolution: of the plain NCA, channels first.
        dense: of the reference engine.
        sparse: of the fast engine.
        products: of the bare matrix products of the rows that fire, by torch: the floor.
        peer: of another project's engine, if one was asked for.
    """

    convolution: float
    dense: float
    sparse: float
    products: float
    peer: float | None = None

    @property
    def ratio(self) -> float:
        """How many times faster the fast engine is than the plain NCA."""
        return self.convolution / self.sparse

    @property
    def over_products(self) -> float:
        """How far above the floor it is."""
        return self.sparse / self.products


@dataclass(frozen=True)
class Measured:
    """What was measured of a case.

    Attributes:
        name: of the case.
        forward: without a backward pass.
        both: with one.
        convolution_bytes: memory of a rollout of 64 steps by the plain NCA.
        sparse_bytes: the same by the fast engine.
    """

    name: str
    forward: Cost
    both: Cost
    convolution_bytes: int
    sparse_bytes: int

    @property
    def memory_ratio(self) -> float:
        """How many times less memory the fast engine takes."""
        return self.convolution_bytes / self.sparse_bytes


def run(
    *, num_threads: int | None, num_rounds: int, as_json: bool, peer: str | None = None
) -> None:
    """Measure, and print a table or JSON.

    Raises:
        ArgumentError: for a peer that is not installed.
        VoxncaError: when two engines disagree: their speed is then beside the point.
    """
    if peer is not None:
        check_peer(peer)
    if num_threads is not None:
        voxnca.set_num_threads(num_threads)
    get_ready()
    measured = []
    for case in ENGINE_CASES:
        say(f"{case.name}: checking that the engines agree")
        check(case)
        say(f"{case.name}: measuring")
        measured.append(measure(case, num_rounds, peer))
    say("one creature in larger grids")
    grids = measure_grids(ENGINE_CASES[-1], num_rounds)
    result(_as_json(measured, grids) if as_json else _as_text(measured, grids))


def check(case: Case) -> None:
    """Check that all contestants compute the same two steps.

    Raises:
        VoxncaError: when they do not.
    """
    model, state = case.model(), case.state()
    plain = ConvolutionNCA(model)
    whole = plain.channels_first(state)
    cells = torch.ones(state.shape[:-1]).nonzero()
    for step in range(2):
        fire = Firing(0, step, 0).mask(cells, case.space, model.config.fire_rate)
        whole = plain.step(whole, fire.reshape(len(whole), 1, *case.space))
    expected = whole.movedim(1, -1)
    for engine in ("dense", "sparse"):
        grown = model.grow(state, 2, engine=engine)
        apart = float((grown - expected).abs().max().detach())
        if apart > _TOLERANCE:
            raise VoxncaError(f"{case.name}: {engine} is {apart:.2g} away from a plain NCA")


def measure(case: Case, num_rounds: int, peer: str | None = None) -> Measured:
    """Measure a case."""
    model, state = case.model(), case.state()
    with torch.no_grad():
        alive = model.rollout(state).step(2).rows.coordinates
        forward = _cost(_forward(model, state), partial(_products, model, len(alive)), num_rounds)
    both = _cost(_both(model, state), partial(_products, model, len(alive), both=True), num_rounds)
    plain, sparse = (peak_bytes(case, e, MEMORY_STEPS) for e in ("convolution", "sparse"))
    if peer is not None:
        ms = measure_peer(case, num_rounds)
        forward, both = replace(forward, peer=ms[0]), replace(both, peer=ms[1])
    return Measured(case.name, forward, both, plain, sparse)


def measure_grids(case: Case, num_rounds: int) -> dict[int, float]:
    """Return milliseconds a step of one creature by the side of its grid."""
    rows, model, first = case.rows(), case.model(), case.space[0]
    runs = {}
    for side in GRIDS:
        moved = rows.coordinates.clone()
        moved[:, 1:] += side // 2 - first // 2
        placed = voxnca.Rows(moved, rows.values)
        space = (side,) * len(case.space)
        with torch.no_grad():
            run = model.rollout(placed, space=space, batch_size=case.batch_size)
        runs[str(side)] = run
    with torch.no_grad():
        works: dict[str, Work] = {n: partial(r.step, SPARSE_STEPS) for n, r in runs.items()}
        taken = alternate(works, num_rounds=4 * num_rounds)
    return {side: 1e3 * taken[str(side)] / SPARSE_STEPS for side in GRIDS}


def _cost(works: dict[str, Work], products: Callable[[], Work], num_rounds: int) -> Cost:
    bare = products()

    def floor() -> None:
        for _ in range(SPARSE_STEPS):
            bare()

    taken = alternate({**works, "products": floor}, num_rounds=num_rounds)
    return Cost(
        1e3 * taken["convolution"] / DENSE_STEPS,
        1e3 * taken["dense"] / DENSE_STEPS,
        1e3 * taken["sparse"] / SPARSE_STEPS,
        1e3 * taken["products"] / SPARSE_STEPS,
    )


def _forward(model: NCA, state: Tensor) -> dict[str, Work]:
    runs = {engine: model.rollout(state, engine=engine) for engine in ("dense", "sparse")}
    return {
        "convolution": _convolutions(model, state),
        "dense": lambda: runs["dense"].step(DENSE_STEPS),
        "sparse": lambda: runs["sparse"].step(SPARSE_STEPS),
    }


def _both(model: NCA, state: Tensor) -> dict[str, Work]:
    ones = torch.ones_like(state)

    def differentiated(work: Callable[[], Tensor], gradient: Tensor) -> Work:
        return lambda: work().backward(gradient)

    plain = differentiated(_convolutions(model, state), ConvolutionNCA.channels_first(ones))
    dense = differentiated(partial(model.grow, state, DENSE_STEPS, engine="dense"), ones)
    sparse = differentiated(partial(model.grow, state, SPARSE_STEPS, engine="sparse"), ones)
    return {"convolution": plain, "dense": dense, "sparse": sparse}


def _convolutions(model: NCA, state: Tensor) -> Callable[[], Tensor]:
    plain = ConvolutionNCA(model)
    return partial(plain.grow, plain.channels_first(state), DENSE_STEPS)


def _products(model: NCA, num_alive: int, *, both: bool = False) -> Work:
    """Return the matrix products of a step and nothing else."""
    H, D = model.hidden.weight.shape
    C, N = model.config.num_channels, round(num_alive * model.config.fire_rate)
    perceived, hidden, change = torch.randn(N, D), torch.randn(N, H), torch.randn(N, C)
    first, second = torch.randn(D, H), torch.randn(H, C)

    def forward() -> None:
        perceived @ first
        hidden @ second

    def backward() -> None:
        change @ second.T
        hidden.T @ change
        hidden @ first.T
        perceived.T @ hidden

    def forward_and_backward() -> None:
        forward()
        backward()

    return forward_and_backward if both else forward


def _as_text(measured: list[Measured], grids: dict[int, float]) -> str:
    headings = ["plain", "dense", "sparse", "plain / sparse", "products", "sparse / products"]
    if measured[0].forward.peer:
        headings += ["peer", "peer / sparse"]
    parts = [machine()]
    for title, costs in (
        ("forward, ms a step", [m.forward for m in measured]),
        ("forward + backward, ms a step", [m.both for m in measured]),
    ):
        lines = [
            (
                m.name,
                *(f"{ms:.2f}" for ms in (cost.convolution, cost.dense, cost.sparse)),
                f"{cost.ratio:.1f}",
                f"{cost.products:.2f}",
                f"{cost.over_products:.2f}",
                *([f"{cost.peer:.2f}", f"{cost.peer / cost.sparse:.1f}"] if cost.peer else []),
            )
            for m, cost in zip(measured, costs, strict=True)
        ]
        parts.append(table((title, *headings), lines))
    lines = [
        (
            m.name,
            *(f"{size / 1e6:.0f}" for size in (m.convolution_bytes, m.sparse_bytes)),
            f"{m.memory_ratio:.0f}",
        )
        for m in measured
    ]
    title = f"memory of {MEMORY_STEPS} steps, MB"
    parts.append(table((title, "plain", "sparse", "plain / sparse"), lines))
    first = grids[GRIDS[0]]
    lines = [(f"{n}³", f"{ms:.2f}", f"{ms / first:.2f}") for n, ms in grids.items()]
    parts.append(table(("one creature, sparse, ms a step", "", f"/ {GRIDS[0]}³"), lines))
    parts.append(
        "plain: an NCA by convolutions over the grid, as most are written; dense: the reference "
        "engine;\nproducts: torch's bare matrix products for the cells that fire."
    )
    return "\n\n".join(parts)


def _as_json(measured: list[Measured], grids: dict[int, float]) -> str:
    cases = [
        {
            **asdict(m),
            "forward_ratio": m.forward.ratio,
            "both_ratio": m.both.ratio,
            "forward_over_products": m.forward.over_products,
            "both_over_products": m.both.over_products,
            "memory_ratio": m.memory_ratio,
        }
        for m in measured
    ]
    return json.dumps({"machine": machine(), "cases": cases, "grids_ms": grids}, indent=2)


def machine() -> str:
    """Say on what this was measured."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        processor = lines[0].split(":", 1)[1].strip() if lines else processor
    threads = voxnca.get_num_threads()
    return (
        f"{processor}, {threads} thread{'s' if threads > 1 else ''}, voxnca {voxnca.__version__}, "
        f"torch {version('torch')}, numba {version('numba')}"
    )
