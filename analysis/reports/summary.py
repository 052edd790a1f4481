"""What came out of a comparison, in sentences that need no knowledge of the field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from analysis.distance import Null
from analysis.reports.entry import Entry
from analysis.reports.pair import Pair
from analysis.reports.subject import Kind
from analysis.reports.wording import counted, listed, number, percent

LUCKY = 0.05
"""Random rules that may be as near before nearness is called chance."""


def sentences(entries: Sequence[Entry], pairs: Sequence[Pair]) -> tuple[str, ...]:
    """Say what was compared, what is the same, what is near, and what cannot be said.

    Args:
        entries: what was compared.
        pairs: every two of them.
    """
    return (
        *_what(entries),
        *_learned(entries),
        *_same(pairs),
        *_nearest(entries, pairs),
        *_apart(entries),
        *_named(entries),
        *_growing(entries),
    )


def null_of(pair: Pair) -> Null:
    """Return the null beside the distance of a pair: the other rule's states in random places."""
    assert pair.distances is not None
    return next(null for null in pair.distances.hamming.nulls if null.kind == "shuffled")


def as_near(null: Null) -> str:
    """Say how many random rules came as near: `3`, or `none`."""
    return str(round(null.chance * null.num_samples) or "none")


def _what(entries: Sequence[Entry]) -> Iterator[str]:
    kinds = {
        Kind.HAND_MADE: ("a hand-made rule", "hand-made rules"),
        Kind.LEARNED: ("a network that was taught a rule", "networks that were taught a rule"),
        Kind.GROWING: ("a network that grows a pattern", "networks that grow a pattern"),
    }
    parts = []
    for kind, (one, several) in kinds.items():
        names = [entry.name for entry in entries if entry.subject.kind is kind]
        if names:
            parts.append(f"{listed(names)} ({one if len(names) == 1 else several})")
    verb = "This page compares" if len(entries) > 1 else "This page examines"
    yield f"{verb} {listed(parts)}."


def _learned(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        if entry.lesson is None:
            continue
        taught, wrong = entry.lesson.taught, entry.lesson.num_wrong
        total = counted(entry.lesson.num_neighborhoods, "neighbourhood")
        if wrong is None:
            what = f"was taught {taught}, which cannot be read here" if taught else "names no rule"
            yield f"The network {entry.name} {what}: it is held against its own table alone."
        elif wrong == 0:
            yield (
                f"The network {entry.name} computes {taught} exactly: 0 of {total} are wrong."
                + "".join(f" {sentence}" for sentence in _checked(entry))
            )
        else:
            yield f"The network {entry.name} is not {taught}: {wrong:,} of {total} are wrong."


def _checked(entry: Entry) -> Iterator[str]:
    """Say in which runs nothing went wrong."""
    agreement = entry.lesson and entry.lesson.agreement
    if agreement and agreement.first_step is None:
        steps = counted(agreement.num_steps, "step")
        yield f"Network and table ran side by side for {steps}, and no cell ever differed."
    golly = entry.golly
    if golly and golly.num_different == 0 and not golly.num_different_network:
        yield f"Golly, given its file, did the same for {counted(golly.num_steps, 'step')}."


def _same(pairs: Sequence[Pair]) -> Iterator[str]:
    for pair in pairs:
        if pair.is_same:
            assert pair.distances is not None
            total = counted(pair.distances.num_neighborhoods, "neighbourhood")
            yield (
                f"One and the same rule are {pair.one} and {pair.other}: they agree in all "
                f"{total}, so every distance between them is 0."
            )


def _nearest(entries: Sequence[Entry], pairs: Sequence[Pair]) -> Iterator[str]:
    """Say of each kind of rule which two are nearest, of those that are not the same."""
    kinds = {entry.name: _kind(entry) for entry in entries}
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.distances is not None and not pair.is_same:
            groups[kinds[pair.one]].append(pair)
    for kind, found in groups.items():
        pair = min(found, key=_share)
        names = f"{pair.one} and {pair.other}"
        if len(found) > 1:
            start = f"Of the rules of {kind} that differ, {names} are nearest. They differ"
        else:
            start = f"Two rules of {kind} differ: {names}. They do so"
        yield f"{start} {_apart_by(pair)}"


def _apart_by(pair: Pair) -> str:
    distances = pair.distances
    assert distances is not None
    return (
        f"in {number(distances.hamming.value)} of "
        f"{counted(distances.num_neighborhoods, 'neighbourhood')} ({percent(_share(pair))}). "
        f"{_judged(null_of(pair))} Once soups have run for 100 steps, "
        f"{percent(distances.visited.value)} of their cells are in a neighbourhood in which the "
        "two differ."
    )


def _judged(null: Null) -> str:
    """Say whether nearness is more than chance."""
    verdict = "That is no accident" if null.chance <= LUCKY else "That may be an accident"
    return (
        f"{verdict}: of {null.num_samples} random rules of the same kind, {as_near(null)} came as "
        "near."
    )


def _apart(entries: Sequence[Entry]) -> Iterator[str]:
    groups: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if entry.subject.num_states is not None:
            groups[_kind(entry)].append(entry.name)
    if len(groups) > 1:
        told = [f"of {kind} ({listed(names)})" for kind, names in groups.items()]
        yield (
            f"Rules {listed(told)} have no neighbourhoods in common, so there is no distance "
            "between them."
        )


def _kind(entry: Entry) -> str:
    return f"{entry.subject.num_states} states in {entry.subject.num_dims}D"


def _share(pair: Pair) -> float:
    return pair.distances.hamming_share if pair.distances is not None else 1.0


def _named(entries: Sequence[Entry]) -> Iterator[str]:
    """Say what those are near to that have no name of their own."""
    for entry in entries:
        if entry.what or entry.lesson is not None or not entry.neighbors:
            continue
        near = entry.neighbors[0]
        worth = "" if near.chance <= LUCKY else " Such a name says little: "
        luck = f"{percent(near.chance)} of random rules come as near to some named rule."
        yield (
            f"The rule {entry.name} is not in the catalogue. The nearest there is {near.name}, "
            f"{percent(near.share)} of the neighbourhoods away."
            + (f"{worth}{luck}" if worth else "")
        )


def _growing(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        if entry.growth is None:
            continue
        table = entry.growth.approximation
        start = (
            f"The network {entry.name} grows: its cells hold real numbers, so it has no exact "
            "table."
        )
        if table is None:
            yield f"{start} None could be read approximately either: {entry.growth.reason}."
        elif table.is_the_rule:
            yield (
                f"{start} A table of {table.num_symbols} symbols, read from its runs, does what "
                "the network does on the runs that were held out."
            )
        else:
            yield (
                f"{start} A table of {table.num_symbols} symbols was read from its runs; it must "
                f"not be called the rule, for left alone it does not do what {entry.name} does."
            )
