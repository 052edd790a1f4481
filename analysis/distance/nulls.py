"""What a distance would be by chance: so that `12 entries` means something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from analysis.distance.entrywise import hamming
from analysis.distance.family import Family, family_of, tables_of
from analysis.distance.projection import Projection, to_counting
from analysis.operands import Operand, as_rule, as_rules
from analysis.rules.rule import Rule, States
from voxnca.errors import ArgumentError

KINDS = ("uniform", "shuffled", "flips")
"""Of random rules: see `null`."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Null:
    """A distance to random rules instead of the rule that was meant.

    Attributes:
        kind: of random rules: see `null`.
        family: that they were drawn from: `counts`, rules that count; `isotropic`, rules without
            directions; `tables`, all rules.
        num_samples: how many there were.
        seed: with which they were drawn.
        mean: of the distances, in the unit of the distance, as are the quantiles.
        quantiles: of the distances, at `QUANTILES`: 5, 25, 50, 75 and 95 %.
        chance: the share of random rules at least as near as the rule that was meant, 0 to 1; 0
            says no more than that it is below about 3 / num_samples.
    """

    kind: str
    family: str
    num_samples: int
    seed: int
    mean: float
    quantiles: tuple[float, ...]
    chance: float


def null(
    kind: str,
    one: Operand,
    other: Operand,
    *,
    figure: Callable[[Rule, Rule], float] = hamming,
    num_samples: int = 200,
    seed: int = 0,
) -> Null:
    """Measure how far a rule is from random rules, beside how far it is from another one.

    Random rules are drawn from the narrowest family that holds both rules: those that count, those
    without directions, or all.

    Args:
        kind: `uniform`, all states are as likely everywhere; `shuffled`, the other rule's states
            in random places, so that lambda stays nearly what it is (exactly, among tables);
            `flips`, `one` with as many places changed at random as it takes to the other (among
            tables, all as far from it by `hamming`).
        one: the rule that stays.
        other: the rule that random ones are put in the place of.
        figure: the distance.
        num_samples: random rules, at least 1.
        seed: of the draws; they are the same for every figure.

    Raises:
        ArgumentError: for an unknown kind or no samples; as the figure.
    """
    first, second = as_rules(one, other)
    family = family_of(first, second)

    def from_one(rule: Rule) -> float:
        return figure(first, rule)

    return null_of(
        kind,
        first,
        second,
        family=family,
        figure=from_one,
        observed=from_one(second),
        num_samples=num_samples,
        seed=seed,
    )


def projection_null(
    kind: str,
    operand: Operand,
    *,
    project: Callable[[Operand], Projection] = to_counting,
    num_samples: int = 200,
    seed: int = 0,
) -> Null:
    """Measure how far random tables are from the nearest rule of a simpler kind.

    For two states in the plane `uniform` ones are some 224 of 512 from the nearest that counts.

    Args:
        kind: `uniform` or `shuffled`, as of `null`, with the rule's own states.
        operand: the rule that random ones are put in the place of.
        project: `to_counting` or `to_isotropic`.
        num_samples: random rules, at least 1.
        seed: of the draws.

    Raises:
        ArgumentError: as `null` and `projection.to_counting`.
    """
    rule = as_rule(operand)
    if kind == "flips":
        raise ArgumentError("kind='flips' is for two rules; use uniform or shuffled")
    return null_of(
        kind,
        rule,
        rule,
        family=tables_of(rule),
        figure=lambda drawn: project(drawn).residual,
        observed=project(rule).residual,
        num_samples=num_samples,
        seed=seed,
    )


def null_of(
    kind: str,
    one: Rule,
    other: Rule,
    *,
    family: Family,
    figure: Callable[[Rule], float],
    observed: float,
    num_samples: int,
    seed: int,
) -> Null:
    """Measure random rules: as `null`, when the figure and its value are at hand."""
    if num_samples < 1:
        raise ArgumentError(f"num_samples={num_samples} must be at least 1")
    values = np.array(
        [figure(rule) for rule in draws(kind, one, other, family, num_samples, seed)], dtype=float
    )
    return Null(
        kind=kind,
        family=family.name,
        num_samples=num_samples,
        seed=seed,
        mean=float(values.mean()),
        quantiles=tuple(np.quantile(values, QUANTILES).tolist()),
        chance=float((values <= observed + _ROUNDING).mean()),
    )


def draws(
    kind: str, one: Rule, other: Rule, family: Family, num_samples: int, seed: int
) -> Iterator[Rule]:
    """Yield random rules: see `null`.

    Raises:
        ArgumentError: for an unknown kind.
    """
    if kind not in KINDS:
        raise ArgumentError(f"kind={kind!r} is unknown; use one of: {', '.join(KINDS)}")
    rng = np.random.default_rng(seed)
    near, far, k = family.values(one), family.values(other), one.num_states
    if near.shape == far.shape:
        num_flips = int((near != far).sum())
    else:
        num_flips = round(len(near) * hamming(one, other) / k ** (3**one.num_dims))
    for _ in range(num_samples):
        yield family.rule(_drawn(kind, near, far, k, num_flips, rng))


def _drawn(
    kind: str, near: States, far: States, k: int, num_flips: int, rng: np.random.Generator
) -> States:
    if kind == "uniform":
        return rng.integers(0, k, len(far), dtype=np.uint8)
    if kind == "shuffled":
        return rng.permutation(far)
    flipped = near.copy()
    places = rng.choice(len(near), num_flips, replace=False)
    flipped[places] = (flipped[places] + rng.integers(1, k, num_flips)) % k
    return flipped
