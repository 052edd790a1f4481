"""A sentence on how well a rule does."""

from __future__ import annotations

from voxnca import Quality
from voxnca.quality import HEAL_STEPS, STANDARD_SHARE
from voxnca.steering import Reach, Steering

WELL, FAIRLY = 0.95, 0.75
"""IoU from which a pattern counts as whole, and as mostly there."""
_LOST = 0.05
"""IoU that a pattern may lose in time and still count as kept."""


def verdict(quality: Quality) -> str:
    """Say in a sentence whether a rule grows, keeps and heals its target, with the figures."""
    grown, late = quality.grown, quality.stable[-1]
    lost = grown.iou - min(s.iou for s in quality.stable)
    if grown.iou < FAIRLY:
        kept = "gets there later" if late.iou >= FAIRLY else "gets no further"
    else:
        kept = "keeps it" if lost <= _LOST else "does not keep it"
    return (
        f"grows {_how_much(grown.iou)} in {grown.step} steps (IoU {grown.iou:.3f}) and {kept} "
        f"(IoU {late.iou:.3f} at {late.step} steps); of a wound of {STANDARD_SHARE:.0%}, "
        f"{max(quality.healed, 0):.0%} is back after {HEAL_STEPS} steps "
        f"(IoU {quality.regrown_iou:.3f})"
    )


def steered(steering: Steering) -> str:
    """Say in a sentence how many vines reach their beacon, and what they bear."""
    told = f"reaches its beacon in {_share(steering.grown)} of layouts"
    ratio = steering.median_ratio
    if ratio is not None:
        told += f" by a way {ratio:.3f} times the shortest"
    feats = [("after the beacon moved", steering.moved)]
    if steering.cut is not None:
        feats.append(("after a cut", steering.cut))
    if steering.late is not None:
        feats.append(("500 steps later", steering.late))
    return f"{told}; in " + ", ".join(f"{_share(reach)} {when}" for when, reach in feats)


def _share(reach: Reach) -> str:
    return f"{reach.share:.1%}"


def _how_much(iou: float) -> str:
    if iou >= WELL:
        return "its target"
    return "most of its target" if iou >= FAIRLY else "little of its target"
