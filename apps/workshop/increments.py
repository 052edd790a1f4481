"""A table that says by how much a state moves, by the symbols around it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.cluster import KMeans

import voxnca
from analysis.approximation.closed_loop import overlap
from analysis.approximation.quantizer import Quantizer, fit
from analysis.approximation.run import Run, plan
from analysis.approximation.symbol_table import SymbolTable
from analysis.approximation.transitions import Transitions, contexts
from voxnca.engines.dense import alive

_MAX_SAMPLES = 20_000


def follow_increments(
    model: voxnca.NCA, num_symbols: int, num_increments: int, *, seed: int
) -> tuple[float, float]:
    """Leave such a table alone; what it has not seen does not move.

    Returns:
        IoU of the solid cells with the network's at the end of a run from the seed, and of a run
        after a wound that was held out.
    """
    assert model.target is not None
    assert model.info.grow_steps is not None
    space = voxnca.training_space(model.target)
    runs = plan(
        model, space, grow_steps=model.info.grow_steps, num_wounds=4, heal_steps=48, seed=seed
    )
    quantizer = fit(runs.fitted, num_symbols, seed=seed)
    rows, moves = _moves(runs.fitted, quantizer)
    chosen = np.random.default_rng(seed).permutation(len(moves))[:_MAX_SAMPLES]
    means = KMeans(num_increments, n_init=1, random_state=seed).fit(moves[chosen])
    outcomes = means.predict(moves).astype(np.uint16)
    table = SymbolTable.fit(Transitions(rows, outcomes, model.config.num_dims))
    steps = np.concatenate([means.cluster_centers_, np.zeros((1, moves.shape[1]))])
    ends = [
        _alone(run, quantizer, table, steps.astype(np.float32))
        for run in (runs.growth, runs.held_out[-1])
    ]
    return ends[0], ends[1]


def _moves(
    runs: tuple[Run, ...], quantizer: Quantizer
) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    seen, moved = [], []
    for run in runs:
        firing = run.firing()
        for (before, after), fired in zip(pairwise(run.states()), firing, strict=True):
            rows, cells = contexts(quantizer.symbols(before), run.model.config.border, fired)
            seen.append(rows)
            moved.append((after - before)[cells])
    return np.concatenate(seen), np.concatenate(moved)


def _alone(run: Run, quantizer: Quantizer, table: SymbolTable, steps: NDArray[np.float32]) -> float:
    states, border = list(run.states()), run.model.config.border
    ours = states[0]
    for fired in run.firing():
        lives = alive(torch.from_numpy(ours)[None], border)[0].numpy()
        rows, cells = contexts(quantizer.symbols(ours), border, fired)
        ours = np.where(lives[..., None], ours, 0)
        ours[cells] += steps[table.answer(rows)]  # -1, unseen, is the last: no move
        ours = ours.clip(-2, 2)
    return overlap(ours[..., 3] > 0.5, states[-1][..., 3] > 0.5)
