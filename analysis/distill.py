"""Distilling: from a learned rule to the table that says the same, and how that was checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.rules import CountingRule, Neighborhood, Rule, States, TableRule
from analysis.rules.digits import neighbor_counts, own_states
from analysis.rules.rule import MAX_ENTRIES
from analysis.windows import (
    Windows,
    answers_of_rule,
    classes,
    counts_all,
    every,
    logits_of_model,
    num_windows,
    only_counts,
)
from voxnca import NCA
from voxnca.errors import ArgumentError


class Check(NamedTuple):
    """A model held against a hand-made rule.

    Attributes:
        num_wrong: neighbourhoods of which they say different things.
        margin: as of `Distilled`.
    """

    num_wrong: int
    margin: float


@dataclass(frozen=True)
class Distilled:
    """What a learned rule says, as a hand-made one.

    Attributes:
        rule: a `CountingRule` where the model only counts, else a `TableRule`.
        exact: whether it says the same of every neighbourhood.
        fidelity: share of all neighbourhoods of which it does, 0 to 1.
        num_neighborhoods: that there are, k^(3^d).
        num_checked: that the network was asked about; each may stand for many that it cannot
            tell apart.
        margin: how much the network prefers its answer, at the least: the smallest gap between
            its two largest logits. Rounding is a millionth of them.
    """

    rule: Rule
    exact: bool
    fidelity: float
    num_neighborhoods: int
    num_checked: int
    margin: float

    @property
    def table(self) -> States:
        """The table of all neighbourhoods: see `Rule.table`."""
        return self.rule.table

    @property
    def checked(self) -> str:
        """Say in a sentence what was checked."""
        if self.num_checked == self.num_neighborhoods:
            what = f"all {self.num_neighborhoods:,} neighbourhoods"
        else:
            what = (
                f"all {self.num_checked:,} classes of neighbourhoods that the network, which only "
                f"counts, can tell apart; they are all {self.num_neighborhoods:,} there are"
            )
        return f"{'exact' if self.exact else f'{self.fidelity:.4%} right'} over {what}"

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a dict that `json` can write."""
        return {
            "rule": str(self.rule),
            "exact": self.exact,
            "fidelity": self.fidelity,
            "num_neighborhoods": self.num_neighborhoods,
            "num_checked": self.num_checked,
            "margin": self.margin,
            "checked": self.checked,
        }


def to_table(model: NCA) -> Distilled:
    """Ask a discrete model about every neighbourhood.

    Where there are more than 2^24, in 3D, one that only counts (perception `neighbour_sum`) is
    asked about every class that it can tell apart. The table is then by the number of neighbours
    in state 1; it is exact unless the model heeds other states among the neighbours too.

    Args:
        model: a discrete rule.

    Returns:
        The rule in the model's colours, and how exact it is.

    Raises:
        ArgumentError: for a model that grows, or too many neighbourhoods.
    """
    k, d = _check_discrete(model), model.config.num_dims
    count = num_windows(k, d)
    rule, right, checked, margin = (_by_all if count <= MAX_ENTRIES else _by_classes)(model)
    return Distilled(
        rule.named(model.info.name, model.colors),
        exact=right == count,
        fidelity=right / count,
        num_neighborhoods=count,
        num_checked=checked,
        margin=margin,
    )


def num_wrong(model: NCA, rule: Rule) -> int:
    """Count the neighbourhoods of which a model and a hand-made rule say different things.

    Args:
        model: a discrete rule.
        rule: of as many states and dimensions.

    Raises:
        ArgumentError: as of `check`.
    """
    return check(model, rule).num_wrong


def check(model: NCA, rule: Rule, *, by_classes: bool = False) -> Check:
    """Hold every answer of a model against a hand-made rule.

    Args:
        model: a discrete rule.
        rule: of as many states and dimensions.
        by_classes: ask about each class of neighbourhoods once, if both only count: what comes
            out is the same, and sooner. It is done anyhow where there are more than 2^24.

    Raises:
        ArgumentError: for a model that grows, another number of states or dimensions, or too many
            neighbourhoods.
    """
    total, margin = 0, inf
    for states, weights in questions(model, rule, by_classes=by_classes):
        said, gap = _settled(logits_of_model(model, states))
        total += int(weights[said != answers_of_rule(rule, states)].sum())
        margin = min(margin, gap)
    return Check(total, margin)


def check_same_kind(model: NCA, rule: Rule) -> None:
    """Check that a model is discrete, with a rule's states and dimensions.

    Raises:
        ArgumentError: otherwise.
    """
    k, d = _check_discrete(model), model.config.num_dims
    if (k, d) != (rule.num_states, rule.num_dims):
        raise ArgumentError(
            f"rule {rule} has {rule.num_states} states in {rule.num_dims}D and the model {k} in "
            f"{d}D; compare it with a rule of as many"
        )


def questions(model: NCA, rule: Rule, *, by_classes: bool = False) -> Iterable[Windows]:
    """Return what to ask of both, so that every neighbourhood is answered for.

    Args and errors as of `check`.
    """
    check_same_kind(model, rule)
    k, d = rule.num_states, rule.num_dims
    many = num_windows(k, d) > MAX_ENTRIES
    if only_counts(model) and counts_all(rule):
        if by_classes or many:
            return (classes(k, d),)
    elif many:
        raise ArgumentError(
            f"{rule}: its {k}^{3**d} neighbourhoods are too many to be checked, unless rule and "
            "network count all neighbours; use such a rule, and perception neighbour_sum"
        )
    return every(k, d)


def _check_discrete(model: NCA) -> int:
    if model.config.num_states is None:
        raise ArgumentError(
            "num_states=None: the model grows and has no exact table; give a discrete one"
        )
    return model.config.num_states


def _by_all(model: NCA) -> tuple[Rule, int, int, float]:
    """Return the rule, of how many neighbourhoods it says the same, how many were asked, the gap.

    It counts when that says the same of all.
    """
    k, space = model.config.num_channels, Neighborhood("moore", model.config.num_dims)
    answers, margin = [], inf
    for windows in every(k, space.num_dims):
        said, gap = _settled(logits_of_model(model, windows.states))
        answers.append(said)
        margin = min(margin, gap)
    said = np.concatenate(answers)
    own, counts = own_states(k, space), neighbor_counts(k, space)
    rule, right = _counting(own, counts, said, np.ones(len(said), np.int64), space)
    if right == len(said):
        return rule, right, len(said), margin
    table = TableRule(num_states=k, neighborhood=space, entries=said)
    return table, len(said), len(said), margin


def _by_classes(model: NCA) -> tuple[Rule, int, int, float]:
    """Do the same by classes; where a rule that counts has to join some, most decide."""
    k, space = model.config.num_channels, Neighborhood("moore", model.config.num_dims)
    if not only_counts(model):
        raise ArgumentError(
            f"perception={model.config.perception!r} with {k} states in {space.num_dims}D tells "
            "more than 2^24 neighbourhoods apart; train one that perceives by neighbour_sum"
        )
    states, weights = classes(k, space.num_dims)
    said, margin = _settled(logits_of_model(model, states))
    own = states[:, states.shape[1] // 2]
    counts = (states == 1).sum(1) - (own == 1)
    rule, right = _counting(own, counts, said, weights, space)
    return rule, right, len(said), margin


def _counting(
    own: States,
    counts: NDArray[np.integer],
    said: States,
    weights: NDArray[np.object_] | NDArray[np.int64],
    space: Neighborhood,
) -> tuple[CountingRule, int]:
    """Return the rule by own state and count that says most often what was said, and how often."""
    k, n = int(own.max()) + 1, len(space.neighbors)
    tally = np.zeros((k * (n + 1), k), weights.dtype)
    np.add.at(tally, (own.astype(np.int64) * (n + 1) + counts, said), weights)
    transitions = tally.argmax(1).reshape(k, n + 1)
    rule = CountingRule(num_states=k, neighborhood=space, transitions=transitions)
    return rule, int(tally.max(1).sum())


def _settled(logits: NDArray[np.floating]) -> tuple[States, float]:
    """Return the answers, and how far ahead of the next best they are at the least."""
    highest = np.partition(logits, -2, axis=1)[:, -2:]
    return logits.argmax(1).astype(np.uint8), float((highest[:, 1] - highest[:, 0]).min())
