"""A rule that has a name: what it does, and who found it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from analysis.rules.reading import read
from analysis.rules.rule import Rgb, Rule


@dataclass(frozen=True)
class Entry:
    """A named rule of the catalogue.

    Attributes:
        name: as its community writes it.
        written: its notation, as it is usually given; empty for a rule that has none.
        what: what it does, in a sentence.
        source: who found it and where it is described, in a sentence.
        aliases: other names.
        colors: of the states, straight sRGB, where there are usual ones.
        states: what the states are called, one each, where they have names.
        make: what makes a rule that has no notation.
    """

    name: str
    written: str
    what: str
    source: str
    aliases: tuple[str, ...] = ()
    colors: tuple[Rgb, ...] | None = None
    states: tuple[str, ...] = ()
    make: Callable[[], Rule] | None = None

    @cached_property
    def rule(self) -> Rule:
        """The rule, which bears the name and the colours."""
        rule = self.make() if self.make else read(self.written)
        return rule.named(self.name, self.colors)
