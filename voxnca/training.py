"""Training as an iterator: one iteration of the sample pool a step.

The method is that of growing NCA (Mordvintsev et al. 2020) - pool, damage, per-tensor gradient
normalisation - with the schedule that measured best on one core: short rollouts first, longer
ones later, small batches first, and Muon on the weight matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import torch
from torch import Tensor

from voxnca import losses, quality
from voxnca.checkpoint import (
    info_from_json,
    info_to_json,
    model_from_tensors,
    read_tensors,
    targets_from_tensors,
    targets_to_tensors,
    write_tensors,
)
from voxnca.config import ModelConfig, TrainConfig
from voxnca.errors import ArgumentError, FileError, TrainingError
from voxnca.grid import ALIVE_THRESHOLD, ALPHA
from voxnca.model import NCA, ModelInfo
from voxnca.noise import hash32
from voxnca.optimizer import Optimizer, schedule
from voxnca.parts import Parts, finish
from voxnca.pool import SamplePool
from voxnca.quality import Quality
from voxnca.recipes import usual_recipe
from voxnca.rollout import Rollout
from voxnca.steering import Steering
from voxnca.tasks import Wanted, set_task
from voxnca.version import __version__
from voxnca.watch import REMEDY, Setback, Watch, count, weights_of
from voxnca.wounds import apply

if TYPE_CHECKING:
    from voxnca.targets import Target

Judgement = Quality | Steering
"""What an evaluation finds: of a pattern, or of vines."""

_FORMAT = "voxnca-training-2"
_MAX_LOSS = 50.0
_RUNAWAY_LOSS = 2.0
"""An empty grid has a loss of about 0.5; only a grid filled with junk has more than this."""
_MAX_RECOVERIES = 8
_RISE_SHARE = 0.1
"""Of the budget, over which the weight of a loss that is not there at first rises from 0."""
_NEAR_LOSS = 0.06
"""Below this a pattern is near enough to its target to come to rest."""
_NOISY_SHARE = 0.5
_AS_GOOD = 0.01
"""Difference of scores that says little."""
_MARGIN_SHARE = 0.01
"""What it costs that alpha is near the threshold of life, beside unrest."""


@dataclass(frozen=True)
class TrainStep:
    """What one iteration did.

    Attributes:
        index: iterations done, from 1.
        loss: mean RGBA loss of the batch after its rollout.
        state: the batch after its rollout, `(B, *space, C)`.
        num_rollout_steps: length of the rollout.
        learning_rate: share of the peak rate.
        iou: mean IoU of the batch.
        quality: the evaluation from the seed, in iterations that made one of a pattern.
        steering: the same of vines.
        setback: why the weights were given up for the last good ones, in iterations that did.
    """

    index: int
    loss: float
    state: Tensor
    num_rollout_steps: int
    learning_rate: float
    iou: float
    quality: Quality | None
    steering: Steering | None = None
    setback: Setback | None = None

    @property
    def judged(self) -> Judgement | None:
        """The evaluation, of whatever it was, in iterations that made one."""
        return self.quality or self.steering


class Training(Iterator[TrainStep]):
    """A training run: iterate to train; stop, save and resume when you like.

    The model given is trained in place. Every random draw of an iteration comes from a generator
    seeded by `(config.seed, iteration)`, so that a resumed run draws the same.

    Attributes:
        model: the rule, with its weights of now.
        task: what it learns to do.
        config: the recipe, with what it left open filled in.
        space: sizes of the training grid.
        grow_steps: T.
        num_steps: iterations in all.
        step_index: iterations done.
    """

    def __init__(
        self, model: NCA, target: Target | Sequence[Target] | None, config: TrainConfig
    ) -> None:
        if model.config.state_bits is not None:
            raise ArgumentError(
                f"state_bits={model.config.state_bits}: an integer twin cannot be trained; "
                "train the rule it was made from, then voxnca.to_integer(model)"
            )
        self.model = model
        self.task = set_task(model, _several(target), config)
        chosen = self.task.choices(config, model.config.fire_rate)
        self.grow_steps, self.num_steps, self._full_batch = chosen
        self.config = replace(config, **chosen._asdict())
        self.step_index = 0
        self._latest: Judgement | None = None
        self._watch = Watch(model, self.task.usual_loss)
        self._pool = self._new_pool()
        self._optimizer = Optimizer(model, config.optimizer, self.grow_steps)
        self._best_weights = weights_of(model)
        self._best: Judgement | None = None
        model.targets = self.task.targets
        model.info = self._info(None)

    @property
    def space(self) -> tuple[int, ...]:
        """Sizes of the training grid."""
        return self.task.space

    @property
    def targets(self) -> tuple[Target, ...]:
        """What it learns to grow: a shape, or one for each goal; none for a vine."""
        return self.task.targets

    @property
    def quality(self) -> Quality | None:
        """The latest evaluation of a pattern, if any."""
        return self._latest if isinstance(self._latest, Quality) else None

    @property
    def steering(self) -> Steering | None:
        """The latest evaluation of vines, if any."""
        return self._latest if isinstance(self._latest, Steering) else None

    @property
    def batch_size(self) -> int:
        """Rollouts of an iteration, now."""
        early = self._progress() < self.config.early_share
        return min(self._full_batch, self.config.early_batch_size) if early else self._full_batch

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> TrainStep:
        if self.step_index >= self.num_steps:
            raise StopIteration
        return finish(self.step_in_parts())

    def step_in_parts(self) -> Parts[TrainStep]:
        """Do the next iteration, where it evaluates in parts: between them one may pause, or save.

        Call it only while steps are left.
        """
        generator = self._generator()
        places, states, marks = self._draw(generator)
        num_rollout_steps = self._rollout_length(generator)
        scale = schedule(self.step_index, self.num_steps, self.config.optimizer)
        scale *= self._watch.rate
        self._watch.expect(self.step_index)
        wanted = self.task.wanted(marks)
        loss, grown = self._learn(states, marks, wanted, num_rollout_steps, scale)
        self._put_back(places, grown, marks)
        alive = loss is None or bool((grown[..., ALPHA] > ALIVE_THRESHOLD).any())
        setback = self._watch.see(loss, alive=alive)
        if setback:
            self._start_anew(setback)
        self.step_index += 1
        measured = (yield from self._judge()) if self._is_due() else None
        return TrainStep(
            index=self.step_index,
            loss=float("nan") if loss is None else loss,
            state=grown,
            num_rollout_steps=num_rollout_steps,
            learning_rate=scale,
            iou=float(quality.iou(grown, wanted.rgba).mean()),
            quality=measured if isinstance(measured, Quality) else None,
            steering=measured if isinstance(measured, Steering) else None,
            setback=setback,
        )

    def tuned(self, config: TrainConfig) -> Training:
        """Return a run that goes on from here by another recipe; it takes this one's place.

        The weights, the count of steps and the best model stay. So do the pool, unless the grid
        is another (`margin_cells`), and the optimizer's memory, unless the optimizer is another.
        Losses of another recipe do not compare, so the watch over them begins anew, and with it
        the full learning rate. To train for another budget, give more `num_steps`.
        """
        run = Training(self.model, self.targets, config)
        run.step_index = self.step_index
        run._watch.good_weights = self._watch.good_weights
        run._remember(self._best_weights, self._best, self._latest)
        if run.space == self.space and run.config.task == self.config.task:
            run._pool = self._pool.resized(config.pool_size, run._pool)
        if config.optimizer.name == self.config.optimizer.name:
            run._optimizer.load_tensors(self._optimizer.tensors())
        return run

    def best(self) -> NCA:
        """Return a copy of the model that did best when it was evaluated.

        Best is the highest `Quality.score`; where patterns are to come to rest, the latest of those
        that are as good. Before the first evaluation it is the model of now.
        """
        model = NCA(self.model.config)
        weights = self._best_weights if self._best else weights_of(self.model)
        model.load_state_dict(weights)
        model.targets = self.targets
        model.info = self._info(self._best)
        return model

    def save(self, path: str | Path) -> None:
        """Write all it takes to resume exactly, as one safetensors file, atomically.

        Raises:
            FileError: when the file cannot be written.
        """
        tensors = {f"model/{k}": v for k, v in weights_of(self.model).items()}
        tensors |= {f"best/{k}": v for k, v in self._best_weights.items()}
        tensors |= {f"good/{k}": v for k, v in self._watch.good_weights.items()}
        tensors |= {f"optimizer/{k}": v for k, v in self._optimizer.tensors().items()}
        tensors |= {"pool": self._pool.states, **targets_to_tensors(self.targets)}
        if self.task.num_marks:
            tensors["marks"] = self._pool.marks
        write_tensors(
            path,
            tensors,
            {
                "format": _FORMAT,
                "model_config": self.model.config.to_json(),
                "targets": [target.name for target in self.targets],
                "info": info_to_json(self._info(self._best)),
                "step_index": self.step_index,
                "watch": self._watch.to_json(),
                "latest_quality": self.quality.to_json() if self.quality else None,
                "latest_steering": self.steering.to_json() if self.steering else None,
            },
        )

    @classmethod
    def load(cls, path: str | Path) -> Training:
        """Read a saved training; it goes on as if it had never stopped.

        Raises:
            FileError: when the file is missing, damaged or not a training.
        """
        tensors, fields = read_tensors(path, _FORMAT)
        try:
            return cls._restore(tensors, fields)
        except (LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
            reason = " ".join(str(error).split())
            raise FileError(f"{path}: damaged training file ({reason}); start afresh") from error

    @classmethod
    def _restore(cls, tensors: dict[str, Tensor], fields: dict[str, Any]) -> Training:
        info = info_from_json(fields["info"])
        if info.recipe is None:
            raise ValueError("no recipe")
        config = ModelConfig.from_json(fields["model_config"])
        model = model_from_tensors(config, _group(tensors, "model/"))
        names = fields["targets"] if "targets" in fields else [fields["target"]]
        training = cls(model, targets_from_tensors(tensors, names), info.recipe)
        training._pool = training._read_pool(tensors)
        training._optimizer.load_tensors(_group(tensors, "optimizer/"))
        best = weights_of(model_from_tensors(config, _group(tensors, "best/")))
        quality, steering = fields["latest_quality"], fields.get("latest_steering")
        latest = Quality.from_json(quality) if quality else None
        vines = Steering.from_json(steering) if steering else None
        training._remember(best, info.quality or info.steering, latest or vines)
        training.step_index = count(fields["step_index"])
        good = model_from_tensors(config, _group(tensors, "good/"))
        training._watch.restore(fields["watch"], weights_of(good))
        return training

    def _new_pool(self) -> SamplePool:
        """Return a pool of samples that begin."""
        generator = torch.Generator().manual_seed(self.config.seed)
        marks = self.task.draw(self.config.pool_size, generator)
        return SamplePool(self.task.begin(marks), marks)

    def _read_pool(self, tensors: dict[str, Tensor]) -> SamplePool:
        """Return the pool of a saved run."""
        ours, states = self._pool, tensors["pool"]
        marks = tensors.get("marks", ours.marks)
        same = states.shape == ours.states.shape and states.dtype == torch.float32
        if not same or not states.isfinite().all():
            raise ValueError(f"the pool is not finite float32 of shape {tuple(ours.states.shape)}")
        if marks.shape != ours.marks.shape or marks.dtype != torch.int64:
            raise ValueError(f"the pool's marks are not int64 of shape {tuple(ours.marks.shape)}")
        if (marks < 0).any():
            raise ValueError("the pool's marks are not all from 0 on")
        self.task.wanted(marks)  # reads them all
        return SamplePool(states, marks)

    def _remember(
        self, weights: dict[str, Tensor], best: Judgement | None, latest: Judgement | None
    ) -> None:
        """Take over what an earlier part of the run was judged to be."""
        self._best_weights, self._best, self._latest = weights, best, latest
        if best:
            self.model.info = self._info(best)

    def _progress(self) -> float:
        return self.step_index / self.num_steps

    def _risen(self, start_share: float = 0.0) -> float:
        """Return how far a weight has risen that rises from a share of the budget on."""
        return min(1.0, max(0.0, (self._progress() - start_share) / _RISE_SHARE))

    def _generator(self) -> torch.Generator:
        drawn = hash32(self.config.seed, self.step_index, 0, 0, 0, 0)
        return torch.Generator().manual_seed(drawn)

    def _draw(self, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Draw a batch: some samples begin anew, the best are wounded, some get to live otherwise.

        Returns:
            Places `(B,)` in the pool, states `(B, *space, C)` and marks `(B, M)`.
        """
        count = self.batch_size
        places, states, marks = self._pool.draw(count, generator)
        each = self._losses(states, self.task.wanted(marks))
        fresh = self.task.done(states, each, marks, generator)
        marks[fresh] = self.task.draw(len(fresh), generator)
        states[fresh] = self.task.begin(marks[fresh])
        going_on = torch.ones(count, dtype=torch.bool)
        going_on[fresh] = False
        if self._progress() >= self.config.damage.start_share:
            share = self.config.damage.batch_share * int(going_on.sum())
            num_hurt = int(share + float(torch.rand((), generator=generator)))
            order = each.argsort(descending=True)
            hurt = order[going_on[order]]
            for row in hurt[len(hurt) - num_hurt :].tolist():
                wound = self.task.wound(states[row], marks[row], generator)
                states = apply(states, wound, sample=row)
            going = hurt[: len(hurt) - num_hurt]
            self._disturb(states, going, generator)
        if self._progress() >= self.config.task.change_start_share:
            marks[going_on] = self.task.change(marks[going_on], generator)
        return places, states, marks

    def _rollout_length(self, generator: torch.Generator) -> int:
        config = self.config.rollout
        ramp = min(1.0, self._progress() / config.ramp_share) if config.ramp_share else 1.0
        low, high = (
            max(config.min_steps, round(self.grow_steps * (early + (late - early) * ramp)))
            for early, late in zip(config.early, config.late, strict=True)
        )
        drawn = int(torch.randint(low, max(low, high) + 1, (), generator=generator))
        return round(drawn * self.model.config.fire_rate / self._fire_rate())

    def _learn(
        self, states: Tensor, marks: Tensor, wanted: Wanted, num_steps: int, scale: float
    ) -> tuple[float | None, Tensor]:
        """Roll out, and step the weights; a runaway batch gives no loss and moves nothing."""
        self._optimizer.zero_grad()
        grown = self._rollout(states, marks, num_steps, self._fire_rate()).state()
        error = self._losses(grown, wanted).mean()
        overflow = losses.overflow(grown, wanted.num_solid).mean()
        overgrowth = losses.overgrowth(grown, wanted.rgba, wanted.num_solid).mean()
        loss = float(error.detach())
        if not loss < _MAX_LOSS:
            return None, grown.detach()
        penalty = self.config.overflow_weight * overflow
        penalty += (0.5 + self._progress()) * self.config.overgrowth_weight * overgrowth
        hidden = self._hidden_loss(grown, wanted)
        (error + penalty + hidden + self._settle_loss(grown, marks, wanted)).backward()
        if not all(p.grad is None or p.grad.isfinite().all() for p in self.model.parameters()):
            return None, grown.detach()
        self._optimizer.step(scale)
        return loss, grown.detach()

    def _rollout(self, states: Tensor, marks: Tensor, num_steps: int, fire_rate: float) -> Rollout:
        told = self.task.conditions(marks)
        return self.model.rollout(
            states,
            seed=self.config.seed,
            goal=told.goal,
            environment=told.environment,
            fire_rate=fire_rate,
            first_sample=self.step_index * len(states),
        ).step(num_steps)

    def _settling(self) -> float:
        """Return how much it counts now that patterns come to rest, from 0 to 1."""
        config = self.config.settle
        return self._risen(config.start_share) if config.weight else 0.0

    def _fire_rate(self) -> float:
        """Return the rate at which this iteration fires."""
        own, settle = self.model.config.fire_rate, self.config.settle
        return settle.fire_rate if settle.weight and self.step_index % 2 else own

    def _disturb(self, states: Tensor, rows: Tensor, generator: torch.Generator) -> None:
        """Add noise to the live cells of some samples, in place."""
        config = self.config.settle
        if not self._settling() or not config.noise:
            return
        for row in rows.tolist():
            if float(torch.rand((), generator=generator)) < _NOISY_SHARE:
                live = states[row].any(-1, keepdim=True)
                drawn = torch.randn(states[row].shape, generator=generator)
                states[row] += config.noise * drawn * live

    def _settle_loss(self, grown: Tensor, marks: Tensor, wanted: Wanted) -> Tensor | float:
        """Return what it costs that samples near their targets go on changing."""
        settling, config = self._settling(), self.config.settle
        if not settling:
            return 0.0
        near = self._losses(grown.detach(), wanted) < _NEAR_LOSS
        after = self._rollout(grown, marks, 1, 1.0).state()
        cost = losses.unrest(grown, after, wanted.num_solid)
        if config.margin:
            cost = cost + _MARGIN_SHARE * losses.faltering(grown, config.margin, wanted.num_solid)
        return settling * config.weight * (cost * near).mean()

    def _put_back(self, places: Tensor, grown: Tensor, marks: Tensor) -> None:
        """Keep what grew; a sample that ran away starts anew, since it costs much to step."""
        marks = self.task.older(marks)
        lost = ~(self._losses(grown, self.task.wanted(marks)) < _RUNAWAY_LOSS)
        kept = grown.clone()
        kept[lost] = self.task.begin(marks[lost])
        self._pool.put_back(places, kept, marks)

    def _start_anew(self, setback: Setback) -> None:
        """Go on with new samples, once the watch has gone back to good weights."""
        if self._watch.num_recoveries > _MAX_RECOVERIES:
            raise TrainingError(
                f"training diverged at step {self.step_index + 1}: {setback} although the rate was "
                f"halved {_MAX_RECOVERIES} times; {REMEDY}; best() still holds the last good model"
            )
        self._optimizer = Optimizer(self.model, self.config.optimizer, self.grow_steps)
        self._pool = self._new_pool()

    def _hidden_loss(self, grown: Tensor, wanted: Wanted) -> Tensor | float:
        """Return what hidden channels cost; little at first, when there is no body to hold them."""
        if wanted.hidden is None:
            return 0.0
        error = losses.hidden_loss(grown, wanted.hidden, wanted.rgba, wanted.num_solid).mean()
        return self._risen() * self.config.hidden_weight * error

    def _losses(self, states: Tensor, wanted: Wanted) -> Tensor:
        return losses.rgba_loss(states, wanted.rgba, wanted.num_solid)

    def _is_due(self) -> bool:
        """Spread the evaluations evenly over the second half, the last at the end."""
        half, count = self.num_steps // 2, self.config.evaluations
        done, rest = self.step_index - half, self.num_steps - half
        return done > 0 and done * count // rest > (done - 1) * count // rest

    def _judge(self) -> Parts[Judgement]:
        measured = yield from self.task.judge(self.model)
        self._latest = measured
        # Of models as good as each other the later one rests more, which the score cannot see.
        better = _AS_GOOD if self.config.settle.weight else 0.0
        if self._best is None or measured.score > self._best.score - better:
            self._best, self._best_weights = measured, weights_of(self.model)
            self.model.info = self._info(measured)
        return measured

    def _info(self, measured: Judgement | None) -> ModelInfo:
        return ModelInfo(
            self.task.name,
            self.grow_steps,
            self.config,
            measured if isinstance(measured, Quality) else None,
            __version__,
            steering=measured if isinstance(measured, Steering) else None,
        )


def train(
    model: NCA, target: Target | Sequence[Target] | None, config: TrainConfig | None = None
) -> Training:
    """Begin to train a rule in place; iterate over the result to do it.

    Args:
        model: the rule.
        target: what it is to grow; for a rule with goals one for each; None for a vine, which
            grows to a beacon (`TaskConfig(name="steer")`).
        config: the recipe; None is `voxnca.recipe` for what the model is made for.

    Example:
        >>> for step in train(model, load_target("mushroom", size=16)):  # doctest: +SKIP
        ...     print(step.index, step.loss)

    Raises:
        ArgumentError: for a target of another dimension than the model, or as many targets as
            the rule does not have goals.
        TrainingError: while iterating, when training diverges.
    """
    return Training(model, target, config or usual_recipe(model))


def _several(target: Target | Sequence[Target] | None) -> tuple[Target, ...]:
    if target is None:
        return ()
    return tuple(target) if isinstance(target, Sequence) else (target,)


def _group(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
