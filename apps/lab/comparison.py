"""A creature beside another: the same grid, the same random numbers, the same wounds."""

from __future__ import annotations

from enum import StrEnum

from analysis.rules import Rule
from apps.lab.opening import fitted
from apps.lab.session import Session
from voxnca import NCA, ArgumentError, VoxncaError


class Rival(StrEnum):
    """What may stand beside a creature, apart from a model."""

    FINISHED = "untrained, given the finished pattern"
    SEED = "untrained, from the seed"


class Comparison:
    """Another rule that lives through the same as the one it is held against.

    Attributes:
        session: the other creature.
        label: what it is, for people.
    """

    def __init__(self, session: Session, label: str) -> None:
        self.session, self.label = session, label

    @classmethod
    def with_untrained(cls, beside: Session, rival: Rival) -> Comparison:
        """Compare with a rule of the same shape that has learned nothing.

        From the seed it never grows, and there is little to wound. Given the finished pattern it
        stands still, and what is cut out of it stays gone.

        Raises:
            ArgumentError: for the finished pattern of a model without a target.
        """
        model = NCA(beside.model.config)
        model.targets = beside.model.targets
        start = "target" if rival is Rival.FINISHED else "seed"
        return cls(_session(model, beside, start), str(rival))

    @classmethod
    def with_model(cls, beside: Session, model: NCA, label: str) -> Comparison:
        """Compare with another model, on the same grid.

        Raises:
            ArgumentError: when it has another dimension, its target does not fit the grid, or its
                states are discrete, so that it cannot begin as the creature does.
        """
        if model.is_discrete:
            raise ArgumentError(
                f"{label} is discrete and grows nothing; compare with one that does"
            )
        if model.config.num_dims != len(beside.space):
            raise ArgumentError(
                f"{label} is {model.config.num_dims}D and the creature {len(beside.space)}D; "
                "compare with one of the same dimension"
            )
        return cls(_session(model, beside, "seed"), label)

    @classmethod
    def with_rule(cls, beside: Session, rule: Rule, label: str) -> Comparison:
        """Compare with another hand-made rule, from the same cells.

        Raises:
            ArgumentError: when it has other dimensions, or lacks states of these cells.
            VoxncaError: when the creature beside is a learned one.
        """
        layout = beside.made.layout
        if rule.num_dims != layout.cells.ndim:
            raise ArgumentError(
                f"{label} is {rule.num_dims}D and what runs {layout.cells.ndim}D; "
                "compare with a rule of the same dimension"
            )
        session = Session(rule.within(None), layout=layout)
        session.set_look(beside.look)
        return cls(session, label)

    def follow(self, num_steps: int) -> None:
        """Take the steps that the creature beside has taken; one that fails stands still."""
        if not self.session.is_learned:
            self.session.step(num_steps)
            return
        for _ in range(num_steps):
            try:
                self.session.step()
            except VoxncaError:  # it says so by what it looks like; the other one goes on
                self.session.reset()
                return


def _session(model: NCA, beside: Session, start: str) -> Session:
    under = None
    if beside.is_learned:  # else the lab says why the two are not compared
        under = fitted(beside.learned.conditions, model, beside.space)
    session = Session(model, space=beside.space, seed=beside.seed, start=start, conditions=under)
    session.set_look(beside.look)
    return session
