"""How often a rule makes which state."""

from __future__ import annotations

from math import log2

import numpy as np

from analysis.domains import Floats, domain_of
from analysis.operands import Operand, as_rule


def output_shares(operand: Operand) -> Floats:
    """Return the share of all neighbourhoods in which a cell comes to be in each state.

    Returns:
        float64 `(num_states,)`, of sum 1.
    """
    rule = as_rule(operand)
    domain = domain_of([rule])
    counted = np.bincount(domain.entries(rule), domain.shares, minlength=rule.num_states)
    return counted.astype(np.float64)


def langton_lambda(operand: Operand) -> float:
    """Return the share of neighbourhoods in which a cell does not come to be in state 0.

    State 0 stands for the quiescent one of Langton (Computation at the edge of chaos, Physica D
    42, 1990).
    """
    return float(output_shares(operand)[1:].sum())


def output_entropy(operand: Operand) -> float:
    """Return the entropy of the state that a cell comes to be in, in bits: 0 to log2(num_states).

    Every neighbourhood is as likely as any other.
    """
    return float(sum(-share * log2(share) for share in output_shares(operand) if share > 0))
