"""Every shipped model grows what it was trained to, as well as its file says."""

import pytest

from voxnca import evaluate, load, model_names

MODELS = {name: load(name) for name in model_names()}
SOLID_MODELS = [name for name, model in MODELS.items() if model.config.num_dims == 3]
TOLERANCE = 0.02  # processors round differently, and a rule lives on for 500 steps


@pytest.fixture(scope="module", params=list(MODELS))
def judged(request):
    """A shipped model, and its quality as measured here and now."""
    model = MODELS[request.param]
    return model, evaluate(model)


def test_there_are_two_models_in_3d_and_one_in_2d():
    assert len(SOLID_MODELS) >= 2
    assert len(MODELS) > len(SOLID_MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_complete(name):
    model = MODELS[name]
    assert model.info.name
    assert model.info.grow_steps
    assert model.info.recipe
    assert model.info.version
    assert model.target.num_dims == model.config.num_dims
    assert max(model.target.size) >= 16


def test_a_model_is_as_good_as_its_file_says(judged):
    model, now = judged
    then = model.info.quality
    for ours, theirs in zip((now.grown, *now.stable), (then.grown, *then.stable), strict=True):
        assert ours.step == theirs.step
        assert ours.iou == pytest.approx(theirs.iou, abs=TOLERANCE)
        assert ours.rgb_error == pytest.approx(theirs.rgb_error, abs=TOLERANCE)
    assert now.regrown_iou == pytest.approx(then.regrown_iou, abs=TOLERANCE)
    assert now.healed == pytest.approx(then.healed, abs=2 * TOLERANCE)


def test_a_3d_model_grows_stays_and_heals(judged):
    model, now = judged
    if model.config.num_dims == 3:
        assert now.grown.iou >= 0.97
        assert now.stable[-1].step >= 500
        assert now.stable[-1].iou >= 0.95
        assert now.regrown_iou >= 0.93
        assert now.healed >= 0.8
