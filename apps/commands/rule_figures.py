"""What there is to tell of a hand-made rule, in figures and in words."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from analysis.rules.catalogue import find
from analysis.rules.counting import CountingRule
from analysis.rules.hensel import names_of, write_names
from analysis.rules.neighborhood import MOORE
from analysis.rules.palette import colors_of
from analysis.rules.portrait import Panel, living_part, panels
from analysis.rules.rule import Rule
from analysis.rules.shares import transition_shares, unseen_states
from analysis.rules.symmetries import isotropic_fraction, totalistic_fraction

MOST_LINES = 12
"""Of states that are told one by one."""
_FEW = 0.0005
MOST_ENTRIES = 2**22
"""Of a table whose symmetries are measured: more take longer than one cares to wait."""


@dataclass(frozen=True)
class RuleFigures:
    """Figures of a rule.

    Attributes:
        name: in the catalogue, else its own; empty for none.
        notation: the canonical one.
        what: what it does; empty if it is not in the catalogue.
        source: who found it; empty likewise.
        num_dims: 2 or 3.
        num_states: k.
        neighborhood: `moore`, `von-neumann` or `hexagonal`.
        num_neighbors: of a cell.
        bounds: the grid that it brings along; empty for none.
        num_entries: of its table over its neighbourhood, made or not.
        num_ones: entries that are 1, of a rule of two states.
        changing: share of entries in which the cell changes.
        isotropic: share of entries that agree with the nearest rule without directions; None if
            there are too many.
        totalistic: share that agrees with the nearest rule that only counts; None likewise.
        birth: with which neighbours a cell is born; None unless it is B/S or Generations.
        survival: with which it survives; None likewise.
        lines: the rule in words.
        colors: of its states, `#rrggbb`.
        transitions: of a rule that counts: by state, by neighbours in state 1.
        classes: of a B/S or Generations rule in the plane, its neighbourhoods by class.
        run: how to watch it.
    """

    name: str
    notation: str
    what: str
    source: str
    num_dims: int
    num_states: int
    neighborhood: str
    num_neighbors: int
    bounds: str
    num_entries: int
    num_ones: int | None
    changing: float
    isotropic: float | None
    totalistic: float | None
    birth: str | None
    survival: str | None
    lines: tuple[str, ...]
    colors: tuple[str, ...]
    transitions: tuple[tuple[int, ...], ...] | None
    classes: tuple[Panel, ...] | None
    run: str

    @classmethod
    def of(cls, rule: Rule, text: str) -> RuleFigures:
        """Measure a rule.

        Args:
            rule: the rule.
            text: as it was typed.
        """
        entry, living = find(rule), living_part(rule)
        shares = transition_shares(rule)
        num_entries = rule.num_states ** len(rule.neighborhood.cells)
        ones = round(float(shares[:, 1].mean()) * num_entries) if rule.num_states == 2 else None
        lived = None if living is None else _living_counts(living)
        classes = panels(living) if living is not None and rule.num_dims == 2 else None
        return cls(
            name=entry.name if entry else rule.name,
            notation=str(rule),
            what=entry.what if entry else "",
            source=entry.source if entry else "",
            num_dims=rule.num_dims,
            num_states=rule.num_states,
            neighborhood=rule.neighborhood.name,
            num_neighbors=len(rule.neighborhood.neighbors),
            bounds=str(rule.bounds or ""),
            num_entries=num_entries,
            num_ones=ones,
            changing=float(1 - np.diag(shares).mean()),
            isotropic=_fraction(isotropic_fraction, rule, num_entries),
            totalistic=_fraction(totalistic_fraction, rule, num_entries),
            birth=lived[0] if lived else None,
            survival=lived[1] if lived else None,
            lines=(*_lines(rule, shares, lived), *_directions(classes or ())),
            colors=tuple("#" + bytes(color).hex() for color in colors_of(rule)),
            transitions=_transitions(rule),
            classes=classes,
            run=f"voxnca app {shlex.quote(entry.name if entry and len(text) > 40 else text)}",
        )


def listed(counts: Sequence[int]) -> str:
    """Write counts as prose: `3`, `2 or 3`, `0, 1 or 5-7`."""
    runs = [
        [count for _, count in run]
        for _, run in groupby(enumerate(counts), key=lambda pair: pair[1] - pair[0])
    ]
    parts = [
        part
        for run in runs
        for part in ([f"{run[0]}-{run[-1]}"] if len(run) > 2 else [str(count) for count in run])
    ]
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} or {parts[-1]}"


def _fraction(measure: Callable[[Rule], float], rule: Rule, num_entries: int) -> float | None:
    if isinstance(rule, CountingRule) or num_entries <= MOST_ENTRIES:
        return measure(rule)
    return None


def _transitions(rule: Rule) -> tuple[tuple[int, ...], ...] | None:
    if not isinstance(rule, CountingRule):
        return None
    return tuple(tuple(row) for row in rule.transitions.tolist())


def _living_counts(living: Rule) -> tuple[str, str] | None:
    """Say with which neighbours cells are born and survive; None for rules with directions."""
    if isinstance(living, CountingRule):
        birth, survival = (listed(np.flatnonzero(row).tolist()) for row in living.transitions)
        return birth, survival
    names = names_of(living.table) if living.neighborhood == MOORE else None
    return (write_names(names[0]), write_names(names[1])) if names else None


def _lines(rule: Rule, shares: np.ndarray, lived: tuple[str, str] | None) -> Iterator[str]:
    if lived is not None:
        yield f"born with {lived[0]} neighbours" if lived[0] else "never born"
        yield f"survives with {lived[1]}" if lived[1] else "never survives"
        if rule.num_states > 2:
            ages = _states(range(2, rule.num_states))
            yield f"what dies passes through {ages}, in which it does not count"
    elif isinstance(rule, CountingRule):
        yield from _short([_counted(state, row) for state, row in enumerate(rule.transitions)])
    else:
        yield from _short([_shared(state, row) for state, row in enumerate(shares)])
        unseen = unseen_states(rule)
        if unseen:
            yield f"neighbours in {_states(unseen)} are as good as in state 0"


def _directions(classes: Sequence[Panel]) -> Iterator[str]:
    mixed = sum(0 < panel.share < 1 for panel in classes)
    if mixed:
        yield f"{mixed} of {len(classes)} classes depend on how they are turned"


def _short(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"and {len(lines) - MOST_LINES} more states"


def _counted(state: int, row: np.ndarray) -> str:
    values, frequency = np.unique(row, return_counts=True)
    usual = int(values[frequency.argmax()])
    others = [int(value) for value in values if value != usual]
    cases = [f"{value} with {listed(np.flatnonzero(row == value).tolist())}" for value in others]
    if not cases:
        return f"{state} stays" if usual == state else f"{state} becomes {usual}"
    return f"{state} becomes {', '.join(cases)} neighbours in state 1, else {usual}"


def _shared(state: int, row: np.ndarray) -> str:
    order = np.argsort(-row, kind="stable")
    parts = [f"{then} in {row[then]:.1%}" for then in order.tolist() if row[then] > _FEW]
    return f"{state} becomes {', '.join(parts[:5])}" + (" ..." if len(parts) > 5 else "")


def _states(states: Sequence[int]) -> str:
    return (
        f"state {states[0]}"
        if len(states) == 1
        else f"states {listed(states)}".replace(" or ", " and ")
    )
