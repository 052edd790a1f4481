"""What `voxnca train --certifiable` ends with: whether the pattern rests, and what that proves."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.certificate import StandardWounds, WoundProof, grown_home
from analysis.certificate.affine import spectral_radius
from analysis.certificate.linear import Linearization, find_fixed_point
from analysis.reports.wording import counted, percent
from voxnca import NCA, VoxncaError, to_integer
from voxnca.evaluation import check_target
from voxnca.trial import Trial


def resting(model: NCA) -> Iterator[str]:
    """Yield what was found of a rule that was to come to rest, sentence by sentence.

    It is called certifiable when its integer twin comes to states that repeat; else not.
    """
    space = Trial.of(model, check_target(model, None)).space
    try:
        twin = to_integer(model)
        home = grown_home(twin, space)
    except VoxncaError as error:
        yield f"not certifiable: {error}"
    else:
        rest = "a fixed point" if home.period == 1 else f"a cycle of {home.period} states"
        yield f"certifiable: its integer twin is at {rest} after {counted(home.steps, 'step')}"
        proof = WoundProof(twin, StandardWounds(), space, home)
        for _ in proof.go_on():
            pass
        total = proof.total()
        assert total is not None
        yield (
            f"of all {total.num_wounds:,} standard wounds {total.healed:,} are proven to heal "
            f"({percent(total.share)})"
        )
    yield _in_real_numbers(model, space)


def _in_real_numbers(model: NCA, space: tuple[int, ...]) -> str:
    try:
        exact, state, residual = find_fixed_point(model, space)
        rho = spectral_radius(Linearization.at(exact, state))
    except VoxncaError as error:
        return f"in real numbers there is no fixed point to certify: {error}"
    settles = "so that small disturbances die down" if rho < 1 else "so that some do not die down"
    return (
        f"in real numbers it rests at a fixed point: residual {residual:.1g}, spectral radius "
        f"{rho:.3f}, {settles}"
    )
