"""The lab: a creature, another beside it to compare, a rule in training, and an easel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from analysis.rules import Rule
from apps.lab.comparison import Comparison
from apps.lab.contrast import contrast, num_different
from apps.lab.hand import LEARNED_HANDS, MADE_HANDS, SEEKING_HANDS, Hand
from apps.lab.helm import Helm
from apps.lab.knobs import Settings
from apps.lab.layout import Layout
from apps.lab.live_training import LiveTraining
from apps.lab.look import Look
from apps.lab.moment import Moment
from apps.lab.naming import name_of
from apps.lab.opening import seeks
from apps.lab.pencil import Pencil
from apps.lab.report import State
from apps.lab.session import Cut, Session
from apps.lab.tempo import DEFAULT_SPEED
from apps.lab.tutor import Tutor
from voxnca import NCA, ArgumentError, ModelInfo, Target, TrainConfig, VoxncaError
from voxnca.evaluation import default_grow_steps

if TYPE_CHECKING:
    from apps.lab.easel import Easel
    from apps.lab.hit import Hit
    from apps.lab.report import Report

SETTLING_STEPS = 96
"""A wound is given so many steps to heal before a rule in training grows its creature anew."""
REGROW_SHARE = 2.0
"""A rule in training shows what it has learned from the seed on, every so many times T."""


EASEL_RUNS = 1_000_000
"""An easel's pictures are numbered far from those of any run, so that cameras start anew."""
TOWARDS = " \N{RIGHTWARDS ARROW} "


class Lab:
    """Everything people do in the page. Call it from one thread at a time.

    Attributes:
        session: the creature.
        label: of its model, for people.
        comparison: the creature beside it, if any.
        easel: the target that is being painted, if any.
        training: of the rule.
        hand: what a click does: one of `hands`.
        pencil: what a drawing hand holds.
        helm: steers the creature.
        tutor: explains a cell of the creature.
        remark: what people are to be told of what happened by itself; they clear it.
    """

    def __init__(self, session: Session, label: str = "") -> None:
        self.session = session
        self.label = label or name_of(session.rule)
        self.comparison: Comparison | None = None
        self.easel: Easel | None = None
        self.training = LiveTraining()
        self.hand, self.pencil = self.hands[0], Pencil()
        self.helm = Helm(self._sessions)
        self._suit()
        self.tutor = Tutor()
        self.remark = ""
        self._touched_at = 0
        self._version = self._num_easels = 0

    @property
    def version(self) -> int:
        """Counts every change of what there is to see."""
        beside = self.comparison.session.version if self.comparison else 0
        painted = self.easel.version if self.easel else 0
        return self._version + self.session.version + beside + painted

    @property
    def model(self) -> NCA:
        """The learned rule that runs.

        Raises:
            VoxncaError: when a hand-made one runs.
        """
        return self.session.model

    @property
    def hands(self) -> tuple[Hand, ...]:
        """What a click can do."""
        if not self.session.is_learned:
            return MADE_HANDS
        return SEEKING_HANDS if seeks(self.model) else LEARNED_HANDS

    @property
    def target(self) -> Target:
        """What the rule is to grow.

        Raises:
            VoxncaError: when it has no target.
        """
        if self.session.target is None:
            raise VoxncaError("this rule has no target; choose one to train a model")
        return self.session.target

    def shown(self) -> tuple[Moment, ...]:
        """Return what there is to see: the creature, or two side by side, or the easel."""
        if self.easel is not None:
            return (self.easel.moment(EASEL_RUNS * self._num_easels),)
        if self.comparison is None:
            return (self.session.moment(),)
        beside = self.comparison.session
        if self.session.is_learned:
            return self.session.moment(), beside.moment()
        moment, look = self.session.moment(), self.session.look
        return moment, contrast(beside.made, self.session.made, look, moment.run)

    @property
    def num_different(self) -> int | None:
        """Cells in which two hand-made rules side by side differ; None unless there are two."""
        if self.comparison is None or self.session.is_learned:
            return None
        return num_different(self.session.made, self.comparison.session.made)

    def play(self) -> None:
        """Let the creatures live."""
        self.session.play()

    def pause(self) -> None:
        """Keep them as they are."""
        self.session.pause()

    def advance(self, elapsed_seconds: float) -> int:
        """Take the steps that are due; see `Session.advance`.

        A rule in training shows itself from the seed again and again: what an earlier, worse rule
        left is no fair start for a better one.

        Raises:
            VoxncaError: when a rule ran into values that are not finite, and is not in training.
        """
        if self.easel is not None:
            return 0
        try:
            taken = self.session.advance(elapsed_seconds)
        except VoxncaError:
            if not self.training.is_on:
                raise
            self.remark = "The creature ran away by what the rule knew then: it grows anew."
            self.reset()
            return 1
        if self.comparison is not None:
            self.comparison.follow(taken)
        if taken and self.training.is_on and self._has_shown_itself():
            self.reset()
        return taken

    def step(self) -> None:
        """Pause, and take one step."""
        self.pause()
        self.session.step()
        if self.comparison is not None:
            self.comparison.follow(1)

    def reset(self) -> None:
        """Grow again from the start."""
        self.session.reset()
        self._touched_at = 0
        if self.comparison is not None:
            self.comparison.session.reset()

    def wound(self, cell: Sequence[int], radius_cells: float) -> Cut:
        """Wound the creature at a cell, and its neighbour at the same one."""
        return self._cut(lambda session: session.wound(cell, radius_cells))

    def carve(self, cells: Sequence[Sequence[int]], *, goes_on: bool = False) -> Cut:
        """Carve a stroke along cells; `goes_on` makes it one with the stroke before."""
        radius = self.session.radius_cells
        return self._cut(lambda session: session.stroke(cells, radius, goes_on=goes_on))

    def wound_center(self) -> Cut:
        """Wound the middle of the creature."""
        return self.wound(self.session.central_cell(), self.session.radius_cells)

    def undo(self) -> str:
        """Take back the last touch; return what it was.

        Raises:
            VoxncaError: when there is nothing to take back.
        """
        undone = self.session.undo()
        if self.comparison is not None:
            self.comparison.session.undo()
        return undone

    def plant(self, cell: Sequence[int]) -> None:
        """Plant another seed.

        Raises:
            VoxncaError: when the cell is alive, or off the grid.
        """
        self.session.plant(cell)
        if self.comparison is not None:
            self.comparison.session.plant(cell)
        self._touched_at = self.session.step_index

    def open_easel(self, easel: Easel | None) -> None:
        """Show an easel in place of the creature; None puts it away."""
        self.easel = easel
        self._num_easels += easel is not None
        self._version += 1

    def paint(self, hits: Sequence[Hit], *, goes_on: bool = False) -> None:
        """Touch places of the easel with its brush.

        Args:
            hits: where it was pointed; none begin a stroke all the same.
            goes_on: whether it goes on with the stroke before. Where that one has ended, as by
                an undo that overtook the last of it, nothing is painted.

        Raises:
            VoxncaError: when there is no easel.
        """
        if self.easel is None:
            raise VoxncaError("nothing is being painted; open the easel first")
        if not goes_on:
            self.easel.begin()
        elif not self.easel.in_stroke:
            return
        for hit in hits:
            self.easel.touch(hit)

    def rewind(self, step: int) -> None:
        """Pause, and go back to a step that is kept."""
        self.pause()
        self.session.rewind(step)
        if self.comparison is not None:
            self.comparison.session.rewind(step)

    @property
    def past(self) -> tuple[int, int]:
        """First and last step that `rewind` can show, of all creatures."""
        first, last = self.session.past
        if self.comparison is None:
            return first, last
        other_first, other_last = self.comparison.session.past
        return max(first, other_first), min(last, other_last)

    def open(self, rule: NCA | Rule, label: str = "", layout: Layout | None = None) -> None:
        """Run another rule, from its seed; the training of the one before ends.

        Args:
            rule: learned or hand-made.
            label: for people; by default its name.
            layout: what a hand-made rule starts from; by default a soup.

        Raises:
            ArgumentError: when it cannot run; the one before goes on then.
        """
        before, was_learned = self.hands, self.session.is_learned
        self.session.switch(rule, layout)
        self.training.stop()
        self.label = label or name_of(rule)
        if self.hands != before:
            self.hand = self.hands[0]
        if self.session.is_learned != was_learned:
            self.session.set_speed(DEFAULT_SPEED)  # networks and tables differ by orders
        self._suit()
        self._begin_anew()

    def lay(self, layout: Layout) -> None:
        """Begin anew with the same hand-made rule, from other cells.

        Raises:
            VoxncaError: when they do not fit the rule, or a learned one runs.
        """
        self.session.lay(layout)
        if self.comparison is not None:
            self.comparison.session.lay(layout)
        self.play()

    def fence(self, border: str) -> None:
        """Choose what lies beyond the edge; the cells stay.

        Raises:
            VoxncaError: for an unknown border, or when a learned rule runs.
        """
        self.session.fence(border)
        if self.comparison is not None:
            self.comparison.session.fence(border)

    def draw(self, cells: Sequence[Sequence[int]], *, goes_on: bool = False) -> None:
        """Set cells of a hand-made rule, or empty them: see `Pencil.stroke`.

        Args:
            cells: at least one.
            goes_on: whether it goes on with the stroke before.

        Raises:
            VoxncaError: for a cell off the grid, or when a learned rule runs.
        """
        erases = self.hand is Hand.ERASE
        way, state = self.pencil.stroke(cells, self.session, goes_on=goes_on, erases=erases)
        self.session.draw(way, state, goes_on=goes_on)
        if self.comparison is not None:
            self.comparison.session.draw(way, state, goes_on=goes_on)

    def dip(self, state: int) -> None:
        """Choose the state that is drawn, and draw.

        Raises:
            VoxncaError: for a state that the rule does not have, or when a learned one runs.
        """
        self.pencil.dip(state, self.session)
        self.hand = Hand.DRAW

    def aim(self, target: Target) -> bool:
        """Grow another target from now on: the rule and its training go on from where they are.

        Returns:
            Whether the rule could be kept. One of another dimension cannot, nor one that is told
            goals or senses its environment: a new one begins.
        """
        kept = self.session.is_learned and target.num_dims == self.model.config.num_dims
        if not kept or self.model.config.is_conditioned:
            self._start_afresh(target)
            return False
        before = self.model.target
        self.session.switch(_towards(self.model, target, self.training.settings.train_config()))
        self.training.aim(target)
        if before is None or before.name != target.name:
            self.label = f"{self.label.split(TOWARDS)[0]}{TOWARDS}{target.name}"
        self._begin_anew()
        return True

    def start_afresh(self) -> None:
        """Begin again with a rule that has learned nothing, and the same target."""
        self._start_afresh(self.target)

    def train(self) -> None:
        """Let the rule learn, from now on or again.

        Raises:
            VoxncaError: when it has no target, or is told goals or senses its environment.
        """
        if self.session.is_learned and self.model.config.is_conditioned:
            raise VoxncaError(
                "a rule with goals or senses learns on the command line alone (voxnca train); "
                "choose a target to train a new rule here"
            )
        target = self.target
        if self.training.state is State.IDLE:
            self.label = f"{target.name} (trained here)"
        self.training.start(self.model, target)
        self.easel = None
        self.play()

    def rest(self) -> None:
        """Let training pause; the creature lives on."""
        self.training.pause()

    def learned(self) -> NCA | None:
        """Return the rule as it was trained here so far; None when it was not."""
        return None if self.training.state is State.IDLE else self.training.model()

    def turn(self, name: str, value: Any) -> None:
        """Turn a knob of the recipe; training goes on by it.

        Raises:
            ArgumentError: for an unknown knob, or a value out of its range.
        """
        self.training.turn(name, value)
        self._version += 1

    def waiting_knobs(self) -> list[str]:
        """Return the labels of the knobs that wait for a rule that starts afresh."""
        return self.training.waiting(self.model.config) if self.session.is_learned else []

    def look(self, look: Look) -> None:
        """Show something else of the creatures."""
        self.session.set_look(look)
        if self.comparison is not None:
            self.comparison.session.set_look(look)

    def take_in_hand(self, hand: str) -> None:
        """Choose what a click does.

        Raises:
            ArgumentError: for a hand that the rule that runs has no use for.
        """
        if hand not in self.hands:
            raise ArgumentError(f"hand={hand!r} is unknown; use one of: {', '.join(self.hands)}")
        self.hand = Hand(hand)

    def hear(self, report: Report) -> None:
        """Take over what the rule has learned, unless another has taken its place by now."""
        self.training.hear(report)
        if self.training.report is not report:
            return
        learned = self.training.model() if report.weights is not None else None
        ours = self.session.model.config if self.session.is_learned else None
        if learned is not None and learned.config == ours:
            self.session.adopt(learned)
        self._version += 1

    def compare(self, comparison: Comparison | None) -> None:
        """Show a creature beside this one, both from their start; None ends it.

        Raises:
            VoxncaError: for a learned rule beside a hand-made one.
        """
        if comparison is not None and comparison.session.is_learned != self.session.is_learned:
            raise VoxncaError(
                "a network and a hand-made rule have different cells; compare like with like"
            )
        self.comparison = comparison
        self._version += 1
        self.reset()

    def close(self) -> None:
        """End the training."""
        self.training.close()

    def _sessions(self) -> list[Session]:
        beside = self.comparison
        return [self.session] if beside is None else [self.session, beside.session]

    def _cut(self, deal: Callable[[Session], Cut]) -> Cut:
        """Deal a wound to the creature, and the same to the one beside it."""
        cut = deal(self.session)
        self._touched_at = self.session.step_index
        if self.comparison is not None:
            deal(self.comparison.session)
        return cut

    def _has_shown_itself(self) -> bool:
        step, model = self.session.step_index, self.model
        assert model.target is not None
        grown = model.info.grow_steps or default_grow_steps(model.target, model.config.fire_rate)
        settled = self._touched_at == 0 or step - self._touched_at >= SETTLING_STEPS
        return settled and (step >= REGROW_SHARE * grown or self.session.is_dead)

    def _start_afresh(self, target: Target) -> None:
        training, d = self.training, target.num_dims
        same = self.session.is_learned and d == self.model.config.num_dims
        settings = training.settings if same else Settings.of(d)
        model = NCA(settings.model_config(d))
        model.target = target
        model.info = ModelInfo(recipe=settings.train_config())  # it has the margin of the grid
        self.open(model)
        training.settings = settings

    def _suit(self) -> None:
        """Have at hand what suits the rule."""
        if self.session.is_learned:
            self.training.suit(self.session.model.config)
        else:
            self.pencil.ink = min(self.pencil.ink, self.session.made.rule.num_states - 1)

    def _begin_anew(self) -> None:
        self._touched_at = 0
        self.comparison = None
        self.play()


def _towards(model: NCA, target: Target, recipe: TrainConfig) -> NCA:
    """Return a rule with the same weights and another target."""
    other = NCA(model.config)
    other.load_state_dict(model.state_dict())
    other.target = target
    other.info = ModelInfo(recipe=recipe)  # it has the margin of the grid
    return other
