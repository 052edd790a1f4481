"""What came of vines, in sentences that need no knowledge of the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from analysis.reports.steering.figures import Estimate
from analysis.reports.steering.subject import AGAINST, BLIND, LINE, RULE, STRAIGHT, WAY, Subject
from voxnca.steering.trials import LATE_STEPS


def sentences(name: str, senses: Sequence[str], subjects: Mapping[str, Subject]) -> Iterator[str]:
    """Say how often the rule reaches its beacon, how often its controls do, and who does what.

    Args:
        name: of the rule.
        senses: of the rule.
        subjects: by key.
    """
    figures = subjects[RULE].figures
    yield (
        f"The rule {name} reaches the beacon in {_often(figures['grown'])}, and where walls force "
        f"a detour in {_often(figures['forced'])}."
    )
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
    yield (
        "The environment finds the way; the rule grows along it, follows the beacon, prunes and "
        "repairs."
        if "beacon" in senses
        else "The environment shows no way: the rule has to find it."
    )


def who_does_what(senses: Sequence[str], subjects: Mapping[str, Subject]) -> str:
    """Say what the environment does, and what the rule does, in a paragraph."""
    if "beacon" not in senses:
        return (
            "The environment marks the beacon's own cell and no way to it. Whatever finds the way "
            "is the rule: it has to carry the signal from cell to cell in its own channels, and a "
            "cell that holds nothing carries nothing."
        )
    said = ["The environment finds the way."]
    said.append(
        "A signal that spreads from the beacon round the walls is worked out for each layout, and "
        "tells every cell which neighbour is next."
    )
    if WAY in subjects:
        said.append(
            "Who does no more than follow it gets to the beacon "
            f"{_share(subjects[WAY].figures['grown'])} of the time."
        )
    said.append(
        "The rule finds no way. What it does is to grow along that one, to stop at the beacon, to "
        "follow it when it moves, to prune what is no longer on the way and to repair what was "
        "cut: each cell by what it senses, and by what its neighbours hold."
    )
    if BLIND in subjects:
        blind = _share(subjects[BLIND].figures["grown"])
        said.append(f"Without its senses it gets there {blind} of the time.")
    if STRAIGHT in subjects and LINE in subjects:
        told, line = (_share(subjects[key].figures["grown"]) for key in (STRAIGHT, LINE))
        said.append(
            f"With a signal that knows no walls it gets there {told} of the time, and who follows "
            f"such a signal without any rule {line}."
        )
    return " ".join(said)


def _controls(subjects: Mapping[str, Subject]) -> Iterator[str]:
    told = {
        AGAINST: "{name}, trained without walls, gets there {share} of the time",
        BLIND: "the rule itself, blind, {share}",
        STRAIGHT: "told the way as the crow flies, {share}",
        WAY: "who follows the diffused signal, without any rule, {share}",
    }
    parts = [
        text.format(name=subjects[key].name, share=_share(subjects[key].figures["grown"]))
        for key, text in told.items()
        if key in subjects
    ]
    if parts:
        yield f"In the same layouts: {'; '.join(parts)}."


def _often(found: Estimate | None) -> str:
    if found is None:
        return "none, for there is none"
    return f"{found.count} of {found.total} layouts ({_share(found)}{_interval(found)})"


def _share(found: Estimate | None) -> str:
    return "?" if found is None else f"{found.value:.1%}"


def _interval(found: Estimate) -> str:
    return f", 95% interval {found.low:.1%} to {found.high:.1%}"
