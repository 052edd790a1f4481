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
from analysis.rules import Pattern, golly, write_rle
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
    """Write what tables of settled rules reach, and the tables that grow their creature."""
    for creature in CREATURES:
        trace = traced(settled(creature, BUILD), creature, NUM_HELD_OUT)
        for num_runs in (1, 1 + creature.num_wounds):
            table = folded(trace, num_runs)
            _check(table, trace, num_runs)
            if num_runs == 1 and table.num_dims == 2:
                _ship(creature, table, trace)
            yield _line(creature, trace, table, num_runs)


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
    """Write the rule and the seed for Golly, and let Golly grow them, if it is at hand."""
    name = f"Grow{creature.target.title()}{creature.size}"
    folder = voxnca.data_path() / "models" / "tables"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.rule"
    path.write_text(write_golly_table(table, name), encoding="utf-8")
    run = [table.symbols(symbols).astype(np.uint8) for symbols in trace.runs[0]]
    seed = Pattern(run[0], rule=name)
    path.with_suffix(".rle").write_text(write_rle(seed), encoding="utf-8")
    if golly.is_available():
        for num_steps, wanted in enumerate(run):
            grown = golly.run_file(path, seed, num_steps)
            (top, left), (height, width) = grown.origin, grown.cells.shape
            ours = wanted[top : top + height, left : left + width]
            assert ours.sum() == wanted.sum()
            assert (grown.cells == ours).all()
        print(f"{name}: in bgolly as here, cell for cell, for {len(run) - 1} steps", flush=True)


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
    write_document()


def write_document() -> None:
    """Write the document of what is kept."""
    text = TEXT
    for name in PARTS:
        done = BUILD / f"{name}.md"
        lines = done.read_text(encoding="utf-8") if done.exists() else "| not measured yet |"
        text = text.replace(f"<{name}>", lines)
    (voxnca.data_path() / "models" / DOCUMENT).write_text(text, encoding="utf-8")


TEXT = """# Growing rules in tables, measured

Made by `python -m apps.workshop.distillation`; every seed is fixed. A table says what a cell
becomes by the symbols in its 3^d neighbourhood. What counts is what a table grows when it is left
alone: IoU is of its solid cells with the network's or the target's at the end of the run.

In short: symbols made from a trained rule afterwards give tables that predict single steps about
as well as saying that nothing changes, and do not grow the creature. A rule taught to live on a
few levels has an exact table, which can be folded into fewer symbols than the creature has cells:
it grows the creature from one cell, in 2D and 3D, in Golly too. But it knows what it has seen:
from wounds that it was not read from it heals little or nothing.

## Symbols by k-means

`analysis.approximation.approximate` on shipped rules. Coverage is the share of held-out cells
whose context was seen; determinism the share of contexts on which one symbol followed; open, the
bits that a context leaves open; stay, the accuracy of saying that nothing changes. Accuracy is of
single steps of held-out runs, on all cells / on those that change; where the table has no entry,
it counts as wrong. The last columns are the IoU with the network's cells from the seed / after a
held-out wound, each answer left alone: nothing changes; the table, which leaves alone what it has
not seen; the table, and the network on centroids for what it has not seen; the network on
centroids alone; a decision tree over counts.

| rule | k | entries | coverage | determinism | open | stay | table | table, network | \
stay alone | table alone | table, network alone | network alone | tree alone | the rule? |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
<kmeans>

What fails first is the symbols, not the table: the network itself, told only centroids, does not
grow the creature either. Of the moves that cells of the butterfly make in their first 40 steps,
92 % are shorter than half the way from a centroid to the next (median) at k = 64, 80 % at 256:
the state is put back to where it was. (Whether a cell fires is part of the context of rules that
fire at random.)

## Increments instead of states

The same contexts, but the table says by which of so many increments the state moves, and the
state itself stays a real number.

| rule | k | increments | IoU from the seed | after a held-out wound |
|---|---|---|---|---|
<increments>

What fails: from the seed (butterfly, k = 64) a third to a half of the contexts that come up were
never seen, and the moves of the others do not make up for it: 34 cells live after 180 steps.

## Rounding the states of trained rules

Deterministic rules, rounded after every step. Rounding itself does little harm down to 2^-5, but
nearly every state of every cell at every step is another: a trained rule drifts and never repeats
itself. A table of its run has as many symbols as the run has cells and steps, no end, and tells
nothing of another run.

| rule | levels | IoU at T | at 3T | different states by 3T | repeats itself |
|---|---|---|---|---|---|
<rounding>

## Rules settled on levels, traced and folded

A rule of 8 channels, trained as usual at fire rate 1, goes on training with its states rounded to
1/8 in every step, straight through, and pays for moving when it is grown
(`analysis.approximation.Settling`). It then repeats itself after some dozens of steps. Each state
that occurs is a symbol (`record`); the table of what was seen is exact. Symbols that look alike
are then merged as long as no context would be followed by two things (`fold`): the runs stay
exact, cell for cell, which is checked here for every run. What a table has not seen stays as it
is. Held-out wounds are balls that no table was read from.

| creature | runs | of which repeat | states / contexts | \
folded: symbols / entries / that change | IoU from the seed | \
held-out wounds: seen / of what changes | IoU: before / states / folded / nearest / network |
|---|---|---|---|---|---|---|---|
<creatures>

The last column is what becomes of the held-out wounds: right after; by the table of states as
they are; by the folded table; by the table of states that asks the nearest context when it has
not seen one (the first four of the wounds only); by the rule itself, which is a cellular
automaton too, of more states than a table has room for.

The first lines of heart and butterfly are rules for Golly: `tables/*.rule` with its seed,
`*.rle`. What it is worth, plainly: it is exact on the run from the seed and is read from a
network, not written by hand. It is smaller than a table with a symbol for each cell of the
target, which anyone can write, and which would heal every wound. It repeats a growth that it has
seen; it has not learnt to heal.

What else failed, in short runs that are no part of the script: a one-hot rule of 16 or 32 states
trained from the start through the argmax (it never leaves the seed, or dies); levels of 1/4 from
the start (0.5 at best, then dead); settling on 1/4 with 16 channels and no price on moving (it
grows, 1.00, but wanders through more than 100,000 states); settling 8 channels on 1/5 (0.95 to
0.98), 1/4 (0.5 to 0.8) and 1/3 (0.4). Folding 223 runs of 23,413 states did not end within a
quarter of an hour.
"""


if __name__ == "__main__":
    main()
