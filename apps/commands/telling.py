"""What `voxnca train` tells: what it is about to do and why, and in the end how well it went."""

from __future__ import annotations

from collections.abc import Iterator

from voxnca import Quality, Training
from voxnca.quality import HEAL_STEPS, STANDARD_SHARE

_WELL, _FAIRLY = 0.95, 0.75
"""IoU from which a pattern counts as whole, and as mostly there."""
_LOST = 0.05
"""IoU that a pattern may lose in time and still count as kept."""


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


def verdict(quality: Quality) -> str:
    """Say in a sentence whether a rule grows, keeps and heals its target, with the figures."""
    grown, late = quality.grown, quality.stable[-1]
    lost = grown.iou - min(s.iou for s in quality.stable)
    if grown.iou < _FAIRLY:
        kept = "gets there later" if late.iou >= _FAIRLY else "gets no further"
    else:
        kept = "keeps it" if lost <= _LOST else "does not keep it"
    return (
        f"grows {_how_much(grown.iou)} in {grown.step} steps (IoU {grown.iou:.3f}) and {kept} "
        f"(IoU {late.iou:.3f} at {late.step} steps); of a wound of {STANDARD_SHARE:.0%}, "
        f"{max(quality.healed, 0):.0%} is back after {HEAL_STEPS} steps "
        f"(IoU {quality.regrown_iou:.3f})"
    )


def advice(quality: Quality, num_steps: int) -> str | None:
    """Say what to try when a rule is not good enough; None when it is."""
    worst = min(quality.grown.iou, quality.regrown_iou, *(s.iou for s in quality.stable))
    if worst >= _WELL:
        return None
    late = min(s.iou for s in quality.stable)
    if quality.grown.iou < _FAIRLY < late:
        return f"it is not done in {quality.grown.step} steps; try --grow-steps with more"
    return f"training longer may help: --preset thorough, or --steps {2 * num_steps}"


def _how_much(iou: float) -> str:
    if iou >= _WELL:
        return "its target"
    return "most of its target" if iou >= _FAIRLY else "little of its target"
