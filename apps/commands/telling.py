"""What `voxnca train` tells: what it is about to do and why, and in the end what to try."""

from __future__ import annotations

from collections.abc import Iterator

from apps.verdict import FAIRLY, WELL
from voxnca import Quality, Training


def plan(training: Training) -> Iterator[str]:
    """Yield what was chosen, line by line, with the reason and the option that chooses else."""
    target, rule, recipe = training.target, training.model.config, training.config
    sides, grid = ("x".join(map(str, size)) for size in (target.size, training.space))
    yield (
        f"{target.name}: {sides}, {target.num_solid} solid cells; on a grid of {grid}, "
        f"{recipe.margin_cells} free cells round it to grow in"
    )
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


def advice(quality: Quality, num_steps: int) -> str | None:
    """Say what to try when a rule is not good enough; None when it is."""
    worst = min(quality.grown.iou, quality.regrown_iou, *(s.iou for s in quality.stable))
    if worst >= WELL:
        return None
    late = min(s.iou for s in quality.stable)
    if quality.grown.iou < FAIRLY < late:
        return f"it is not done in {quality.grown.step} steps; try --grow-steps with more"
    return f"training longer may help: --preset thorough, or --steps {2 * num_steps}"
