"""What is measured of hand-made rules: one of each kind, on a soup."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from analysis.rules.parsing import parse
from analysis.rules.rule import Rule, States


@dataclass(frozen=True)
class RuleCase:
    """A rule, and the torus it runs on.

    Attributes:
        kind: of rule, for people.
        notation: of the rule; a name of the catalogue will do.
        space: sizes of the torus.
        num_steps: that are timed at once, so many that the clock can be trusted.
    """

    kind: str
    notation: str
    space: tuple[int, ...]
    num_steps: int

    @property
    def name(self) -> str:
        """Say what it is."""
        sizes = f"{self.space[0]}{'²' if len(self.space) == 2 else '³'}"
        return f"{self.kind}: {self.notation} {sizes}"

    @property
    def num_cells(self) -> int:
        """Cells of the torus."""
        return prod(self.space)

    def rule(self) -> Rule:
        """Return the rule."""
        return parse(self.notation)

    def soup(self) -> States:
        """Return cells of which each is in any state: uint8 `(*space)`."""
        random = np.random.default_rng(0)
        return random.integers(0, self.rule().num_states, self.space, dtype=np.uint8)


LIFE = RuleCase("two states that count", "B3/S23", (1024, 1024), 256)
RULE_CASES = (
    LIFE,
    RuleCase("hexagonal", "B2/S34H", (1024, 1024), 16),
    RuleCase("von Neumann", "B13/S012V", (1024, 1024), 16),
    RuleCase("Hensel", "B3/S2-i34q", (1024, 1024), 16),
    RuleCase("Generations", "B2/S345/4", (1024, 1024), 16),
    RuleCase("Wireworld", "wireworld", (1024, 1024), 16),
    RuleCase("table of four states", "B2-a3/S12/4", (1024, 1024), 16),
    RuleCase("3D", "4555", (128, 128, 128), 32),
    RuleCase("3D Generations", "4/4/5/M", (128, 128, 128), 8),
)
