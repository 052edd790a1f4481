"""The knobs stand as `voxnca train` trains, do what they say, and refuse what they cannot be."""

import dataclasses
import math

import pytest

import voxnca
from apps.configs import model_config, train_config
from apps.lab.knobs import KNOBS, Settings, restarting
from voxnca import ArgumentError

NAMES = [knob.name for knob in KNOBS]


def test_each_setting_has_a_knob_and_each_knob_a_setting():
    assert sorted(NAMES) == sorted(field.name for field in dataclasses.fields(Settings))


@pytest.mark.parametrize("knob", KNOBS, ids=NAMES)
def test_a_knob_explains_itself_in_one_line(knob):
    assert knob.label
    assert knob.explanation.endswith(".")
    assert "\n" not in knob.explanation
    assert 30 < len(knob.explanation) < 140


def test_wounds_are_on_and_say_why():
    damage = next(knob for knob in KNOBS if knob.name == "damage")
    assert Settings().damage is True
    assert "not to heal" in damage.explanation


def test_in_3d_the_defaults_are_those_of_the_command_line():
    assert Settings.of(3) == Settings()
    assert Settings().model_config(3) == model_config(3)
    assert Settings().train_config() == train_config()


def test_in_2d_the_default_is_the_page_s_case_of_12_channels_on_about_32_x_32():
    settings = Settings.of(2)
    assert settings.model_config(2).num_channels == 12
    target = voxnca.load_target("butterfly", size=24)
    assert max(voxnca.training_space(target, settings.margin_cells)) in range(32, 34)


def ends(knob):
    """List the values at the ends of a knob."""
    return knob.choices or tuple(
        int(value) if knob.step == int(knob.step) else value for value in (knob.low, knob.high)
    )


@pytest.mark.parametrize(("name", "value"), [(k.name, v) for k in KNOBS for v in ends(k)])
@pytest.mark.parametrize("target", ["heart", "mushroom"])
def test_at_each_end_of_each_knob_a_run_takes_a_step(target, name, value):
    target = voxnca.load_target(target, size=8)
    small = {"num_channels": 6, "hidden_size": 8, "margin_cells": 1}
    settings = Settings(**{**small, name: value})
    model = voxnca.NCA(settings.model_config(target.num_dims))
    training = voxnca.train(model, target, settings.train_config())
    assert math.isfinite(next(training).loss)


@pytest.mark.parametrize("knob", KNOBS, ids=NAMES)
def test_what_a_knob_cannot_be_is_refused_in_one_line_that_names_it(knob):
    wrong = [None, "wide", math.nan, knob.high + 1, knob.low - 1, [1]]
    wrong += [1, 0] if knob.choices else [True]
    for value in wrong:
        with pytest.raises(ArgumentError, match=rf"^{knob.name}=.* must be ") as caught:
            Settings(**{knob.name: value})
        assert "\n" not in str(caught.value)


def test_each_knob_changes_what_it_says():
    usual, rule = train_config(), model_config(3)

    def recipe(**turned):
        return Settings(**turned).train_config()

    assert recipe(damage=False).damage.batch_share == 0 < usual.damage.batch_share
    assert recipe(wound_share=0.5).damage.share == (usual.damage.share[0], 0.5)
    assert recipe(wound_share=0.05).damage.share == (0.05, 0.05)
    assert recipe(rollout_factor=2.0).rollout.late == tuple(2 * x for x in usual.rollout.late)
    slow = recipe(learning_rate_factor=0.5).optimizer
    assert slow.learning_rate == 0.5 * usual.optimizer.learning_rate
    assert slow.muon_learning_rate == 0.5 * usual.optimizer.muon_learning_rate
    assert recipe(pool_size=8).pool_size == 8
    assert recipe(margin_cells=2).margin_cells == 2
    assert recipe(effort=0.4).effort == 0.4
    for name, value in {"fire_rate": 0.25, "num_channels": 7, "hidden_size": 16}.items():
        assert Settings(**{name: value}).model_config(3) == dataclasses.replace(
            rule, **{name: value}
        )


def test_what_needs_an_untrained_rule_is_what_changes_the_rule_s_shape():
    other = {
        **{knob.name: knob.low for knob in KNOBS if not knob.choices and knob.step < 1},
        **{knob.name: int(knob.low) for knob in KNOBS if not knob.choices and knob.step >= 1},
        "damage": False,
    }
    before = Settings()
    for name, value in other.items():
        after = dataclasses.replace(before, **{name: value})
        changed = before.model_config(2) != after.model_config(2)
        assert [knob.name for knob in restarting(before, after)] == [name] * changed
    assert restarting(before, before) == ()
