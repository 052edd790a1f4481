"""A gallery of vines: failures first, then the layouts with the longest ways round."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from analysis.reports.page.markup import Content, Markup, tag
from analysis.reports.page.shot import shot
from analysis.reports.steering.picture import vine_picture
from analysis.reports.wording import counted
from voxnca.steering import Trial, Vine
from voxnca.steering.controls import courses
from voxnca.steering.vine import Course

MOST = 24
_COLORS = 96
"""Of a picture: it looks the same, and is a third of the size."""
MOMENTS = {
    "grown": "grown",
    "moved": "the beacon moved",
    "cut": "cut, and healed",
    "late": "much later",
}


def in_order(trials: Sequence[Trial]) -> list[int]:
    """Return the numbers of trials: what failed most often, then what was hardest, first."""
    return sorted(
        range(len(trials)),
        key=lambda i: (-trials[i].num_failures, -trials[i].layout.difficulty.detour_ratio),
    )


def gallery(trials: Sequence[Trial]) -> Markup:
    """Draw the first of them, and say what they are."""
    failed = sum(trial.num_failures > 0 for trial in trials)
    shown = in_order(trials)[:MOST]
    return tag("div", _told(failed, len(trials)), [_card(i, trials[i]) for i in shown])


def _told(failed: int, total: int) -> Markup:
    if not failed:
        said = f"None of {counted(total, 'layout')} failed. Here are the longest ways round."
    elif failed <= MOST:
        said = (
            f"In {counted(failed, 'layout')} of {total} a vine failed at one moment or another: "
            "these come first, then the longest ways round."
        )
    else:
        said = f"{MOST} of the {failed} layouts of {total} in which a vine failed, the worst first."
    key = (
        "Green is the vine, brown its root, yellow the beacon, grey are walls; pale is what it "
        "does not cover of the way that the signal shows."
    )
    return tag("p", f"{said} {key}")


def _card(number: int, trial: Trial) -> Markup:
    way = trial.layout.difficulty
    title = f"Layout {number + 1}"
    facts = f"the shortest way is {way.steps} steps, {way.detour_ratio:.2f} times as without walls"
    here, there = courses(trial.layout)
    shots = [
        _shot(title, moment, vine, there if moment == "moved" else here)
        for moment, vine in trial.vines.items()
    ]
    heading = tag("h3", title, " ", tag("small", facts))
    return tag("article", heading, tag("div", shots, class_="film creature"), class_="trial")


def _shot(title: str, moment: str, vine: Vine, course: Course) -> Markup:
    name = MOMENTS[moment]
    found = _found(vine)
    caption: list[Content] = [f"{name}: ", found]
    if not vine.reached:
        caption.insert(0, tag("span", "✗ ", class_="mark no"))
    shown = vine_picture(vine.solid, course)
    few = shown.quantize(_COLORS, method=Image.Quantize.FASTOCTREE).convert("RGBA")
    return shot(few, f"{title}, {name}: {found}", caption)


def _found(vine: Vine) -> str:
    if vine.steps is None:
        return "does not reach the beacon"
    return f"{counted(vine.steps, 'step')}, {counted(vine.num_stray or 0, 'cell')} off the way"
