"""`voxnca grow` under goals, among walls and to a beacon: as typed, and else as trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner, Result

import voxnca
from apps.cli import app
from apps.setting import Asked, Setting
from apps.walls import in_the_middle, open_walls
from apps.workshop.follower import follower
from voxnca import NCA, ArgumentError, Environment, FileError, ModelConfig
from voxnca.export.scenery import BEACON, WALL, with_scenery
from voxnca.layouts import held_out_layouts

WALLS = np.zeros((9, 12), bool)
WALLS[2:8, 5] = True


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def vine() -> NCA:
    """A rule set by hand that follows its compass, also as a file."""
    model = follower(2)
    voxnca.save(model, "vine.safetensors")
    return model


@pytest.fixture
def shapes() -> NCA:
    """A rule with two goals that keeps on changing, also as a file."""
    config = ModelConfig(num_dims=2, num_channels=6, hidden_size=12, num_goals=2, fire_rate=1.0)
    model = NCA(config, seed=5)
    with torch.no_grad():
        model.out.weight.normal_(std=0.08, generator=torch.Generator().manual_seed(13))
    model.targets = tuple(voxnca.load_target(name, size=8) for name in ("heart", "flower"))
    model.info = voxnca.ModelInfo("shapes", grow_steps=6)
    voxnca.save(model, "shapes.safetensors")
    return model


def grow(name: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["grow", f"{name}.safetensors", *arguments])


def save_walls() -> None:
    np.save("walls.npy", WALLS)


@pytest.mark.parametrize(
    ("typed", "goal"), [("1", 1), ("flower", 1), ("0", 0), ("0.25,0.75", [0.25, 0.75])]
)
def test_a_goal_is_a_number_a_name_or_a_blend(shapes, typed, goal):
    result = grow("shapes", "--goal", typed, "-o", "s.npy")
    assert result.exit_code == 0, result.stderr
    space = voxnca.common_space(shapes.targets)
    with torch.no_grad():
        expected = shapes.grow(voxnca.seed(shapes.config, space), 6, goal=goal)
    assert np.array_equal(np.load("s.npy"), expected.numpy())
    assert ("IoU" in result.stdout) == isinstance(goal, int)


def test_without_a_goal_it_is_the_first_and_said_so(shapes):
    result = grow("shapes", "-o", "s.npy")
    assert "the first of its goals; --goal chooses one of: heart, flower" in result.stderr
    assert grow("shapes", "--goal", "0", "-o", "t.npy").stderr == ""
    assert np.array_equal(np.load("s.npy"), np.load("t.npy"))


def test_a_vine_grows_in_the_first_test_layout(vine):
    result = grow("vine", "-o", "s.npy")
    assert "in the first of the test layouts" in result.stderr
    layout = held_out_layouts((32, 32), 1)[0]
    state = np.load("s.npy")[0]
    assert state[layout.beacon][3] == state[layout.root][3] == 1
    assert not state[layout.blocked].any()
    shortest = layout.difficulty.steps
    assert f"reaches the beacon in {shortest} steps; the shortest way takes" in result.stdout


def test_walls_beacon_and_root_are_those_typed(vine):
    save_walls()
    result = grow("vine", "--walls", "walls.npy", "--root", "4,2", "--beacon", "4,8", "-o", "s.npy")
    assert result.exit_code == 0, result.stderr
    state = np.load("s.npy")[0]
    assert state.shape[:2] == WALLS.shape
    assert state[4, 2, 3] == state[4, 8, 3] == 1
    assert not state[WALLS].any()
    assert "reaches the beacon in 12 steps; the shortest way takes 12" in result.stdout
    early = grow("vine", "--beacon", "0,0", "--size", "9,12", "--steps", "1", "-o", "t.npy")
    assert "does not reach the beacon, 10 steps away" in early.stdout


def test_a_picture_shows_walls_and_the_beacon(vine):
    save_walls()
    grow("vine", "--walls", "walls.npy", "--root", "4,2", "--beacon", "4,8", "-o", "s.png")
    with Image.open("s.png") as image:
        k = image.width // 12
        pixels = np.asarray(image.convert("RGBA"))[k // 2 :: k, k // 2 :: k]
    assert (pixels[WALLS] == [*(round(255 * c) for c in WALL), 255]).all()
    assert pixels[4, 8].tolist() == [*(round(255 * c) for c in BEACON), 255]
    state = torch.zeros(1, 4, 4, 4, 5)
    drawn = with_scenery(state, Environment(np.ones((4, 4, 4), bool)))
    assert not drawn.any(), "walls of space would hide all else"
    assert not state.any()


def test_a_target_s_iou_is_of_the_free_cells(small_model, small_model_file):
    np.save("walls.npy", np.eye(5, dtype=bool)[::-1].copy() & (np.indices((5, 5))[0] != 2))
    result = CliRunner().invoke(
        app, ["grow", str(small_model_file), "--walls", "walls.npy", "-o", "s.npy"]
    )
    space = voxnca.training_space(small_model.target)
    walls = in_the_middle(np.load("walls.npy"), space)
    wanted = voxnca.solid(small_model.target.place(space)).numpy() & ~walls
    assert f"IoU {1 / wanted.sum():.3f}" in result.stdout
    assert wanted.sum() < small_model.target.num_solid


@pytest.mark.parametrize(
    ("name", "typed", "reason"),
    [
        ("shapes", ["--goal", "2"], "goal=2 must be from 0 to 1"),
        ("shapes", ["--goal", "duck"], "a name (heart, flower)"),
        ("shapes", ["--goal", "0.5,0.6"], "sum to 1"),
        ("shapes", ["--beacon", "1,1"], "senses none; leave --beacon out"),
        ("vine", ["--goal", "0"], "has no goals; leave --goal out"),
        ("vine", ["--root", "1,1"], "pass its cell, --beacon"),
        ("vine", ["--beacon", "1"], "beacon='1' must be a cell, row,column"),
        ("vine", ["--beacon", "99,1"], "beacon=(99, 1) is off the grid"),
        ("vine", ["--walls", "walls.npy", "--beacon", "4,5"], "beacon=(4, 5) is blocked"),
        ("vine", ["--walls", "walls.npy", "--beacon", "4,2", "--size", "8"], "does not hold"),
        ("vine", ["--walls", "none.png", "--beacon", "4,2"], "no such file"),
        ("vine", ["--walls", "v.safetensors", "--beacon", "4,2"], "one of .png, .vox, .npy"),
        ("vine", ["--size", "6"], "every side must be at least 8"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_line(shapes, vine, name, typed, reason):
    save_walls()
    result = grow(name, *typed, "-o", "s.npy")
    assert result.exit_code == 2, result.exception
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert reason in result.stderr


def test_a_vine_goes_on_from_a_state_only_when_told_where_its_beacon_is(vine):
    grow("vine", "-o", "s.npy")
    again = grow("vine", "--from", "s.npy", "-o", "t.npy")
    assert "pass --beacon, --root and --walls" in again.stderr
    told = grow("vine", "--from", "s.npy", "--beacon", "3,4", "--steps", "0", "-o", "t.npy")
    assert told.exit_code == 0, told.stderr
    assert np.array_equal(np.load("s.npy"), np.load("t.npy"))


def test_walls_are_opaque_pixels_true_entries_and_voxels():
    pixels = np.zeros((9, 12, 4), np.uint8)
    pixels[WALLS] = 255
    Image.fromarray(pixels).save("walls.png")
    save_walls()
    for name in ("walls.png", "walls.npy"):
        assert np.array_equal(open_walls(Path(name), 2), WALLS)
    with pytest.raises(FileError, match="the walls are 2D but the model is 3D"):
        open_walls(Path("walls.png"), 3)
    np.save("full.npy", np.ones((5, 5), bool))
    with pytest.raises(FileError, match="no cell is free"):
        open_walls(Path("full.npy"), 2)
    solid = torch.zeros(1, 3, 4, 5, 5)
    solid[0, 1:, 2, 3, :4] = solid[0, 0, 0, 0, :4] = 1.0
    voxnca.export.save_state(solid, "walls.vox")
    assert np.array_equal(open_walls(Path("walls.vox"), 3), solid[0, ..., 3] > 0)


def test_walls_lie_in_the_middle_of_a_larger_grid():
    laid = in_the_middle(WALLS, (12, 15))
    assert np.array_equal(laid[2:11, 1:13], WALLS)
    assert laid.sum() == WALLS.sum()
    with pytest.raises(ArgumentError, match="does not hold the walls"):
        in_the_middle(WALLS, (8, 15))


def test_what_is_usual_is_what_was_trained(shapes):
    setting = Setting.usual(shapes)
    assert setting.space == voxnca.common_space(shapes.targets)
    assert (setting.conditions.goal, setting.conditions.environment) == ((1.0, 0.0), None)
    assert setting.target(shapes) is shapes.targets[0]
    blend = Setting.of(shapes, Asked(goal="0.5,0.5"))
    assert blend.target(shapes) is None
    assert Setting.usual(follower(3)).space == (20, 20, 20)
    hedge = NCA(ModelConfig(num_dims=2, senses=("walls",)))
    with pytest.raises(ArgumentError, match="no target to fit; pass --size 32"):
        Setting.usual(hedge)
    assert Setting.usual(hedge, (9, 9)).conditions.environment is not None
