"""Which of its goals a rule is told: buttons, and a slider from one to another."""

from __future__ import annotations

from typing import Any

from trame_server.core import Server

from apps.lab.lab import Lab
from apps.viewer.choices import Choice, target_choice
from apps.viewer.driver import Driver
from apps.viewer.panels.panel import Panel, State
from voxnca import ArgumentError, Target


class GoalsPanel(Panel):
    """The goals of the rule that runs, if it has any.

    The slider leads from the goal that was chosen to another, at first the one before it.
    """

    def __init__(self, server: Server, driver: Driver) -> None:
        super().__init__(server, driver)
        self._pair = 0, 1
        self._pictured: tuple[tuple[Target, ...], list[Choice]] = ((), [])
        self.button("set_goal", self._choose)
        self.button("blend_goals", self._blend)
        self.field("goal_other", self._pair_with)

    def shown(self) -> State:
        """Return the goals, and what the creature is told of them."""
        weights = self._weights(self.lab)
        if not weights:
            return {"goals": [], "goal_weights": [], "goal": 0, "goal_other": 1, "goal_share": 0}
        first, other = self._pair_of(weights)
        return {
            "goals": self._choices(self.lab.model.targets, len(weights)),
            "goal_weights": [round(weight, 3) for weight in weights],
            "goal": first,
            "goal_other": other,
            "goal_share": round(100 * weights[other]) if len(weights) > 1 else 0,
        }

    def _weights(self, lab: Lab) -> tuple[float, ...]:
        return lab.session.learned.conditions.goal if lab.session.is_learned else ()

    def _pair_of(self, weights: tuple[float, ...]) -> tuple[int, int]:
        """Return the two goals of the slider: another pair than before only if it must be."""
        told = {k for k, weight in enumerate(weights) if weight}
        if max(self._pair) < len(weights) and told <= set(self._pair):
            return self._pair
        first, *others = sorted(range(len(weights)), key=lambda k: -weights[k])
        return first, others[0] if others else first

    def _choices(self, targets: tuple[Target, ...], count: int) -> list[Choice]:
        if self._pictured[0] is not targets:
            self._pictured = targets, [target_choice(target) for target in targets]
        unnamed: list[Choice] = [{"title": f"goal {k}", "picture": ""} for k in range(count)]
        named = self._pictured[1]
        return [{**choice, "value": k} for k, choice in enumerate(named or unnamed)]

    def _choose(self, lab: Lab, goal: Any) -> None:
        """Tell the creature one goal alone; the slider then leads back to the one before."""
        weights = self._weights(lab)
        _check_goal(goal, weights)
        first, other = self._pair_of(weights)
        self._pair = goal, other if first == goal else first
        lab.helm.aim([float(k == goal) for k in range(len(weights))])

    def _pair_with(self, lab: Lab, other: Any) -> None:
        """Let the slider lead to another goal; what is told of the one before, it gets."""
        weights = self._weights(lab)
        _check_goal(other, weights)
        first, before = self._pair_of(weights)
        if other in (first, before):
            return
        self._tell(lab, (first, other), weights[before])

    def _blend(self, lab: Lab, percent: Any) -> None:
        if isinstance(percent, bool) or not isinstance(percent, int | float):
            raise ArgumentError(f"share={percent!r} must be a number; reload the page")
        pair = self._pair_of(self._weights(lab))
        self._tell(lab, pair, min(max(percent / 100, 0.0), 1.0))

    def _tell(self, lab: Lab, pair: tuple[int, int], share: float) -> None:
        first, other = self._pair = pair
        weights = [0.0] * len(self._weights(lab))
        weights[first] = 1 - share
        weights[other] += share
        lab.helm.aim(weights)


def _check_goal(goal: Any, weights: tuple[float, ...]) -> None:
    known = isinstance(goal, int) and not isinstance(goal, bool) and 0 <= goal < len(weights)
    if not known:
        raise ArgumentError(f"goal={goal!r} must be one of the rule's {len(weights)}")
