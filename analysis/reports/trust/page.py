"""The page: one HTML file that needs nothing else."""

from __future__ import annotations

from analysis.certificate import Balls, WoundProof
from analysis.reports.page.frame import Part, facts, framed, in_short, made_by, wide
from analysis.reports.page.line_chart import Curve, line_chart
from analysis.reports.page.markup import Content, Markup, joined, tag
from analysis.reports.page.shot import shot
from analysis.reports.trust.healing_map import map_picture, state_picture
from analysis.reports.trust.sentences import elsewhere_sentence
from analysis.reports.trust.study import Study
from analysis.reports.wording import counted, percent

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
    rows: list[tuple[str, ...]] = [
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
    head = tag("tr", [tag("th", name, scope="col", class_="num") for name in heads])
    body = [tag("tr", [tag("td", cell, class_="num") for cell in row]) for row in rows]
    title = str(proof.family)
    table = tag("table", tag("thead", head), tag("tbody", body))
    parts: list[Content] = [tag("h3", title[0].upper() + title[1:]), wide(table, title)]
    if isinstance(proof.family, Balls) and len(counts) > 2:
        parts.append(_curve(proof))
    return joined(parts)


def _curve(proof: WoundProof) -> Markup:
    largest = proof.family.max_radius_cells if isinstance(proof.family, Balls) else 0
    shares = [
        count.share if (count := proof.up_to(radius)) else None for radius in range(largest + 1)
    ]
    known = [share for share in shares if share is not None]
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
    proof = next((p for p in study.proofs if isinstance(p.family, Balls)), None)
    if proof is None or study.grown is None or not proof.verdicts:
        return None
    shares = [healed / total for total, healed in proof.chances().values()]
    worst = min(shares)
    whole = sum(share == 1 for share in shares)
    told = (
        "Each cell is coloured by the share of the ball wounds round it that are proven to heal: "
        "green where all do, orange where none does. Round "
        f"{whole:,} of {counted(len(shares), 'place')} all heal; at the worst place "
        f"{percent(worst)} do."
    )
    views = [
        shot(state_picture(study.grown), "the grown pattern", "the grown pattern"),
        shot(map_picture(proof, study.grown), "map of wounds that heal", "wounds that heal"),
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
    cards = []
    for other in found[:_MOST_PATTERNS]:
        said = elsewhere_sentence(other)
        if other.state is not None and not other.is_dead:
            cards.append(shot(state_picture(other.state), said, said))
        else:
            cards.append(tag("figure", tag("figcaption", said)))
    cards += [tag("figure", style="--r:1")] * (-len(cards) % _IN_A_ROW)
    rows = [
        tag("div", cards[i : i + _IN_A_ROW], class_="film") for i in range(0, len(cards), _IN_A_ROW)
    ]
    return joined([tag("p", told), rows])


def _measured(study: Study) -> Markup | None:
    if not study.measured:
        return None
    heads = ("wounds", "dealt", "healed", "share", "interval", "other", "dead", "undecided")
    head = tag("tr", [tag("th", name, scope="col") for name in heads])
    body = []
    for family in study.measured["families"]:
        cells = (
            family["what"],
            family["total"],
            family["healed"],
            percent(family["value"]),
            f"{percent(family['low'])} to {percent(family['high'])}",
            family["other"],
            family["dead"],
            family["undecided"],
        )
        body.append(tag("tr", [tag("td", cell) for cell in cells]))
    told = (
        "Drawn at random and watched for a while, not proven: intervals hold all at once with "
        f"{study.measured['confidence']:.0%} confidence (Clopper and Pearson 1934, each at the "
        "level that Bonferroni's inequality asks for). What looks healed at the end may still "
        "leave later."
    )
    table = tag("table", tag("thead", head), tag("tbody", body))
    return joined([tag("p", told), wide(table, "Measured")])


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
