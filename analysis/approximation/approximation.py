"""A continuous rule in a table of symbols, and how far it may be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from analysis.approximation.answers import Answer, CountingTree, Either, Network, Stay
from analysis.approximation.closed_loop import ClosedLoop, follow
from analysis.approximation.quantizer import Quantizer, fit
from analysis.approximation.run import Runs, plan
from analysis.approximation.score import Score, score
from analysis.approximation.symbol_table import SymbolTable
from analysis.approximation.transitions import Transitions, read
from analysis.approximation.verdict import is_the_rule, sentence
from analysis.unconditioned import check_unconditioned
from voxnca.config import check_seed
from voxnca.errors import ArgumentError
from voxnca.evaluation import default_grow_steps
from voxnca.grid import training_space
from voxnca.model import NCA


@dataclass(frozen=True, eq=False)
class Approximation:
    """A table read from rollouts of a continuous rule, with all that says what it is worth.

    Shares are from 0 to 1 and count cells whose neighbourhood is not all empty.

    Attributes:
        model: name of the rule.
        num_dims: 2 or 3.
        num_symbols: k, the empty symbol among them.
        fitted_runs, held_out_runs: the starts of the rollouts, `seed` or a wound.
        num_entries: contexts that the table holds.
        num_leaves: cases that the decision tree over counts tells apart.
        coverage: share of the held-out cells whose context the table has seen.
        determinism: share of the table's contexts on which one symbol only ever followed.
        entropy_bits: what remains open when the context is known, bits a cell and step, in the
            fitted runs.
        baseline: accuracy, on held-out runs, of saying that nothing changes.
        scores: of each answer on held-out runs.
        closed_loops: of each answer, alone from the seed and alone from a held-out wound.
        is_the_rule: whether the table may be called the rule: see `analysis.approximation.verdict`.
        sentence: the same in plain words.
        quantizer: what the symbols stand for.
        table: the entries.
    """

    model: str
    num_dims: int
    num_symbols: int
    fitted_runs: tuple[str, ...]
    held_out_runs: tuple[str, ...]
    num_entries: int
    num_leaves: int
    coverage: float
    determinism: float
    entropy_bits: float
    baseline: float
    scores: tuple[Score, ...]
    closed_loops: tuple[ClosedLoop, ...]
    is_the_rule: bool
    sentence: str
    quantizer: Quantizer = field(repr=False)
    table: SymbolTable = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the figures, without quantizer and table, as a dict that `json` can write."""
        figures = {n: v for n, v in vars(self).items() if n not in {"quantizer", "table"}}
        figures["scores"] = [asdict(s) for s in self.scores]
        figures["closed_loops"] = [asdict(loop) for loop in self.closed_loops]
        return figures


def approximate(
    model: NCA,
    *,
    num_symbols: int = 32,
    seed: int = 0,
    space: Sequence[int] | None = None,
    grow_steps: int | None = None,
    num_wounds: int = 8,
    heal_steps: int = 48,
) -> Approximation:
    """Read a table of symbols from rollouts of a continuous rule, and judge it.

    Rollouts from the seed and after standard wounds are put into symbols by k-means. What
    followed on each neighbourhood of symbols makes the table. It is held against rollouts that
    were kept out of all fitting, step by step and left alone.

    Args:
        model: the rule, of any dimension and fire rate.
        num_symbols: k, the empty symbol among them, 2 to 4,096.
        seed: of the rollouts, k-means and the tree.
        space: sizes of the grid; None is the training grid of the model's target.
        grow_steps: T; None is the model's own.
        num_wounds: rollouts after wounds, at least 2; every fourth is held out.
        heal_steps: how long these are.

    Raises:
        ArgumentError: for a value out of range, a model without a target when `space` is None,
            or one that grows nothing solid, or that has goals or senses.
    """
    check_unconditioned(model)
    space, grow_steps = _frame(model, space, grow_steps)
    runs = plan(
        model,
        space,
        grow_steps=grow_steps,
        num_wounds=num_wounds,
        heal_steps=heal_steps,
        seed=check_seed(seed),
    )
    quantizer = fit(runs.fitted, num_symbols, seed=seed)
    seen = read(runs.fitted, quantizer)
    table, tree = SymbolTable.fit(seen), CountingTree.fit(seen, quantizer.num_symbols, seed=seed)
    answers = _answers(model, quantizer, table, tree)
    return _judge(model, runs, quantizer, table, tree, answers)


def _frame(
    model: NCA, space: Sequence[int] | None, grow_steps: int | None
) -> tuple[tuple[int, ...], int]:
    target, known = model.target, grow_steps or model.info.grow_steps
    if target is None and (space is None or known is None):
        raise ArgumentError("model has no target; pass space=(H, W) or (D, H, W) and grow_steps=T")
    if known is None and target is not None:
        known = default_grow_steps(target, model.config.fire_rate)
    if space is None and target is not None:
        space = training_space(target)
    return tuple(space or ()), known or 0


def _answers(
    model: NCA, quantizer: Quantizer, table: SymbolTable, tree: CountingTree
) -> dict[str, Answer]:
    network = Network(model, quantizer)
    return {
        "nothing changes": Stay(model.config.num_dims),
        "table": table,
        "table, then network": Either(table, network),
        "network on centroids": network,
        "tree over counts": tree,
    }


def _judge(
    model: NCA,
    runs: Runs,
    quantizer: Quantizer,
    table: SymbolTable,
    tree: CountingTree,
    answers: dict[str, Answer],
) -> Approximation:
    unseen = read(runs.held_out, quantizer)
    scores = tuple(score(name, answer, unseen) for name, answer in answers.items())
    starts = (runs.growth, runs.held_out[-1])
    loops = tuple(
        follow(name, answer, start, quantizer)
        for start in starts
        for name, answer in answers.items()
    )
    verdict = [loop for loop in loops if loop.answer == "table"]
    return Approximation(
        model=model.info.name,
        num_dims=model.config.num_dims,
        num_symbols=quantizer.num_symbols,
        fitted_runs=tuple(run.name for run in runs.fitted),
        held_out_runs=tuple(run.name for run in runs.held_out),
        num_entries=table.num_entries,
        num_leaves=tree.num_leaves,
        coverage=_coverage(table, unseen),
        determinism=table.determinism,
        entropy_bits=table.entropy_bits,
        baseline=scores[0].accuracy,
        scores=scores,
        closed_loops=loops,
        is_the_rule=is_the_rule(verdict),
        sentence=sentence(verdict, scores[0], scores[1]),
        quantizer=quantizer,
        table=table,
    )


def _coverage(table: SymbolTable, transitions: Transitions) -> float:
    known = table.knows(transitions.contexts)
    return float(known.mean()) if len(known) else 0.0  # everything has died there
