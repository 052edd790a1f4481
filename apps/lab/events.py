"""What happens in a run beside its steps, and the list of it."""

from __future__ import annotations

from dataclasses import dataclass

from apps.lab.steering import Steering
from voxnca import NCA, VoxncaError
from voxnca.wounds import Wound

MAX_EVENTS = 10_000
MAX_ADOPTED = 64
TOO_LONG_LEARNT = (
    "the run learned on the way for too long to be recorded: its weights changed more than "
    f"{MAX_ADOPTED} times; grow again from the seed, then share"
)
TOO_MUCH_HAPPENED = (
    f"more than {MAX_EVENTS:,} things happened in this run, too many to be recorded; "
    "grow again from the seed, then share"
)


@dataclass(frozen=True, eq=False)
class Wounded:
    """A wound or a stroke."""

    step_index: int
    wound: Wound


@dataclass(frozen=True, eq=False)
class Planted:
    """A second seed."""

    step_index: int
    cell: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Adopted:
    """Other weights, as training pushes them."""

    step_index: int
    model: NCA


@dataclass(frozen=True, eq=False)
class Steered:
    """Another goal, a wall or a beacon elsewhere."""

    step_index: int
    steering: Steering


Event = Wounded | Planted | Adopted | Steered


class Log:
    """The events of a run in order, so many of them as a recording may hold."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._trouble: tuple[int, str] | None = None

    def __len__(self) -> int:
        return len(self._events) + (self._trouble is not None)

    def add(self, event: Event) -> None:
        """Add the newest event; beyond the limits only the trouble is kept, which takes no room."""
        if self._trouble is not None:
            return
        adopted = sum(isinstance(e, Adopted) for e in self._events)
        if isinstance(event, Adopted) and adopted >= MAX_ADOPTED:
            self._trouble = len(self._events), TOO_LONG_LEARNT
        elif len(self._events) >= MAX_EVENTS:
            self._trouble = len(self._events), TOO_MUCH_HAPPENED
        else:
            self._events.append(event)

    def cut(self, length: int) -> None:
        """Forget all but the first events."""
        if self._trouble is not None and length <= self._trouble[0]:
            self._trouble = None
        del self._events[length:]

    def first(self, length: int) -> tuple[Event, ...]:
        """Return the first events.

        Raises:
            VoxncaError: when there were more than a recording may hold.
        """
        if self._trouble is not None and length > self._trouble[0]:
            raise VoxncaError(self._trouble[1])
        return tuple(self._events[:length])
