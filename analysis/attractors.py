"""Where the dynamics end: patterns that wounded runs came to, told apart, and how many do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import torch
from sklearn.cluster import AgglomerativeClustering
from torch import Tensor

from analysis.recovery import Outcome, Recovered
from voxnca import NCA, ArgumentError
from voxnca.atomic import write_bytes
from voxnca.grid import RGBA, solid
from voxnca.quality import iou

APART = 0.02
"""Mean |difference| of the visible channels, over a body's cells, that makes two patterns."""
MAX_PERIOD = 64
_SAME = 1e-4
"""Largest change of a value of a pattern that counts as the same."""
_MOST = 512
"""End states that are told apart; of more, evenly spread ones."""


class Motion(StrEnum):
    """How a pattern goes on."""

    FIXED = "fixed point"
    CYCLE = "cycle"
    DRIFT = "drift"


@dataclass(frozen=True, eq=False)
class Attractor:
    """A pattern that runs came to.

    Attributes:
        motion: how it goes on; of a rule that fires at random nearly always drift.
        period: of a cycle; 1 of a fixed point; None of a drift.
        count: runs that came to it.
        share: of all runs.
        iou: of its solid cells with those of the target.
        outcome: of most of its runs.
        state: of the run in its middle, `(*space, C)`.
    """

    motion: Motion
    period: int | None
    count: int
    share: float
    iou: float
    outcome: Outcome
    state: Tensor

    def to_json(self) -> dict[str, Any]:
        """Return the figures."""
        return {
            "motion": self.motion.value,
            "period": self.period,
            "count": self.count,
            "share": self.share,
            "iou": self.iou,
            "outcome": self.outcome.value,
        }


@dataclass(frozen=True, eq=False)
class Landscape:
    """The attractors of a rule, those that most runs came to first.

    Attributes:
        attractors: told apart.
        flows: `(kind of wound, number of the attractor, runs)`.
    """

    attractors: tuple[Attractor, ...]
    flows: tuple[tuple[str, int, int], ...]

    def graph(self) -> nx.DiGraph:
        """Return who goes where: from each kind of wound an edge to each attractor it ends in."""
        graph = nx.DiGraph()
        for number, attractor in enumerate(self.attractors):
            figures = attractor.to_json()
            figures["period"] = figures["period"] or 0
            graph.add_node(f"attractor {number + 1}", kind="attractor", **figures)
        for wound, number, count in self.flows:
            graph.add_node(wound, kind="wound")
            graph.add_edge(wound, f"attractor {number + 1}", weight=count)
        return graph

    def write_graphml(self, path: str | Path) -> None:
        """Write the graph, atomically.

        Raises:
            FileError: when the file cannot be written.
        """
        text = "\n".join(nx.generate_graphml(self.graph()))
        write_bytes(path, f"{text}\n".encode())

    def to_json(self) -> dict[str, Any]:
        """Return the figures."""
        return {
            "attractors": [attractor.to_json() for attractor in self.attractors],
            "flows": [list(flow) for flow in self.flows],
        }


@torch.no_grad()
def find_attractors(
    model: NCA, recovered: Sequence[Recovered], target: Tensor, *, seed: int = 0
) -> Landscape:
    """Tell apart what runs came to.

    Args:
        model: the rule.
        recovered: the runs, by kind of wound.
        target: what they are held against, `(*space, 4)`.
        seed: of the firing mask, where it is looked at how patterns go on.

    Raises:
        ArgumentError: when there is no run.
    """
    runs = [(str(each.kind), w) for each in recovered for w in each.watched]
    runs = [(kind, w) for kind, w in runs if bool(w.end.isfinite().all())]
    if not runs:
        raise ArgumentError("recovered: there is no run whose end could be looked at")
    runs = runs[:: -(-len(runs) // _MOST)]
    labels = clusters(torch.stack([w.end for _, w in runs]))
    sizes = np.bincount(labels)
    order = np.argsort(-sizes, kind="stable")
    found = []
    for label in order:
        members = np.flatnonzero(labels == label)
        state = _middle(torch.stack([runs[n][1].end for n in members]))
        outcomes = [runs[n][1].outcome for n in members]
        motion, period = motion_of(model, state, seed=seed)
        found.append(
            Attractor(
                motion,
                period,
                len(members),
                len(members) / len(runs),
                float(iou(state[None], target.to(state))[0]),
                max(set(outcomes), key=outcomes.count),
                state,
            )
        )
    place = {int(label): number for number, label in enumerate(order)}
    flows: dict[tuple[str, int], int] = {}
    for (kind, _), label in zip(runs, labels, strict=True):
        key = kind, place[int(label)]
        flows[key] = flows.get(key, 0) + 1
    return Landscape(tuple(found), tuple((*key, count) for key, count in flows.items()))


def clusters(states: Tensor) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Tell states `(N, *space, C)` apart by how they look: a number a state, `(N,)`.

    Two patterns are one when they differ on average, over the cells that are solid in most
    patterns, by less than `APART` in each visible channel: average linkage.
    """
    seen = states[..., RGBA].clamp(0, 1).flatten(1).numpy()
    if len(seen) == 1:
        return np.zeros(1, np.int64)
    body = max(1.0, float(solid(states).flatten(1).sum(1).double().median()))
    model = AgglomerativeClustering(
        n_clusters=None, distance_threshold=4 * body * APART, metric="l1", linkage="average"
    )
    labels: np.ndarray[Any, np.dtype[np.int64]] = model.fit_predict(seen)
    return labels


@torch.no_grad()
def motion_of(model: NCA, state: Tensor, *, seed: int = 0) -> tuple[Motion, int | None]:
    """Tell how a pattern `(*space, C)` goes on: whether a state comes again within 64 steps."""
    run = model.rollout(state[None], seed=seed)
    first = run.state()
    for period in range(1, MAX_PERIOD + 1):
        now = run.step().state()
        if float((now - first).abs().max()) < _SAME:
            return (Motion.FIXED if period == 1 else Motion.CYCLE), period
    return Motion.DRIFT, None


def _middle(states: Tensor) -> Tensor:
    """Return the one of states that is nearest to their mean."""
    away = (states - states.mean(0)).flatten(1).square().sum(1)
    return states[int(away.argmin())]
