"""The `@TABLE` of Golly's .rule files: transitions, of which the first that fits holds.

A cell that none fits stays as it is. A transition stands for all its turned or mirrored forms, and
a variable in it for a set of states: for one and the same of them where it is there twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from math import prod

from analysis.rules.diagram import Diagram
from analysis.rules.files.symmetries import forms, num_forms, symmetries_of
from analysis.rules.files.text import excerpt
from analysis.rules.files.transitions import MAX_TRANSITIONS, Transition, diagram_of
from analysis.rules.neighborhood import HEXAGONAL, MOORE, VON_NEUMANN, Neighborhood, Offset
from analysis.rules.rule import MAX_STATES
from voxnca.errors import ArgumentError

N, NE, E, SE, S, SW, W, NW = (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)
_NEIGHBORS: dict[str, tuple[Neighborhood, tuple[Offset, ...]]] = {
    "vonNeumann": (VON_NEUMANN, (N, E, S, W)),
    "Moore": (MOORE, (N, NE, E, SE, S, SW, W, NW)),
    "hexagonal": (HEXAGONAL, (N, E, SE, S, W, NW)),
    "oneDimensional": (VON_NEUMANN, (W, E)),
}
"""In which order transitions name the neighbours, after the cell itself."""
_HEAD = re.compile(r"(n_states|neighborhood|symmetries)\s*:\s*(.*)")


def parse_table(lines: Iterable[tuple[int, str]]) -> tuple[Diagram, Neighborhood]:
    """Read a table.

    Raises:
        ArgumentError: naming the line, for what is no transition or variable, or stands for more
            transitions than can be worked out; for a table without its three first lines.
    """
    table = _Table()
    for number, line in lines:
        bare = line.partition("#")[0].strip()
        if bare:
            try:
                table.read(bare)
            except ArgumentError:
                raise
            except ValueError as error:
                reason = str(error) or "is no transition; write a state for each cell, then the new"
                raise ArgumentError(f"line {number}: {excerpt(bare)} {reason}") from None
    num_states = table.num_states
    neighborhood, offsets = _NEIGHBORS[table.neighborhood]
    return diagram_of(table.transitions, num_states, neighborhood, offsets), neighborhood


class _Table:
    """A table as far as it is read.

    Attributes:
        transitions: all their forms, in order.
    """

    def __init__(self) -> None:
        self._head: dict[str, str] = {}
        self._variables: dict[str, list[int]] = {}
        self.transitions: list[Transition] = []

    @property
    def num_states(self) -> int:
        return int(self._said("n_states"))

    @property
    def neighborhood(self) -> str:
        return self._said("neighborhood")

    def read(self, line: str) -> None:
        """Take in a line without its comment; a ValueError says what is wrong with it."""
        head = _HEAD.match(line)
        if head:
            self._read_head(head[1], head[2])
        elif line.startswith("var "):
            self._read_variable(line)
        else:
            self._read_transition(line)

    def _said(self, key: str) -> str:
        if key not in self._head:
            raise ArgumentError(
                f"its table does not begin with {key}:, as Golly wants it; add that line"
            )
        return self._head[key]

    def _read_head(self, key: str, value: str) -> None:
        if self.transitions or self._variables:
            raise ValueError("comes too late; write it before variables and transitions")
        if key == "n_states":
            if not _is_number(value) or not 2 <= int(value) <= MAX_STATES:
                raise ValueError(f"is no number of states; use 2 to {MAX_STATES}")
        else:
            known = _NEIGHBORS if key == "neighborhood" else symmetries_of(self.neighborhood)
            if value not in known:
                raise ValueError(f"is not known; use one of: {', '.join(known)}")
        self._head[key] = value

    def _read_variable(self, line: str) -> None:
        self._said("symmetries")
        _, name, *parts = re.split(r"[\s={,}]+", line.rstrip("} "))
        if not parts:
            raise ValueError("is no variable; write var a={0,1}")
        self._variables[name] = [
            state for part in parts for state in self._variables.get(part) or [self._state(part)]
        ]

    def _state(self, text: str) -> int:
        if not _is_number(text) or int(text) >= self.num_states:
            known = f"0 to {self.num_states - 1}"
            raise ValueError(f"has {excerpt(text)}, no state or variable; use {known}")
        return int(text)

    def _read_transition(self, line: str) -> None:
        symmetry = self._said("symmetries")
        num_inputs = 1 + len(_NEIGHBORS[self.neighborhood][1])
        joined = self.num_states <= 10 and not self._variables and "," not in line
        parts = list(line) if joined else re.split(r"[,\s]+", line)
        if len(parts) <= num_inputs:
            raise ValueError(f"is too short; write {num_inputs} states, then the new one")
        for center, neighbors, state in self._bound(parts[: num_inputs + 1]):
            self._check_number(num_forms(neighbors, symmetry))
            self.transitions += [
                Transition(center, form, state)
                for form in forms(neighbors, self.neighborhood, symmetry)
            ]

    def _check_number(self, more: int) -> None:
        if len(self.transitions) + more > MAX_TRANSITIONS:
            raise ValueError(
                f"and those before it stand for more than {MAX_TRANSITIONS} transitions; "
                "give the rule as @TREE"
            )

    def _bound(self, parts: Sequence[str]) -> Iterator[Transition]:
        """Yield a transition for each choice of the variables that are there twice."""
        twice = sorted({part for part in parts if parts.count(part) > 1} & set(self._variables))
        choices = [self._variables[name] for name in reversed(twice)]
        self._check_number(prod(map(len, choices)))
        for states in product(*choices):
            bound = dict(zip(reversed(twice), states, strict=True))
            center, *neighbors = (self._bits(part, bound) for part in parts[:-1])
            yield Transition(center, tuple(neighbors), self._output(parts[-1], bound))

    def _bits(self, part: str, bound: dict[str, int]) -> int:
        states = [bound[part]] if part in bound else self._variables.get(part)
        return sum(1 << state for state in set(states or [self._state(part)]))

    def _output(self, part: str, bound: dict[str, int]) -> int:
        states = [bound[part]] if part in bound else self._variables.get(part)
        if states is None:
            return self._state(part)
        if len(states) != 1:
            raise ValueError(f"becomes {excerpt(part)}, which may be several states; give one")
        return states[0]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6
