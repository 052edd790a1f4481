"""What came of vines, in sentences that need no knowledge of the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from analysis.reports.steering.figures import Estimate
from analysis.reports.steering.subject import (
    AGAINST,
    BLIND,
    LINE,
    RULE,
    STRAIGHT,
    WAY,
    Subject,
)
from analysis.reports.wording import listed
from voxnca.steering.trials import LATE_STEPS


def sentences(name: str, senses: Sequence[str], subjects: Mapping[str, Subject]) -> Iterator[str]:
    """Say how often the rule reaches its beacon, how often its controls do, and who does what.

    Args:
        name: of the rule.
        senses: of the rule.
        subjects: by key.
    """
    figures = subjects[RULE].figures
    yield f"{name} reaches the beacon {_often(figures['grown'])}; {_detour(figures['forced'])}."
    yield (
        f"When the beacon has moved it gets there {_share(figures['moved'])} of the time, "
        f"after its middle was cut out {_share(figures['cut'])}, and {LATE_STEPS} steps after it "
        f"has grown it is there {_share(figures['late'])} of the time."
    )
    ratio, stray = figures["ratio"], figures["stray"]
    if ratio is not None and stray is not None:
        yield (
            f"Its way is {ratio.value:.3f} times the shortest in the median; for each cell on it "
            f"there are {stray.value:.2f} off it."
        )
    yield from _controls(subjects)
    yield from who_does_what(senses, subjects)


def who_does_what(senses: Sequence[str], subjects: Mapping[str, Subject]) -> Iterator[str]:
    """Say what the environment does, and what the rule does."""
    if "beacon" not in senses:
        yield (
            "The environment only marks the beacon's own cell; no way is worked out for the rule, "
            "which has to carry the signal from cell to cell itself."
        )
        return
    way = subjects.get(WAY)
    found = f": who follows it gets there {_share(way.figures['grown'])} of the time" if way else ""
    yield (
        "The environment finds the way. A signal that spreads from the beacon round the walls is "
        f"worked out for each layout, and tells every cell which neighbour is next{found}. "
        "The rule finds none: it grows where the signal leads, stops at the beacon, follows it, "
        "prunes what is no longer on the way, and repairs what was cut."
    )


def _controls(subjects: Mapping[str, Subject]) -> Iterator[str]:
    told = {
        AGAINST: "{name}, trained without walls, gets there {share} of the time",
        BLIND: "blind, it gets there {share} of the time",
        STRAIGHT: "told the way as the crow flies, {share}",
        LINE: "whoever follows that, without any rule, {share}",
    }
    parts = [
        text.format(name=subjects[key].name, share=_share(subjects[key].figures["grown"]))
        for key, text in told.items()
        if key in subjects
    ]
    if parts:
        said = listed(parts)
        yield f"{said[0].upper()}{said[1:]}."


def _often(found: Estimate | None) -> str:
    assert found is not None
    return f"in {found.count} of {found.total} layouts ({_share(found)}{_interval(found)})"


def _detour(found: Estimate | None) -> str:
    if found is None:
        return "none of them forces a detour"
    return (
        f"where walls force a detour, in {found.count} of {found.total} "
        f"({_share(found)}{_interval(found)})"
    )


def _share(found: Estimate | None) -> str:
    return "?" if found is None else f"{found.value:.1%}"


def _interval(found: Estimate) -> str:
    assert found.low is not None
    assert found.high is not None
    return f", 95% interval {found.low:.1%} to {found.high:.1%}"
