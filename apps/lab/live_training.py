"""Training while people watch: the process that learns, its settings, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from apps.lab.curve import Curve
from apps.lab.knobs import KNOBS, Settings, restarting
from apps.lab.learner import Learner
from apps.lab.report import Report, State
from voxnca import NCA, ArgumentError, ModelConfig, Target

Listener = Callable[[Report], None]


class LiveTraining:
    """What there is to know and to choose about the training of a lab.

    Attributes:
        settings: of the recipe and of the next rule.
        report: the latest of the present run; None before the first.
        curve: of its loss.
        listen: called, on a thread of the learner's, with every report.
    """

    def __init__(self) -> None:
        self.settings = Settings()
        self.report: Report | None = None
        self.curve = Curve()
        self.listen: Listener | None = None
        self._learner = Learner(self._pass_on)

    @property
    def state(self) -> State:
        """What the run is doing."""
        return self._learner.state

    @property
    def is_on(self) -> bool:
        """Whether a rule learns at this moment, or is about to."""
        return self.state in (State.STARTING, State.TRAINING)

    @property
    def worker_id(self) -> int | None:
        """Number of the training process; None when there is none."""
        return self._learner.pid

    def suit(self, model: ModelConfig) -> None:
        """Set the knobs that make a rule as a rule has them, where its values are in range."""
        usual = Settings.of(model.num_dims)
        try:
            self.settings = replace(
                usual,
                fire_rate=model.fire_rate,
                num_channels=model.num_channels,
                hidden_size=model.hidden_size,
            )
        except ArgumentError:
            self.settings = usual

    def turn(self, name: str, value: Any) -> None:
        """Turn a knob; a run that is under way goes on by it, unless it needs a new rule.

        Raises:
            ArgumentError: for an unknown knob, or a value that it does not have.
        """
        knobs = {knob.name: knob for knob in KNOBS}
        if name not in knobs:
            raise ArgumentError(f"knob={name!r} is unknown; use one of: {', '.join(knobs)}")
        self.settings = replace(self.settings, **{name: value})
        if self._is_open and not knobs[name].restarts_rule:
            self._learner.tune(self.settings.train_config())

    def waiting(self, model: ModelConfig) -> list[str]:
        """Return the labels of the knobs that wait for a new rule."""
        return [knob.label for knob in restarting(model, self.settings)]

    def start(self, model: NCA, target: Target) -> None:
        """Train a rule towards a target; go on with the run there is, if it was only paused."""
        if self.state in (State.PAUSED, State.DIED, State.DONE):
            self._learner.resume()
        elif not self.is_on:
            self.forget()
            self._learner.start(model, target, self.settings.train_config())

    def pause(self) -> None:
        """Let the rule rest, and free the core."""
        self._learner.pause()

    def aim(self, target: Target) -> None:
        """Go on from the present weights towards another target."""
        if self._is_open:
            self._learner.aim(target)
            self.forget()

    def hear(self, report: Report) -> None:
        """Take note of a report, unless its run is over by now."""
        if not self._learner.is_of_now(report):
            return
        self.report = report
        self.curve.extend(report.history)

    def stop(self) -> None:
        """End the run."""
        self._learner.stop()
        self.forget()

    def forget(self) -> None:
        """Begin a new curve."""
        self.report, self.curve = None, Curve()

    def model(self) -> NCA | None:
        """Return the rule as it has learned so far, ready to be saved."""
        return self._learner.model()

    def close(self) -> None:
        """End the process, and remove what it has kept."""
        self._learner.close()

    @property
    def _is_open(self) -> bool:
        return self.state is not State.IDLE

    def _pass_on(self, report: Report) -> None:
        if self.listen is not None:
            self.listen(report)
