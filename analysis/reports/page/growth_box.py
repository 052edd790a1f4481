"""The honest box: what a table read from a growing network is worth."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.approximation import Approximation, ClosedLoop, Score
from analysis.reports.entry import Entry
from analysis.reports.growth import Growth
from analysis.reports.page.line_chart import Curve, line_chart
from analysis.reports.page.markup import Content, Markup, tag
from analysis.reports.wording import counted, number, percent


def growth_box(entry: Entry) -> Markup:
    """Draw the figures of a growing network and of its table."""
    growth = entry.growth
    assert growth is not None
    table = growth.approximation
    rest: list[Content]
    if table is None:
        rest = [tag("p", f"No table could be read from it: {growth.reason}.", class_="verdict")]
    else:
        rest = _judged(entry.name, table)
    return tag("article", tag("h3", entry.name), tag("p", _facts(growth)), rest, class_="growth")


def _facts(growth: Growth) -> str:
    size = " x ".join(map(str, growth.size))
    grows = f"It was taught to grow {growth.target}, {size} cells" if growth.target else "It grows"
    when = f", in {counted(growth.grow_steps, 'step')}" if growth.grow_steps else ""
    good = f", and reaches an overlap (IoU) of {growth.iou:.3f} with it" if growth.iou else ""
    healed = f"; of what wounds take, {percent(growth.healed)} comes back" if growth.healed else ""
    fires = (
        "every cell at every step"
        if growth.fire_rate == 1
        else f"each cell with a chance of {percent(growth.fire_rate)} a step"
    )
    return (
        f"{grows}{when}{good}{healed}. A cell holds {counted(growth.num_channels, 'number')}; the "
        f"network has {counted(growth.num_parameters, 'parameter')} and updates {fires}."
    )


def _judged(name: str, table: Approximation) -> list[Content]:
    mark = "may" if table.is_the_rule else "not"
    return [
        tag("p", table.sentence, class_=f"verdict {mark}"),
        tag("p", _how(table)),
        tag("div", _scores(table.scores, table), class_="wide", tabindex=0),
        [_loop(name, start, table.closed_loops) for start in _starts(table)],
    ]


def _how(table: Approximation) -> str:
    fitted, held = len(table.fitted_runs), len(table.held_out_runs)
    return (
        f"The states of {counted(fitted, 'run')} were put into {table.num_symbols} symbols, and "
        f"what followed on each neighbourhood of symbols went into a table of "
        f"{counted(table.num_entries, 'entry', 'entries')}. It was then held against "
        f"{counted(held, 'run')} that it had not seen: for {percent(table.coverage)} of the cells "
        "it knows the neighbourhood. "
        f"Of its neighbourhoods, {percent(table.determinism)} were only ever followed by one "
        f"symbol; what remains open is {table.entropy_bits:.2f} bits a cell and step."
    )


def _scores(scores: Sequence[Score], table: Approximation) -> Markup:
    head = tag(
        "tr",
        tag("th", "One step, on runs not seen", scope="col"),
        [
            tag("th", title, scope="col", class_="num")
            for title in ("Has an answer", "Right", "Right where cells change")
        ],
    )
    rows = [
        tag(
            "tr",
            tag(
                "th",
                _answer(score.answer),
                tag("small", _meaning(score.answer, table)),
                scope="row",
            ),
            [
                tag("td", f"{share:.1%}", class_="num")
                for share in (score.answered, score.accuracy, score.accuracy_changing)
            ],
        )
        for score in scores
    ]
    return tag("table", tag("thead", head), tag("tbody", rows), class_="scores")


def _answer(name: str) -> str:
    return name[0].upper() + name[1:]


def _meaning(answer: str, table: Approximation) -> str:
    return {
        "nothing changes": "the baseline: every cell stays as it is",
        "table": "the entry of the neighbourhood, if it has one",
        "table, then network": "where it has none, the network, told only symbols",
        "network on centroids": "the network, told only symbols",
        "tree over counts": (
            "a decision tree over how many neighbours have each symbol, of "
            f"{number(table.num_leaves)} ends"
        ),
    }.get(answer, "")


def _starts(table: Approximation) -> list[str]:
    return list(dict.fromkeys(loop.start for loop in table.closed_loops))


def _loop(name: str, start: str, loops: Sequence[ClosedLoop]) -> Markup:
    curves = [
        Curve(_answer(loop.answer), loop.iou_network) for loop in loops if loop.start == start
    ]
    told = "the seed" if start == "seed" else "a wound"
    chart = line_chart(
        curves,
        title=f"Overlap of each answer, left alone from {told}, with what {name} does",
        x="steps",
        y="overlap (IoU)",
        top=1.0,
    )
    caption = (
        f"Left alone from {told}: the overlap with what the network does. An answer that is the "
        "rule stays at 1."
    )
    return tag("figure", chart, tag("figcaption", caption))
