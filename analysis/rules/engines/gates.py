"""Two states and any table: the rule as a circuit, whose gates work on 64 cells a word."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.rules.engines.bits import CHUNK, BitGrid, Layout, Words, wrap
from analysis.rules.engines.circuit import ONE, Circuit
from analysis.rules.rule import Rule, States
from voxnca.engines.kernels.compiling import compiled, pasted

_BIT, _LAST = np.uint64(1), np.uint64(63)
_LINE = 8
"""Words of a cache line: a register that begins with one is read and written faster."""


class Gates(BitGrid):
    """An engine for all rules of two states.

    Args:
        rule: the rule.
        cells: uint8 `(*space)`, states 0 and 1.
        border: `torus` or `dead`.
    """

    def __init__(self, rule: Rule, cells: States, border: str) -> None:
        super().__init__(cells, border)
        self._circuit = circuit = Circuit.of(rule.diagram, rule.num_dims)
        inputs = [(self.layout.offset(offset), offset[-1]) for offset in circuit.inputs]
        self._inputs = np.array(inputs, dtype=np.int64).reshape(-1, 2)
        self._registers = _registers(circuit.num_registers)
        self._registers[ONE] = ~np.uint64(0)

    def step(self, num_steps: int) -> None:
        """Take steps."""
        run(
            (self._words, self._spare, self._registers),
            self.layout,
            (self.layout.first, self.layout.first + self.layout.length),
            self._inputs,
            self._circuit.gates,
            self._circuit.output,
            num_steps,
        )
        if num_steps % 2:
            self._words, self._spare = self._spare, self._words


def _registers(count: int) -> Words:
    """Make registers of `CHUNK` words: few enough to stay in the fastest memory."""
    words = np.zeros(count * CHUNK + _LINE, dtype=np.uint64)
    first = -(words.ctypes.data // words.itemsize) % _LINE
    return words[first : first + count * CHUNK].reshape(count, CHUNK)


@pasted
def _read(words: Words, first: int, dx: int, register: Words) -> None:
    """Read the cells that are dx to the right of those from a word on."""
    left, middle, right = words[first - 1 :], words[first:], words[first + 1 :]
    if dx < 0:
        for i in range(CHUNK):
            register[i] = (middle[i] << _BIT) | (left[i] >> _LAST)
    elif dx > 0:
        for i in range(CHUNK):
            register[i] = (middle[i] >> _BIT) | (right[i] << _LAST)
    else:
        for i in range(CHUNK):
            register[i] = middle[i]


@pasted
def _choose(which: Words, zero: Words, one: Words, chosen: Words) -> None:
    for i in range(CHUNK):
        chosen[i] = zero[i] ^ (which[i] & (zero[i] ^ one[i]))


@compiled
def run(
    grids: tuple[Words, Words, Words],
    layout: Layout,
    ends: tuple[int, int],
    inputs: NDArray[np.int64],
    gates: NDArray[np.int32],
    output: int,
    num_steps: int,
) -> None:
    """Step cells: what comes of them is in the second grid if `num_steps` is odd."""
    old, new, registers = grids
    for _ in range(num_steps):
        for first in range(ends[0], ends[1], CHUNK):
            for i in range(len(inputs)):
                _read(old, first + inputs[i, 0], inputs[i, 1], registers[2 + i])
            for i in range(len(gates)):
                chosen, which = registers[gates[i, 0]], registers[gates[i, 1]]
                _choose(which, registers[gates[i, 2]], registers[gates[i, 3]], chosen)
            last = min(first + CHUNK, ends[1])
            new[first:last] = registers[output, : last - first]
        wrap(new, layout)
        old, new = new, old
