"""A rule is learned from what becomes of soups, too; how it is shown is what it is told."""

import numpy as np
import pytest
import torch

from analysis import distill, rollout_learning, rules
from analysis.rollout_learning import RELAXATIONS, RolloutRecipe, learn_from_rollouts
from voxnca import ArgumentError
from voxnca.states import one_hot


@pytest.mark.parametrize("notation", ["Life", "Wireworld", "5766"])
def test_frames_are_what_the_rule_makes_of_a_soup(notation):
    rule = rules.parse(notation)
    run = learn_from_rollouts(rule, RolloutRecipe(num_rollout_steps=3))
    frames = [frame.numpy() for frame in run._frames()]
    assert len(frames) == 4
    for grid in range(len(frames[0])):
        for step in (1, 2, 3):
            expected = rules.step(rule, frames[0][grid], step)
            assert np.array_equal(frames[step][grid], expected)


def test_a_rollout_of_one_step_is_the_same_however_it_is_shown():
    recipes = [RolloutRecipe(num_rollout_steps=1)]
    recipes += [
        RolloutRecipe(
            num_rollout_steps=1, teacher_forcing=False, every_frame=every, relaxation=relaxation
        )
        for every in (True, False)
        for relaxation in RELAXATIONS
    ]
    runs = [learn_from_rollouts(rules.parse("Life"), recipe, num_steps=3) for recipe in recipes]
    losses = [[step.loss for step in run] for run in runs]
    assert all(each == losses[0] for each in losses)


def test_ways_to_show_more_steps_differ():
    rule, losses = rules.parse("Life"), set()
    for forcing, every, relaxation in [
        (True, True, "soft"),
        (False, True, "soft"),
        (False, False, "soft"),
        (False, True, "straight-through"),
    ]:
        recipe = RolloutRecipe(
            num_rollout_steps=3,
            teacher_forcing=forcing,
            every_frame=every,
            relaxation=relaxation,
        )
        losses.add(tuple(step.loss for step in learn_from_rollouts(rule, recipe, num_steps=3)))
    assert len(losses) == 4


@pytest.mark.parametrize("every", [True, False])
def test_left_to_itself_it_is_told_about_all_frames_or_about_the_last(every):
    recipe = RolloutRecipe(
        num_rollout_steps=3, teacher_forcing=False, every_frame=every, relaxation="soft"
    )
    run, twin = (learn_from_rollouts(rules.parse("Life"), recipe, seed=4) for _ in range(2))
    frames = twin._frames()
    state, losses = one_hot(frames[0], 2), []
    for frame in frames[1:]:
        state = twin.model.logits(state).softmax(-1)
        right = state.gather(-1, frame.long()[..., None])
        losses.append(-right.log().mean())
    expected = sum(losses) / 3 if every else losses[-1]
    assert run._loss().item() == pytest.approx(expected.item(), rel=1e-5)


def test_gradients_reach_the_first_step_through_both_relaxations():
    for relaxation in RELAXATIONS:
        logits = torch.randn(2, 5, 3, requires_grad=True)
        recipe = RolloutRecipe(num_rollout_steps=2, relaxation=relaxation)
        relaxed = rollout_learning._relaxed(logits, recipe)
        (gradient,) = torch.autograd.grad(relaxed[..., 0].sum(), logits)
        assert gradient.any()
        assert torch.allclose(relaxed.sum(-1), torch.ones(2, 5))
        if relaxation == "straight-through":
            assert torch.equal(relaxed.argmax(-1), logits.argmax(-1))
            assert torch.allclose(relaxed.max(-1).values, torch.ones(2, 5))


def test_a_rule_is_learned_from_rollouts_with_teacher_forcing():
    rule = rules.parse("Seeds")
    run = learn_from_rollouts(rule, RolloutRecipe(num_rollout_steps=2))
    steps = list(run)
    assert run.is_done
    assert len(steps) < 600
    assert distill.num_wrong(run.best(), rule) == 0


def test_a_recipe_that_makes_no_sense_is_refused():
    with pytest.raises(ArgumentError, match="num_rollout_steps=0"):
        RolloutRecipe(num_rollout_steps=0)
    with pytest.raises(ArgumentError, match="relaxation='hard' is unknown"):
        RolloutRecipe(num_rollout_steps=1, relaxation="hard")
