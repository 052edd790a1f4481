"""What the lab does, without a page: a creature that runs, is touched and looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray

from analysis.rules import Pattern, Rule
from apps.lab.carving import Stroke, carve, check_shape
from apps.lab.cell_run import CellRun
from apps.lab.clip import Clip
from apps.lab.conditions import Conditions
from apps.lab.discrete import as_made
from apps.lab.layout import Layout
from apps.lab.look import Look
from apps.lab.moment import Moment
from apps.lab.neural_run import NeuralRun
from apps.lab.opening import first_conditions, usual_space
from apps.lab.recording import Recording
from apps.lab.run import Run
from apps.lab.start import Start
from apps.lab.steering import Steering
from apps.lab.tempo import Tempo, checked
from voxnca import NCA, Target, VoxncaError
from voxnca.config import check_seed
from voxnca.errors import ArgumentError
from voxnca.grid import Rows

DEFAULT_RADIUS, MIN_RADIUS, MAX_RADIUS = 4.0, 0.5, 64.0


@dataclass(frozen=True)
class Cut:
    """A wound that was dealt: where, how wide, how many solid voxels it removed, its shape."""

    center: tuple[int, ...]
    radius_cells: float
    num_removed: int
    shape: str = "ball"


class Session:
    """A rule and its run, and everything a viewer can do to them.

    It knows no page and no clock but the one it is given. Call it from one thread at a time.

    Attributes:
        playing: whether `advance` takes steps.
        version: counts every change of what there is to see.

    Args:
        rule: a learned rule or a hand-made one: whatever lives, is played, wounded and looked at
            by the same calls. What only one of them can do raises an error of one line. A learned
            rule of discrete states runs as the hand-made one that it computes.
        space: sizes of the grid; by default the one the rule was trained on.
        seed: of the firing mask; each reset grows the same creature again. Of the soup, if the
            rule is hand-made.
        start: of a learned rule: `seed`, one live cell, or `target`, the finished pattern.
        state: an array to start from instead, as `voxnca grow -o state.npy` writes it; its grid
            is the run's.
        layout: what a hand-made rule starts from; by default a soup, or a
            pattern that ships where soups are dull.
        conditions: that a learned rule starts under; by default its first goal, and no walls, or
            for a rule that seeks a beacon the first layout held out for tests.
        clock: seconds, monotonic.

    Raises:
        ArgumentError: for an unknown start, a start without a target, a grid that is too small
            for the target, a state or layout that does not fit the rule, or a discrete rule
            without an exact table.
    """

    def __init__(
        self,
        rule: NCA | Rule,
        *,
        space: Sequence[int] | None = None,
        seed: int = 0,
        start: str = "seed",
        state: NDArray[np.floating] | None = None,
        layout: Layout | None = None,
        conditions: Conditions | None = None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._seed, self._tempo = check_seed(seed), Tempo(clock)
        self._radius_cells, self._shape = DEFAULT_RADIUS, "ball"
        self._run = self.version = 0
        self.playing = True
        self._look = Look()
        if isinstance(rule, NCA) and rule.is_discrete and layout is None:
            rule, layout = as_made(rule, seed=seed, space=space, state=state)
            state = None
        if isinstance(rule, NCA):
            begin = Start.named(start) if state is None else Start.of_state(state, rule)
            self._grow(rule, begin, space if space is not None else begin.space, conditions)
            return
        if start != "seed" or state is not None:
            raise ArgumentError(f"{rule} is a hand-made rule and has no such start; give a layout")
        self._lay(rule, layout or _first_layout(rule, seed, space))

    @property
    def rule(self) -> NCA | Rule:
        """What runs."""
        return self._life.model if isinstance(self._life, NeuralRun) else self.made.rule

    @property
    def is_learned(self) -> bool:
        """Whether a network runs, and not a hand-made rule."""
        return isinstance(self._life, NeuralRun)

    @property
    def learned(self) -> NeuralRun:
        """The run of a learned rule.

        Raises:
            VoxncaError: when a hand-made one runs.
        """
        if not isinstance(self._life, NeuralRun):
            raise VoxncaError(f"{self.made.rule} is a hand-made rule; choose a model for that")
        return self._life

    @property
    def made(self) -> CellRun:
        """The run of a hand-made rule.

        Raises:
            VoxncaError: when a learned one runs.
        """
        if not isinstance(self._life, CellRun):
            raise VoxncaError("this is a learned rule; choose a hand-made one for that")
        return self._life

    @property
    def model(self) -> NCA:
        """The network that runs.

        Raises:
            VoxncaError: when a hand-made rule runs.
        """
        return self.learned.model

    @property
    def target(self) -> Target | None:
        """What the creature is compared with; a hand-made rule has nothing to grow."""
        return self.learned.target if self.is_learned else None

    @property
    def space(self) -> tuple[int, ...]:
        """Sizes of the grid."""
        return self._life.space

    @property
    def seed(self) -> int:
        """Of the firing mask."""
        return self._seed

    @property
    def rows(self) -> Rows:
        """The cells that may be alive, as they are now; of a learned rule."""
        return self.learned.rollout.rows

    @property
    def step_index(self) -> int:
        """Steps since the start."""
        return self._life.step_index

    @property
    def past(self) -> tuple[int, int]:
        """First and last step that `rewind` can show."""
        return self._life.past.steps

    @property
    def is_rewound(self) -> bool:
        """Whether later steps than the one shown are kept."""
        return self._life.past.is_rewound

    @property
    def is_dead(self) -> bool:
        """Whether no cell lives: nothing grows again but from a seed, planted or by a reset."""
        return self._life.past.now.is_dead

    @property
    def can_undo(self) -> bool:
        """Whether there is a touch to take back."""
        return self._life.can_undo

    @property
    def shape(self) -> str:
        """Of the wounds that a click deals: `ball`, `box`, `half` or `noise`."""
        return self._shape

    @property
    def speed(self) -> float:
        """Steps a second while playing, in [0.1, 10^6]."""
        return self._tempo.speed

    @property
    def radius_cells(self) -> float:
        """Of the wounds that a click deals, in [0.5, 64]."""
        return self._radius_cells

    def set_speed(self, steps_per_second: float) -> None:
        """Choose how many steps a second are taken while playing.

        Raises:
            ArgumentError: outside [0.1, 10^6].
        """
        self._tempo.set_speed(steps_per_second)

    def set_radius(self, radius_cells: float) -> None:
        """Choose how wide the wounds of clicks are.

        Raises:
            ArgumentError: outside [0.5, 64].
        """
        self._radius_cells = checked("radius_cells", radius_cells, MIN_RADIUS, MAX_RADIUS)

    def set_shape(self, shape: str) -> None:
        """Choose the shape of the wounds of clicks: see `carving.carve`.

        Raises:
            ArgumentError: for an unknown one.
        """
        self._shape = check_shape(shape)

    def play(self) -> None:
        """Let `advance` take steps; playing already, nothing changes."""
        self.playing = True

    def pause(self) -> None:
        """Keep `advance` from taking steps; paused already, nothing changes."""
        self.playing = False
        self._tempo.forget()

    @property
    def seconds_to_step(self) -> float:
        """After how many seconds of play the next step is due."""
        return self._tempo.seconds_to_step

    def advance(self, elapsed_seconds: float) -> int:
        """Take the steps that are due after some time of play; none when paused.

        Returns:
            How many steps were taken: fewer than due when the rule cannot keep up.

        Raises:
            VoxncaError: when the rule has run into values that are not finite.
        """
        if not self.playing:
            return 0
        return self._tempo.advance(elapsed_seconds, self.step, swift=self._life.is_swift)

    def step(self, num_steps: int = 1) -> None:
        """Take steps, playing or not; what is kept of the past is the last of them.

        Raises:
            VoxncaError: when the rule has run into values that are not finite, or far too large;
                the creature stays as it was before.
        """
        self.version += 1
        self._life.step(num_steps)

    def reset(self) -> None:
        """Go back to the start; the same run grows again, by the present rule and conditions."""
        life = self._life
        if isinstance(life, NeuralRun):
            self.begin_under(life.conditions)
        else:
            self._begin(CellRun(self.made.rule, self.made.layout))

    def wound(self, center: Sequence[int], radius_cells: float) -> Cut:
        """Cut out what lies round a cell, in the chosen shape.

        Raises:
            ArgumentError: for a centre of another dimension or a negative radius.
            VoxncaError: for a half space when no voxel is left.
        """
        cell = tuple(int(c) for c in center)
        seed = self._life.counts.touches  # the next noise differs, and the same run has the same
        wound = carve(self._shape, cell, radius_cells, body=self._life.body(), seed=seed)
        words = f"wound at {list(cell)}, radius {radius_cells:g}"
        num_removed = self._life.wound(wound, words)
        self.version += 1
        return Cut(cell, radius_cells, num_removed, self._shape)

    def stroke(
        self, cells: Sequence[Sequence[int]], radius_cells: float, *, goes_on: bool = False
    ) -> Cut:
        """Cut out the balls round several cells, as one wound.

        Args:
            cells: that the stroke passes.
            radius_cells: of the balls.
            goes_on: whether it goes on with the stroke before: they are undone together.

        Returns:
            The cut; its centre is the first cell.

        Raises:
            ArgumentError: for no cells, too many, or cells of another dimension.
        """
        stroke = Stroke(tuple(tuple(cell) for cell in cells), radius_cells)
        first = stroke.cells[0]
        num_removed = self._life.wound(stroke, f"stroke from {list(first)}", goes_on=goes_on)
        self.version += 1
        return Cut(first, radius_cells, num_removed, "stroke")

    def plant(self, cell: Sequence[int]) -> None:
        """Put a second seed into a cell.

        Raises:
            ArgumentError: for a cell that is alive or off the grid.
        """
        self.learned.plant(tuple(int(c) for c in cell))
        self.version += 1

    def steer(self, steering: Steering, *, goes_on: bool = False, anyway: bool = False) -> bool:
        """Change what a learned rule is given: its goal, walls, the beacon.

        Args:
            steering: what changes.
            goes_on: whether it goes on with the touch before: they are undone together.
            anyway: count it as a touch even if nothing changes, as it did elsewhere.

        Returns:
            Whether anything has changed.

        Raises:
            ArgumentError: when it cannot be.
            VoxncaError: when a hand-made rule runs.
        """
        life = self.learned
        changes = steering.of(life.conditions, self.space) is not life.conditions
        if changes or anyway:
            life.steer(steering, goes_on=goes_on)
            self.version += 1
        return changes

    def begin_under(self, conditions: Conditions) -> None:
        """Go back to the start of a learned rule, by the present rule and other conditions.

        Raises:
            ArgumentError: when they do not fit the rule or the grid.
            VoxncaError: when a hand-made rule runs.
        """
        life = self.learned
        space, seed = self.space, self._seed
        self._begin(
            NeuralRun(life.model, life.start, space=space, seed=seed, conditions=conditions)
        )

    def draw(self, cells: Sequence[Sequence[int]], state: int, *, goes_on: bool = False) -> None:
        """Put cells of a hand-made rule into a state.

        Args:
            cells: at least one, of the grid.
            state: that the rule has.
            goes_on: whether it goes on with the touch before: they are undone together.

        Raises:
            ArgumentError: for a cell off the grid, or an unknown state.
            VoxncaError: when a learned rule runs.
        """
        places = [tuple(int(c) for c in cell) for cell in cells]
        self.made.draw(places, state, goes_on=goes_on)
        self.version += 1

    def fence(self, border: str) -> None:
        """Choose what lies beyond the edge of a hand-made rule's grid; the cells stay.

        Raises:
            ArgumentError: for an unknown border.
            VoxncaError: when a learned rule runs.
        """
        self.made.fence(border)
        self.version += 1

    def lay(self, layout: Layout) -> None:
        """Begin a new run of the same hand-made rule, from other cells.

        Raises:
            ArgumentError: when they do not fit the rule.
            VoxncaError: when a learned rule runs.
        """
        self._lay(self.made.rule, layout)

    def undo(self) -> str:
        """Go back to just before the last wound, stroke or planted seed; say what it was.

        Raises:
            VoxncaError: when there is none, or too many came after it.
        """
        words = self._life.undo()
        self._tempo.forget()
        self.version += 1
        return words

    def rewind(self, step_index: int) -> None:
        """Show an earlier step, and pause; playing on from it drops what came after.

        Raises:
            ArgumentError: for a step outside `past`.
        """
        self._life.rewind(step_index)
        self.pause()
        self.version += 1

    def adopt(self, model: NCA) -> None:
        """Go on from the present cells by other weights; the target stays.

        Raises:
            ArgumentError: for a rule of another dimension or number of channels.
        """
        self.learned.adopt(model)
        self.version += 1

    def aim(self, target: Target | None) -> None:
        """Compare the creature with another target; no cell changes.

        Raises:
            ArgumentError: for a target of another dimension, or larger than the grid.
        """
        self.learned.aim(target)
        self.version += 1

    def recording(self) -> Recording:
        """Return all that it takes to run this again, up to the step that is shown.

        Raises:
            VoxncaError: when too much has happened to be recorded.
        """
        return Recording.of_run(self.learned)

    def clip(self, first_step: int | None = None, last_step: int | None = None) -> Clip:
        """Return a piece of the past, to be drawn elsewhere: by default all that is kept.

        Raises:
            ArgumentError: when no step of it is kept.
        """
        return Clip.of_past(self._life.past, self.space, first_step, last_step)

    def state(self) -> NDArray[np.float32]:
        """Return the whole state `(1, *space, C)`, to save and to start from again."""
        state: NDArray[np.float32] = self.learned.rollout.state().numpy()
        return state

    def pattern(self) -> Pattern:
        """Return the cells of a hand-made rule, to save as Golly reads them."""
        return self.made.pattern()

    def wound_center(self, radius_cells: float) -> Cut:
        """Cut out what lies round the solid voxel nearest to the creature's centroid.

        Raises:
            VoxncaError: when no voxel is left.
        """
        return self.wound(self.central_cell(), radius_cells)

    def central_cell(self) -> tuple[int, ...]:
        """Return the solid cell nearest to the creature's centroid.

        Raises:
            VoxncaError: when no voxel is left.
        """
        cells = self._life.body().numpy()
        if len(cells) == 0:
            raise VoxncaError("there is no voxel left to wound; reset the creature")
        distance = ((cells - cells.mean(0)) ** 2).sum(1)
        return tuple(cells[int(distance.argmin())].tolist())

    def holds(self, cell: Sequence[int]) -> bool:
        """Tell whether there is anything in a cell."""
        coordinates, values = self.rows
        here = (coordinates[:, 1:] == torch.tensor(tuple(cell))).all(1)
        return bool(values[here].any())

    def switch(self, rule: NCA | Rule, layout: Layout | None = None) -> None:
        """Run another rule: from its seed, on the grid it was trained on, or from a layout.

        Args:
            rule: learned or hand-made.
            layout: what a hand-made rule starts from; by default a soup.

        Raises:
            ArgumentError: when it cannot run; the one before goes on then.
        """
        if isinstance(rule, NCA) and rule.is_discrete and layout is None:
            rule, layout = as_made(rule, seed=self._seed)
        if isinstance(rule, NCA):
            self._grow(rule, Start(), None, None)
        else:
            self._lay(rule, layout or Layout.first(rule, seed=self._seed))

    @property
    def look(self) -> Look:
        """What is shown: what was chosen, as far as the rule that runs has it."""
        return self._look.fitted(self.rule)

    def set_look(self, look: Look) -> None:
        """Choose what is shown of the creature.

        Raises:
            ArgumentError: when the rule that runs has no such thing to show.
        """
        look.check(self.rule)
        self._look = look
        self.version += 1

    def moment(self) -> Moment:
        """Return what there is to see now."""
        return self._life.observe(self.look, self._run)

    def _grow(
        self,
        model: NCA,
        start: Start,
        space: Sequence[int] | None,
        conditions: Conditions | None,
    ) -> None:
        sizes = usual_space(model, space)
        under = conditions or first_conditions(model, sizes)
        self._begin(NeuralRun(model, start, space=sizes, seed=self._seed, conditions=under))
        self._run += 1

    def _lay(self, rule: Rule, layout: Layout) -> None:
        self._begin(CellRun(rule, layout))
        self._run += 1

    def _begin(self, life: Run) -> None:
        self._life = life
        self._tempo.forget()
        self.version += 1


def _first_layout(rule: Rule, seed: int, space: Sequence[int] | None) -> Layout:
    if space is None:
        return Layout.first(rule, seed=seed)
    return Layout.soup(rule, seed=seed, space=space)
