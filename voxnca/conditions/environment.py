"""What stands round a creature: walls, a beacon to grow to, and the root it grows from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxnca.conditions import compass
from voxnca.conditions.compass import Signal
from voxnca.conditions.senses import Cell, Scene, sense
from voxnca.errors import ArgumentError


@dataclass(frozen=True, eq=False)
class Environment:
    """Walls, a beacon and a root, round one creature.

    What cells sense of it is found out once, when it is first needed.

    Attributes:
        blocked: bool `(*space)`, where no matter may be; a copy is kept. None for nowhere.
        beacon: the cell to grow to, in index order; None for none.
        root: the cell to grow from; None for none.
        signal: what the beacon sends: `diffusion`, which goes round walls, or `straight`, which
            comes to meet everyone as if there were none.

    Raises:
        ArgumentError: for a value of another kind. Whether all fits a grid shows with the grid.
    """

    blocked: Tensor | NDArray[np.bool_] | None = None
    beacon: Sequence[int] | None = None
    root: Sequence[int] | None = None
    signal: Signal = "diffusion"
    _sensed: dict[Any, Tensor] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.blocked is not None:
            blocked = torch.as_tensor(self.blocked)
            if blocked.dtype != torch.bool:
                raise ArgumentError(f"blocked is {blocked.dtype}; make it bool")
            object.__setattr__(self, "blocked", blocked.clone())
        for name in ("beacon", "root"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _cell(name, getattr(self, name)))
        if self.signal not in get_args(Signal):
            names = ", ".join(get_args(Signal))
            raise ArgumentError(f"signal={self.signal!r} is unknown; use one of: {names}")

    def walls(self, space: Sequence[int]) -> Tensor:
        """Return the blocked cells of a grid: bool `(*space)`.

        Raises:
            ArgumentError: when the environment does not fit the grid, or a wall stands where the
                beacon or the root is.
        """
        walls = self.blocked
        if walls is None:
            walls = torch.zeros(*space, dtype=torch.bool)
        assert isinstance(walls, Tensor)
        if tuple(walls.shape) != tuple(space):
            raise ArgumentError(
                f"blocked has shape {tuple(walls.shape)}; make it {tuple(space)}, as the grid is"
            )
        for name in ("beacon", "root"):
            cell = getattr(self, name)
            if cell is not None:
                _check_open(name, cell, walls)
        return walls

    def sense(self, senses: Sequence[str], space: Sequence[int], *, wraps: bool = False) -> Tensor:
        """Return what cells sense: uint8 `(*space, S)`, see `voxnca.conditions.senses`.

        Args:
            senses: names of them.
            space: sizes of the grid.
            wraps: whether the grid's edges meet, and are no walls.

        Raises:
            ArgumentError: when what is sensed is not there, or as of `walls`.
        """
        key = tuple(senses), tuple(space), wraps
        if key not in self._sensed:
            self._sensed[key] = sense(self._scene(senses, space), senses, wraps=wraps)
        return self._sensed[key]

    def _scene(self, senses: Sequence[str], space: Sequence[int]) -> Scene:
        walls = self.walls(space)
        beacon, root = (None if c is None else tuple(c) for c in (self.beacon, self.root))
        _check_present("beacon", beacon, [s for s in senses if s.endswith("beacon")])
        _check_present("root", root, [s for s in senses if s == "root"])
        ways = None
        if beacon is not None and "beacon" in senses:
            blocked = walls.numpy()
            sent = compass.field(blocked, beacon, signal=self.signal)
            ways = torch.from_numpy(compass.directions(sent, blocked, beacon))
        return Scene(walls, beacon, root, ways)


def _cell(name: str, cell: Any) -> Cell:
    try:
        places = tuple(cell)
        whole = tuple(int(c) for c in places)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{name}={cell!r} must be a cell, one whole number an axis") from error
    if whole != places:
        raise ArgumentError(f"{name}={cell!r} must be a cell, one whole number an axis")
    return whole


def _check_open(name: str, cell: Cell, walls: Tensor) -> None:
    space = tuple(walls.shape)
    if len(cell) != len(space) or not all(0 <= c < n for c, n in zip(cell, space, strict=True)):
        raise ArgumentError(f"{name}={cell} is off the grid of {space}; choose a cell of it")
    if walls[cell]:
        raise ArgumentError(f"{name}={cell} is blocked; choose a free cell")


def _check_present(name: str, cell: Cell | None, senses: Sequence[str]) -> None:
    if cell is None and senses:
        raise ArgumentError(
            f"environment has {name}=None, but the rule senses {', '.join(senses)}; "
            f"pass Environment({name}=cell)"
        )
