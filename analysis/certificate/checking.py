"""The independent checker: it takes a certificate at its word for nothing.

It rounds the model's weights itself, grows the pattern in integers (`machine`), deals every wound
of the families named, steps each to where the certificate says that it rests or goes round, and
compares. It shares neither the engines, nor the hashing, nor the lists of wounds with what made
the certificate: only the definition of the rule. Claims it cannot show are problems.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from analysis.certificate.document import Certificate
from analysis.certificate.fates import EPSILON
from analysis.certificate.identity import model_digest
from analysis.certificate.linear import NotCertifiableError, TooLargeError, find_fixed_point
from analysis.certificate.machine import Machine, Wholes
from analysis.stages import Stage, Stages
from voxnca import NCA
from voxnca.evaluation import check_target

if TYPE_CHECKING:
    from analysis.certificate.affine import AffineCertificate
    from analysis.certificate.weighted import WeightedCertificate

_CLOSE = 1e-5
_TAKEN_OFF = 0.005
"""More than the share of delta that either proof takes off for rounding, and not the same."""
_MAX_STEPS, _MAX_PERIOD = 10**6, 10**4


@dataclass
class Findings:
    """What a check found.

    Attributes:
        num_wounds: whose fate was shown anew.
        num_undecided: of which nothing is claimed, or which were left out.
        problems: claims that do not hold; none for a valid certificate.
        unverified: claims that were not looked at again, each with the reason.
    """

    num_wounds: int = 0
    num_undecided: int = 0
    problems: list[str] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether all that is claimed is so."""
        return not self.problems


def check(
    certificate: Certificate, model: NCA, *, num_threads: int = 1, every: int = 1
) -> Stages[Findings]:
    """Verify a certificate of integer wounds afresh.

    Args:
        certificate: as read from a file.
        model: that it is about.
        num_threads: to step by.
        every: only each so many'th cut is stepped anew: 1 for all. For more than 1 a claim about
            small disturbances is not looked at, which takes minutes.
    """
    found = Findings()
    families = len(certificate.wounds) + (certificate.affine is not None)
    yield Stage(0, families + 1, "the model and its grown pattern")
    misfit = _misfit(certificate, model)
    if misfit is not None:
        found.problems.append(misfit)
        return found
    bits = certificate.state_bits
    machine = Machine(model, certificate.space, bits)
    home = _home(certificate, model, machine, found)
    if home is None:
        return found
    margin = int(np.floor(certificate.epsilon * (1 << bits) + 1e-9))
    trial = _Trial(machine, home, margin)
    for number, claim in enumerate(certificate.wounds):
        yield Stage(number + 1, families + 1, f"wounds: {claim.get('family')}")
        try:
            _check_family(claim, trial, every, found, num_threads)
        except (KeyError, TypeError, ValueError) as error:
            found.problems.append(f"family {number + 1} is damaged: {error!r}")
    if certificate.affine is not None and every > 1:
        found.unverified.append("small disturbances: a quick check leaves them out")
    elif certificate.affine is not None:
        yield Stage(families, families + 1, "small disturbances")
        _check_affine(certificate.affine, model, certificate.space, found)
    if certificate.chance is not None:
        found.unverified.append("the chance under random firing: only voxnca certify proves it")
    return found


def _misfit(certificate: Certificate, model: NCA) -> str | None:
    """Say why a certificate cannot be about a model, or prove anything, if so."""
    if model_digest(model) != certificate.digest:
        return "the model is another: its weights or its configuration are not those certified"
    if model.config.fire_rate != 1:
        return "the rule fires at random, and repeated states prove nothing"
    if certificate.epsilon > EPSILON:
        return f"epsilon={certificate.epsilon!r} is more than {EPSILON}: not healed"
    bits, twin_bits = certificate.state_bits, model.config.state_bits
    if not 4 <= bits <= 20 or twin_bits not in (None, bits):
        return f"state_bits={bits} is not that of the model's twin"
    return None


def _check_affine(
    claim: Mapping[str, Any], model: NCA, space: tuple[int, ...], found: Findings
) -> None:
    """Prove by the rows of all powers what the certificate proves by weights."""
    from analysis.certificate.affine import affine_certificate  # noqa: PLC0415 - loads scipy
    from analysis.certificate.weighted import weighted_certificate  # noqa: PLC0415

    try:
        exact, state, residual = find_fixed_point(model, space)
        again = weighted_certificate(exact, state)
        mine: AffineCertificate | WeightedCertificate = again
        try:
            mine = affine_certificate(exact, state)
        except TooLargeError as error:
            found.unverified.append(
                "small disturbances: they were proven afresh, but in the way of the certificate; "
                f"the independent one: {error}"
            )
        if not claim["delta"] <= (1 + _TAKEN_OFF) * mine.delta:
            found.problems.append(
                f"disturbances: delta={claim['delta']!r} is claimed, {mine.delta:.4g} is proven"
            )
        if abs(claim["spectral_radius"] - mine.spectral_radius) > _CLOSE:
            found.problems.append(
                f"disturbances: the spectral radius is {mine.spectral_radius:.6f}, residual "
                f"{residual:.2g}"
            )
        _check_bearing(claim, again, found)
        if claim.get("wounds"):
            found.unverified.append(
                "wounds of the rule in real numbers: only voxnca certify follows them"
            )
    except TooLargeError as error:
        found.unverified.append(f"small disturbances: {error}")
    except (NotCertifiableError, KeyError, TypeError, ValueError) as error:
        found.problems.append(f"disturbances: nothing can be proven ({error})")


def _check_bearing(claim: Mapping[str, Any], again: WeightedCertificate, found: Findings) -> None:
    """Check what is claimed of noise and of disturbances of one cell, if anything."""
    if "noise" not in claim:
        return
    found.unverified.append(
        "noise, and disturbances of one cell: they were proven afresh, but in the way of the "
        "certificate"
    )
    most = 1 + _TAKEN_OFF
    if not claim["noise"] <= most * again.noise:
        found.problems.append(f"noise={claim['noise']!r} is claimed, {again.noise:.4g} is proven")
    if not claim["noise_moves"] * most * again.noise >= claim["noise"] * again.noise_moves:
        found.problems.append(f"noise_moves={claim['noise_moves']!r} is less than can be proven")
    claimed = np.array(claim["tolerance"], dtype=np.float64)
    if claimed.shape != again.tolerance.shape or not (claimed <= most * again.tolerance).all():
        found.problems.append("tolerance: more is claimed of some cell than can be proven")


def _home(
    certificate: Certificate, model: NCA, machine: Machine, found: Findings
) -> list[Wholes] | None:
    """Grow the pattern, and compare it with what is said of it."""
    claim, one = certificate.home, 1 << machine.bits
    if not 0 <= claim.steps <= _MAX_STEPS or not 1 <= claim.period <= _MAX_PERIOD:
        found.problems.append("home: steps or period are out of range")
        return None
    home = machine.circle(machine.run(machine.seed(), claim.steps), claim.period)
    if home is None:
        found.problems.append(
            f"home: the pattern is not back after {claim.period} steps from step {claim.steps} on"
        )
        return None
    wanted = check_target(model, None).place(certificate.space).double().numpy()
    wanted = wanted.reshape(-1, 4)
    body = wanted[:, 3] > 0.5
    for phase in home:
        seen = phase[:, :4] / one
        solid = seen[:, 3] > 0.5
        iou = (solid & body).sum() / (solid | body).sum()
        error = np.abs(seen.clip(0, 1) - wanted.clip(0, 1))[body, :3].mean()
        if iou < claim.iou - 1e-9 or error > claim.rgb_error + 1e-6:
            found.problems.append(
                f"home: IoU {iou:.4f} and RGB error {error:.4f} are worse than claimed"
            )
            return None
    return home


def _check_family(
    claim: Mapping[str, Any], trial: _Trial, every: int, found: Findings, num_threads: int
) -> None:
    """Deal all wounds of a family anew and see that each ends as is claimed."""
    name = str(claim["family"])
    dealt = list(_wounds(claim["family"], trial.machine, trial.home[0]))
    wounds = [cut for _, cut in dealt]
    cuts = list(dict.fromkeys(wounds))
    fates = claim["fates"]
    if len(wounds) != claim["num_wounds"] or len(cuts) != claim["num_cuts"]:
        found.problems.append(
            f"{name}: there are {len(wounds)} wounds in {len(cuts)} cuts, not "
            f"{claim['num_wounds']} in {claim['num_cuts']}: some were left out or made up"
        )
        return
    if not len(fates) == len(claim["steps"]) == len(claim["periods"]) <= len(cuts):
        found.problems.append(f"{name}: fates, steps and periods differ in number")
        return
    times = Counter(wounds)
    # The matrices of a run are small, and threads of BLAS would wait for each other: to be limited
    # they must be there.
    import scipy.linalg.cython_blas  # noqa: F401, PLC0415

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(num_threads) as pool:
        claims = (cuts, fates, claim["steps"], claim["periods"])
        tried = [column[::every] for column in claims]
        for cut, fate, problem in zip(*tried[:2], pool.map(trial.problem, *tried), strict=False):
            if problem is not None:
                found.problems.append(f"{name}: cut {cuts.index(cut)} {problem}")
            elif fate != "u":
                found.num_wounds += times[cut]
            else:
                found.num_undecided += times[cut]
    found.num_undecided += sum(times[cut] for n, cut in enumerate(cuts) if n % every)
    _check_counts(claim, dealt, cuts, found)


@dataclass(frozen=True)
class _Trial:
    """A grown pattern that is wounded, and how near to it is healed, in units of the state."""

    machine: Machine
    home: list[Wholes]
    margin: int

    def problem(self, cut: bytes, fate: str, length: int, period: int) -> str | None:
        """Return what is wrong with the fate of a cut, if anything."""
        if fate == "u":
            return None
        if fate not in "hf" or not 0 <= length <= _MAX_STEPS or not 1 <= period <= _MAX_PERIOD:
            return "has a fate, steps or a period out of range"
        state = self.home[0].copy()
        state[np.frombuffer(cut, np.int64)] = 0
        phases = self.machine.circle(self.machine.run(state, length), period)
        if phases is None:
            return f"is not in a state that is back after {period} steps"
        heals = all(any(self._alike(phase, before) for before in self.home) for phase in phases)
        if heals != (fate == "h"):
            return f"{'heals' if heals else 'does not heal'}, which is not what is claimed"
        return None

    def _alike(self, state: Wholes, before: Wholes) -> bool:
        """Tell whether a state looks like another: near in each visible channel, and as solid."""
        near = bool((np.abs(state[:, :4] - before[:, :4]) <= self.margin).all())
        half = 1 << (self.machine.bits - 1)
        return near and np.array_equal(state[:, 3] > half, before[:, 3] > half)


def _check_counts(
    claim: Mapping[str, Any], dealt: list[tuple[int, bytes]], cuts: list[bytes], found: Findings
) -> None:
    """Add up the fates of the wounds of each radius, and compare with what is said of them."""
    fate_of = dict(zip(cuts, claim["fates"], strict=False))  # of those that were followed
    fates: dict[int, str] = {}
    for squared, cut in dealt:
        fates[squared] = fates.get(squared, "") + fate_of.get(cut, "?")
    mine = {
        squared: [len(letters), *(letters.count(letter) for letter in "hfu")]
        for squared, letters in fates.items()
        if "?" not in letters
    }
    said = {
        round(count["radius_cells"] ** 2): [
            count[name] for name in ("num_wounds", "healed", "failed", "undecided")
        ]
        for count in claim["counts"]
    }
    if mine != said:
        found.problems.append(f"{claim['family']}: counts by radius are not those of its fates")


def _wounds(
    family: Mapping[str, Any], machine: Machine, home: Wholes
) -> Iterator[tuple[int, bytes]]:
    """Yield each wound's squared radius, and the cells that it clears as bytes of int64."""
    cells = np.array(list(product(*map(range, machine.space))))
    lives = np.flatnonzero(home.any(1))
    solid = np.flatnonzero(home[:, 3] > 1 << (machine.bits - 1))
    if family["kind"] == "standard":
        quarter = -(-len(solid) // 4)
        for center in cells[solid]:
            far = np.sort(((cells[solid] - center) ** 2).sum(1))[quarter - 1]
            hit = lives[((cells[lives] - center) ** 2).sum(1) <= far]
            yield int(far), hit.astype(np.int64).tobytes()
        return
    if family["kind"] != "balls":
        raise ValueError(f"unknown family {family!r}")
    largest = int(family["max_radius_cells"])
    sums = sorted(
        {
            sum(n * n for n in offset)
            for offset in product(range(largest + 1), repeat=len(machine.space))
        }
    )
    for squared in sums:
        if squared > largest**2:
            break
        for center in cells:
            hit = lives[((cells[lives] - center) ** 2).sum(1) <= squared]
            if len(hit):
                yield squared, hit.astype(np.int64).tobytes()
