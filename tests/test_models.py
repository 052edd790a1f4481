"""Every shipped model grows what it was trained to, as well as its file says."""

import pytest

from analysis import distill, rules
from analysis.agreement import agree
from voxnca import data_path, evaluate, load, model_names

ALL = {name: load(name) for name in model_names()}
GROWING = {name: model for name, model in ALL.items() if not model.is_discrete}
MODELS = {name: model for name, model in GROWING.items() if not model.config.is_conditioned}
DRIVEN = {name: model for name, model in GROWING.items() if model.config.is_conditioned}
DISCRETE = {name: model for name, model in ALL.items() if model.is_discrete}
SOLID_MODELS = [name for name, model in MODELS.items() if model.config.num_dims == 3]
TOLERANCE = 0.02  # processors round differently, and a rule lives on for 2,000 steps


# The turtle takes as long as all others together; `make models` judges it.
@pytest.fixture(scope="module", params=[name for name in MODELS if name != "turtle"])
def judged(request):
    """A shipped model, and its quality as measured here and now."""
    model = MODELS[request.param]
    return model, evaluate(model)


def test_the_zoo_has_both_dimensions_and_several_sizes():
    sizes = [max(MODELS[name].target.size) for name in SOLID_MODELS]
    assert {16, 24, 32, 48} <= set(sizes)
    assert sizes.count(24) >= 2
    assert len(SOLID_MODELS) >= 6
    assert len(MODELS) - len(SOLID_MODELS) >= 4


def test_what_ships_is_small():
    assert sum(path.stat().st_size for path in data_path().rglob("*")) <= 8e6


@pytest.mark.parametrize("name", GROWING)
def test_a_model_is_complete(name):
    model = GROWING[name]
    assert model.info.name
    assert model.info.grow_steps
    assert model.info.recipe
    assert model.info.version
    assert model.info.quality or model.info.steering
    for target in model.targets:
        assert target.num_dims == model.config.num_dims
        assert max(target.size) >= 10


def test_a_model_is_as_good_as_its_file_says(judged):
    model, now = judged
    then = model.info.quality
    for ours, theirs in zip((now.grown, *now.stable), (then.grown, *then.stable), strict=True):
        assert ours.step == theirs.step
        assert ours.iou == pytest.approx(theirs.iou, abs=TOLERANCE)
        assert ours.rgb_error == pytest.approx(theirs.rgb_error, abs=TOLERANCE)
    assert now.regrown_iou == pytest.approx(then.regrown_iou, abs=TOLERANCE)
    assert now.healed == pytest.approx(then.healed, abs=2 * TOLERANCE)


def test_a_model_grows_stays_and_heals(judged):
    _, now = judged
    assert now.grown.iou >= 0.95
    assert now.stable[-1].step == 2000
    assert min(snapshot.iou for snapshot in now.stable) >= 0.95
    assert now.regrown_iou >= 0.9
    assert now.healed >= 0.65


@pytest.mark.parametrize(("name", "num_entries"), [("life", 2**9), ("wireworld", 4**9)])
def test_a_learned_rule_is_the_rule_to_the_last_neighbourhood(name, num_entries):
    model, rule = DISCRETE[f"learned-{name}"], rules.parse(name)
    told = distill.to_table(model)
    assert (told.table == rule.table).all()
    assert (told.exact, told.num_checked, len(told.table)) == (True, num_entries, num_entries)
    assert told.rule == rule
    assert told.margin > 0.5
    assert model.info.learned_rule.num_wrong == distill.num_wrong(model, rule) == 0
    assert model.colors == rules.palette.colors_of(rule)


@pytest.mark.parametrize("name", ["life", "wireworld"])
def test_a_learned_rule_lives_as_the_rule_does_cell_for_cell(name):
    model, rule = DISCRETE[f"learned-{name}"], rules.parse(name)
    assert agree(model, rule, 200, seed=3).first_step is None
    assert agree(model, rules.parse("star wars" if name == "wireworld" else "highlife")).first_step


def test_every_discrete_model_that_ships_is_exact():
    assert {name.removeprefix("learned-") for name in DISCRETE} == {"life", "wireworld"}
    for model in DISCRETE.values():
        assert model.info.learned_rule.num_wrong == 0
