"""The sections of the page: what stands in each, and a sentence that says how to read it."""

from __future__ import annotations

from analysis.reports.comparison import Comparison
from analysis.reports.entry import Entry
from analysis.reports.film import Film
from analysis.reports.page.difference_cards import difference_cards
from analysis.reports.page.distance_table import distance_table
from analysis.reports.page.film_strip import film_strip
from analysis.reports.page.frame import facts, in_short, made_by, wide
from analysis.reports.page.growth_box import growth_box
from analysis.reports.page.heat_map import heat_map
from analysis.reports.page.lesson_card import lesson_card
from analysis.reports.page.line_chart import Curve, line_chart
from analysis.reports.page.markup import Markup, joined, tag
from analysis.reports.page.measures_table import measures_table
from analysis.reports.page.names_table import names_table
from analysis.reports.page.resource import resource
from analysis.reports.pair import Pair
from analysis.reports.wording import counted, listed, percent

_TOP_MARGIN = 1.08
_OPEN = 3
"""Pairs that are shown at once; the others open when their names are clicked, and on paper."""


def byline(comparison: Comparison) -> Markup:
    """Say with what and when the page was made."""
    return made_by(comparison.making.versions, comparison.making.date)


def summary(comparison: Comparison) -> Markup:
    """Draw the summary."""
    return in_short(comparison.summary)


def runs(comparison: Comparison) -> Markup:
    """Draw a run of each entry."""
    return joined([_how_started(comparison), map(_cast, comparison.entries), _life(comparison)])


def matrix(comparison: Comparison) -> Markup | None:
    """Draw the distances of all pairs at a glance."""
    if not comparison.pairs:
        return None
    return joined(
        [
            tag(
                "p",
                "The share of all neighbourhoods in which two rules do different things; below it "
                "their number, where there is room, and the share that a random rule of the same "
                "kind typically has. Only rules of as many states and dimensions have "
                "neighbourhoods in common.",
            ),
            wide(heat_map(comparison), "Distances between all rules"),
            _reasons(comparison),
        ]
    )


def pairs(comparison: Comparison) -> Markup | None:
    """Draw each pair that can be compared, the nearest first."""
    kept = {comparison.twin(entry.name) for entry in comparison.entries}
    found = [pair for pair in comparison.pairs if pair.distances and {pair.one, pair.other} <= kept]
    if not found:
        return None
    found.sort(key=lambda pair: pair.distances.hamming_share if pair.distances else 1.0)
    return joined(
        [
            tag(
                "p",
                "Each distance stands beside what it would be by chance. The dot is the distance; "
                "the bar is where 90% of random rules lie, half of them in its thick part; the "
                "stroke is their middle, which stands below it, and then how many of them are as "
                "near as what was found. A dot to the left of the bar is no accident.",
            ),
            _twins(comparison),
            [_pair(comparison, pair, is_open=n < _OPEN) for n, pair in enumerate(found)],
        ]
    )


def names(comparison: Comparison) -> Markup | None:
    """Draw the nearest named rules."""
    if not any(entry.neighbors for entry in comparison.entries):
        return None
    return joined(
        [
            tag(
                "p",
                "The rules of the catalogue that differ in the fewest neighbourhoods. The last "
                "column says what such a name is worth: how many random rules of the same kind are "
                "as near to some named rule. If that is large, the name is luck.",
            ),
            wide(names_table(comparison.entries), "Nearest named rules"),
        ]
    )


def measures(comparison: Comparison) -> Markup | None:
    """Draw the measures."""
    if not any(entry.measures for entry in comparison.entries):
        return None
    note = tag("p", "All are over all neighbourhoods, each as likely as any other.")
    return joined([note, wide(measures_table(comparison.entries), "Measures")])


def exactness(comparison: Comparison) -> Markup | None:
    """Draw what was checked: networks against their rules, files against Golly."""
    learned = [lesson_card(entry) for entry in comparison.entries if entry.lesson]
    golly = [entry for entry in comparison.entries if entry.golly and not entry.lesson]
    if not learned and not golly:
        return None
    files = [tag("li", tag("b", entry.name), ": ", _golly(entry)) for entry in golly]
    told = tag(
        "p",
        "Each hand-made rule was written to a .rule file and, where it could be, run by Golly's "
        "own engine. Every cell was compared with our run.",
    )
    heading = tag("h3", "Hand-made rules in Golly") if learned else None
    return joined([learned, (heading, told, tag("ul", files)) if files else None])


def growing(comparison: Comparison) -> Markup | None:
    """Draw the honest boxes."""
    boxes = [growth_box(entry) for entry in comparison.entries if entry.growth]
    if not boxes:
        return None
    note = tag(
        "p",
        "A network whose cells hold real numbers has no exact table. One can be read from its "
        "runs, with each state rounded to one of a few symbols. This is what it is worth.",
    )
    return joined([note, boxes])


def making(comparison: Comparison) -> Markup:
    """Draw how the page was made."""
    made = comparison.making
    versions = ", ".join(f"{name} {version}" for name, version in made.versions.items())
    effort = (
        f"{counted(made.num_samples, 'random rule')} of each kind beside a distance (fewer beside "
        f"what is slow), {counted(made.num_wounds, 'wound')} to each growing network"
    )
    found = (
        ("Command", tag("code", made.command) if made.command else None),
        ("Date", made.date or None),
        ("Seed", f"{made.seed}: the same seed and versions give the same figures"),
        ("Effort", f"{effort}{'; --quick' if made.quick else ''}"),
        ("It took", f"{made.duration_seconds:.0f} s"),
        ("Versions", versions),
        ("Figures", "--json FILE writes all of them, each with its unit"),
    )
    return facts((name, fact) for name, fact in found if fact)


def terms(_: Comparison) -> Markup:
    """Draw the glossary."""
    return resource("glossary.html")


def _how_started(comparison: Comparison) -> Markup | None:
    films = {entry.film.space: entry.film for entry in comparison.entries if entry.film.density}
    if not films:
        return None
    told = [_soup(film) for film in films.values()]
    return tag(
        "p",
        f"All rules begin with the same cells filled: {listed(told)}. To the right of the grid "
        "stands one row of its cells at every step, time running to the right.",
    )


def _soup(film: Film) -> str:
    grid = " x ".join(map(str, film.space))
    return f"{percent(film.density or 0)} of a torus of {grid} cells"


def _cast(entry: Entry) -> Markup:
    subject = entry.subject
    notation = tag("code", subject.notation) if subject.notation not in ("", entry.name) else None
    states = "real numbers" if subject.num_states is None else f"{subject.num_states} states"
    kind = f"{subject.kind}, {subject.num_dims}D, {states}"
    known = {name.lower() for name in (entry.name, subject.notation)}
    given = None if subject.text.lower() in known else f"; given as {subject.text}"
    what = tag("p", entry.what, tag("small", entry.source)) if entry.what else None
    return tag(
        "article",
        tag("h3", entry.name, " ", notation),
        tag("p", kind, given, class_="kind"),
        what,
        tag("p", f"Not measured: {entry.reason}.", class_="note") if entry.reason else None,
        film_strip(entry),
        class_="cast",
    )


def _life(comparison: Comparison) -> Markup | None:
    """Draw how many cells live over time, of all that began as a soup."""
    curves = [Curve(e.name, e.film.filled) for e in comparison.entries if e.film.density]
    if not curves:
        return None
    top = max(max(curve.values) for curve in curves)
    chart = line_chart(
        [Curve(curve.name, [100 * v for v in curve.values]) for curve in curves],
        title="Share of cells that are not empty, over time",
        x="steps",
        y="cells not empty, %",
        top=max(1.0, 100 * top * _TOP_MARGIN),
    )
    return tag("figure", chart, tag("figcaption", "Cells that are not empty, over time."))


def _reasons(comparison: Comparison) -> Markup | None:
    """Say once for each kind of pair why it is not compared."""
    found = {pair.obstacle.reason for pair in comparison.pairs if pair.obstacle}
    if not found:
        return None
    items = [tag("li", reason) for reason in sorted(found)]
    return tag("div", tag("p", "Not compared:"), tag("ul", items), class_="note")


def _pair(comparison: Comparison, pair: Pair, *, is_open: bool) -> Markup:
    assert pair.distances is not None
    one, other = (_entry(comparison, name) for name in (pair.one, pair.other))
    name = f"{pair.one} and {pair.other}"
    share = tag("small", f"{percent(pair.distances.hamming_share)} apart")
    return tag(
        "details",
        tag("summary", tag("h3", name, " ", share)),
        wide(distance_table(pair.distances), f"Distances between {name}"),
        tag("h4", "Where they differ, most visited first"),
        difference_cards(one, other, pair.differences),
        class_="pair",
        open=is_open,
    )


def _twins(comparison: Comparison) -> Markup | None:
    """Say which entries are left out because another is the same rule."""
    names = [entry.name for entry in comparison.entries]
    twins = [(name, comparison.twin(name)) for name in names if comparison.twin(name) != name]
    if not twins:
        return None
    told = "; ".join(f"{name} is {twin}" for name, twin in twins)
    return tag("p", f"{told}: what is said of the one holds of the other.", class_="note")


def _entry(comparison: Comparison, name: str) -> Entry:
    return next(entry for entry in comparison.entries if entry.name == name)


def _golly(entry: Entry) -> str:
    assert entry.golly is not None
    return entry.golly.sentence
