"""A certificate as a file: what is claimed of which model, and all it takes to check it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch

from analysis.certificate.fates import EPSILON
from analysis.certificate.following import Ending
from analysis.certificate.identity import model_digest
from analysis.certificate.wound_proof import WoundProof
from voxnca import NCA, FileError, __version__
from voxnca.atomic import write_bytes
from voxnca.evaluation import check_target
from voxnca.quality import iou, rgb_error
from voxnca.trial import Trial

FORMAT = "voxnca-certificate-1"
_VERSIONS = {
    "voxnca": __version__,
    "python": platform.python_version(),
    "torch": torch.__version__.split("+")[0],
    "numpy": np.__version__,
}


@dataclass(frozen=True)
class Home:
    """The grown pattern: what a twin comes to from the seed.

    Attributes:
        steps: from the seed until it is there.
        period: of the states it goes through from then on; 1 is rest.
        num_cells: that live in the first of them.
        iou: lowest with the target, among those states.
        rgb_error: largest, among them.
    """

    steps: int
    period: int
    num_cells: int
    iou: float
    rgb_error: float

    @classmethod
    def of(cls, model: NCA, ending: Ending) -> Self:
        """Hold the states of an ending against the model's target.

        Raises:
            ArgumentError: when it has none.
        """
        placed = Trial.of(model, check_target(model, None)).placed.double()
        phases = ending.phases
        return cls(
            ending.steps,
            len(phases),
            int(phases[0].any(-1).sum()),
            float(iou(phases, placed).min()),
            float(rgb_error(phases, placed).max()),
        )


@dataclass(frozen=True)
class Certificate:
    """What is claimed of a model.

    Attributes:
        model: what it is found by: a shipped model's name, or a file.
        digest: of the model, see `model_digest`.
        state_bits: q, of its integer twin.
        space: sizes of the grid.
        home: the grown pattern that is wounded.
        wounds: what was proven of families of wounds, as `WoundProof.to_json`.
        affine: what was proven of small disturbances of the rule in real numbers, if anything.
        chance: what was proven of the rule that fires at random, if anything.
        epsilon: how near is healed.
        versions: of what made it.
    """

    model: str
    digest: str
    state_bits: int
    space: tuple[int, ...]
    home: Home
    wounds: tuple[Mapping[str, Any], ...]
    affine: Mapping[str, Any] | None = None
    chance: Mapping[str, Any] | None = None
    epsilon: float = EPSILON
    versions: Mapping[str, str] = field(default_factory=lambda: dict(_VERSIONS))

    @classmethod
    def of(
        cls,
        model: NCA,
        proofs: list[WoundProof],
        *,
        name: str | None = None,
        affine: Mapping[str, Any] | None = None,
        chance: Mapping[str, Any] | None = None,
    ) -> Self:
        """Certify what was proven about the twin of a model, which has a target.

        Args:
            model: what the twin was made from, or the twin.
            proofs: of families of wounds, at least one, all of one twin and one grown pattern.
            name: what the model is found by; None is what it calls itself.
            affine: to be noted beside them.
            chance: to be noted beside them.
        """
        first = proofs[0]
        bits = first.twin.config.state_bits
        assert bits is not None
        return cls(
            name or model.info.name,
            model_digest(model),
            bits,
            first.space,
            Home.of(model, first.home),
            tuple(proof.to_json() for proof in proofs),
            affine,
            chance,
        )

    def to_json(self) -> dict[str, Any]:
        """Return what a file holds."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, fields: Any) -> Self:
        """Read what a file holds.

        Raises:
            KeyError, TypeError, ValueError: when it is no certificate.
        """
        if not isinstance(fields, dict) or fields.get("format") != FORMAT:
            raise ValueError(f"its format is not {FORMAT!r}")
        given = {key: value for key, value in fields.items() if key not in ("format", "report")}
        given["space"] = tuple(given["space"])
        given["home"] = Home(**given["home"])
        given["wounds"] = tuple(given["wounds"])
        return cls(**given)


def write_certificate(certificate: Certificate, path: str | Path) -> None:
    """Write a certificate, atomically.

    Raises:
        FileError: when the file cannot be written.
    """
    text = json.dumps(certificate.to_json(), separators=(",", ":"), ensure_ascii=False)
    write_bytes(path, f"{text}\n".encode())


def read_certificate(path: str | Path) -> Certificate:
    """Read a certificate. It is only a claim: `check` tells whether it holds.

    Raises:
        FileError: when the file is missing, damaged or none.
    """
    try:
        return Certificate.from_json(json.loads(Path(path).read_bytes()))
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror}); name a certificate") from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise FileError(
            f"{path}: no certificate ({reason}); make one by voxnca certify MODEL --json FILE"
        ) from error
