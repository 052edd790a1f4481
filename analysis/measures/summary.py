"""All measures of a rule in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from analysis.measures.canalization import Canalizing, canalized_share, canalizing
from analysis.measures.cell_tree import cell_tree_leaves
from analysis.measures.count_tree import count_tree
from analysis.measures.decision_diagram import diagram_nodes
from analysis.measures.dnf import NormalForm, minimal_dnf
from analysis.measures.outputs import langton_lambda, output_entropy, output_shares
from analysis.measures.sensitivity import influences
from analysis.measures.spectrum import walsh_degree, walsh_power
from analysis.measures.variants import num_variants
from analysis.operands import Operand, as_rule
from analysis.rules.symmetries import isotropic_fraction, totalistic_fraction
from voxnca.errors import ArgumentError

T = TypeVar("T")


@dataclass(frozen=True)
class Measures:
    """What one rule is like. All but the trees, forms and diagrams are over all neighbourhoods.

    Figures that a rule does not have are None: those of logic for more than two states, those
    that would have to go through more neighbourhoods than there is room for.

    Attributes:
        notation: of the rule, as `str(rule)`.
        num_states: k.
        num_dims: d, 2 or 3.
        output_shares: of neighbourhoods, 0 to 1, by the state that comes of them.
        langton_lambda: share of neighbourhoods, 0 to 1, from which another state than 0 comes.
        output_entropy_bits: 0 to log2(k).
        average_sensitivity: cells, 0 to 3^d: how many would change the outcome, each alone. Also
            the slope of the Derrida curve at 0: how many cells differ a step after one was changed.
        influences: 0 to 1, of the 3^d cells in index order: see `measures.influences`.
        canalizing: the inputs that settle the outcome alone.
        canalized_share: of neighbourhoods, 0 to 1, that hold such an input.
        walsh_power: shares, 0 to 1, by the number of cells in the parities: see
            `measures.walsh_power`.
        walsh_degree: cells, 0 to 3^d, of the largest parity.
        dnf: terms of the shortest disjunctive normal form.
        diagram_nodes: questions of the reduced decision diagram, which asks for the cells in the
            order NW NE SW SE N W E S C, in 3D from the farthest to the cell itself.
        cell_tree_leaves: of the smallest decision tree that asks for cells, in any order.
        count_tree_leaves: of the smallest decision tree that asks for the cell's own state and for
            how many neighbours are in state 1; None for a rule that does not only count.
        isotropic_fraction: share of neighbourhoods, 0 to 1, in which the nearest rule without
            directions does the same.
        totalistic_fraction: share of neighbourhoods, 0 to 1, in which the nearest rule does the
            same that only counts the neighbours in each state.
        num_variants: rules that behave the same, turned, mirrored or inverted, itself counted.
    """

    notation: str
    num_states: int
    num_dims: int
    output_shares: tuple[float, ...]
    langton_lambda: float
    output_entropy_bits: float
    average_sensitivity: float
    influences: tuple[float, ...]
    canalizing: tuple[Canalizing, ...]
    canalized_share: float
    walsh_power: tuple[float, ...] | None
    walsh_degree: int | None
    dnf: NormalForm | None
    diagram_nodes: int
    cell_tree_leaves: int | None
    count_tree_leaves: int | None
    isotropic_fraction: float
    totalistic_fraction: float
    num_variants: int

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return asdict(self)


def of(operand: Operand, *, time_limit_seconds: float = 10.0) -> Measures:
    """Measure a rule.

    Args:
        operand: a rule, a table of the plane, or what has a `.rule` or `.table`.
        time_limit_seconds: of the search for the shortest normal form; what takes longer is given
            by bounds.

    Raises:
        ArgumentError: for what is no rule, or has a table of more than 2^24 entries and does not
            count.
    """
    rule = as_rule(operand)
    own = influences(rule)
    return Measures(
        notation=str(rule),
        num_states=rule.num_states,
        num_dims=rule.num_dims,
        output_shares=tuple(output_shares(rule).tolist()),
        langton_lambda=langton_lambda(rule),
        output_entropy_bits=output_entropy(rule),
        average_sensitivity=float(own.sum()),
        influences=tuple(own.tolist()),
        canalizing=canalizing(rule),
        canalized_share=canalized_share(rule),
        walsh_power=_if_any(lambda: tuple(walsh_power(rule).tolist())),
        walsh_degree=_if_any(lambda: walsh_degree(rule)),
        dnf=_if_any(lambda: minimal_dnf(rule, time_limit_seconds=time_limit_seconds)),
        diagram_nodes=diagram_nodes(rule),
        cell_tree_leaves=_if_any(lambda: cell_tree_leaves(rule)),
        count_tree_leaves=_if_any(lambda: count_tree(rule).num_leaves),
        isotropic_fraction=isotropic_fraction(rule),
        totalistic_fraction=totalistic_fraction(rule),
        num_variants=num_variants(rule),
    )


def _if_any(measure: Callable[[], T]) -> T | None:
    """Return what a rule has of something that not all rules have."""
    try:
        return measure()
    except ArgumentError:
        return None
