"""What a pattern survives, in sentences that a careful reader cannot misread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.certificate import Certificate, Count, Elsewhere, StandardWounds, WoundProof
from analysis.reports.wording import counted, percent

_MOST_KINDS = 3


def sentences(
    name: str,
    certificate: Certificate | None,
    proofs: Sequence[WoundProof],
    refusals: Mapping[str, str],
    measured: Mapping[str, Any] | None,
) -> Iterator[str]:
    """Say what is proven, what is counted and what is measured, in this order."""
    if certificate is None:
        yield f"Nothing is proven of {name}: {refusals.get('wounds', 'it was not tried')}."
    else:
        yield grown_sentence(name, certificate)
        for proof in proofs:
            yield from wound_sentences(proof)
        yield from _small(certificate, refusals)
    if measured:
        yield from measured_sentences(measured)


def grown_sentence(name: str, certificate: Certificate) -> str:
    """Say what the grown pattern is."""
    home = certificate.home
    rests = (
        "in a state that never changes again"
        if home.period == 1
        else f"in a circle of {home.period} states that it goes through for ever"
    )
    return (
        f"Proven: from its seed the integer twin of {name} is after {counted(home.steps, 'step')} "
        f"{rests}; there its IoU with the target is {home.iou:.3f} and its colour error "
        f"{home.rgb_error:.3f}."
    )


def wound_sentences(proof: WoundProof) -> Iterator[str]:
    """Say what became of all wounds of a family; of one not finished, of its whole radii."""
    if isinstance(proof.family, StandardWounds):
        total = proof.total()
        if total is not None:
            yield _all(
                f"All {total.num_wounds:,} standard wounds, a quarter of the body round each of "
                "its cells,",
                total,
                proof,
            )
        return
    whole = [count.radius_cells for count in proof.by_radius()]
    for radius in dict.fromkeys((2.0, proof.max_radius_cells)):
        count = proof.up_to(radius)
        if count is not None and radius in whole:
            yield _all(
                f"All {count.num_wounds:,} ball wounds of radius 0 to {radius:g}, at every place "
                "where one takes a living cell,",
                count,
                proof,
            )
    if not proof.is_complete:
        yield (
            f"Not finished: of {counted(proof.num_cuts, 'different cut')} of radius up to "
            f"{proof.max_radius_cells:g}, {len(proof.verdicts):,} were "
            "followed within the budget; of the others nothing is claimed."
        )


def _all(what: str, count: Count, proof: WoundProof) -> str:
    fates = [f"{count.healed:,} heal ({percent(count.share)})"]
    if count.failed:
        fates.append(f"{count.failed:,} end in another pattern or in none")
    if count.undecided:
        fates.append(f"{count.undecided:,} were still moving after {proof.limit:,} steps")
    told = f"Proven: {what} were followed to the end: {', '.join(fates)}"
    return f"{told}, the slowest of those that heal within {counted(count.longest, 'step')}."


def _small(certificate: Certificate, refusals: Mapping[str, str]) -> Iterator[str]:
    affine, chance = certificate.affine, certificate.chance
    if affine:
        yield (
            "Proven, in real numbers: any disturbance of less than "
            f"{affine['delta']:.2g} in every value dies down; the slowest part of it shrinks by "
            f"{percent(1 - affine['spectral_radius'])} a step. One of a single cell may be as "
            f"large as {min(affine['tolerance']):.2g} to {max(affine['tolerance']):.2g}, by cell. "
            f"Noise of less than {affine['noise']:.2g} in every value, at every step for ever, "
            f"moves none by more than {affine['noise_moves']:.2g}."
        )
        near = affine.get("wounds")
        if near:
            yield (
                f"Proven, in real numbers: of all {near['num_wounds']:,} {near['family']}, "
                f"{near['entered']:,} come so near the pattern that they heal "
                f"({percent(near['entered'] / near['num_wounds'])}), within "
                f"{counted(near['longest'], 'step')}."
            )
    elif "affine" in refusals:
        yield f"Small disturbances: nothing is proven ({refusals['affine']})."
    if chance:
        yield (
            f"Proven at {chance['confidence']:.0%} confidence: fired at random, at a rate of "
            f"{chance['fire_rate']:g}, the rule grows from its seed to the same pattern and stays "
            f"there with a probability of at least {chance['bound']:.3f} "
            f"({chance['successes']} of {chance['num_trials']} trials came so near that nothing "
            "but a disturbance could drive them away)."
        )
    elif "chance" in refusals:
        yield f"Fired at random: nothing is proven ({refusals['chance']})."


def measured_sentences(measured: Mapping[str, Any]) -> Iterator[str]:
    """Say what was measured: how many kinds of wounds all healed, and how often the others did."""
    if measured["families"]:
        yield from _wounded_sentences(measured)
    if measured["at_random"]:
        yield at_random_sentence(measured["at_random"])


def _wounded_sentences(measured: Mapping[str, Any]) -> Iterator[str]:
    families = measured["families"]
    whole = [f for f in families if f["healed"] == f["total"]]
    rest = sorted((f for f in families if f not in whole), key=lambda f: f["value"])
    total = sum(family["total"] for family in families)
    said = (
        f"Measured, not proven: {total:,} wounds of {len(families)} kinds were drawn at random "
        f"and watched. Of {len(whole)} kinds all healed"
    )
    worst = "; ".join(
        f"of {family['what']} {family['healed']} of {family['total']} did "
        f"({percent(family['low'])} to {percent(family['high'])})"
        for family in rest[:_MOST_KINDS]
    )
    more = len(rest) - _MOST_KINDS
    others = f", and {counted(more, 'kind')} more not all" if more > 0 else ""
    yield f"{said}{'; ' + worst if worst else ''}{others}."
    ends = measured.get("attractors")
    if ends:
        yield (
            f"They ended in {counted(len(ends), 'pattern')} that look different; "
            f"{percent(ends[0]['share'])} of the runs in the same one."
        )


def at_random_sentence(grown: Mapping[str, Any]) -> str:
    """Say how often a rule grew with cells that fire at random."""
    before, after = grown["looks"]
    return (
        f"Measured, not proven: fired at random, at a rate of {grown['fire_rate']:g}, "
        f"{grown['successes']:,} of {counted(grown['num_trials'], 'trial')} grew from the seed to "
        f"the same pattern and looked like it after {before:,} and after {after:,} steps: at "
        f"{grown['confidence']:.0%} confidence a trial does so with a probability of at least "
        f"{grown['low']:.3f}."
    )


def elsewhere_sentence(other: Elsewhere) -> str:
    """Say what a pattern is that wounds ended in."""
    place = ", ".join(map(str, other.center))
    which = f"{counted(other.num_wounds, 'wound')}, the first of radius {other.radius_cells:.2g} "
    if other.is_dead:
        return f"{which}at [{place}]: nothing is left"
    moves = {0: "still moving", 1: "at rest"}.get(other.period, f"a cycle of {other.period}")
    return f"{which}at [{place}]: {moves}, IoU {other.iou:.3f}"
