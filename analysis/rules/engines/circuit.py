"""A rule of two states as a circuit: gates that choose one of two bits by a third."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.rules.diagram import Diagram, asking_order
from analysis.rules.neighborhood import Neighborhood, Offset

ZERO, ONE = 0, 1
"""The registers that hold a constant."""
Gate = tuple[int, int, int]
"""Which bit chooses, what it chooses when it is 0, and when it is 1."""


class Circuit(NamedTuple):
    """Gates, in an order in which each finds what it chooses between.

    Attributes:
        inputs: the cells that are read; register 2 + i holds the i-th.
        gates: int32 `(N, 4)`: the register that a gate writes, then those of its `Gate`.
        output: the register in which the cell's next state is left.
        num_registers: how many there are.
    """

    inputs: tuple[Offset, ...]
    gates: NDArray[np.int32]
    output: int
    num_registers: int

    @classmethod
    def of(cls, diagram: Diagram, num_dims: int) -> Circuit:
        """Build the circuit of a diagram of two states: a gate a node, but for what is constant."""
        cells = asking_order(Neighborhood("moore", num_dims))
        asked = [i for i, level in enumerate(diagram) if (level[:, 0] != level[:, 1]).any()]
        wires = {level: 2 + i for i, level in enumerate(asked)}
        gates: list[Gate] = []
        output = _wire(diagram, wires, gates)
        placed, output, num_registers = _placed(gates, output, 2 + len(asked))
        return cls(tuple(cells[level] for level in asked), placed, output, num_registers)


def _wire(diagram: Diagram, wires: dict[int, int], gates: list[Gate]) -> int:
    """Append the gates that a diagram needs; return where its result is.

    Depth comes first, so that few results wait to be used.
    """
    first, known = 2 + len(wires), dict[tuple[int, int], int]()

    def wire(level: int, node: int) -> int:
        if level == len(diagram):
            return node  # a state: the register of that constant
        if (level, node) not in known:
            known[level, node] = made(level, node)
        return known[level, node]

    def made(level: int, node: int) -> int:
        zero, one = (wire(level + 1, int(child)) for child in diagram[level][node])
        if zero == one:
            return zero
        if (zero, one) == (ZERO, ONE):
            return wires[level]
        gates.append((wires[level], zero, one))
        return first + len(gates) - 1

    return wire(0, 0)


def _placed(gates: list[Gate], output: int, first: int) -> tuple[NDArray[np.int32], int, int]:
    """Give each gate a register, which is free again after its last use.

    No gate writes what it reads: kernels are faster when they know that.
    """
    last_use = {wire: number for number, gate in enumerate(gates) for wire in gate}
    last_use[output] = len(gates)
    place = {wire: wire for wire in range(first)}
    free: list[int] = []
    num_registers, rows = first, []
    for number, gate in enumerate(gates):
        if not free:
            free.append(num_registers)
            num_registers += 1
        place[first + number] = free.pop()
        rows.append((place[first + number], *(place[wire] for wire in gate)))
        ended = {wire for wire in gate if wire >= first and last_use[wire] == number}
        free.extend(place[wire] for wire in ended)
    return np.array(rows, dtype=np.int32).reshape(-1, 4), place[output], num_registers
