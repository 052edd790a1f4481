"""Studying what a pattern survives, stage by stage; it can stop and go on at any time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from analysis.attractors import Landscape, find_attractors
from analysis.certificate import (
    Balls,
    Certificate,
    Ending,
    Family,
    StandardWounds,
    WoundProof,
    grown_home,
    model_digest,
)
from analysis.certificate.ball_entry import ball_entries
from analysis.certificate.chance import bound_chance
from analysis.certificate.linear import NotCertifiableError, find_fixed_point
from analysis.certificate.mean_square import mean_square_certificate
from analysis.certificate.weighted import weighted_certificate
from analysis.certificate.wound_proof import LIMIT
from analysis.criticality import CriticalityMap, measure_criticality
from analysis.random_growth import RandomGrowth, measure_random_growth
from analysis.recovery import Recovered, grown_pattern, sweep
from analysis.reports.making import versions
from analysis.reports.trust.study import Making, Study
from analysis.stages import Stage, Stages
from voxnca import NCA, ArgumentError, VoxncaError, to_integer
from voxnca import seed as seed_state
from voxnca.evaluation import check_target
from voxnca.trial import Trial

Kept = dict[str, Any]
"""What an interrupted study had found, as JSON."""
_FIRE_RATE, _TRIALS, _AT_RANDOM_CONFIDENCE = 0.5, 400, 0.99
_FLOAT_RADIUS = 2
"""Of the largest ball wounds that the rule in real numbers is dealt."""
_SMALL_SECONDS, _RANDOM_SECONDS = 1.5e-6, 1e-5
"""That these proofs take, times the square of the number of live values."""
_CONFIDENCE, _MAX_WOUNDS = 0.95, 128
_PROOF_SHARE = 0.75
"""Of a budget, that proofs may take."""


@dataclass(frozen=True)
class Asked:
    """What is wanted of a study.

    Attributes:
        radius: of the largest ball wounds.
        state_bits: q, of the integer twin.
        limit: steps after which a run is given up.
        budget_seconds: that it may take; None for as long as it takes.
        num_jobs: processes that measure; the figures are the same for any number.
        seed: of every random draw.
        command: line that asks for this, to be noted.
        date: to be noted.
    """

    radius: int = 4
    state_bits: int = 12
    limit: int = LIMIT
    budget_seconds: float | None = None
    num_jobs: int = 1
    seed: int = 0
    command: str = ""
    date: str = ""


@dataclass
class _Clock:
    """How long parts take, and whether there is time left."""

    budget: float | None
    began: float = field(default_factory=time.monotonic)
    seconds: dict[str, float] = field(default_factory=dict)

    def left(self, share: float = 1.0) -> bool:
        return self.budget is None or time.monotonic() - self.began < share * self.budget

    def affords(self, seconds: float) -> bool:
        """Tell whether there is that much time left for proofs."""
        spent = time.monotonic() - self.began
        return self.budget is None or spent + seconds < _PROOF_SHARE * self.budget

    def note(self, part: str, began: float) -> None:
        self.seconds[part] = round(time.monotonic() - began, 1)


def study_trust(
    model: NCA,
    asked: Asked,
    *,
    name: str,
    kept: Kept | None = None,
    keep: Callable[[Callable[[], Kept]], None] = lambda _: None,
) -> Stages[Study]:
    """Find out what the pattern of a rule survives.

    Args:
        model: a rule that grows a target, without goals or senses.
        asked: what is wanted.
        name: of the rule, for people.
        kept: what an earlier, interrupted study of the same found.
        keep: called now and then, with a function that returns what was found so far.

    Yields:
        What comes next.

    Raises:
        ArgumentError: for a rule that grows no target of its own.
    """
    target = check_target(model, None)
    if model.config.is_conditioned:
        raise ArgumentError(
            "model: a rule with goals or senses has no one pattern to be certified; "
            "use voxnca steer, or voxnca compare"
        )
    clock = _Clock(asked.budget_seconds)
    trial = Trial.of(model, target)
    refusals: dict[str, str] = {}
    yield Stage(0, 1, "growing the integer twin")
    try:
        twin = model if model.config.state_bits else to_integer(model, asked.state_bits)
        home = grown_home(twin, trial.space)
    except VoxncaError as error:
        refusals["wounds"] = str(error)
        proofs: Sequence[WoundProof] = ()
        grown = None
    else:
        proofs = yield from _prove(model, twin, home, trial.space, asked, clock, kept, keep)
        grown = home.phases[0]
    affine, chance, state = yield from _small(model, trial.space, asked, clock, refusals)
    map_, recovered, landscape = yield from _measure(
        model, trial.placed, proofs, asked, clock, refusals
    )
    at_random: RandomGrowth | None = None
    # A twin rests in a pattern of its own, which is not quite that of the rule.
    rests = grown if model.config.state_bits else state
    if rests is not None and chance is None and clock.left():
        began = time.monotonic()
        at_random = yield from measure_random_growth(
            model, rests, fire_rate=_FIRE_RATE, confidence=_AT_RANDOM_CONFIDENCE, seed=asked.seed
        )
        clock.note("growing at random", began)
    certificate = (
        Certificate.of(model, list(proofs), name=name, affine=affine, chance=chance)
        if proofs
        else None
    )
    making = Making(
        asked.command, asked.date, asked.seed, asked.budget_seconds, clock.seconds, versions()
    )
    if grown is None:
        grown = grown_pattern(model, asked.seed)[0]
    return Study(
        name,
        model,
        certificate,
        tuple(proofs),
        refusals,
        map_,
        tuple(recovered),
        at_random,
        landscape,
        _CONFIDENCE,
        grown,
        making,
    )


def fits(kept: Kept, model: NCA, asked: Asked) -> bool:
    """Tell whether what an earlier study found is about the same wounds of the same rule."""
    subject = _subject(model, asked)
    return {key: kept.get(key) for key in subject} == subject


def _subject(model: NCA, asked: Asked) -> Kept:
    """Return what a study must have in common with another that goes on with it."""
    return {
        "digest": model_digest(model),
        "state_bits": model.config.state_bits or asked.state_bits,
        "limit": asked.limit,
        "radius": asked.radius,
    }


def _small(
    model: NCA, space: tuple[int, ...], asked: Asked, clock: _Clock, refusals: dict[str, str]
) -> Stages[tuple[Kept | None, Kept | None, Tensor | None]]:
    """Prove what becomes of small disturbances of the rule in real numbers, and at random.

    Returns:
        Both, and the pattern at rest; None for what there is not.
    """
    found: dict[str, Kept] = {}
    if not clock.left(_PROOF_SHARE):
        refusals["affine"] = refusals["chance"] = "the budget did not suffice"
        return None, None, None
    began = time.monotonic()
    yield Stage(0, 3, "settling the rule in real numbers")
    try:
        exact, state, _ = find_fixed_point(model, space)
    except VoxncaError as error:
        refusals["affine"] = refusals["chance"] = str(error)
        return None, None, None
    live = int(state.any(-1).sum()) * model.config.num_channels
    yield Stage(1, 3, "small disturbances")
    try:
        _check_time(clock, _SMALL_SECONDS * live**2)
        certificate = weighted_certificate(exact, state)
        found["affine"] = certificate.to_json()
        if clock.left(_PROOF_SHARE):
            family = Balls(min(asked.radius, _FLOAT_RADIUS))
            entries = ball_entries(exact, state, certificate.delta, family, asked.limit)
            found["affine"]["wounds"] = entries.to_json()
    except VoxncaError as error:
        refusals["affine"] = str(error)
    clock.note("small disturbances", began)
    began = time.monotonic()
    yield Stage(2, 3, "firing at random")
    try:
        _check_time(clock, _RANDOM_SECONDS * live**2)
        region = mean_square_certificate(exact, state, _FIRE_RATE)
        start = seed_state(exact.config, space)
        chance = bound_chance(
            exact,
            region,
            start,
            name="the seed",
            num_trials=_TRIALS,
            confidence=_AT_RANDOM_CONFIDENCE,
            seed=asked.seed,
        )
        found["chance"] = {**region.to_json(), **chance.to_json()}
    except VoxncaError as error:
        refusals["chance"] = str(error)
    clock.note("firing at random", began)
    return found.get("affine"), found.get("chance"), state.float()


def _check_time(clock: _Clock, seconds: float) -> None:
    """Check that there is time for what cannot stop half-way."""
    if not clock.affords(seconds):
        raise NotCertifiableError(
            f"it takes about {seconds:.0f} s, and the budget has less left for it"
        )


def _measure(
    model: NCA,
    placed: Tensor,
    proofs: Sequence[WoundProof],
    asked: Asked,
    clock: _Clock,
    refusals: dict[str, str],
) -> Stages[tuple[CriticalityMap | None, Sequence[Recovered], Landscape | None]]:
    """Measure what is not proven: wounds of other kinds, the map where there is none, ends."""
    map_: CriticalityMap | None = None
    recovered: Sequence[Recovered] = ()
    landscape: Landscape | None = None
    balls = next((p for p in proofs if isinstance(p.family, Balls) and p.verdicts), None)
    if balls is not None:
        map_ = CriticalityMap.of_proof(balls)
    if not clock.left():
        refusals["measured"] = "the budget did not suffice"
        return map_, recovered, landscape
    began = time.monotonic()
    recovered = yield from sweep(
        model,
        confidence=_CONFIDENCE,
        max_wounds=_MAX_WOUNDS,
        num_jobs=asked.num_jobs,
        seed=asked.seed,
        goes_on=clock.left,
    )
    clock.note("measuring", began)
    if not recovered:
        return map_, recovered, landscape
    began = time.monotonic()
    yield Stage(0, 1, "telling attractors apart")
    landscape = find_attractors(model, recovered, placed, seed=asked.seed)
    clock.note("attractors", began)
    if map_ is None and clock.left():
        began = time.monotonic()
        map_ = yield from measure_criticality(model, seed=asked.seed)
        clock.note("map", began)
    return map_, recovered, landscape


def _prove(
    model: NCA,
    twin: NCA,
    home: Ending,
    space: tuple[int, ...],
    asked: Asked,
    clock: _Clock,
    kept: Kept | None,
    keep: Callable[[Callable[[], Kept]], None],
) -> Stages[Sequence[WoundProof]]:
    """Follow the wounds of each family, as far as the budget goes."""
    families: tuple[Family, ...] = (StandardWounds(), Balls(asked.radius))
    proofs = [WoundProof(twin, family, space, home, asked.limit) for family in families]
    before = 0.0
    if kept and fits(kept, model, asked):
        try:
            before = float(kept["seconds"])
            for proof, fields in zip(proofs, kept["wounds"], strict=True):
                proof.resumed(fields)
        except (KeyError, TypeError, ValueError) as error:
            raise ArgumentError(
                f"kept: the unfinished run is damaged ({error!r}); remove it to begin afresh"
            ) from error

    total, began = sum(proof.num_cuts for proof in proofs), time.monotonic() - before

    def found() -> Kept:
        return {
            **_subject(model, asked),
            "wounds": [each.to_json() for each in proofs],
            "seconds": time.monotonic() - began,
        }

    for proof in proofs:
        batches = proof.go_on()
        while not proof.is_complete and clock.left(_PROOF_SHARE):
            done = sum(len(each.verdicts) for each in proofs)
            yield Stage(done, total, str(proof.family))
            next(batches)
            keep(found)
    keep(found)
    clock.note("wounds", began)
    return proofs
