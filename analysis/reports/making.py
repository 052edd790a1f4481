"""How a comparison was made, so that it can be made again."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any, Self

from voxnca.version import __version__

_LIBRARIES = ("numpy", "scipy", "torch", "scikit-learn", "numba", "networkx")


@dataclass(frozen=True)
class Making:
    """Where figures come from.

    Attributes:
        command: line that makes them again; empty for none.
        date: as it was passed in; empty for none.
        seed: of every random draw.
        quick: whether fewer random rules and wounds were taken.
        num_samples: random rules of each kind beside a distance.
        num_wounds: dealt to each network that grows.
        versions: of voxnca, Python and the libraries that compute.
        duration_seconds: that it took.
    """

    command: str
    date: str
    seed: int
    quick: bool
    num_samples: int
    num_wounds: int
    versions: dict[str, str]
    duration_seconds: float

    @classmethod
    def of(
        cls,
        *,
        command: str,
        date: str,
        seed: int,
        quick: bool,
        num_samples: int,
        num_wounds: int,
        duration_seconds: float,
    ) -> Self:
        """Note what was chosen, and the versions here."""
        here = versions()
        return cls(command, date, seed, quick, num_samples, num_wounds, here, duration_seconds)

    def to_json(self) -> dict[str, Any]:
        """Return it as a dict that `json` can write."""
        return asdict(self)


def versions() -> dict[str, str]:
    """Return the versions here of voxnca, Python and the libraries that compute."""
    here = {"voxnca": __version__, "Python": platform.python_version()}
    return here | {name: version(name) for name in _LIBRARIES}
