"""Try to put growing rules into tables: `python -m apps.workshop.distillation [PART...]`.

What each way reaches when the table is left alone makes `data/models/DISTILLATION.md`, and the
tables that grow their creature are written beside it for Golly. Every seed is fixed. What is done
is kept in `build/distillation`, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

import voxnca
from analysis.approximation import ExactTable, Trace, advance, approximate, write_golly_table
from analysis.approximation.answers import Answer
from analysis.approximation.closed_loop import overlap
from analysis.approximation.nearest import Nearest
from analysis.approximation.quantizer import Symbols
from analysis.approximation.symbol_table import SymbolTable
from analysis.rules import Pattern, write_rle
from apps.workshop.creature import RUN_STEPS, Creature, body, folded, settled, traced
from apps.workshop.increments import follow_increments

BUILD = Path(__file__).resolve().parents[2] / "build" / "distillation"
DOCUMENT = "DISTILLATION.md"
KMEANS = (("butterfly", (8, 16, 32, 64, 256)), ("heart", (32,)), ("duck", (16, 64)))
ROUNDED = ("duck", "house")
BITS = (8, 6, 5, 4, 3)
INCREMENTS = (("butterfly", 64, 64), ("butterfly", 256, 256), ("duck", 64, 64))
CREATURES = (
    Creature("heart", 12, 40, (1, 2, 3), 1500),
    Creature("butterfly", 12, 20, (1, 2), 1500),
    Creature("mushroom", 8, 8, (1, 2), 900, hidden_size=64),
)
NUM_HELD_OUT = 12


def kmeans() -> Iterator[str]:
    """Write what tables over k-means' symbols are worth."""
    for name, sizes in KMEANS:
        for k in sizes:
            a = approximate(voxnca.load(name), num_symbols=k, num_wounds=4)
            of = {s.answer: s for s in a.scores}
            table, both = of["table"], of["table, then network"]
            ends = {(x.answer, x.start == "seed"): x.iou_network[-1] for x in a.closed_loops}
            cells = [
                f"{name} {a.num_dims}D",
                f"{a.num_symbols}",
                f"{a.num_entries:,}",
                f"{a.coverage:.3f}",
                f"{a.determinism:.3f}",
                f"{a.entropy_bits:.3f}",
                f"{a.baseline:.3f}",
                f"{table.accuracy:.3f} / {table.accuracy_changing:.3f}",
                f"{both.accuracy:.3f} / {both.accuracy_changing:.3f}",
                *(f"{ends[answer, True]:.2f} / {ends[answer, False]:.2f}" for answer in of),
                "yes" if a.is_the_rule else "no",
            ]
            yield f"| {' | '.join(cells)} |"


def rounding() -> Iterator[str]:
    """Write what becomes of trained rules when their states are rounded, nothing else changed."""
    for name in ROUNDED:
        model = voxnca.load(name)
        assert model.target is not None
        assert model.info.grow_steps is not None
        space = voxnca.training_space(model.target)
        solid = (model.target.place(space)[..., 3] > 0.5).numpy()
        for bits in BITS:
            state, states, ious = voxnca.seed(model.config, space), [], []
            seen: set[bytes] = set()
            for _ in range(3 * model.info.grow_steps):
                with torch.no_grad():
                    state = (model.grow(state, 1) * 2**bits).round() / 2**bits + 0.0
                rows = state.reshape(-1, state.shape[-1])
                states.append(rows[rows.any(1)].unique(dim=0))
                ious.append(overlap((state[0, ..., 3] > 0.5).numpy(), solid))
                seen.add(state.numpy().tobytes())
            num_states = len(torch.cat(states).unique(dim=0))
            repeats = "yes" if len(seen) < len(ious) else "no"
            grown = f"{ious[model.info.grow_steps - 1]:.3f} | {ious[-1]:.3f}"
            yield f"| {name} | 2^-{bits} | {grown} | {num_states:,} | {repeats} |"


def increments() -> Iterator[str]:
    """Write what becomes of tables that say how a state moves, not what it becomes."""
    for name, num_symbols, num_increments in INCREMENTS:
        end = follow_increments(voxnca.load(name), num_symbols, num_increments, seed=0)
        yield f"| {name} | {num_symbols} | {num_increments} | {end[0]:.2f} | {end[1]:.2f} |"


def creatures() -> Iterator[str]:
    """Write what tables of settled rules reach, and the tables themselves."""
    for creature in CREATURES:
        trace = traced(settled(creature, BUILD), creature, NUM_HELD_OUT)
        for num_runs in (1, 1 + creature.num_wounds):
            table = folded(trace, num_runs)
            _check(table, trace, num_runs)
            yield _line(creature, trace, table, num_runs)
        if table.num_dims == 2:
            _ship(creature, table, trace)


def _check(table: ExactTable, trace: Trace, num_runs: int) -> None:
    """Hold the table against the network's runs, cell for cell."""
    for run in trace.runs[:num_runs]:
        symbols = table.symbols(run[0])
        for after in run[1:]:
            symbols = advance(table, symbols, "zero")
            assert (symbols == table.symbols(after)).all()


def _line(creature: Creature, trace: Trace, table: ExactTable, num_runs: int) -> str:
    seen = SymbolTable.fit(trace.transitions(range(num_runs)))
    held_out = range(len(trace.runs) - NUM_HELD_OUT, len(trace.runs))
    unseen = trace.transitions(held_out)
    known, solid = seen.knows(unseen.contexts), body(trace.rule)
    own_solid = trace.states[:, 3] > 0.5
    starts = [trace.runs[n][0] for n in held_out]
    nearest = Nearest(seen, trace.states, table.num_dims)
    before = [overlap(own_solid[s], solid) for s in starts]
    network = [overlap(own_solid[trace.runs[n][-1]], solid) for n in held_out]
    stay = [overlap(own_solid[_alone(seen, s)], solid) for s in starts]
    folds = [overlap(table.solid[_alone(table, table.symbols(s))], solid) for s in starts]
    near = [overlap(own_solid[_alone(nearest, s, 40)], solid) for s in starts[:4]]
    grown = table.solid[_alone(table, table.symbols(trace.runs[0][0]))]
    used = np.unique(seen.numbering.rows)
    cells = [
        f"{creature.target} {creature.size}, {table.num_dims}D",
        str(num_runs),
        f"{sum(trace.repeats[:num_runs])}",
        f"{len(used):,} / {seen.num_entries:,}",
        f"{table.num_symbols} / {table.table.num_entries:,} / {len(table.changes[0]):,}",
        f"{overlap(grown, solid):.3f}",
        f"{known.mean():.2f} / {known[unseen.changed].mean():.2f}",
        " / ".join(f"{np.mean(x):.3f}" for x in (before, stay, folds, near, network)),
    ]
    return f"| {' | '.join(cells)} |"


def _alone(answer: Answer, symbols: Symbols, num_steps: int = RUN_STEPS) -> Symbols:
    """Leave an answer alone until it repeats itself."""
    seen: set[bytes] = set()
    for _ in range(num_steps):
        symbols = advance(answer, symbols, "zero")
        if (bits := symbols.tobytes()) in seen:
            break
        seen.add(bits)
    return symbols


def _ship(creature: Creature, table: ExactTable, trace: Trace) -> None:
    """Write the rule and the seed for Golly."""
    name = f"Grow{creature.target.title()}{creature.size}"
    folder = voxnca.data_path() / "models" / "tables"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.rule").write_text(write_golly_table(table, name), encoding="utf-8")
    seed = Pattern(table.symbols(trace.runs[0][0]).astype(np.uint8), rule=name)
    (folder / f"{name}.rle").write_text(write_rle(seed), encoding="utf-8")


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "kmeans": kmeans,
    "rounding": rounding,
    "increments": increments,
    "creatures": creatures,
}


def main() -> None:
    """Measure the parts named, or all, and write the document of all that are measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    chosen = parser.parse_args().parts or list(PARTS)
    torch.set_num_threads(1)
    voxnca.set_num_threads(1)
    BUILD.mkdir(parents=True, exist_ok=True)
    for name in chosen:
        found = []
        for line in PARTS[name]():
            print(line, flush=True)
            found.append(line)
        (BUILD / f"{name}.md").write_text("\n".join(found), encoding="utf-8")
    text = TEXT
    for name in PARTS:
        done = BUILD / f"{name}.md"
        lines = done.read_text(encoding="utf-8") if done.exists() else "| not measured yet |"
        text = text.replace(f"<{name}>", lines)
    (voxnca.data_path() / "models" / DOCUMENT).write_text(text, encoding="utf-8")


TEXT = """@@@"""


if __name__ == "__main__":
    main()
