"""How exactly a network learned a rule, as a list of what was checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analysis.reports.entry import Entry
from analysis.reports.lesson import Lesson
from analysis.reports.page.markup import Markup, tag
from analysis.reports.wording import counted, number


class Finding(NamedTuple):
    """Something that was checked.

    Attributes:
        holds: whether it is as one hopes; None where it is a plain figure.
        title: what was checked.
        found: what came out.
    """

    holds: bool | None
    title: str
    found: str


def lesson_card(entry: Entry) -> Markup:
    """Draw what was checked of a learned rule."""
    assert entry.lesson is not None
    rows = [_row(finding) for finding in _findings(entry, entry.lesson)]
    return tag("article", tag("h3", entry.name), tag("table", tag("tbody", rows)), class_="lesson")


def _row(finding: Finding) -> Markup:
    sign, word = {True: ("✓", "yes"), False: ("✗", "no"), None: ("", "")}[finding.holds]
    mark = tag("span", sign, role="img", aria_label=word, class_=f"mark {word}") if sign else None
    return tag(
        "tr", tag("td", mark), tag("th", finding.title, scope="row"), tag("td", finding.found)
    )


def _findings(entry: Entry, lesson: Lesson) -> Iterator[Finding]:
    total = counted(lesson.num_neighborhoods, "neighbourhood")
    if lesson.num_wrong is not None:
        found = f"{number(lesson.num_wrong)} of {total} wrong"
        yield Finding(lesson.num_wrong == 0, f"Was taught {lesson.taught}", found)
    else:
        yield Finding(None, "Was taught", lesson.taught or "its file does not say")
    table = lesson.distilled
    yield Finding(table.exact, "Its table", table.checked)
    margin = f"ahead of the next best by {table.margin:.2f} at the least (logits)"
    yield Finding(None, "Its answers", margin)
    if lesson.agreement is not None:
        yield _side_by_side(lesson)
    if entry.golly is not None:
        yield Finding(_verified(entry), "Its file for Golly", entry.golly.sentence)
    yield Finding(None, "It perceives", _perception(lesson))
    yield Finding(None, "It has learned", counted(lesson.num_parameters, "number"))


def _side_by_side(lesson: Lesson) -> Finding:
    agreement = lesson.agreement
    assert agreement is not None
    grid = " x ".join(map(str, agreement.space))
    found = f"{counted(agreement.num_steps, 'step')} of a {grid} soup: "
    if agreement.first_step is None:
        return Finding(True, "Network and table side by side", f"{found}no cell ever differed")
    apart = f"they part at step {agreement.first_step}"
    return Finding(False, "Network and table side by side", f"{found}{apart}")


def _verified(entry: Entry) -> bool | None:
    golly = entry.golly
    if golly is None or golly.num_different is None:
        return None
    return golly.num_different == 0 and not golly.num_different_network


def _perception(lesson: Lesson) -> str:
    told = lesson.perception.replace("_", " ")
    if lesson.floor is None:
        return told
    if lesson.floor.num_wrong == 0:
        return f"{told}: enough to tell apart what the rule tells apart"
    least = counted(lesson.floor.num_wrong, "neighbourhood")
    return f"{told}: too little; {least} must stay wrong, whatever is learned"
