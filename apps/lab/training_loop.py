"""What the training process does: take orders, train, tell."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import Protocol

from torch import from_numpy

from apps.lab.orders import Aim, Begin, Order, Pause, Reopen, Resume, Tune
from apps.lab.pace import Pace
from apps.lab.report import Report, State, Weights
from apps.verdict import verdict
from voxnca import (
    NCA,
    FileError,
    ModelConfig,
    TrainConfig,
    Training,
    TrainingError,
    TrainStep,
    VoxncaError,
    train,
)
from voxnca.parts import Parts
from voxnca.watch import Setback

REPORT_SECONDS = 0.25
WEIGHTS_SECONDS = 0.4
SAVE_SECONDS = 5.0
_SAVE_SHARE = 0.05
"""Saving a large pool takes its time: no more than this share of it all."""
_SMOOTHED_STEPS = 20


class Orders(Protocol):
    """Where orders come from: see `mail.Inbox`."""

    def take(self, *, wait: bool) -> Order | None:
        """Return the next order; None when there is none and nobody waits for it."""


class Reports(Protocol):
    """Where reports go: see `mail.Outbox`."""

    def put(self, report: Report) -> None:
        """Have a report sent."""


class TrainingLoop:
    """Trains while it is told to, and looks for orders between the steps.

    Args:
        orders: what it is told.
        reports: what it tells.
        folder: where it saves its run.
    """

    def __init__(self, orders: Orders, reports: Reports, folder: str | Path) -> None:
        self._orders, self._reports, self._folder = orders, reports, Path(folder)
        self._training: Training | None = None
        self._parts: Parts[TrainStep] | None = None
        self._state = State.IDLE
        self._run = self._begun_at = 0
        self._pace = Pace()
        self._told_at = self._weights_at = self._save_at = 0.0
        self._complained = False
        self._forget()

    def run(self) -> None:
        """Work for ever."""
        while True:
            order = self._orders.take(wait=not self._is_busy)
            if order is None:
                self._iterate()
            else:
                self._follow(order)

    @property
    def _is_busy(self) -> bool:
        return self._state in (State.STARTING, State.TRAINING)

    def _follow(self, order: Order) -> None:
        try:
            self._obey(order)
        except VoxncaError as error:
            self._state = State.FAILED
            if isinstance(order, Begin | Reopen | Aim):
                self._run = order.run
            self._tell(message=str(error), is_error=True)

    def _obey(self, order: Order) -> None:
        match order:
            case Begin(run, rule, weights, target, recipe):
                self._open(train(_rule_of(rule, weights), target, recipe), run, recipe)
            case Reopen(run, recipe):
                self._reopen(run, recipe)
            case Aim(run, target, recipe):
                self._aim(train(self._now.model, target, recipe), run, recipe)
            case Tune(recipe):
                self._tune(recipe)
            case Pause() if self._is_busy:
                self._rest(State.PAUSED)
            case Resume() if not self._is_busy:
                self._resume()

    @property
    def _now(self) -> Training:
        if self._training is None:
            raise VoxncaError("there is no training to go on with; start one")
        return self._training

    def _open(self, training: Training, run: int, recipe: TrainConfig) -> None:
        if run != self._run:
            saved_run(self._folder, self._run).unlink(missing_ok=True)
        self._training, self._run, self._recipe = training, run, recipe
        self._parts = None
        self._begun_at = max(0, training.num_steps - self._budget(recipe))
        self._state = State.STARTING
        self._save_at = perf_counter() + SAVE_SECONDS
        self._weights_at = 0.0
        self._forget()
        self._pace.begin(training.step_index)

    def _reopen(self, run: int, recipe: TrainConfig) -> None:
        """Go on with a saved run, by a recipe that may have been changed since."""
        training = Training.load(saved_run(self._folder, run))
        self._open(training, run, recipe)
        chosen = training.task.choices(recipe, training.model.config.fire_rate)
        wanted = replace(recipe, **chosen._replace(num_steps=training.num_steps)._asdict())
        if wanted != training.config:
            self._go_by(recipe, max(training.num_steps, chosen.num_steps))
        self._resume()

    def _aim(self, training: Training, run: int, recipe: TrainConfig) -> None:
        was_paused = self._state is State.PAUSED
        self._open(training, run, recipe)
        if was_paused:
            self._rest(State.PAUSED)

    def _tune(self, recipe: TrainConfig) -> None:
        """Change the recipe, not whether it trains; the budget is counted from where it began."""
        self._go_by(recipe, self._begun_at + self._budget(recipe))
        self._forget()
        if not self._is_busy:
            self._rest(self._state)

    def _resume(self) -> None:
        """Go on; what is at its end or failed is given another budget, or other chances."""
        spent = self._now.step_index >= self._now.num_steps and self._parts is None
        if spent:
            self._begun_at = self._now.step_index
        if spent or self._state is State.FAILED:
            self._go_by(self._recipe, self._begun_at + self._budget(self._recipe))
        self._state = State.STARTING
        self._pace.begin(self._now.step_index)

    def _go_by(self, recipe: TrainConfig, num_steps: int) -> None:
        self._training, self._parts = self._now.tuned(replace(recipe, num_steps=num_steps)), None
        self._recipe = recipe
        self._save()

    def _budget(self, recipe: TrainConfig) -> int:
        return self._now.task.choices(recipe, self._now.model.config.fire_rate).num_steps

    def _iterate(self) -> None:
        """Do the next part of a step: a whole step, but for those that evaluate."""
        training = self._now
        try:
            if training.step_index < training.num_steps or self._parts:
                self._parts = self._parts or training.step_in_parts()
                next(self._parts)
                return
        except StopIteration as done:
            self._parts = None
            self._note(done.value)
        except TrainingError:
            self._parts = None
            self._give_up()
            return
        if training.step_index >= training.num_steps:
            self._finish()
        elif perf_counter() > self._save_at:
            self._save()

    def _note(self, step: TrainStep) -> None:
        self._state = State.TRAINING
        self._pace.note(step.index)
        self._ious.append(step.iou)
        if step.loss == step.loss:  # a batch that ran away has no loss: NaN
            self._losses.append(step.loss)
            self._history.append((step.index, step.loss))
        if step.setback:
            self._weights_at = 0.0
            self._tell(message=_told(step.setback, step.index))
        elif step.quality or perf_counter() - self._told_at >= REPORT_SECONDS:
            self._tell()

    def _rest(self, state: State, message: str = "", *, is_error: bool = False) -> None:
        """Train no more for now; the last word holds the weights."""
        self._state = state
        self._save()
        self._weights_at = 0.0
        self._tell(message=message, is_error=is_error)

    def _finish(self) -> None:
        quality = self._now.best().info.quality
        told = f": it {verdict(quality)}" if quality else ""
        self._rest(State.DONE, f"Trained for {self._now.step_index} steps{told}.")

    def _give_up(self) -> None:
        self._rest(
            State.FAILED,
            f"Training gave up at step {self._now.step_index + 1}: the weights got lost again and "
            "again, though the rate was halved each time. The last good weights are kept: lower "
            "the learning rate in the recipe, then train on.",
            is_error=True,
        )

    def _tell(self, message: str = "", *, is_error: bool = False) -> None:
        report = Report(self._state, run=self._run, message=message, is_error=is_error)
        if self._training:
            report = self._figures(report, self._training)
        self._reports.put(report)
        self._told_at = perf_counter()
        self._history.clear()

    def _figures(self, report: Report, training: Training) -> Report:
        model = self._shown(training)
        return replace(
            report,
            step_index=training.step_index,
            num_steps=training.num_steps,
            loss=_mean(self._losses),
            iou=_mean(self._ious),
            steps_per_second=self._pace.steps_per_second,
            history=tuple(self._history),
            weights=None if model is None else weights_of(model),
            info=None if model is None else model.info,
            quality=training.quality,
        )

    def _shown(self, training: Training) -> NCA | None:
        """Return the model to send along, if it is time to send one."""
        if self._state is State.DONE:
            return training.best()
        if perf_counter() - self._weights_at < WEIGHTS_SECONDS:
            return None
        self._weights_at = perf_counter()
        shown = _rule_of(training.model.config, weights_of(training.model))
        shown.info = replace(training.model.info, quality=None)  # these weights were not judged
        return shown

    def _save(self) -> None:
        """Save the run; where that fails training goes on, and says so once."""
        began = perf_counter()
        try:
            self._now.save(saved_run(self._folder, self._run))
        except FileError as error:
            if not self._complained:
                self._tell(message=f"This run is not kept safe: {error}", is_error=True)
            self._complained = True
        took = perf_counter() - began
        self._save_at = perf_counter() + max(SAVE_SECONDS, took / _SAVE_SHARE)

    def _forget(self) -> None:
        """Losses of another run or recipe do not compare."""
        self._losses: deque[float] = deque(maxlen=_SMOOTHED_STEPS)
        self._ious: deque[float] = deque(maxlen=_SMOOTHED_STEPS)
        self._history: list[tuple[int, float]] = []


def saved_run(folder: Path, run: int) -> Path:
    """Return where a run is saved."""
    return folder / f"{run}.train.safetensors"


def weights_of(model: NCA) -> Weights:
    """Return a copy of a model's weights that goes through a pipe as it is."""
    return {name: tensor.detach().numpy().copy() for name, tensor in model.state_dict().items()}


def _rule_of(config: ModelConfig, weights: Weights) -> NCA:
    model = NCA(config)
    model.load_state_dict({name: from_numpy(weight) for name, weight in weights.items()})
    return model


def _mean(values: Iterable[float]) -> float:
    return fmean(values) if values else float("nan")


def _told(setback: Setback, step_index: int) -> str:
    return (
        f"At step {step_index} {setback}: back to the last good weights, with new seeds and half "
        "the learning rate. If it happens again, lower the learning rate in the recipe."
    )
