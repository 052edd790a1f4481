"""The fast engine: compute only the cells that can change, in kernels made for the processor.

Why it is exact. A dead cell outside the alive mask stays zero, so only the mask's cells need
storage. A cell that doesn't fire keeps its value, so only firing cells need the network. And a
step's alive mask is the last step's post-mask, so that the two crossings of the threshold that
happen in a step are all that changes it.

Why it is fast: see `kernels.rollout` for the step, `kernels.colony` for the cells that live and
`kernels.lanes` for the arithmetic. In short, nothing is computed, listed, hashed or copied for a
cell that does not live; what a tile of cells perceives goes through both layers while it is in
the cache; each sample runs alone on one thread, from the first step to the last, with no barrier
between steps; and the tape of a rollout lies in memory that the last one has left.

Why numba. `voxnca bench` on two cores of an AMD EPYC (AVX-512): these kernels' matrix products
reach 112 GFLOP/s a core, torch's 98, and a step with its backward pass takes 1.3 to 1.8 times
what its bare products take. The same step in plain torch (`gathered`) takes 2.5 to 3.5 times as
long on one core and up to 8 times on two: each of its dozen operations writes all its rows to
memory and wakes the threads anew. torch.compile needs a compiler on the user's machine; numba
brings LLVM in its wheel. The kernels do not depend on the number of channels: rows are padded to
whole lanes of 16, so that one compilation (10 seconds, kept on disk) serves every model.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxnca.engines.batch import Batch
from voxnca.engines.field import Firing, Rule, Surroundings
from voxnca.engines.kernels.layout import kernel_gradient, lay_out, weight_gradients
from voxnca.engines.kernels.rollout import Net
from voxnca.errors import ArgumentError
from voxnca.grid import Rows
from voxnca.noise import limit
from voxnca.wounds import Wound

Array = NDArray[Any]


class SparseField:
    """The live cells of each sample, stepped without a look at the rest of the grid."""

    def __init__(self, shape: tuple[int, ...], rule: Rule, surroundings: Surroundings) -> None:
        self._shape, self._rule, self._surroundings = shape, rule, surroundings
        self._net: Net | None = None
        self._versions: tuple[int, ...] = ()
        self._batch = Batch(shape, rule.border, surroundings)
        # The cells' channels as autograd knows them; None when it has no part in them.
        self._values: Tensor | None = None

    @classmethod
    def of_state(cls, state: Tensor, rule: Rule, surroundings: Surroundings) -> SparseField:
        """Enter whole states `(B, *space, C)`."""
        field = cls(tuple(state.shape), rule, surroundings)
        differentiable = torch.is_grad_enabled() and state.requires_grad
        wholes = [sample.numpy() for sample in state.detach()]
        field._batch.enter(wholes, rim=differentiable)
        if differentiable:
            field._values = _Pick.apply(state, field._batch.flat())
        return field

    @classmethod
    def of_rows(
        cls, rows: Rows, shape: tuple[int, ...], rule: Rule, surroundings: Surroundings
    ) -> SparseField:
        """Enter cells of otherwise empty grids `(B, *space, C)`."""
        field = cls(shape, rule, surroundings)
        field._settle(rows)
        return field

    def step(self, firing: Firing, num_steps: int = 1) -> None:
        """Advance every state."""
        learned = (*self._rule[:5], self._surroundings.static, self._surroundings.embedding)
        inputs = (self._values, *learned)
        if torch.is_grad_enabled() and any(t is not None and t.requires_grad for t in inputs):
            run = _Run(self._batch, self._rule, self._laid_out(), firing, num_steps)
            self._values = _Rollout.apply(self._values_now(), *learned, run)
        else:
            below = limit(self._rule.fire_rate)
            self._batch.advance(self._laid_out(), firing, below, num_steps, keep=False)
            self._values = None

    def erase(self, wound: Wound, sample: int | None) -> None:
        """Set the wound's cells to zero, in one sample or in all."""
        coordinates, values = self.rows()
        hit = wound.contains(coordinates[:, 1:])
        if sample is not None:
            hit &= coordinates[:, 0] == sample
        self._settle(Rows(coordinates, values.masked_fill(hit[:, None], 0.0)))

    def under(self, surroundings: Surroundings) -> SparseField:
        """Return the same states in other surroundings."""
        return SparseField.of_rows(self.rows(), self._shape, self._rule, surroundings)

    def rows(self) -> Rows:
        """Return the cells that may be non-zero, in index order."""
        flat = self._batch.flat()
        order = flat.argsort()
        coordinates = np.column_stack(np.unravel_index(flat[order], self._shape[:-1]))
        return Rows(torch.from_numpy(coordinates), self._values_now()[torch.from_numpy(order)])

    def state(self) -> Tensor:
        """Return the whole states."""
        return _Place.apply(self._values_now(), self._batch.flat(), self._shape)

    def _settle(self, rows: Rows) -> None:
        """Give each sample its rows, in their order; what is born round them is zero."""
        coordinates, values = self._surroundings.clear(rows)
        cells, numbers = coordinates.numpy(), values.detach().contiguous().numpy()
        mine = [np.flatnonzero(cells[:, 0] == b) for b in range(self._shape[0])]
        # A sample's slots outlive it in the graph: those who were there get a new batch.
        self._batch = Batch(self._shape, self._rule.border, self._surroundings)
        self._batch.settle([(cells[at, 1:], numbers[at]) for at in mine])
        self._values = None
        if torch.is_grad_enabled() and values.requires_grad:
            parts = []
            for at, count in zip(mine, self._batch.counts(), strict=True):
                born = values.new_zeros(count - len(at), values.shape[1])
                parts += [values[torch.from_numpy(at)], born]
            self._values = torch.cat(parts)

    def _values_now(self) -> Tensor:
        """Return the channels of each cell, in the order of samples and slots."""
        return torch.from_numpy(self._batch.values()) if self._values is None else self._values

    def _laid_out(self) -> Net:
        """Lay out the weights, unless they are as they were."""
        versions = tuple(weights._version for weights in self._rule[:5])  # noqa: SLF001
        if self._net is None or versions != self._versions:
            learned = self._rule.kernels.requires_grad
            self._net, self._versions = lay_out(self._rule, all_taps=learned), versions
        return self._net


class _Function(torch.autograd.Function):
    """A function with a derivative written by hand."""

    @classmethod
    def apply(cls, *inputs: Any) -> Tensor:
        """Compute it, and let autograd know."""
        output: Tensor = super().apply(*inputs)  # type: ignore[no-untyped-call]
        return output


class _Run:
    """Some steps of a batch that are to be differentiated."""

    def __init__(self, batch: Batch, rule: Rule, net: Net, firing: Firing, num_steps: int) -> None:
        self._batch, self._rule, self._net = batch, rule, net
        self._firing, self._num_steps = firing, num_steps

    def forward(self) -> Array:
        """Take the steps; return the cells' channels `(N, C)`."""
        self._kept = self._batch.advance(
            self._net, self._firing, limit(self._rule.fire_rate), self._num_steps, keep=True
        )
        return self._batch.values()

    def backward(
        self, gradient: Array, *, taps: bool, given: tuple[Tensor | None, ...]
    ) -> list[Tensor | None]:
        """Return the gradients of what entered, of the weights, and of what was given."""
        net, rule = self._net, self._rule
        entered, done = self._batch.retreat(net, self._kept, gradient, taps=taps)
        kernels = sum(kernel_gradient(net, rule, to) for to in done) if taps else None
        weights = zip(*(weight_gradients(net, rule, to) for to in done), strict=True)
        static, embedding = given
        return [
            _tensor(entered),
            None if kernels is None else _tensor(kernels),
            *(_tensor(sum(parts)) for parts in weights),
            _given_gradient(static, [to.static for to in done], net.S),
            _given_gradient(embedding, [to.embedding for to in done], net.C),
        ]


class _Rollout(_Function):
    """Some steps, and their derivative by all that went into them."""

    @staticmethod
    def forward(ctx: Any, _values: Tensor, *inputs: Any) -> Tensor:
        """Advance a batch whose cells hold `_values` `(N, C)`; return what they then hold."""
        *learned, ctx.run = inputs
        ctx.save_for_backward(*learned)
        return _tensor(ctx.run.forward())

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        """Return the gradients of all inputs.

        Raises:
            ArgumentError: when they are to be differentiated in their turn.
        """
        if torch.is_grad_enabled():
            raise ArgumentError(
                "create_graph=True: the sparse engine has no second derivative; "
                "grow with engine='dense'"
            )
        # Asked for its tensors, torch tells whether one was changed in the meantime.
        *_, static, embedding = ctx.saved_tensors
        gradients = ctx.run.backward(
            gradient.numpy(), taps=ctx.needs_input_grad[1], given=(static, embedding)
        )
        return *gradients, None


class _Pick(_Function):
    """The channels of some cells, `(N, C)`, by their numbers in the raveled batch."""

    @staticmethod
    def forward(ctx: Any, state: Tensor, flat: Array) -> Tensor:
        """Pick them."""
        ctx.flat, ctx.shape = flat, state.shape
        return _tensor(state.detach().numpy().reshape(-1, state.shape[-1])[flat])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        """Place the gradient."""
        return _Place.apply(gradient, ctx.flat, ctx.shape), None


class _Place(_Function):
    """Whole states `(B, *space, C)` that hold some cells' channels, and zeros elsewhere."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, flat: Array, shape: tuple[int, ...]) -> Tensor:
        """Place them."""
        ctx.flat = flat
        numbers = values.detach().numpy()
        whole = np.zeros((prod(shape[:-1]), shape[-1]), numbers.dtype)
        whole[flat] = numbers
        return torch.from_numpy(whole).view(shape)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        """Pick the gradient."""
        return _Pick.apply(gradient, ctx.flat), None, None


def _tensor(array: Any) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array))


def _given_gradient(given: Tensor | None, samples: list[Array], width: int) -> Tensor | None:
    """Bring the gradient of what samples were given into the shape of what was given."""
    if given is None or not given.requires_grad:
        return None
    cells = given[0].numel() // width
    parts = [part.reshape(cells, -1)[:, :width] for part in samples]
    whole = np.stack(parts) if len(given) > 1 else sum(parts)
    return _tensor(whole).reshape(given.shape)
