"""Figures among obstacles and of goals are those of each evaluation by itself."""

import json

import numpy as np
import pytest
import torch

from analysis import obstacles
from analysis.goals import goal_figures
from analysis.obstacles import obstacle_figures, unseen_obstacles
from voxnca import (
    NCA,
    ArgumentError,
    Environment,
    ModelConfig,
    evaluate,
    load_target,
    morphs,
    solid,
    training_space,
)

HEART = load_target("heart", size=8)


def lively(**config):
    model = NCA(ModelConfig(num_dims=2, num_channels=6, hidden_size=12, **config), seed=5)
    with torch.no_grad():
        model.out.weight.normal_(std=0.08, generator=torch.Generator().manual_seed(13))
    model.target = HEART
    return model.requires_grad_(False)


@pytest.mark.parametrize("senses", [(), ("walls",)])
def test_each_layout_is_measured_as_evaluate_does(senses, monkeypatch):
    monkeypatch.setattr(obstacles, "_AT_ONCE", 2)
    model, layouts = lively(fire_rate=1.0, senses=senses), unseen_obstacles(HEART, 3)
    figures = obstacle_figures(model, layouts)
    for blocked, quality in zip(layouts, figures.qualities, strict=True):
        alone = evaluate(model, environment=Environment(blocked))
        assert quality.grown.iou == pytest.approx(alone.grown.iou, abs=1e-6)
        assert quality.grown.loss == pytest.approx(alone.grown.loss, rel=1e-4)
        assert [s.step for s in quality.stable] == [30, 500, 2000]
        assert quality.stable[1].iou == pytest.approx(alone.stable[1].iou, abs=1e-6)
        assert [w.center for w in quality.wounds] == [w.center for w in alone.wounds]
        assert quality.healed == pytest.approx(alone.healed, abs=1e-3)
    ious = [quality.grown.iou for quality in figures.qualities]
    assert figures.grown_iou.mean == pytest.approx(np.mean(ious))
    assert ious[figures.worst_first[0]] == figures.grown_iou.worst == min(ious)
    assert json.loads(json.dumps(figures.to_json()))["summary"]["healed"]["count"] == 3


def test_nothing_grown_has_eight_wounds_that_did_not_heal():
    model = lively()
    model.out.bias.data[3] = -1.0
    (quality,) = obstacle_figures(model, unseen_obstacles(HEART, 1)).qualities
    assert (quality.grown.iou, len(quality.wounds), quality.healed) == (0.0, 8, 0.0)


def test_unseen_obstacles_stand_in_the_target_as_it_lies_on_its_grid():
    body = solid(HEART.place(training_space(HEART))).numpy()
    for blocked in unseen_obstacles(HEART, 5):
        assert blocked.shape == body.shape
        assert 0 < (blocked & body).sum() <= 0.15 * body.sum()


def test_layouts_of_no_grid_or_of_several_are_refused():
    model = lively()
    with pytest.raises(ArgumentError, match=r"obstacles=\[\]: nothing to measure"):
        obstacle_figures(model, [])
    grids = [np.zeros((20, n), bool) for n in (20, 21)]
    with pytest.raises(ArgumentError, match="obstacles differ in shape"):
        obstacle_figures(model, grids)


def test_goal_figures_are_the_qualities_and_the_morphs():
    model = lively(num_goals=2, fire_rate=1.0)
    model.targets = HEART, load_target("gecko", size=8)
    figures = goal_figures(model)
    assert figures.names == ("heart", "gecko")
    assert figures.qualities == tuple(evaluate(model, goal=goal) for goal in range(2))
    table = morphs(model)
    assert figures.morphs == tuple(map(tuple, table.tolist()))
    assert figures.morph_ious == (float(table[0, 1]), float(table[1, 0]))
    summary = json.loads(json.dumps(figures.to_json()))["summary"]
    assert summary["morph_iou"]["worst"] == min(figures.morph_ious)
    assert summary["grown_iou"]["mean"] == pytest.approx(np.mean(figures.grown_ious))
