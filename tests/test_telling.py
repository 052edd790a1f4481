"""What training says is true of the figures."""

import pytest

from apps.commands.telling import advice, plan
from apps.verdict import verdict
from voxnca import NCA, ModelConfig, Quality, TrainConfig, load_target, train
from voxnca.quality import Healing, Snapshot


def judged(grown, late, regrown):
    """Make a quality; a wound took the pattern from `late` to a quarter less."""
    healing = Healing((4, 4), 2.0, iou_before=late, iou_wounded=0.75 * late, iou_healed=regrown)
    snapshots = Snapshot(90, late, 0.01, 0.01), Snapshot(500, late, 0.01, 0.01)
    return Quality(Snapshot(30, grown, 0.01, 0.01), snapshots, (healing,))


@pytest.mark.parametrize(
    ("quality", "said"),
    [
        (
            judged(1.0, 1.0, 0.96),
            ("grows its target in 30", "and keeps it", "84% is back after 96"),
        ),
        (judged(0.9, 0.5, 0.4), ("grows most of its target", "and does not keep it", "20% is")),
        (
            judged(0.1, 0.9, 0.5),
            ("grows little of its target", "and gets there later", "of 25%, 0% is back"),
        ),
    ],
)
def test_a_verdict_says_what_the_figures_are(quality, said):
    sentence = verdict(quality)
    assert all(part in sentence for part in said), sentence
    assert f"IoU {quality.grown.iou:.3f}" in sentence
    assert f"IoU {quality.regrown_iou:.3f}" in sentence


@pytest.mark.parametrize(
    ("quality", "said"),
    [
        (judged(1.0, 1.0, 0.96), None),
        (judged(0.99, 0.99, 0.8), "--steps 3000"),
        (judged(0.5, 0.99, 0.96), "--grow-steps"),
        (judged(0.99, 0.2, 0.96), "--steps 3000"),
    ],
)
def test_advice_is_given_where_it_is_needed(quality, said):
    hint = advice(quality, 1500)
    assert hint is None if said is None else said in hint


@pytest.mark.parametrize("fire_rate", [1.0, 0.25])
def test_the_plan_names_what_was_chosen(fire_rate):
    target = load_target("heart", size=8)
    model = NCA(ModelConfig(num_dims=2, fire_rate=fire_rate))
    training = train(model, target, TrainConfig(num_steps=50))
    told = "\n".join(plan(training))
    sides = "x".join(map(str, target.size))
    assert f"heart: {sides}, {target.num_solid} solid cells" in told
    assert "16 channels, 64 hidden units" in told
    assert f"{sum(p.numel() for p in model.parameters())} parameters" in told
    assert ("every cell updates" if fire_rate == 1 else "probability 0.25") in told
    assert f"50 training steps (--preset, --steps); {training.grow_steps} steps to grow in" in told
    assert "wounds from step 10 on" in told
