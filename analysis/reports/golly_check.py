"""Whether a rule's file does in Golly what the rule does here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from analysis.reports.subject import Subject
from analysis.rules import Automaton, Bounds, Pattern, Rule, States, save_rule
from analysis.rules.golly import is_available, run_file
from analysis.soups import soup
from voxnca import NCA
from voxnca.errors import VoxncaError
from voxnca.states import one_hot, states_of

NUM_STEPS = 100
SPACE = (64, 64)
_BORDERS = {"circular": "torus", "zero": "dead"}


@dataclass(frozen=True)
class GollyCheck:
    """A rule's file, run by Golly's `bgolly` from a soup, held against our own run of it.

    Attributes:
        space: sizes of the grid.
        num_steps: generations.
        num_different: cells that differ at the end; None where it was not run.
        num_different_network: the same against the network that was taught the rule; None where
            there is none, or it was not run.
        reason: why it was not run; empty if it was.
    """

    space: tuple[int, int]
    num_steps: int
    num_different: int | None = None
    num_different_network: int | None = None
    reason: str = ""

    @property
    def sentence(self) -> str:
        """Say it in plain words."""
        if self.num_different is None:
            return f"not verified: {self.reason}"
        grid = " x ".join(map(str, self.space))
        wrong = self.num_different + (self.num_different_network or 0)
        both = "" if self.num_different_network is None else " to table and network"
        found = f"identical{both}" if wrong == 0 else f"{wrong:,} cells differ"
        return f"bgolly: {self.num_steps} generations of a {grid} soup, {found}"

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return {**asdict(self), "sentence": self.sentence}


def verify(subject: Subject, *, seed: int = 0) -> GollyCheck:
    """Write a rule for Golly, and let Golly run it.

    Args:
        subject: with a rule.
        seed: of the soup.
    """
    rule, network = subject.rule, subject.model
    assert rule is not None
    reason = _obstacle(rule)
    if reason:
        return GollyCheck(SPACE, NUM_STEPS, reason=reason)
    # A network whose border is `replicate` has no twin in Golly: the rule alone is run.
    border = "torus" if network is None else _BORDERS.get(network.config.border)
    cells = soup(2 if rule.ages else rule.num_states, SPACE, seed=seed)
    bounds = Bounds(border or "torus", SPACE)
    try:
        theirs = _in_golly(rule, cells, bounds)
    except VoxncaError as error:
        return GollyCheck(SPACE, NUM_STEPS, reason=str(error))
    ours = Automaton(rule.within(bounds), cells).step(NUM_STEPS).cells
    learned = None if network is None or border is None else _by_network(network, cells)
    return GollyCheck(
        SPACE,
        NUM_STEPS,
        int((theirs != ours).sum()),
        None if learned is None else int((theirs != learned).sum()),
    )


def _obstacle(rule: Rule) -> str:
    """Say why Golly cannot judge a rule; nothing if it can."""
    if rule.num_dims != 2:
        return "Golly runs rules of the plane"
    if rule.next_states(np.zeros((1, len(rule.neighborhood.cells)), np.uint8))[0]:
        return "cells are born of nothing (B0), and Golly runs such rules by way of others"
    return "" if is_available() else "bgolly is not installed here"


def _in_golly(rule: Rule, cells: States, bounds: Bounds) -> States:
    corner = tuple(-(n // 2) for n in SPACE)
    with TemporaryDirectory() as folder:
        path = Path(folder, "Compared.rule")
        save_rule(rule.within(None), path)
        end = run_file(path, Pattern(cells, corner), NUM_STEPS, bounds=bounds)
    grid = np.zeros(SPACE, np.uint8)
    starts = [at - first for at, first in zip(end.origin, corner, strict=True)]
    box = tuple(slice(a, a + n) for a, n in zip(starts, end.cells.shape, strict=True))
    grid[box] = end.cells
    return grid


def _by_network(network: NCA, cells: States) -> States:
    state = one_hot(torch.from_numpy(cells), network.config.num_channels)[None]
    with torch.no_grad():
        end = network.grow(state, NUM_STEPS)
    states: States = states_of(end)[0].numpy()
    return states
