"""The samples of a batch in the fast engine, each stepped by one thread alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from voxnca.engines.field import Firing, Surroundings
from voxnca.engines.kernels.colony import occupied
from voxnca.engines.kernels.layout import no_gradients
from voxnca.engines.kernels.rollout import Draw, Gradients, Net, Tape
from voxnca.engines.recycling import give
from voxnca.engines.sample import Sample
from voxnca.engines.threads import run_all

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Kept:
    """What the backward pass needs of some steps; one entry for each sample.

    When it goes, the memory of its tapes is used again.

    Attributes:
        tapes: the steps.
        entered: the slots that held a cell before, and `left` after.
        num_slots: slots in all.
    """

    tapes: list[list[Tape]]
    entered: list[Array]
    left: list[Array]
    num_slots: list[int]

    def __post_init__(self) -> None:
        arrays = {id(a): a for tapes in self.tapes for tape in tapes for a in tape[:3]}
        finalize(self, give, arrays.values())


class Batch:
    """The live cells of some samples.

    Args:
        shape: `(B, *space, C)`.
        border: of the grid.
        surroundings: what cells are given beside the state.
    """

    def __init__(self, shape: tuple[int, ...], border: str, surroundings: Surroundings) -> None:
        self.shape, self._border, self._surroundings = shape, border, surroundings
        self._samples: list[Sample] = []

    def enter(self, wholes: Sequence[Array], *, rim: bool) -> None:
        """Take whole states `(*space, C)`; with `rim`, hold the dead cells round live ones."""

        def task(b: int) -> Sample:
            whole = np.ascontiguousarray(wholes[b]).reshape(-1, self.shape[-1])
            at = occupied(whole, self._surroundings.free_cells(b))
            cells = np.column_stack(np.unravel_index(at, self.shape[1:-1]))
            sample = self._sample(b, cells, whole[at])
            if rim:
                sample.add_rim()
            return sample

        self._samples = run_all([partial(task, b) for b in range(len(wholes))])

    def settle(self, rows: Sequence[tuple[Array, Array]]) -> None:
        """Take each sample's cells, int64 `(N, d)`, and their channels `(N, C)`."""
        self._samples = run_all([partial(self._sample, b, *mine) for b, mine in enumerate(rows)])

    def counts(self) -> list[int]:
        """Return how many cells each sample holds."""
        return [len(sample.slots()) for sample in self._samples]

    def values(self) -> Array:
        """Return the channels of each cell, `(N, C)`, in the order of samples and slots."""
        return np.concatenate([sample.rows() for sample in self._samples])

    def flat(self) -> Array:
        """Number each cell in the raveled batch, in the same order: int64 `(N,)`."""
        size = prod(self.shape[1:-1])
        return np.concatenate(
            [sample.number * size + sample.places().astype(np.int64) for sample in self._samples]
        )

    def advance(self, net: Net, firing: Firing, limit: int, num_steps: int, *, keep: bool) -> Kept:
        """Take some steps; cells fire whose hash is below `limit`."""
        entered = [sample.slots() for sample in self._samples] if keep else []
        tasks = []
        for sample in self._samples:
            draw = Draw(firing.seed, firing.first_sample + sample.number, firing.step, limit)
            tasks.append(partial(sample.advance, net, draw, num_steps, keep=keep))
        tapes = run_all(tasks)
        left = [sample.slots() for sample in self._samples] if keep else []
        return Kept(tapes, entered, left, [sample.num_slots for sample in self._samples])

    def retreat(
        self, net: Net, kept: Kept, gradient: Array, *, taps: bool
    ) -> tuple[Array, list[Gradients]]:
        """Take a gradient of what left, `(N, C)`, back to what entered and to the weights."""
        ends = np.cumsum([len(slots) for slots in kept.left])

        def task(b: int) -> tuple[Array, Gradients]:
            sample = self._samples[b]
            to = no_gradients(net, kept.num_slots[b], sample.given, taps=taps)
            wide = to.state[: kept.num_slots[b] * net.Cp].reshape(-1, net.Cp)
            wide[kept.left[b], : net.C] = gradient[ends[b] - len(kept.left[b]) : ends[b]]
            sample.retreat(net, kept.tapes[b], to)
            return wide[kept.entered[b], : net.C], to

        done = run_all([partial(task, b) for b in range(len(self._samples))])
        return np.concatenate([entered for entered, _ in done]), [to for _, to in done]

    def _sample(self, b: int, cells: Array, values: Array) -> Sample:
        return Sample(
            b,
            cells,
            values,
            space=self.shape[1:-1],
            border=self._border,
            surroundings=self._surroundings,
        )
