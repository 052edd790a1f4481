"""Long work, stage by stage: whoever waits for it wants to see what goes on."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Stage:
    """What is done next.

    Attributes:
        index: stages done, from 0.
        total: stages in all.
        doing: what comes now, for people.
    """

    index: int
    total: int
    doing: str


Stages = Generator[Stage, None, T]
"""Yields what comes next, and returns what came of all."""
