"""A rule near a fixed point, where its step is exactly affine: how disturbances are carried on.

Near a pattern at rest a step is affine as long as no hidden unit changes its side and no cell
starts or ceases to live. Here are the blocks of that map, and how far each of these is away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from analysis.certificate.neighborhood import near_cells
from voxnca import NCA, ArgumentError, VoxncaError
from voxnca import seed as seed_state
from voxnca.grid import ALIVE_THRESHOLD, ALPHA

RESIDUAL = 1e-10
"""The most that a step may change a value of what is to count as a fixed point."""
_MOST_STEPS, _LOOK_EVERY = 40_000, 200


class NotCertifiableError(VoxncaError):
    """The pattern does not fulfil what a certificate rests on."""


class TooLargeError(NotCertifiableError):
    """The matrices of a creature do not fit into the memory that they may take."""


@torch.no_grad()
def find_fixed_point(model: NCA, space: tuple[int, ...]) -> tuple[NCA, Tensor, float]:
    """Grow a rule in float64 until it rests.

    Returns:
        The rule in float64; the state `(*space, C)`; and the residual, the most that a step
        changes any value of it.

    Raises:
        NotCertifiableError: for a rule of another kind, or one whose pattern does not rest.
    """
    check_affine(model)
    exact = NCA(model.config).double()
    exact.load_state_dict(model.state_dict())
    exact.requires_grad_(False)
    run = exact.rollout(seed_state(exact.config, space).double())
    residual, before = float("inf"), float("inf")
    while run.step_index < _MOST_STEPS:
        state = run.step(_LOOK_EVERY).state()
        residual = residual_of(exact, state[0])
        if residual <= 1e-15 or (residual <= 1e-13 and residual >= before):
            break
        before = residual
    if not residual <= RESIDUAL:
        raise NotCertifiableError(
            f"after {run.step_index:,} steps a step still changes values by {residual:.2g}, and "
            f"must by {RESIDUAL:g} at most: the pattern is no fixed point; train with --certifiable"
        )
    if not state.any():
        raise NotCertifiableError("the pattern dies out from the seed; there is nothing to certify")
    return exact, state[0], residual


def residual_of(model: NCA, state: Tensor) -> float:
    """Return the most that a step changes any value of a state `(*space, C)`."""
    return float((model.grow(state[None], 1)[0] - state).abs().max())


def check_affine(model: NCA) -> None:
    """Check that a rule has a step that is affine near a fixed point.

    Raises:
        NotCertifiableError: when it has not.
    """
    config = model.config
    if config.num_states is not None or config.is_conditioned or config.state_bits is not None:
        raise NotCertifiableError(
            "the rule is discrete, an integer twin or told more than its state; "
            "certify one of real numbers that grows by itself"
        )
    if config.fire_rate != 1:
        raise NotCertifiableError(
            f"fire_rate={config.fire_rate!r}: a disturbance has no one course; "
            "certify a rule of fire_rate 1"
        )


@dataclass(frozen=True, eq=False)
class Linearization:
    """The step near a fixed point, and the conditions under which it is affine.

    n cells live, R cells are one of them or near one; O = 3^d places are near a cell.

    Attributes:
        state: the fixed point, float64 `(*space, C)`.
        cells: those that live, int64 `(n, d)`.
        ring: cells that these perceive, int64 `(R, d)`.
        near: place in `ring` of what is near each live cell, `(n, O)`; -1 beyond the border.
        near_alive: place in `cells` of the same, `(n, O)`; -1 for what does not live.
        blocks: d(next values) / d(values near by), `(n, O, C, C)`.
        weights: of the hidden units for what is near, `(O, C, H)`.
        units: what comes into the hidden units, `(n, H)`: its sizes are margins.
        below: cells of `ring` next to a dead cell, whose alpha must stay below the threshold.
        above: which of `cells` have an alpha above the threshold, bool `(n,)`.
    """

    state: Tensor
    cells: Tensor
    ring: Tensor
    near: Tensor
    near_alive: Tensor
    blocks: Tensor
    weights: Tensor
    units: Tensor
    below: Tensor
    above: Tensor

    @classmethod
    @torch.no_grad()
    def at(cls, model: NCA, state: Tensor) -> Self:
        """Look at a rule in float64 near a fixed point `(*space, C)`.

        Raises:
            NotCertifiableError: when it is no fixed point, or a unit is just at its edge.
            ArgumentError: for a state of another shape.
        """
        check_affine(model)
        d, C = model.config.num_dims, model.config.num_channels
        if state.ndim != d + 1 or state.shape[-1] != C:
            raise ArgumentError(f"state {tuple(state.shape)} must have the shape (*space, {C})")
        state = state.double()
        residual = residual_of(model, state)
        if not residual <= RESIDUAL:
            raise NotCertifiableError(
                f"a step changes the state by {residual:.2g}, and must by {RESIDUAL:g} at most: "
                "it is no fixed point; settle it by find_fixed_point"
            )
        space = tuple(state.shape[:-1])
        index = torch.from_numpy(near_cells(space, model.config.border))
        mature = (state[..., ALPHA] > ALIVE_THRESHOLD).reshape(-1)
        padded = torch.cat([mature, torch.tensor([False])])
        alive = padded[index].any(1)
        grid = torch.ones(space).nonzero()
        cells = alive.nonzero()[:, 0]
        sensed = torch.zeros(len(grid) + 1, dtype=torch.bool)
        sensed[index[cells].reshape(-1)] = True
        ring = sensed[:-1].nonzero()[:, 0]
        weights = _weights(model)
        values = torch.cat([state.reshape(-1, C), torch.zeros(1, C, dtype=torch.float64)])
        units = torch.einsum("noc,och->nh", values[index[cells]], weights)
        units += model.hidden.bias.double()
        out = model.out.weight.double()
        blocks = torch.einsum("ih,nh,och->noic", out, (units > 0).double(), weights)
        middle = (3**d) // 2
        blocks[:, middle] += (1 - model.config.leak) * torch.eye(C, dtype=torch.float64)
        by_dead = torch.zeros(len(grid) + 1, dtype=torch.bool)
        by_dead[index[~alive].reshape(-1)] = True
        found = cls(
            state,
            grid[cells],
            grid[ring],
            _places(ring, len(grid))[index[cells]],
            _places(cells, len(grid))[index[cells]],
            blocks,
            weights,
            units,
            (by_dead[:-1][ring]).nonzero()[:, 0],
            mature[cells],
        )
        found.check_margins()
        return found

    @property
    def num_channels(self) -> int:
        """C."""
        return int(self.state.shape[-1])

    @property
    def num_cells(self) -> int:
        """Cells that live: n."""
        return len(self.cells)

    @property
    def num_conditions(self) -> int:
        """Conditions under which the step is affine."""
        return self.units.numel() + len(self.below) + self.num_cells

    def check_margins(self) -> None:
        """Check that nothing is just at its edge.

        Raises:
            NotCertifiableError: when something is.
        """
        smallest = float(self.units.abs().min())
        if smallest <= 0:
            raise NotCertifiableError(
                "a hidden unit is just at 0, so that its margin is 0 and the step is not affine "
                "round the pattern; train on, or with another seed"
            )
        gaps = self.alphas(self.ring)[self.below] - ALIVE_THRESHOLD
        if len(gaps) and float(gaps.abs().min()) <= 0:
            raise NotCertifiableError(
                "an alpha is just at the threshold of life, so that its margin is 0; train on"
            )

    @property
    def own(self) -> Tensor:
        """Where in `ring` each live cell is: `(n,)`."""
        return self.near[:, self.near.shape[1] // 2]

    @property
    def by_dead(self) -> Tensor:
        """Which live cells are next to a dead one: bool `(n,)`."""
        return torch.isin(self.own, self.below)

    def felt(self, reach: Tensor) -> Tensor:
        """Return how far live values that go as far as `reach` `(n, C, X)` move the hidden units.

        Returns:
            `(n, H, X)`.
        """
        sizes = self.weights.abs()
        n, _, X = reach.shape
        moved = torch.zeros(n, sizes.shape[2], X, dtype=torch.float64)
        for o in range(self.near_alive.shape[1]):
            there = self.near_alive[:, o] >= 0
            part = torch.einsum("ch,ncx->nhx", sizes[o], reach[self.near_alive[there, o]])
            moved.index_add_(0, there.nonzero()[:, 0], part)
        return moved

    def felt_at_once(self) -> Tensor:
        """Return how far a disturbance of size 1 moves the units before the first step: `(n, H)`.

        Beyond a border that repeats cells a cell counts as often as it is met: no less than exact.
        """
        return (self.near >= 0).double() @ self.weights.abs().sum(1)

    def kept_alive(self, lasting: Tensor) -> Tensor:
        """Return how much each live cell bears before it dies: `(n,)`.

        Each needs one cell near it whose alpha stays above the threshold: the best of them.

        Args:
            lasting: how much each live cell bears before its own alpha falls below, `(n,)`.
        """
        mature = torch.where(self.above, lasting, 0.0)
        return torch.cat([mature, torch.zeros(1, dtype=torch.float64)])[self.near_alive].amax(1)

    def alphas(self, cells: Tensor) -> Tensor:
        """Return the alphas of cells `(N, d)`."""
        return self.state[..., ALPHA][tuple(cells.T)]

    def carried(self) -> Iterator[Tensor]:
        """Yield how a disturbance is carried on, step by step: J0, J J0, J^2 J0, ...

        Yields:
            `(n, C, R C)`: what each disturbed value of `ring` adds to each live one, after 1, 2,
            ... steps.
        """
        size = len(self.ring) * self.num_channels
        whole = torch.eye(size, dtype=torch.float64).reshape(len(self.ring), -1, size)
        now = self._step(whole, self.near)
        while True:
            yield now
            now = self._step(now, self.near_alive)

    def _step(self, values: Tensor, near: Tensor) -> Tensor:
        out = torch.zeros(self.num_cells, self.num_channels, values.shape[-1], dtype=torch.float64)
        for o in range(near.shape[1]):
            there = near[:, o] >= 0
            part = torch.bmm(self.blocks[there, o], values[near[there, o]])
            out.index_add_(0, there.nonzero()[:, 0], part)
        return out


def _places(chosen: Tensor, count: int) -> Tensor:
    """Return the place of each cell among those chosen; -1 for others, and for the last."""
    places = torch.full((count + 1,), -1, dtype=torch.int64)
    places[chosen] = torch.arange(len(chosen))
    return places


def _weights(model: NCA) -> Tensor:
    """Return what hidden units make of the values near by: `(O, C, H)`."""
    kernels = model.all_kernels().double().flatten(1)
    K, C = len(kernels), model.config.num_channels
    hidden = model.hidden.weight.double().reshape(-1, K, C)
    return torch.einsum("hkc,ko->och", hidden, kernels)
