"""`voxnca rules`: the named rules, and what a rule says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from analysis.rules.catalogue import entries
from analysis.rules.palette import colors_of
from analysis.rules.rule import Rule
from apps.commands.rule_chart import chart
from apps.commands.rule_figures import RuleFigures
from apps.commands.rule_panels import drawn
from apps.commands.rule_picture import draw_png
from apps.items import open_rule
from apps.terminal import picture_console, result, table
from voxnca import ArgumentError
from voxnca.atomic import write_bytes

_HEADINGS = ("rule", "notation", "states", "dims", "what")
_PLAIN_WIDTH = 80
MOST_SWATCHES = 8
_AROUND = {
    ("moore", 2): "8 neighbours",
    ("von-neumann", 2): "4 neighbours (von Neumann)",
    ("hexagonal", 2): "6 neighbours (hexagonal)",
    ("moore", 3): "26 neighbours",
    ("von-neumann", 3): "6 neighbours (von Neumann)",
}


def list_rules(*, as_json: bool) -> None:
    """Print the catalogue: as a table, wrapped in a terminal, or as JSON."""
    if as_json:
        fields = [
            {
                "name": entry.name,
                "notation": str(entry.rule),
                "num_states": entry.rule.num_states,
                "num_dims": entry.rule.num_dims,
                "what": entry.what,
                "source": entry.source,
                "aliases": entry.aliases,
            }
            for entry in entries()
        ]
        result(json.dumps(fields, indent=2, ensure_ascii=False))
        return
    rows = [
        (e.name, str(e.rule), str(e.rule.num_states), f"{e.rule.num_dims}D", e.what)
        for e in entries()
    ]
    console = picture_console()
    if console is None:
        result(table(_HEADINGS, rows, left=(0, 1, 4)))
    else:
        _hang(console, rows)


def show(text: str, *, output: Path | None, as_json: bool) -> None:
    """Print what a rule says, and write a picture of it.

    Raises:
        VoxncaError: for text that is no rule, or a file that cannot be written.
    """
    if output is not None and output.suffix.lower() != ".png":
        raise ArgumentError(f"output {str(output)!r}: the picture is a .png file; rename it")
    rule = open_rule(text)
    figures = RuleFigures.of(rule, text)
    if output is not None:
        write_bytes(output, draw_png(rule, figures))
    if as_json:
        result(json.dumps(asdict(figures), indent=2, ensure_ascii=False))
        return
    console = picture_console()
    if console is not None:
        for line in _drawing(rule, figures, width=console.width, colour=True):
            console.print(line)
        return
    lines = _drawing(rule, figures, width=_PLAIN_WIDTH, colour=False)
    result("\n".join(line.plain.rstrip() for line in lines))


def _hang(console: Console, rows: Sequence[Sequence[str]]) -> None:
    """Print the catalogue within the width of a terminal, what a rule does below its name."""
    for (name, notation, num_states, dims, what), entry in zip(rows, entries(), strict=True):
        colors = colors_of(entry.rule)[1:]
        some = [colors[i * len(colors) // MOST_SWATCHES] for i in range(MOST_SWATCHES)]
        swatch = [("■", _style(color)) for color in dict.fromkeys(some)]
        facts = f"  {notation}  {dims}, {num_states} states  "
        console.print(Text.assemble((name, "bold"), facts, *swatch))
        console.print(Padding(Text(what, "dim"), (0, 0, 0, 2)))


def _style(color: tuple[int, int, int]) -> str:
    return "#" + bytes(color).hex()


def _drawing(rule: Rule, figures: RuleFigures, *, width: int, colour: bool) -> Iterator[Text]:
    named = figures.name not in {"", figures.notation}
    yield Text(f"{figures.name}: {figures.notation}" if named else figures.notation, "bold")
    for sentence in (figures.what, figures.source):
        if sentence:
            yield Text(sentence)
    yield Text()
    for label, value in _facts(figures):
        yield Text.assemble((f"{label:10}", "dim"), value)
    if figures.num_states <= 16 and colour:
        swatches = (part for n, c in enumerate(figures.colors) for part in (("■", c), f" {n}  "))
        yield Text.assemble(("colours   ", "dim"), *swatches)
    yield Text()
    yield from (Text(line) for line in figures.lines)
    if figures.transitions is not None:
        yield Text()
        yield Text("neighbours in state 1", "dim")
        yield from chart(figures.transitions, figures.colors, colour=colour)
    if figures.classes is not None:
        for own, label in ((0, "born"), (1, "survives")):
            lines = list(drawn(figures.classes, own, rule.neighborhood, width=width, colour=colour))
            if lines:
                yield Text()
                yield Text(label, "bold")
                yield from lines
    yield Text()
    yield Text.assemble(("run it    ", "dim"), figures.run)


def _facts(figures: RuleFigures) -> Iterator[tuple[str, str]]:
    around = _AROUND[figures.neighborhood, figures.num_dims]
    grid = f", on {figures.bounds}" if figures.bounds else ""
    yield "rule", f"{figures.num_dims}D, {figures.num_states} states, {around}{grid}"
    ones = f"{figures.num_ones:,} ones, " if figures.num_ones is not None else ""
    yield "table", f"{_big(figures.num_entries)} entries, {ones}{figures.changing:.1%} change"
    if figures.isotropic is None or figures.totalistic is None:
        yield "symmetry", "not measured: the table is too long"
    else:
        yield (
            "symmetry",
            f"isotropic {figures.isotropic:.1%}, outer-totalistic {figures.totalistic:.1%}",
        )


def _big(number: int) -> str:
    return f"{number:,}" if number < 10**12 else f"{number:.1e}"
