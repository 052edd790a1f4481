"""What a rule is trained to do: how samples begin, what they are told, and what is wanted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from voxnca.conditions import Conditions
from voxnca.config import ModelConfig, TrainConfig
from voxnca.defaults import Choices
from voxnca.positions import check_room, positions
from voxnca.wounds import Wound

if TYPE_CHECKING:
    from voxnca.model import NCA
    from voxnca.parts import Parts
    from voxnca.quality import Quality
    from voxnca.steering import Steering
    from voxnca.targets import Target


class Wanted(NamedTuple):
    """What some samples are to become.

    Attributes:
        rgba: premultiplied, `(*space, 4)` for all alike or `(n, *space, 4)`.
        num_solid: solid cells of it, for all alike or `(n,)`.
        hidden: what the first hidden channels are to hold in cells that are to live,
            `(*space, A)` or `(n, *space, A)`; None for whatever they like.
    """

    rgba: Tensor
    num_solid: int | Tensor
    hidden: Tensor | None = None


def wanted_hidden(model: ModelConfig, config: TrainConfig, space: tuple[int, ...]) -> Tensor | None:
    """Return the positions that cells of a body are to know, `(*space, 3d)`, where any are.

    Raises:
        ArgumentError: for a rule without room for them.
    """
    if not config.hidden_weight:
        return None
    check_room(model)
    return positions(space, config.hidden_period_cells)


class Task(ABC):
    """What a rule is trained to do.

    A sample of the pool carries a row of whole numbers, its **marks**: which goal it has, in
    which layout it lives, and whatever else tells it from the others. What they mean is the
    task's own business.

    Attributes:
        targets: shapes that the rule is to grow, one for each goal; empty for none.
        space: sizes of the training grid.
        num_marks: how many whole numbers a sample carries.
        usual_loss: as high as the loss goes, with samples that have only begun, of a rule that
            does well; for a task in which that says nothing, 0.
    """

    targets: tuple[Target, ...]
    space: tuple[int, ...]
    num_marks: int = 0
    usual_loss: float = 0.0

    @property
    @abstractmethod
    def name(self) -> str:
        """What is learned, for people."""

    @abstractmethod
    def choices(self, config: TrainConfig, fire_rate: float) -> Choices:
        """Return what a recipe says, and by the task what it leaves open."""

    @abstractmethod
    def begin(self, marks: Tensor) -> Tensor:
        """Return the states that samples of such marks `(n, M)` begin as, `(n, *space, C)`."""

    @abstractmethod
    def wanted(self, marks: Tensor) -> Wanted:
        """Return what samples are to become."""

    @abstractmethod
    def wound(self, state: Tensor, marks: Tensor, generator: torch.Generator) -> Wound:
        """Draw a wound for a sample: state `(*space, C)`, marks `(M,)`."""

    @abstractmethod
    def judge(self, model: NCA) -> Parts[Quality | Steering]:
        """Measure the rule from the seed, in parts."""

    def draw(self, count: int, generator: torch.Generator) -> Tensor:  # noqa: ARG002
        """Draw the marks of samples that begin: int64 `(count, M)`."""
        return torch.zeros(count, self.num_marks, dtype=torch.int64)

    def conditions(self, marks: Tensor) -> Conditions:  # noqa: ARG002
        """Return what samples are told."""
        return Conditions()

    def done(
        self,
        states: Tensor,  # noqa: ARG002
        losses: Tensor,
        marks: Tensor,  # noqa: ARG002
        generator: torch.Generator,  # noqa: ARG002
    ) -> Tensor:
        """Return the rows of a batch that are to begin anew, int64: the worst, by its loss."""
        return losses.argmax()[None]

    def change(self, marks: Tensor, generator: torch.Generator) -> Tensor:  # noqa: ARG002
        """Return marks under which some samples live on from now: another goal, other walls."""
        return marks

    def older(self, marks: Tensor) -> Tensor:
        """Return the marks of samples that a rollout went by for."""
        return marks
