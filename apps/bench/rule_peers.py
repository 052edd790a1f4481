"""Other people's engines for Life, where they are installed, each at the same soup.

Golly's command line is in Debian's package `golly`. CellPyLib comes by `pip install cellpylib`,
and brings matplotlib. Neither is needed for anything but to be measured here.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from analysis.rules.bounds import Bounds
from analysis.rules.evolution import cropped, evolve
from analysis.rules.files.rle import parse_rle, write_rle
from analysis.rules.pattern import Pattern
from analysis.rules.rule import Rule, States
from apps.bench.rule_cases import LIFE
from voxnca.errors import VoxncaError

_SMALL = (64, 64)
"""CellPyLib's torus: it takes as long for each cell on any, and seconds on a large one."""


@dataclass(frozen=True)
class Peer:
    """Another engine; how long it takes to start is not to be measured.

    Attributes:
        name: of the engine.
        needs: what must be installed, a program or a package.
        num_cells: of the soup that it is given.
        num_steps: fewer and more: the time between them is that of the steps between them.
        work: takes steps from the soup.
        result: does so and returns what comes of it, cropped to the live cells.
        expected: the same by voxnca.
    """

    name: str
    needs: str
    num_cells: int
    num_steps: tuple[int, int]
    work: Callable[[int], object]
    result: Callable[[int], States]
    expected: Callable[[int], States]

    @property
    def is_installed(self) -> bool:
        """Tell whether it is there."""
        return bool(shutil.which(self.needs) or find_spec(self.needs))


def peers(folder: Path) -> tuple[Peer, ...]:
    """Return all of them.

    Args:
        folder: where Golly's files may be written.
    """
    life, soup = LIFE.rule(), LIFE.soup()
    torus = life.within(Bounds("torus", LIFE.space))
    small = soup[: _SMALL[0], : _SMALL[1]]
    small_life = life.within(Bounds("torus", small.shape))

    def ours(rule: Rule, cells: States) -> Callable[[int], States]:
        origin = tuple(-(n // 2) for n in cells.shape)
        return lambda num_steps: evolve(rule, Pattern(cells, origin), num_steps).cells

    def cellpylib(num_steps: int) -> States:
        return run_cellpylib(small, num_steps)

    def quicklife(rule: Rule, where: str, steps: tuple[int, int]) -> Peer:
        name = f"QuickLife, steps {steps[0]} to {steps[1]} {where}"
        golly = Golly(soup, rule, folder)
        return Peer(name, "bgolly", soup.size, steps, golly.run, golly.result, ours(rule, soup))

    same = ours(small_life, small)
    return (
        Peer("CellPyLib", "cellpylib", small.size, (1, 9), cellpylib, cellpylib, same),
        quicklife(life, "on the plane", (20, 1020)),
        quicklife(torus, "on a torus", (20, 220)),
    )


class Golly:
    """Golly's QuickLife on a soup.

    Args:
        soup: uint8 `(H, W)`.
        rule: with bounds or without.
        folder: where files may be written.
    """

    def __init__(self, soup: States, rule: Rule, folder: Path) -> None:
        name = "torus" if rule.bounds else "plane"
        self._soup, self._result = folder / f"{name}.rle", folder / f"{name}-result.rle"
        origin = tuple(-(n // 2) for n in soup.shape)
        self._soup.write_text(write_rle(Pattern(soup, origin, rule=str(rule))))
        self._bounded = rule.bounds is not None

    def run(self, num_steps: int, *options: str) -> None:
        """Take steps.

        Raises:
            VoxncaError: when Golly fails.
        """
        at_once = 1 if self._bounded else num_steps  # it joins the edges after each call
        command = [
            *(shutil.which("bgolly") or "bgolly", "-q", "-q", "-a", "QuickLife"),
            *("-m", str(num_steps), "-i", str(at_once), *options, str(self._soup)),
        ]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
        if done.returncode:
            raise VoxncaError(f"bgolly fails with exit code {done.returncode}")

    def result(self, num_steps: int) -> States:
        """Take steps and return what comes of them, which Golly takes long to write."""
        self.run(num_steps, "-o", str(self._result))
        return cropped(parse_rle(self._result.read_text())).cells


def run_cellpylib(cells: States, num_steps: int) -> States:
    """Let CellPyLib take steps on a torus."""
    library = import_module("cellpylib")
    history = library.evolve2d(
        cells[None].astype(int),
        timesteps=num_steps + 1,
        neighbourhood="Moore",
        apply_rule=library.game_of_life_rule,
    )
    return cropped(Pattern(history[-1].astype(np.uint8))).cells
