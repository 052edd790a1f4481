"""Watches a training run for weights that got lost, and remembers good ones to go back to."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from math import inf, isfinite
from typing import Any

from torch import Tensor

from voxnca.model import NCA

_MAX_RUNAWAYS = 5
"""Of the rollouts between two looks: more that run away mean that the weights are to blame."""
_LOOK_EVERY = 25
_GOOD_SHARE, _LOST_SHARE = 1.5, 4.0
"""Weights are worth going back to while the loss is within this of the lowest so far, and lost
when it is beyond that: wounds alone raise it less."""
_MAX_DEAD = 20
"""Batches in a row without a live cell: no gradient leads out of that."""

REMEDY = "lower optimizer.learning_rate and optimizer.muon_learning_rate"


class Setback(StrEnum):
    """Why weights are given up for the last good ones, in words that end a sentence."""

    RAN_AWAY = "rollouts ran away (values without bound)"
    LOSS_ROSE = "the loss rose far above its lowest"
    DIED_OUT = "no cell was left alive in any rollout"


class Watch:
    """What a run's losses say about its weights.

    Attributes:
        num_recoveries: how often the weights were given up.
        good_weights: those to go back to.

    Args:
        model: the rule in training.
        usual_loss: as high as losses go without any harm; what is lower is as good.
    """

    def __init__(self, model: NCA, usual_loss: float = 0.0) -> None:
        self._usual_loss = usual_loss
        self.num_recoveries = 0
        self.good_weights = weights_of(model)
        self._model = model
        self._candidate: dict[str, Tensor] | None = None
        self._num_runaways = self._num_dead = 0
        self._loss = self._lowest_loss = inf

    @property
    def rate(self) -> float:
        """Share of the learning rate to go on at: half as much after each recovery."""
        return 0.5**self.num_recoveries

    def expect(self, step_index: int) -> None:
        """Note the weights before an iteration moves them: it is of these that its loss tells."""
        looking = step_index % _LOOK_EVERY == 0
        self._candidate = weights_of(self._model) if looking else None

    def see(self, loss: float | None, *, alive: bool = True) -> Setback | None:
        """Take note of how the iteration went.

        Args:
            loss: of its batch; None for a rollout that ran away.
            alive: whether a live cell is left in the batch.

        Returns:
            Why the weights got lost, if they did; the model has the last good ones again then.
        """
        if loss is None:
            self._num_runaways += 1
        else:
            self._loss = loss if self._loss == inf else 0.9 * self._loss + 0.1 * loss
        self._num_dead = 0 if alive else self._num_dead + 1
        setback = self._setback(looking=self._candidate is not None)
        if setback:
            self._go_back()
        elif self._candidate:
            self._look(self._candidate, inf if loss is None else loss)
        return setback

    def _setback(self, *, looking: bool) -> Setback | None:
        if self._num_runaways > _MAX_RUNAWAYS:
            return Setback.RAN_AWAY
        if self._num_dead >= _MAX_DEAD:
            return Setback.DIED_OUT
        lowest = max(self._lowest_loss, self._usual_loss)
        lost = looking and _LOST_SHARE * lowest < self._loss < inf
        return Setback.LOSS_ROSE if lost else None

    def _go_back(self) -> None:
        self.num_recoveries += 1
        self._model.load_state_dict(self.good_weights)
        self._num_runaways = self._num_dead = 0
        self._loss = inf

    def _look(self, candidate: dict[str, Tensor], loss: float) -> None:
        """Keep the weights that this loss tells of when they are good."""
        self._lowest_loss = min(self._lowest_loss, self._loss)
        sound = self._num_runaways == self._num_dead == 0
        lowest = max(self._lowest_loss, self._usual_loss)
        if sound and max(loss, self._loss) <= _GOOD_SHARE * lowest:
            self.good_weights = candidate
        self._num_runaways = 0

    def to_json(self) -> dict[str, Any]:
        """Return all but the weights as a dict that `json` can write."""
        return {
            "num_recoveries": self.num_recoveries,
            "num_runaways": self._num_runaways,
            "num_dead": self._num_dead,
            "loss": self._loss if isfinite(self._loss) else None,
            "lowest_loss": self._lowest_loss if isfinite(self._lowest_loss) else None,
        }

    def restore(self, fields: Mapping[str, Any], good_weights: dict[str, Tensor]) -> None:
        """Take back what `to_json` gave, and the good weights.

        Raises:
            KeyError, TypeError, ValueError: when the fields are not those.
        """
        self.num_recoveries = count(fields["num_recoveries"])
        self._num_runaways = count(fields["num_runaways"])
        self._num_dead = count(fields.get("num_dead", 0))  # older files do not count them
        losses = fields["loss"], fields["lowest_loss"]
        self._loss, self._lowest_loss = (inf if x is None else float(x) for x in losses)
        self.good_weights = good_weights


def weights_of(model: NCA) -> dict[str, Tensor]:
    """Return a copy of a model's weights."""
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}


def count(value: object) -> int:
    """Return a field that must be a whole number from 0 on.

    Raises:
        ValueError: when it is none.
    """
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is not a count")
    return value
