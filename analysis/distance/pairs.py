"""All distances between two rules in one place, each beside what it would be by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from analysis.distance.behavioral import damage_from, density_from, derrida, derrida_slope
from analysis.distance.entrywise import hamming, visited
from analysis.distance.family import Family, family_of
from analysis.distance.notation import levenshtein, transitions
from analysis.distance.nulls import KINDS, Null, null_of
from analysis.distance.symmetry import modulo_symmetry, relabelled
from analysis.distance.tree_edit import tree_edit
from analysis.distance.visits import after
from analysis.operands import Operand, as_rules
from analysis.rules.rule import Rule
from voxnca.errors import ArgumentError

_SOME, _FEW, _FEWEST = 2, 5, 10
"""Of so many random rules one is taken beside trees, beside soups, beside what is large."""
_LARGE = 2**14
"""Entries of a table from which on the fewest random rules are drawn."""
_VISIT_STEPS = 100

FromOne = Callable[[Rule], float]


@dataclass(frozen=True)
class Figure:
    """A distance, and the same to random rules.

    Attributes:
        value: the distance, in `unit`.
        unit: what it is counted in.
        nulls: one of each of the kinds `uniform`, `shuffled` and `flips`: see `distance.null`.
    """

    value: float
    unit: str
    nulls: tuple[Null, ...]


@dataclass(frozen=True)
class Distances:
    """How far two rules are apart. Figures that the two do not have are None.

    Attributes:
        one: notation of the rule that stays while the other is replaced by random ones.
        other: notation of the other one.
        num_neighborhoods: k^(3^d): of two states in the plane, 512.
        family: that random rules are drawn from: `counts`, `isotropic` or `tables`.
        seed: of soups and random rules.
        hamming: neighbourhoods in which they differ.
        hamming_share: the same as a share, 0 to 1, without nulls: they are those of `hamming`.
        visited: how often, 0 to 1, a cell is in a neighbourhood in which they differ, when both
            have run 100 steps on soups in which half of the cells are not in state 0.
        modulo_symmetry: the same as `hamming` in the best turn and mirror, of two states inverted.
        relabelled: the same as `hamming` when the states of one may be renamed; up to 4 states.
        relabelled_zero: the same when state 0 keeps its name.
        transitions: pairs of own state and count in which rules differ that count: B/S digits.
        levenshtein: characters between their notations.
        tree_edit: nodes between their smallest decision trees: see `distance.tree_edit`.
        density: cells, 0 to 1, by which populations from the same soups are apart.
        damage: share of the cells in reach, 0 to 1, by which the effects of one change are apart.
        derrida: area between the Derrida curves, 0 to 1.
        derrida_slope: cells, 0 to 3^d, between their slopes at 0.
    """

    one: str
    other: str
    num_neighborhoods: int
    family: str
    seed: int
    hamming: Figure
    hamming_share: float
    visited: Figure
    modulo_symmetry: Figure
    relabelled: Figure | None
    relabelled_zero: Figure | None
    transitions: Figure | None
    levenshtein: Figure | None
    tree_edit: Figure | None
    density: Figure
    damage: Figure
    derrida: Figure
    derrida_slope: Figure

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return asdict(self)


def between(one: Operand, other: Operand, *, seed: int = 0, num_samples: int = 200) -> Distances:
    """Measure all distances between two rules.

    Args:
        one: a rule, a table of the plane, or what has a `.rule` or `.table`.
        other: another of as many states and dimensions.
        seed: of soups and random rules.
        num_samples: random rules of each kind; half of it beside trees, a fifth beside what runs
            soups or renames states, a tenth where tables are large.

    Raises:
        ArgumentError: as `operands.as_rules`; for no samples; when one of the rules does not count
            and a table would have more than 2^24 entries.
    """
    first, second = as_rules(one, other)
    pair = _Pair(first, second, family_of(first, second), num_samples, seed)
    visits = after(first, num_steps=_VISIT_STEPS, seed=seed)
    visits += after(second, num_steps=_VISIT_STEPS, seed=seed + 1)
    num_neighborhoods = first.num_states ** (3**first.num_dims)
    entries = f"neighbourhoods of {num_neighborhoods}"
    exact = hamming(first, second)

    def renamed(rule: Rule, fix_zero: bool) -> float:
        return relabelled(first, rule, fix_zero=fix_zero)

    return Distances(
        one=str(first),
        other=str(second),
        num_neighborhoods=num_neighborhoods,
        family=pair.family.name,
        seed=seed,
        hamming=pair.figure(lambda rule: hamming(first, rule), entries),
        hamming_share=exact / num_neighborhoods,
        visited=pair.figure(lambda rule: visited(first, rule, visits), "share of cells"),
        modulo_symmetry=pair.figure(lambda rule: modulo_symmetry(first, rule), entries),
        relabelled=pair.if_any(lambda rule: renamed(rule, False), entries, _FEW),
        relabelled_zero=pair.if_any(lambda rule: renamed(rule, True), entries, _FEW),
        transitions=pair.if_any(lambda rule: transitions(first, rule), "transitions"),
        levenshtein=pair.if_any(lambda rule: levenshtein(first, rule), "characters"),
        tree_edit=pair.if_any(lambda rule: tree_edit(first, rule), "nodes", _SOME),
        density=pair.figure(density_from(first, seed=seed), "share of cells", _FEW),
        damage=pair.figure(damage_from(first, seed=seed), "share of cells in reach", _FEW),
        derrida=pair.figure(lambda rule: derrida(first, rule), "area"),
        derrida_slope=pair.figure(lambda rule: derrida_slope(first, rule), "cells"),
    )


@dataclass(frozen=True)
class _Pair:
    """Two rules, and where random ones come from.

    Attributes:
        one: the rule that stays.
        other: the one that is replaced.
        family: of both.
        num_samples: random rules of each kind.
        seed: of the draws.
    """

    one: Rule
    other: Rule
    family: Family
    num_samples: int
    seed: int

    def figure(self, from_one: FromOne, unit: str, thin: int = 1) -> Figure:
        """Measure a distance from the one rule, and the same to every `thin`-th random one."""
        value = from_one(self.other)
        if len(self.family.values(self.other)) > _LARGE:
            thin = _FEWEST
        nulls = tuple(
            null_of(
                kind,
                self.one,
                self.other,
                family=self.family,
                figure=from_one,
                observed=value,
                num_samples=-(-self.num_samples // thin),
                seed=self.seed,
            )
            for kind in KINDS
        )
        return Figure(value, unit, nulls)

    def if_any(self, from_one: FromOne, unit: str, thin: int = 1) -> Figure | None:
        """Do the same for a distance that not all rules have."""
        try:
            return self.figure(from_one, unit, thin)
        except ArgumentError:
            return None
