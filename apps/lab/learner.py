"""A rule that learns in a process of its own, so that whoever watches it is never kept waiting."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock

from torch import from_numpy

from apps.lab.orders import Aim, Begin, Order, Pause, Reopen, Resume, Tune
from apps.lab.report import Report, State, Weights
from apps.lab.training_loop import saved_run, weights_of
from apps.lab.worker_process import WorkerProcess
from voxnca import (
    NCA,
    ModelConfig,
    ModelInfo,
    Target,
    TrainConfig,
    VoxncaError,
    __version__,
)
from voxnca.defaults import choose
from voxnca.evaluation import check_target

_BUSY = (State.STARTING, State.TRAINING)


@dataclass(frozen=True, eq=False)
class _Pupil:
    """What is known here of the rule that learns."""

    rule: ModelConfig
    weights: Weights
    info: ModelInfo
    target: Target
    recipe: TrainConfig

    def model(self) -> NCA:
        model = NCA(self.rule)
        model.load_state_dict({n: from_numpy(w).clone() for n, w in self.weights.items()})
        model.target, model.info = self.target, self.info
        return model

    def toward(self, target: Target) -> _Pupil:
        grow_steps = choose(self.recipe, target, self.rule.fire_rate).grow_steps
        info = ModelInfo(target.name, grow_steps, self.recipe, None, __version__)
        return replace(self, target=target, info=info)


class Learner:
    """Trains a rule in a process of its own. Call it from one thread at a time.

    No method waits for training. The process is started when it is first needed. It saves its
    run every few seconds, so that when it dies only those are lost.

    Attributes:
        state: what the run is doing, as far as is known.

    Args:
        on_report: called with each report, four a second at most, on a thread that reads them.
    """

    def __init__(self, on_report: Callable[[Report], None]) -> None:
        self._on_report = on_report
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._lock = RLock()
        self._worker: WorkerProcess | None = None
        self._pupil: _Pupil | None = None
        self._last = Report(State.IDLE)
        self._run = 0
        self.state = State.IDLE

    @property
    def pid(self) -> int | None:
        """Number of the training process; None when there is none."""
        return None if self._worker is None else self._worker.pid

    @property
    def folder(self) -> Path:
        """Where the run is saved; made when it is first asked for."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(
                prefix="voxnca-lab-", ignore_cleanup_errors=True
            )
        return Path(self._folder.name)

    def model(self) -> NCA | None:
        """Return a copy of the latest rule, complete to be saved; None before the first start.

        When training is done it is the best evaluated one.
        """
        return None if self._pupil is None else self._pupil.model()

    def is_of_now(self, report: Report) -> bool:
        """Tell whether a report is of the present run, and not on its way since before its end."""
        return self.state is not State.IDLE and report.run == self._run

    def start(self, model: NCA, target: Target, config: TrainConfig) -> None:
        """Train a rule from its present weights, in place of what is trained now.

        Raises:
            ArgumentError: for a target of another dimension than the model.
        """
        check_target(model, target)
        with self._lock:
            pupil = _Pupil(model.config, weights_of(model), ModelInfo(), target, config)
            self._begin(pupil.toward(target))

    def aim(self, target: Target) -> None:
        """Go on from the present weights against another target; what is paused stays so.

        Raises:
            ArgumentError: for a target of another dimension.
            VoxncaError: when there is no training.
        """
        with self._lock:
            pupil = self._known()
            check_target(pupil.model(), target)
            if self.state is State.DIED:
                self._begin(pupil.toward(target))
                return
            self._enter_run(pupil.toward(target))
            if self.state is not State.PAUSED:
                self.state = State.STARTING
            self._send(Aim(self._run, _bare(target), pupil.recipe))

    def tune(self, config: TrainConfig) -> None:
        """Go on from here by another recipe, the count of steps included.

        What is paused or done stays so.

        Raises:
            VoxncaError: when there is no training.
        """
        with self._lock:
            self._pupil = replace(self._known(), recipe=config)
            self._send(Tune(config))

    def pause(self) -> None:
        """Stop after the step at hand, and use no processor; not training, nothing changes."""
        with self._lock:
            if self.state in _BUSY:
                self._send(Pause())

    def resume(self) -> None:
        """Go on: after a pause, after the end for another budget, and after a death.

        Raises:
            VoxncaError: when there is no training.
        """
        with self._lock:
            pupil = self._known()
            if self.state is State.DIED and not saved_run(self.folder, self._run).exists():
                self._begin(pupil)
            elif self.state is State.DIED:
                self._send_to_new(Reopen(self._run, pupil.recipe))
            else:
                self._send(Resume())  # also while it trains: a pause may be on its way
            if self.state not in _BUSY:
                self.state = State.STARTING

    def stop(self) -> None:
        """End the process; `model` still returns what was learned."""
        with self._lock:
            worker, self._worker = self._worker, None
            self.state = State.IDLE
        if worker is not None:
            worker.end()  # without the lock, for which its last report may wait

    def close(self) -> None:
        """End the process and remove what it saved."""
        self.stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _known(self) -> _Pupil:
        if self._pupil is None or self.state is State.IDLE:
            raise VoxncaError("there is no training to go on with; start one")
        return self._pupil

    def _enter_run(self, pupil: _Pupil) -> None:
        self._run += 1
        self._pupil = pupil
        self._last = Report(State.STARTING, run=self._run)

    def _begin(self, pupil: _Pupil) -> None:
        self._enter_run(pupil)
        self.state = State.STARTING
        order = Begin(self._run, pupil.rule, pupil.weights, _bare(pupil.target), pupil.recipe)
        if self._worker is None:
            self._send_to_new(order)
        else:
            self._send(order)

    def _send(self, order: Order) -> None:
        if self._worker is not None:
            self._worker.send(order)

    def _send_to_new(self, order: Order) -> None:
        self._worker = WorkerProcess(str(self.folder), self._take_in, self._mourn)
        self._worker.send(order)

    def _take_in(self, report: Report) -> None:
        """Keep what a report says, and pass it on unless it is of an earlier run."""
        with self._lock:
            if self._pupil is None or not self.is_of_now(report):
                return
            self.state, self._last = report.state, report
            if report.weights is not None and report.info is not None:
                self._pupil = replace(self._pupil, weights=report.weights, info=report.info)
        self._on_report(report)

    def _mourn(self, exit_code: int) -> None:
        with self._lock:
            if self.state is State.IDLE:
                return
            self._worker = None
            self.state = State.DIED
            report = replace(
                self._last,
                state=State.DIED,
                run=self._run,
                steps_per_second=0.0,
                history=(),
                weights=None,
                info=None,
                message=_obituary(exit_code),
                is_error=True,
            )
        self._on_report(report)


def _bare(target: Target) -> Target:
    """Return the target without what it has computed: tensors do not go through a pipe."""
    return replace(target)


def _obituary(exit_code: int) -> str:
    cause = f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
    return (
        f"Training stopped unexpectedly: its process ended ({cause}). The last weights are kept; "
        "resume to train on from the last seconds before."
    )
