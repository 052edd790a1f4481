"""Training: its buttons, its curve, its recipe."""

from __future__ import annotations

from math import isnan
from typing import Any

from trame_server.core import Server

from apps.lab.knobs import KNOBS
from apps.lab.lab import Lab
from apps.viewer.driver import Driver
from apps.viewer.panels.panel import Panel, State


class LearningPanel(Panel):
    """Train, rest, start afresh; the loss as it falls; the knobs of the recipe."""

    def __init__(self, server: Server, driver: Driver) -> None:
        super().__init__(server, driver)
        self.button("train", Lab.train)
        self.button("rest", Lab.rest)
        self.button("start_afresh", Lab.start_afresh)
        self.button("turn_knob", _turn)

    def shown(self) -> State:
        """Return how far training is."""
        training = self.lab.training
        report = training.report
        return {
            "learning": str(training.state),
            "learn_step": report.step_index if report else 0,
            "learn_steps": report.num_steps if report else 0,
            "learn_loss": _figure(report.loss, 4) if report else "",
            "learn_iou": _figure(report.iou, 3) if report else "",
            "learn_rate": f"{report.steps_per_second:.1f}" if report else "",
            "learn_curve": training.curve.points,
            "knobs": [_shown_knob(knob, training.settings) for knob in KNOBS],
            "knobs_waiting": self.lab.waiting_knobs(),
        }


def _figure(value: float, num_digits: int) -> str:
    """Write a number; before the first step there is none."""
    return "" if isnan(value) else f"{value:.{num_digits}f}"


def _shown_knob(knob: Any, settings: Any) -> State:
    return {
        "name": knob.name,
        "label": knob.label,
        "explanation": knob.explanation,
        "low": knob.low,
        "high": knob.high,
        "step": knob.step,
        "is_switch": bool(knob.choices),
        "restarts": knob.restarts_rule,
        "value": getattr(settings, knob.name),
    }


def _turn(lab: Lab, name: str, value: float) -> None:
    lab.turn(name, value)
