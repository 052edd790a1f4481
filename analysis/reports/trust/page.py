"""The page: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from analysis.attractors import Motion
from analysis.certificate import Balls, WoundProof
from analysis.recovery import HEALED_IOU, HEALED_RGB, Outcome
from analysis.reports.page.frame import Part, facts, framed, in_short, made_by, wide
from analysis.reports.page.line_chart import Curve, line_chart
from analysis.reports.page.markup import Content, Markup, joined, tag
from analysis.reports.page.shot import shot
from analysis.reports.trust.healing_map import map_picture, state_picture
from analysis.reports.trust.sentences import at_random_sentence, elsewhere_sentence
from analysis.reports.trust.study import Study
from analysis.reports.wording import counted, percent
from voxnca.grid import solid

_MOST_PATTERNS, _IN_A_ROW = 12, 4
_ASSUMPTIONS = (
    (
        "Proofs are about the integer twin: the rule with its weights rounded and its values held "
        "to whole multiples of a unit, so that it does the same on every machine. The rule in "
        "real numbers, which the twin was made from, is another; how good it is is measured."
    ),
    "All cells fire in every step. A rule that fires at random has no certificate of wounds.",
    (
        "A wound sets all channels of its cells to zero, once, in the grown pattern at rest. What "
        "happens to a pattern that is still growing, or is hurt twice, is not covered."
    ),
    "The grid is as large as is said below, and nothing else stands in it.",
    "Statements are about this very model file: its digest is in the certificate.",
)


def trust_html(study: Study) -> str:
    """Write a study as one HTML page; see `framed`."""
    parts = (
        Part("proven", "Proven", _proven(study)),
        Part("map", "Where it is vulnerable", _map(study)),
        Part("elsewhere", "Where it ends when it does not heal", _elsewhere(study)),
        Part("measured", "Measured", _measured(study)),
        Part("assumptions", "What this rests on", _assumptions(study)),
        Part("making", "How this was made", _making(study)),
    )
    return framed(
        f"What “{study.name}” survives",
        parts,
        byline=made_by(study.making.versions, study.making.date),
        summary=in_short(study.summary),
    )


def _proven(study: Study) -> Markup:
    if study.certificate is None:
        reasons = [tag("li", f"{what}: {why}") for what, why in study.refusals.items()]
        return joined([tag("p", "Nothing. The reasons:"), tag("ul", reasons)])
    told = (
        "A proof here is a run that was followed until a state came again, cell for cell and bit "
        "for bit: from there on it goes round for ever. A wound is said to heal when all states "
        "that then come again look like the grown pattern: the same solid cells, and no visible "
        f"channel differs by more than {study.certificate.epsilon:g} anywhere."
    )
    return joined([tag("p", told), [_table(proof) for proof in study.proofs]])


def _table(proof: WoundProof) -> Markup:
    heads = ("radius", "wounds", "heal", "fail", "undecided", "share", "slowest, steps")
    counts = proof.by_radius()
    rows = [
        (
            f"{count.radius_cells:.2f}",
            f"{count.num_wounds:,}",
            f"{count.healed:,}",
            f"{count.failed:,}",
            f"{count.undecided:,}",
            percent(count.share),
            f"{count.longest:,}",
        )
        for count in counts
    ]
    title = str(proof.family)
    heading = tag("h3", title[0].upper() + title[1:])
    parts: list[Content] = [heading, wide(_grid(heads, rows, "num"), title)]
    if isinstance(proof.family, Balls) and len(counts) > 2:
        parts.append(_curve(proof, proof.family.max_radius_cells))
    return joined(parts)


def _grid(
    heads: Sequence[str], rows: Sequence[Sequence[str | int]], kind: str | None = None
) -> Markup:
    """Draw a table, every cell of which is of a class."""
    head = tag("tr", [tag("th", name, scope="col", class_=kind) for name in heads])
    body = [tag("tr", [tag("td", cell, class_=kind) for cell in row]) for row in rows]
    return tag("table", tag("thead", head), tag("tbody", body))


def _curve(proof: WoundProof, largest: int) -> Markup:
    counts = [proof.up_to(radius) for radius in range(largest + 1)]
    known = [count.share for count in counts if count is not None]
    if len(known) < 2:
        return Markup()
    chart = line_chart(
        [Curve("proven to heal", known)],
        title="Share of all ball wounds up to a radius that are proven to heal",
        x="wounds of radius up to, cells",
        y="share",
        top=1.0,
    )
    return tag("figure", chart)


def _map(study: Study) -> Markup | None:
    found = study.map
    if found is None or study.grown is None:
        return None
    chances = found.chances
    whole = int((chances == 1).sum())
    grade = "proven to heal" if found.is_proven else "seen to heal"
    told = (
        f"Each cell is coloured by the share of the wounds round it that are {grade} "
        f"({found.what}): green where all do, orange where none does. Round {whole:,} of "
        f"{counted(len(chances), 'place')} all heal; at the worst place "
        f"{percent(float(chances.min()))} do. voxnca app shows it on the creature (Look: healing)."
    )
    views = [
        shot(state_picture(study.grown), "the grown pattern", "the grown pattern"),
        shot(map_picture(found, study.grown), "map of wounds that heal", "wounds that heal"),
    ]
    return joined([tag("p", told), tag("div", views, class_="film")])


def _elsewhere(study: Study) -> Markup | None:
    found = [other for proof in study.proofs for other in proof.elsewhere.values()]
    if not found:
        return None
    found.sort(key=lambda other: -other.num_wounds)
    told = (
        f"{counted(len(found), 'pattern')} other than the grown one, told apart by their solid "
        "cells; those that most wounds end in first."
    )
    cards = [
        _card(None if other.is_dead else other.state, elsewhere_sentence(other))
        for other in found[:_MOST_PATTERNS]
    ]
    return joined([tag("p", told), _rows(cards)])


def _measured(study: Study) -> Markup | None:
    grown = tag("p", at_random_sentence(study.at_random.to_json())) if study.at_random else None
    if not study.recovered:
        return joined([grown]) if grown else None
    heads = ("wounds", "dealt", "heal", "share", "interval", "other", "dead", "undecided", "steps")
    rows = [
        (
            str(each.kind),
            len(each.watched),
            each.count(Outcome.HEALED),
            percent(each.interval.value),
            f"{percent(each.interval.low)} to {percent(each.interval.high)}",
            each.count(Outcome.OTHER),
            each.count(Outcome.DEAD) + each.count(Outcome.EXPLODED),
            each.count(Outcome.UNDECIDED),
            "-" if each.median_steps is None else f"{each.median_steps:g}",
        )
        for each in study.recovered
    ]
    told = (
        "Wounds drawn at random and watched for a while, not proven; the rule is as it was saved. "
        f"Healed is an IoU of {HEALED_IOU:g} with the pattern before, and a colour error of at "
        f"most {HEALED_RGB:g}, at the last two looks. Intervals hold all at once with "
        f"{study.confidence:.0%} confidence (Clopper and Pearson 1934, each at the level that "
        "Bonferroni's inequality asks for, stopping early included). What looks healed may still "
        "leave later."
    )
    return joined([tag("p", told), wide(_grid(heads, rows), "Measured"), grown, _ends(study)])


def _ends(study: Study) -> Markup | None:
    if study.landscape is None:
        return None
    found = study.landscape.attractors
    cards: list[Markup] = []
    for number, each in enumerate(found[:_MOST_PATTERNS], 1):
        moves = f"cycle of {each.period}" if each.motion is Motion.CYCLE else each.motion.value
        said = f"{number}: {percent(each.share)} of the runs; {moves}; IoU {each.iou:.3f}"
        if bool(solid(each.state).any()):
            cards.append(_card(each.state, said))
        else:
            cards.append(_card(None, f"{said}; nothing solid"))
    told = (
        f"The runs ended in {counted(len(found), 'pattern')} that look different, those of most "
        "runs first. A rule that fires at random never rests, and counts as drifting."
    )
    return joined([tag("h3", "What they end in"), tag("p", told), _rows(cards)])


def _card(state: Tensor | None, said: str) -> Markup:
    """Draw a pattern, where there is something to see, and say what it is."""
    if state is None:
        return tag("figure", tag("figcaption", said))
    return shot(state_picture(state), said, said)


def _rows(cards: list[Markup]) -> list[Markup]:
    cards = cards + [tag("figure", style="--r:1")] * (-len(cards) % _IN_A_ROW)
    return [
        tag("div", cards[i : i + _IN_A_ROW], class_="film") for i in range(0, len(cards), _IN_A_ROW)
    ]


def _assumptions(study: Study) -> Markup:
    points = list(_ASSUMPTIONS)
    if study.certificate:
        points.append(
            f"The grid: {' x '.join(map(str, study.certificate.space))} cells; values are "
            f"multiples of 2^-{study.certificate.state_bits} within +-8; SHA-256 of the rule: "
            f"{study.certificate.digest}."
        )
    return tag("ul", [tag("li", point) for point in points])


def _making(study: Study) -> Markup:
    made = study.making
    took = ", ".join(f"{part} {seconds:.0f} s" for part, seconds in made.seconds.items())
    budget = None if made.budget_seconds is None else f"{made.budget_seconds:g} s"
    found = (
        ("Command", tag("code", made.command) if made.command else None),
        ("Date", made.date or None),
        ("It took", took or None),
        ("Budget", budget),
        ("Versions", ", ".join(f"{name} {version}" for name, version in made.versions.items())),
        ("Certificate", "--json FILE writes it; voxnca certify --check FILE verifies it afresh"),
    )
    return facts((name, fact) for name, fact in found if fact)
