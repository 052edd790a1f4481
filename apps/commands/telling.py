"""What `voxnca train` tells: what it is about to do and why, and in the end what to try."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apps.verdict import FAIRLY, WELL
from voxnca import Quality, Training


def plan(training: Training) -> Iterator[str]:
    """Yield what was chosen, line by line, with the reason and the option that chooses else."""
    rule, recipe = training.model.config, training.config
    yield from _of_vines(training) if not training.targets else _of_targets(training)
    if rule.fire_rate == 1:
        firing = (
            "every cell updates in each step, which trains fastest (--fire-rate 0.5: at random)"
        )
    else:
        firing = f"a cell updates with probability {rule.fire_rate:g} in each step"
    yield (
        f"the rule: {rule.num_channels} channels, {rule.hidden_size} hidden units, "
        f"{training.model.num_parameters} parameters; {firing}"
    )
    wounds = round(recipe.damage.start_share * training.num_steps)
    yield (
        f"{training.num_steps} training steps (--preset, --steps); {training.grow_steps} steps to "
        f"grow in (--grow-steps); wounds from step {wounds} on, so that it learns to heal"
    )


def _of_targets(training: Training) -> Iterator[str]:
    for target in training.targets:
        yield f"{target.name}: {_sides(target.size)}, {target.num_solid} solid cells"
    margin = training.config.margin_cells
    yield f"on a grid of {_sides(training.space)}, {margin} free cells round it to grow in"
    task = training.config.task
    if training.model.config.num_goals:
        yield f"{task.change_share:.0%} of the samples get another goal while they live"
    elif task.name == "obstacles":
        yield (
            f"{task.num_layouts} layouts of obstacles; {task.change_share:.0%} of the samples get "
            "another while they live"
        )


def _of_vines(training: Training) -> Iterator[str]:
    task = training.config.task
    yield (
        f"a vine on grids of {_sides(training.space)} (--size), {task.num_layouts} layouts of "
        f"walls; the beacon of {task.change_share:.0%} of the samples moves while they live"
    )


def _sides(size: Sequence[int]) -> str:
    return "x".join(map(str, size))


def advice(quality: Quality, num_steps: int) -> str | None:
    """Say what to try when a rule is not good enough; None when it is."""
    worst = min(quality.grown.iou, quality.regrown_iou, *(s.iou for s in quality.stable))
    if worst >= WELL:
        return None
    late = min(s.iou for s in quality.stable)
    if quality.grown.iou < FAIRLY < late:
        return f"it is not done in {quality.grown.step} steps; try --grow-steps with more"
    return f"training longer may help: --preset thorough, or --steps {2 * num_steps}"
