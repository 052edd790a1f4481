"""Whether a table may be called the rule, in one plain sentence."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.approximation.closed_loop import ClosedLoop
from analysis.approximation.score import Score

LEAST_IOU = 0.95
"""With the network's solid cells, at the end of a run and at its worst."""
MOST_DIFFERING = 0.05
"""Of the cells' symbols, at the end of a run."""


def is_the_rule(loops: Sequence[ClosedLoop]) -> bool:
    """Tell whether a table does alone what the network does, from every start.

    It does if it keeps its solid cells within an IoU of 0.95 of the network's at every step, and
    ends with at most 5 % of the symbols different. Single steps don't count: most cells stay as
    they are in most steps, so that nearly any table predicts nearly all of them.
    """
    return all(
        min(loop.iou_network) >= LEAST_IOU and loop.differing[-1] <= MOST_DIFFERING
        for loop in loops
    )


def sentence(loops: Sequence[ClosedLoop], baseline: Score, table: Score) -> str:
    """Say so in one sentence.

    Args:
        loops: the table alone, from each start.
        baseline: what saying that nothing changes scores.
        table: what the table scores.
    """
    ends = " and ".join(f"{loop.iou_network[-1]:.2f} from {_start(loop)}" for loop in loops)
    alone = f"left alone it ends with an overlap (IoU) of {ends} with what the network grows"
    if is_the_rule(loops):
        return f"On these runs the table may be called the rule: {alone}."
    return (
        f"The table may not be called the rule: {alone}, though it predicts "
        f"{table.accuracy:.1%} of single steps ({baseline.accuracy:.1%} are right by saying that "
        "nothing changes)."
    )


def _start(loop: ClosedLoop) -> str:
    return "the seed" if loop.start == "seed" else "a wound"
