"""What is compared: hand-made rules, networks that were taught one, networks that grow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from analysis.distill import Distilled, to_table
from analysis.rules import Rule, find
from analysis.unconditioned import check_unconditioned
from voxnca import NCA
from voxnca.errors import ArgumentError

MAX_SUBJECTS = 12
"""There are 66 pairs of 12, and a page that nobody reads of more."""
_LONGEST, _LONGEST_WORD = 28, 20
"""Letters of a name, which heads columns, and of one that cannot be broken."""


class Kind(StrEnum):
    """What a subject is."""

    HAND_MADE = "hand-made rule"
    LEARNED = "learned rule"
    GROWING = "growing network"


@dataclass(frozen=True, eq=False)
class Subject:
    """One of the things that are compared.

    Attributes:
        name: short, and no other subject's.
        text: as it was typed.
        kind: what it is.
        rule: a hand-made rule, or what a learned one was distilled to; None of what grows.
        model: the network; None of a hand-made rule.
        distilled: how the table of a learned rule was read; None of others.
    """

    name: str
    text: str
    kind: Kind
    rule: Rule | None = None
    model: NCA | None = None
    distilled: Distilled | None = None

    @property
    def num_dims(self) -> int:
        """2 or 3."""
        if self.rule is not None:
            return self.rule.num_dims
        assert self.model is not None
        return self.model.config.num_dims

    @property
    def num_states(self) -> int | None:
        """Of a cell; None where it holds real numbers."""
        return None if self.rule is None else self.rule.num_states

    @property
    def notation(self) -> str:
        """How the rule is written; empty where there is no way to write it."""
        if self.rule is None or self.rule.notation == self.rule.label:
            return ""
        return str(self.rule)


def subjects(items: Iterable[tuple[str, NCA | Rule]]) -> tuple[Subject, ...]:
    """Name what is compared, and read the tables of discrete networks.

    Args:
        items: each as it was typed, and what it is.

    Raises:
        ArgumentError: for none, more than 12, a discrete network whose table is too long, or one
            that has goals or senses.
    """
    found = [_subject(text, item) for text, item in items]
    if not 1 <= len(found) <= MAX_SUBJECTS:
        raise ArgumentError(f"{len(found)} items: a comparison is of 1 to {MAX_SUBJECTS}")
    return tuple(_named_apart(found))


def _subject(text: str, item: NCA | Rule) -> Subject:
    if isinstance(item, Rule):
        entry = find(item)
        name = entry.name if entry else item.name or str(item)
        return Subject(_shortened(name), text, Kind.HAND_MADE, item)
    check_unconditioned(item)
    name = _shortened(item.info.name or Path(text).stem)
    if not item.is_discrete:
        return Subject(name, text, Kind.GROWING, model=item)
    distilled = to_table(item)
    return Subject(name, text, Kind.LEARNED, distilled.rule, item, distilled)


def _shortened(name: str) -> str:
    longest = _LONGEST if " " in name else _LONGEST_WORD
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def _named_apart(found: Sequence[Subject]) -> Iterator[Subject]:
    """Number those that have the same name."""
    same, seen = Counter(subject.name for subject in found), Counter[str]()
    for subject in found:
        seen[subject.name] += 1
        number = f" ({seen[subject.name]})" if same[subject.name] > 1 else ""
        yield replace(subject, name=f"{subject.name}{number}")
