"""Training lowers the loss, resumes exactly, keeps the best, and fails in one line."""

import itertools
import math

import numpy as np
import pytest
import torch

from voxnca import (
    NCA,
    ArgumentError,
    DamageConfig,
    FileError,
    ModelConfig,
    OptimizerConfig,
    Quality,
    RolloutConfig,
    Target,
    TrainConfig,
    Training,
    TrainingError,
    load_target,
    seed,
    train,
)
from voxnca.checkpoint import read_tensors, write_tensors
from voxnca.evaluation import default_grow_steps
from voxnca.losses import rgba_loss
from voxnca.quality import Healing, Snapshot
from voxnca.watch import Setback, weights_of

HEART = load_target("heart", size=8)


def newborn(num_dims=2, **fields):
    """Make a small untrained rule."""
    sizes = {"num_channels": 8, "hidden_size": 24, "fire_rate": 1.0}
    return NCA(ModelConfig(num_dims=num_dims, **{**sizes, **fields}))


def short(**fields):
    """Make a recipe that takes a second."""
    usual = {"num_steps": 30, "pool_size": 6, "batch_size": 3, "margin_cells": 2, "evaluations": 0}
    return TrainConfig(**{**usual, "optimizer": OptimizerConfig(warmup_steps=3), **fields})


@pytest.mark.parametrize(
    ("num_dims", "shape", "fire_rate", "optimizer"),
    [(2, "heart", 0.5, "muon"), (2, "heart", 1.0, "adam"), (3, "mushroom", 1.0, "muon")],
)
def test_thirty_steps_lower_the_loss_of_what_grows_from_the_seed(
    num_dims, shape, fire_rate, optimizer
):
    model, target = newborn(num_dims, fire_rate=fire_rate), load_target(shape, size=8)
    recipe = short(
        batch_size=2,
        rollout=RolloutConfig(early=(1, 1), late=(1, 1)),
        optimizer=OptimizerConfig(name=optimizer, warmup_steps=3),
        damage=DamageConfig(batch_share=0.0),
    )
    training = train(model, target, recipe)

    def loss_of_grown():
        grown = model.grow(seed(model.config, training.space), training.grow_steps).detach()
        return float(rgba_loss(grown, target.place(training.space), target.num_solid))

    before = loss_of_grown()
    assert [step.index for step in training] == list(range(1, 31))
    assert loss_of_grown() < 0.9 * before


def bits(training):
    """Gather every tensor and number that a training consists of."""
    best = training.best()
    return {
        **{f"now {name}": tensor for name, tensor in training.model.state_dict().items()},
        **{f"best {name}": tensor for name, tensor in best.state_dict().items()},
        **{f"optimizer {n}": tensor for n, tensor in training._optimizer.tensors().items()},
        "pool": training._pool.states,
    }


@pytest.mark.parametrize(("fire_rate", "optimizer"), [(1.0, "muon"), (0.5, "adam")])
def test_a_resumed_run_is_the_whole_run_bit_by_bit(tmp_path, fire_rate, optimizer):
    recipe = short(
        evaluations=3,
        damage=DamageConfig(start_share=0.3),
        optimizer=OptimizerConfig(name=optimizer, warmup_steps=20),
    )
    whole = train(newborn(fire_rate=fire_rate), HEART, recipe)
    losses = [step.loss for step in whole]
    half = train(newborn(fire_rate=fire_rate), HEART, recipe)
    halves = [next(half).loss for _ in range(15)]
    half.save(tmp_path / "half")
    rest = Training.load(tmp_path / "half")
    halves += [step.loss for step in rest]
    assert halves == losses
    expected, found = bits(whole), bits(rest)
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        assert torch.equal(found[name], tensor), name
    assert rest.step_index == whole.step_index == 30
    assert rest.quality == whole.quality
    assert rest.best().info == whole.best().info
    assert rest.model.info == whole.model.info


def test_saving_changes_nothing(tmp_path):
    saved, unsaved = (train(newborn(), HEART, short(num_steps=6)) for _ in range(2))
    for _ in saved:
        saved.save(tmp_path / "again and again")
    assert list(unsaved)[-1].index == 6
    for name, tensor in bits(saved).items():
        assert torch.equal(tensor, bits(unsaved)[name]), name


def test_another_seed_is_another_run():
    first, same, other = (
        [step.loss for step in train(newborn(), HEART, short(num_steps=8, seed=n))]
        for n in (1, 1, 2)
    )
    assert first == same != other


def judged(score):
    """Make a quality with a score."""
    snapshot = Snapshot(10, score, 0.0, 0.0)
    return Quality(snapshot, (snapshot,), (Healing((1, 1), 1.0, 1.0, 0.5, score),))


def in_parts(quality):
    """Take two parts to evaluate."""
    yield
    return quality


def test_best_is_what_scored_best_not_what_came_last(monkeypatch):
    scores = iter([0.5, 0.9, math.nan, 0.2])
    monkeypatch.setattr(
        "voxnca.tasks.growing.evaluate_in_parts", lambda *_: in_parts(judged(next(scores)))
    )
    training = train(newborn(), HEART, short(num_steps=8, evaluations=4))
    weights, measured = [], []
    for step in training:
        weights.append(training.model.out.weight.detach().clone())
        measured.append(step.quality is not None)
    assert measured == [False] * 4 + [True] * 4  # the second half
    best = training.best()
    assert torch.equal(best.out.weight, weights[5])
    assert not torch.equal(best.out.weight, training.model.out.weight)
    assert best.info.quality == judged(0.9)
    assert training.model.info.quality == judged(0.9)
    assert best.target is HEART
    assert best.info.recipe == training.config
    assert best.info.grow_steps == training.grow_steps


def test_the_best_of_before_a_stop_outlives_worse_ones_after_it(monkeypatch, tmp_path):
    scores = iter([0.9, 0.1, 0.2])
    monkeypatch.setattr(
        "voxnca.tasks.growing.evaluate_in_parts", lambda *_: in_parts(judged(next(scores)))
    )
    training = train(newborn(), HEART, short(num_steps=6, evaluations=3))
    steps = [next(training) for _ in range(4)]
    assert steps[3].quality == judged(0.9)
    training.save(tmp_path / "stopped")
    resumed = Training.load(tmp_path / "stopped")
    assert resumed.model.info == training.model.info
    assert len(list(resumed)) == 2
    assert resumed.best().info.quality == judged(0.9)
    assert torch.equal(resumed.best().out.weight, training.best().out.weight)


def test_an_iteration_that_evaluates_can_be_done_in_parts():
    recipe = short(num_steps=4, evaluations=2)
    whole, in_pieces = (train(newborn(), HEART, recipe) for _ in range(2))
    found, num_parts = [], []
    while in_pieces.step_index < in_pieces.num_steps:
        parts, num = in_pieces.step_in_parts(), 0
        try:
            while True:
                next(parts)
                assert torch.is_grad_enabled()
                num += 1
        except StopIteration as done:
            found.append(done.value.quality)
            num_parts.append(num)
    assert found == [step.quality for step in whole]
    assert num_parts[:2] == [0, 0]
    assert min(num_parts[2:]) > 20
    assert in_pieces.best().info == whole.best().info


def test_iterations_draw_anew():
    training = train(newborn(), HEART, short(num_steps=16, rollout=RolloutConfig(late=(0.8, 2.0))))
    late = [step.num_rollout_steps for step in training][5:]  # the range stands still
    assert len(set(late)) > 1


def test_a_first_evaluation_that_is_not_a_number_is_soon_beaten(monkeypatch):
    scores = iter([math.nan, 0.1])
    monkeypatch.setattr(
        "voxnca.tasks.growing.evaluate_in_parts", lambda *_: in_parts(judged(next(scores)))
    )
    training = train(newborn(), HEART, short(num_steps=4, evaluations=2))
    assert len(list(training)) == 4
    assert training.best().info.quality == judged(0.1)


def test_before_the_first_evaluation_the_best_is_the_model_of_now():
    training = train(newborn(), HEART, short())
    next(training)
    next(training)
    assert torch.equal(training.best().out.weight, training.model.out.weight)
    assert training.best().out.weight is not training.model.out.weight


def test_weights_that_ran_away_are_given_up_for_the_last_good_ones():
    training = train(newborn(), HEART, short(num_steps=60))
    before = [next(training) for _ in range(30)]
    good = training._watch.good_weights["out.weight"].clone()
    assert good.any()  # not those at birth
    with torch.no_grad():
        training.model.hidden.weight.fill_(math.nan)
    lost = [next(training) for _ in range(6)]
    assert all(math.isnan(step.loss) for step in lost)
    assert [step.setback for step in lost] == [None] * 5 + [Setback.RAN_AWAY]
    assert torch.equal(training.model.out.weight, good)
    after = list(training)
    assert all(math.isfinite(step.loss) for step in after)
    assert after[0].learning_rate < 0.6 * before[-1].learning_rate


def test_weights_that_got_lost_are_given_up_though_nothing_ran_away():
    training = train(newborn(), HEART, short(num_steps=80))
    for _ in range(30):
        next(training)
    good = training._watch.good_weights["out.weight"].clone()
    with torch.no_grad():
        training.model.out.weight.zero_()  # a seed for ever: a loss of 0.4
    training._watch._lowest_loss = 0.01
    steps = [next(training) for _ in range(30)]
    assert all(math.isfinite(step.loss) for step in steps)
    assert [step.setback for step in steps if step.setback] == [Setback.LOSS_ROSE]
    assert training._watch.num_recoveries == 1
    assert torch.equal(training._watch.good_weights["out.weight"], good)


def test_weights_that_let_everything_die_are_given_up_as_no_gradient_revives_it():
    training = train(newborn(), HEART, short(num_steps=120))
    before = [next(training) for _ in range(30)]
    good = training._watch.good_weights["out.weight"].clone()
    with torch.no_grad():
        training.model.out.bias.fill_(-0.5)
    dead = list(itertools.takewhile(lambda step: not step.setback, training))
    assert len(dead) >= 19
    assert not any(step.state.any() for step in dead[-19:])
    assert torch.equal(training.model.out.weight, good)
    after = list(training)
    assert not any(step.setback for step in [*before, *after])
    assert all(step.state.any() for step in after)
    assert after[0].learning_rate < 0.6 * before[-1].learning_rate


def test_weights_under_which_everything_dies_are_never_the_good_ones():
    training = train(newborn(), HEART, short(num_steps=120))
    newborn_weights = training._watch.good_weights["hidden.weight"].clone()
    with torch.no_grad():
        training.model.out.bias.fill_(-0.5)  # from the first iteration: no loss was ever lower
    steps = [next(training) for _ in range(20)]
    assert [bool(step.setback) for step in steps] == [False] * 19 + [True]
    assert steps[-1].setback == Setback.DIED_OUT
    assert torch.equal(training.model.hidden.weight, newborn_weights)
    assert not training.model.out.bias.any()


def test_weights_that_a_step_threw_off_are_not_taken_for_those_that_its_loss_tells_of():
    absurd = OptimizerConfig(muon_learning_rate=10.0, learning_rate=10.0, warmup_steps=0)
    training = train(newborn(), HEART, short(optimizer=absurd))
    newborn_weights = weights_of(training.model)
    next(training)
    assert training.model.out.weight.abs().max() > 0.1
    for name, tensor in newborn_weights.items():
        assert torch.equal(training._watch.good_weights[name], tensor), name


def test_a_rule_that_never_lives_ends_in_one_line(monkeypatch):
    model = newborn()
    with torch.no_grad():
        model.out.bias.fill_(-0.5)
    with pytest.raises(TrainingError, match=r"no cell was left alive .* lower optimizer"):
        list(train(model, HEART, short(num_steps=400)))


def test_training_that_cannot_go_on_ends_in_one_line_and_spares_the_best(monkeypatch):
    monkeypatch.setattr("voxnca.tasks.growing.evaluate_in_parts", lambda *_: in_parts(judged(0.9)))
    training = train(newborn(), HEART, short(num_steps=160, evaluations=80))
    assert [next(training).quality for _ in range(81)][-1] is not None
    good = training.best().out.weight.clone()
    monkeypatch.setattr("voxnca.training._MAX_LOSS", 0.0)
    with pytest.raises(
        TrainingError, match=r"training diverged at step 1\d\d: .* halved 8 times; lower optim"
    ) as caught:
        list(training)
    assert "\n" not in str(caught.value)
    assert torch.equal(training.best().out.weight, good)


@pytest.mark.parametrize("stop_at", [31, 34, 40])
def test_a_run_that_recovers_resumes_as_if_it_had_not_stopped(tmp_path, monkeypatch, stop_at):
    def runs_away(training):
        monkeypatch.setattr(
            "voxnca.training._MAX_LOSS", 0.0 if 28 <= training.step_index < 34 else 50.0
        )

    def go_on(training, end):
        while training.step_index < end:
            runs_away(training)
            next(training)
        return training

    whole = go_on(train(newborn(), HEART, short(num_steps=60)), 60)
    go_on(train(newborn(), HEART, short(num_steps=60)), stop_at).save(tmp_path / "stopped")
    rest = go_on(Training.load(tmp_path / "stopped"), 60)
    assert whole._watch.num_recoveries == rest._watch.num_recoveries == 1
    for name, tensor in bits(whole).items():
        assert torch.equal(bits(rest)[name], tensor), name


@pytest.mark.parametrize("stop_at", [35, 45])
def test_a_run_that_dies_out_resumes_as_if_it_had_not_stopped(tmp_path, stop_at):
    def fatal():
        training = train(newborn(), HEART, short(num_steps=60))
        for _ in range(30):
            next(training)
        with torch.no_grad():
            training.model.out.bias.fill_(-0.5)
        return training

    whole, half = fatal(), fatal()
    losses = [step.loss for step in whole]
    found = [next(half).loss for _ in range(stop_at - 30)]
    half.save(tmp_path / "stopped")
    rest = Training.load(tmp_path / "stopped")
    assert found + [step.loss for step in rest] == losses
    assert whole._watch.num_recoveries == rest._watch.num_recoveries == 1
    for name, tensor in bits(whole).items():
        assert torch.equal(bits(rest)[name], tensor), name


def test_a_run_of_before_dead_batches_were_counted_is_still_read(tmp_path):
    training = train(newborn(), HEART, short())
    next(training)
    training.save(tmp_path / "new")
    tensors, fields = read_tensors(tmp_path / "new", "voxnca-training-2")
    del fields["watch"]["num_dead"]
    write_tensors(tmp_path / "old", tensors, fields)
    assert Training.load(tmp_path / "old").step_index == 1


class TestTuned:
    """A run goes on by another recipe."""

    def test_by_the_same_recipe_it_is_the_same_run_bit_by_bit(self):
        recipe = short(evaluations=2)
        whole, half = (train(newborn(), HEART, recipe) for _ in range(2))
        losses = [step.loss for step in whole]
        halves = [next(half).loss for _ in range(20)]
        rest = half.tuned(recipe)
        assert rest.model is half.model
        assert halves + [step.loss for step in rest] == losses
        assert rest.best().info == whole.best().info
        for name, tensor in bits(whole).items():
            assert torch.equal(bits(rest)[name], tensor), name

    def test_by_another_it_keeps_weights_steps_and_what_fits_of_the_pool(self):
        training = train(newborn(), HEART, short())
        for _ in range(10):
            next(training)
        weights, states = weights_of(training.model), training._pool.states.clone()
        for pool_size in (4, 6, 9):
            tuned = training.tuned(short(pool_size=pool_size))
            assert tuned.step_index == 10
            kept = tuned._pool.states[: min(pool_size, 6)]
            assert torch.equal(kept, states[:pool_size])
            assert all(
                torch.equal(s, tuned.task.begin(torch.zeros(1, 0))[0])
                for s in tuned._pool.states[6:]
            )
            assert len(tuned._pool) == pool_size
        roomy = training.tuned(short(margin_cells=5, optimizer=OptimizerConfig(name="adam")))
        assert roomy.space != training.space
        assert roomy._pool.states.shape[1:-1] == roomy.space
        for name, tensor in weights.items():
            assert torch.equal(roomy.model.state_dict()[name], tensor), name
        assert next(roomy).index == 11

    def test_with_more_steps_it_goes_on_after_its_end(self, monkeypatch):
        scores = iter([0.9, 0.1, 0.2])
        monkeypatch.setattr(
            "voxnca.tasks.growing.evaluate_in_parts", lambda *_: in_parts(judged(next(scores)))
        )
        training = train(newborn(), HEART, short(num_steps=6, evaluations=1))
        assert len(list(training)) == 6
        longer = training.tuned(short(num_steps=10, evaluations=1))
        assert [step.index for step in longer] == [7, 8, 9, 10]
        assert longer.best().info.quality == judged(0.9)

    def test_its_losses_are_not_held_against_those_of_the_other_recipe(self):
        training = train(newborn(), HEART, short(num_steps=60))
        next(training)
        training._watch._lowest_loss, training._watch.num_recoveries = 1e-9, 3
        tuned = training.tuned(short(num_steps=60, rollout=RolloutConfig(early=(0.1, 0.1))))
        assert not any(step.setback for step in tuned)


def test_a_runaway_batch_moves_nothing_and_starts_anew():
    training = train(newborn(), HEART, short(num_steps=20, pool_size=3, early_batch_size=3))
    training._pool.states[:] = 1e6
    before = training.model.out.weight.detach().clone()
    assert math.isnan(next(training).loss)
    assert torch.equal(training.model.out.weight, before)
    losses = [step.loss for step in training]
    assert all(map(math.isfinite, losses))
    assert training._pool.states.abs().max() < 10


def test_it_ends_after_its_steps_and_stays_ended():
    training = train(newborn(), HEART, short(num_steps=3))
    assert len(list(training)) == 3
    assert list(training) == []
    assert training.step_index == training.num_steps == 3


def test_a_step_tells_what_a_chart_needs():
    training = train(newborn(), HEART, short(batch_size=3, early_share=0.0))
    step = next(training)
    assert step.index == 1
    assert step.loss == pytest.approx(0.45, abs=0.3)
    assert step.state.shape == (3, *training.space, 8)
    assert not step.state.requires_grad
    assert step.num_rollout_steps >= 8
    assert 0 < step.learning_rate <= 1
    assert 0 <= step.iou <= 1


@pytest.mark.parametrize(("fire_rate", "longest"), [(1.0, 9), (0.5, 27)])
def test_rollouts_of_a_rule_that_fires_at_random_are_longer(fire_rate, longest):
    recipe = short(rollout=RolloutConfig(early=(0.1, 0.1), late=(0.9, 0.9), ramp_share=0.0))
    step = next(train(newborn(fire_rate=fire_rate), HEART, recipe))
    assert step.num_rollout_steps == longest  # T is 10, or 20


@pytest.mark.parametrize(
    ("num_voxels", "num_dims", "fire_rate", "batch_size", "num_steps"),
    [(27, 3, 1.0, 4, 675), (2744, 3, 1.0, 2, 1050), (2744, 3, 0.5, 2, 1200), (25, 2, 1.0, 4, 1700)],
)
def test_what_a_recipe_leaves_open_follows_from_the_target(
    num_voxels, num_dims, fire_rate, batch_size, num_steps
):
    side = round(num_voxels ** (1 / num_dims))
    block = Target.from_rgba8(np.full((side,) * num_dims + (4,), 255, np.uint8), name="block")
    model = newborn(num_dims, fire_rate=fire_rate)
    whole = train(model, block)
    assert (whole.config.batch_size, whole.config.num_steps) == (batch_size, num_steps)
    assert whole.config.grow_steps == whole.grow_steps == default_grow_steps(block, fire_rate)
    hasty = train(model, block, TrainConfig.preset("fast"))
    assert hasty.num_steps == pytest.approx(0.4 * num_steps, abs=1)
    chosen = train(model, block, TrainConfig(num_steps=7, grow_steps=5, batch_size=3, effort=9.0))
    assert (chosen.num_steps, chosen.grow_steps, chosen.config.batch_size) == (7, 5, 3)


def test_batches_and_rollouts_grow_as_the_recipe_says():
    recipe = short(
        batch_size=4,
        early_batch_size=2,
        early_share=0.5,
        num_steps=20,
        rollout=RolloutConfig(early=(0.1, 0.1), late=(0.9, 0.9), ramp_share=0.5, min_steps=2),
    )
    steps = list(train(newborn(), HEART, recipe))
    assert [len(step.state) for step in steps] == [2] * 10 + [4] * 10
    assert [step.num_rollout_steps for step in steps[10:]] == [9] * 10
    assert steps[0].num_rollout_steps == 2


@pytest.mark.parametrize(
    ("batch_size", "share", "numbers"),
    [(4, 1.0, {3}), (4, 0.5, {1, 2}), (2, 0.5, {0, 1}), (4, 0.0, {0})],
)
def test_the_worst_sample_starts_anew_and_the_best_are_wounded(batch_size, share, numbers):
    damage = DamageConfig(start_share=0.0, batch_share=share, noise=0.0)
    recipe = short(batch_size=batch_size, early_share=0.0, damage=damage)
    training = train(newborn(), HEART, recipe)
    newborn_state = training.task.begin(torch.zeros(1, 0))[0]
    seen = set()
    for number in range(12):
        states = training._pool.states
        states[..., :4] = HEART.place(training.space)
        states[..., 4:] = 1.0
        for place in range(len(states)):
            states[place, ..., 0] *= 1 - 0.01 * place  # each a little worse than the one before
        places, entered, _ = training._draw(torch.Generator().manual_seed(number))
        by_quality = entered[places.argsort()]
        assert torch.equal(by_quality[-1], newborn_state)
        wounded = [bool((state[..., 7] == 0).any()) for state in by_quality[:-1]]
        assert wounded == sorted(wounded, reverse=True)  # the best
        seen.add(sum(wounded))
    assert seen == numbers


def test_a_target_of_another_dimension_is_refused():
    with pytest.raises(ArgumentError, match=r"is 2D but the model is 3D; make it by ModelConfig"):
        train(newborn(3), HEART)


def test_a_save_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(FileError, match="cannot be written"):
        train(newborn(), HEART, short()).save(tmp_path / "missing" / "file")
