"""What a run starts from: one live cell, the finished target, or a state that was saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from apps.lab.conditions import Conditions
from apps.lab.past import Frozen
from voxnca import NCA, Rows, seed_rows
from voxnca.errors import ArgumentError
from voxnca.grid import check_space

STARTS = ("seed", "target")


@dataclass(frozen=True, eq=False)
class Start:
    """What a run starts from.

    Attributes:
        kind: `seed`, `target` or `state`.
        state: of the last kind, else None.
        space: its grid, else None.
    """

    kind: str = "seed"
    state: Frozen | None = None
    space: tuple[int, ...] | None = None

    @classmethod
    def named(cls, kind: str) -> Start:
        """Return one that needs nothing but its name.

        Raises:
            ArgumentError: for another name.
        """
        if kind not in STARTS:
            raise ArgumentError(f"start={kind!r} is unknown; use one of: {', '.join(STARTS)}")
        return cls(kind)

    @classmethod
    def of_state(cls, state: NDArray[np.floating], model: NCA) -> Start:
        """Take an array as the start.

        Args:
            state: `(1, *space, C)`, as `voxnca grow -o state.npy` writes it.
            model: that is to run on it.

        Raises:
            ArgumentError: for another shape than the model's states, or values not finite.
        """
        d, C = model.config.num_dims, model.config.num_channels
        if state.dtype.kind != "f":
            raise ArgumentError(f"state is {state.dtype}; convert it by .astype(numpy.float32)")
        if state.ndim != d + 2 or (state.shape[0], state.shape[-1]) != (1, C):
            sides = "H, W" if d == 2 else "D, H, W"
            raise ArgumentError(
                f"state {state.shape} does not fit the model, which is {d}D with {C} channels: "
                f"(1, {sides}, {C}); grow it with this model"
            )
        space = check_space(state.shape[1:-1], d)
        with np.errstate(over="ignore"):
            whole = state[0].astype(np.float32)
        if not np.isfinite(whole).all():
            raise ArgumentError("state holds values that are not finite; grow it anew")
        cells = np.argwhere(whole.any(-1))
        rows = Rows(
            torch.nn.functional.pad(torch.from_numpy(cells), (1, 0)),
            torch.from_numpy(whole[tuple(cells.T)]),
        )
        return cls("state", Frozen.of_rows(rows, space, 0), space)

    def rows(self, model: NCA, space: Sequence[int], conditions: Conditions | None = None) -> Rows:
        """Return the cells to start from: a large grid of which little is alive takes no memory.

        The seed is in the root, and the target that of the goal; without conditions in the middle,
        and the first.

        Raises:
            ArgumentError: when the model has no target to start from, or the grid another size.
        """
        if self.state is not None:
            if tuple(space) != self.space:
                raise ArgumentError(f"space={tuple(space)} is not the state's, {self.space}")
            return self.state.rows
        if self.kind == "target":
            target = model.target if conditions is None else conditions.target_of(model)
            if target is None:
                raise ArgumentError("start='target' needs a model with a target; use start='seed'")
            return target.rows(space, model.config.num_channels)
        return seed_rows(model.config, space, at=None if conditions is None else conditions.root)
