"""The page: one HTML file that needs nothing else."""

from __future__ import annotations

from analysis.reports.page.frame import Part, facts, framed, in_short, made_by, wide
from analysis.reports.page.markup import Markup, joined, tag
from analysis.reports.steering.gallery import gallery
from analysis.reports.steering.study import Study
from analysis.reports.steering.summary import who_does_what
from analysis.reports.steering.table import figures_table
from analysis.reports.wording import counted, percent
from voxnca.layouts import FORCED_DETOUR
from voxnca.steering.trials import CUT_RADIUS_CELLS, LATE_STEPS


def steering_html(study: Study) -> str:
    """Write a study as one HTML page; see `framed`."""
    parts = (
        Part("figures", "How often it gets there", _figures(study)),
        Part("who", "Who does what", _who(study)),
        Part("layouts", "Layouts, failures first", gallery(study.trials)),
        Part("difficulty", "How hard the layouts are", _difficulty(study)),
        Part("making", "How this was made", _making(study)),
    )
    return framed(
        f"How {study.name} steers",
        parts,
        byline=made_by(study.making.versions, study.making.date),
        summary=in_short(study.summary),
    )


def _figures(study: Study) -> Markup:
    T = study.num_steps
    told = (
        f"Each vine grows from its root for {counted(T, 'step')} in a layout that the rule has "
        "never seen. What has grown goes on in three ways: the beacon moves, and the vine has "
        f"{counted(T, 'step')} to follow; a ball of radius {CUT_RADIUS_CELLS:g} is cut out of the "
        f"middle of its way, and it has {counted(T, 'step')} to heal; or it is left to itself for "
        f"{counted(LATE_STEPS, 'step')}. It reaches the beacon when the beacon's cell is solid and "
        "solid cells join it to the root, face by face. Small figures are 95% intervals."
    )
    severed = [trial.severed for trial in study.trials if trial.severed is not None]
    cuts = f"Of the cuts, {sum(severed)} of {len(severed)} left no way from root to beacon."
    table = wide(figures_table(study.subjects), "Figures")
    what = [(tag("dt", each.name), tag("dd", each.what)) for each in study.subjects]
    return joined([tag("p", told), table, tag("dl", what, class_="subjects"), tag("p", cuts)])


def _who(study: Study) -> Markup:
    subjects = {subject.key: subject for subject in study.subjects}
    return tag("p", who_does_what(study.config.senses, subjects))


def _difficulty(study: Study) -> Markup:
    both = study.difficulties
    rows: dict[str, list[str]] = {
        "A wall stands in the straight line": [percent(each.hidden_share) for each in both],
        "Walls force a detour": [percent(each.detour_share) for each in both],
        "Shortest way / without walls: median": [f"{each.median_detour:.2f}" for each in both],
        "Shortest way / without walls: longest": [f"{each.max_detour:.2f}" for each in both],
        "Steps of the shortest way: median": [f"{each.median_steps:g}" for each in both],
        "Steps of the shortest way: longest": [str(each.max_steps) for each in both],
    }
    grid = " x ".join(map(str, study.space))
    told = (
        f"{counted(len(study.trials), 'layout')} of {grid} cells, from a stream of random "
        "numbers that training never draws from. Ways go from face to face; "
        f"walls force a detour where the shortest way is at least {FORCED_DETOUR} times as long as "
        "it would be without them."
    )
    head = tag(
        "tr",
        tag("th", "Of the ways", scope="col"),
        [tag("th", to, scope="col", class_="num") for to in ("to the beacon", "to where it moves")],
    )
    body = [
        tag("tr", tag("th", name, scope="row"), [tag("td", cell, class_="num") for cell in cells])
        for name, cells in rows.items()
    ]
    table = tag("table", tag("thead", head), tag("tbody", body))
    return joined([tag("p", told), wide(table, "Difficulty")])


def _making(study: Study) -> Markup:
    made = study.making
    found = (
        ("Command", tag("code", made.command) if made.command else None),
        ("Date", made.date or None),
        (
            "Seed",
            f"{made.seed}, of the firing mask: with the same versions it gives the same figures",
        ),
        ("It took", f"{made.duration_seconds:.0f} s"),
        ("Versions", ", ".join(f"{name} {version}" for name, version in made.versions.items())),
        ("Figures", "--json FILE writes all of them, each with its unit"),
    )
    return facts((name, fact) for name, fact in found if fact)
