"""Every shipped model has a small picture, and it is of what the model grows."""

import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from analysis import rules
from apps.thumbnails import (
    model_thumbnail,
    rule_thumbnail,
    shipped_rule_thumbnail,
    shipped_thumbnail,
)
from apps.workshop.follower import follower
from apps.workshop.thumbnails import write_thumbnail
from voxnca import NCA, ArgumentError, ModelConfig, ModelInfo, load, load_target, model_names
from voxnca.export.thumbnails import THUMBNAIL_PX, thumbnail
from voxnca.shipped import thumbnail_path

MAX_BYTES = 16 * 1024


@pytest.mark.parametrize("name", model_names())
def test_a_shipped_model_has_a_small_transparent_picture(name):
    path = thumbnail_path(name)
    assert path.stat().st_size <= MAX_BYTES
    with Image.open(path) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA")
        assert 64 <= max(image.size) <= 128
        assert min(image.size) >= 32
        alpha = np.asarray(image)[..., 3]
    assert (alpha == 0).mean() > 0.1
    assert (alpha == 255).mean() > (0.2 if load(name).targets else 0.02)


@pytest.mark.parametrize("name", model_names())
def test_a_shipped_picture_is_what_the_model_grows(name, tmp_path):
    write_thumbnail(load(name), tmp_path / "anew.png")
    with Image.open(tmp_path / "anew.png") as anew, Image.open(thumbnail_path(name)) as shipped:
        assert anew.size == shipped.size
        difference = np.asarray(anew).astype(int) - np.asarray(shipped)
    assert np.abs(difference).mean() < 4  # processors round differently


def test_there_is_no_picture_of_a_model_that_is_not_shipped():
    with pytest.raises(
        ArgumentError,
        match=f"'castle' is not shipped; use one of: .*{re.escape(model_names()[-1])}",
    ):
        thumbnail_path("castle")


def test_a_picture_of_a_model_without_a_target_is_refused_or_none(tmp_path):
    model = NCA(ModelConfig(num_dims=2))
    assert model_thumbnail(model) is None
    with pytest.raises(ArgumentError, match="no target"):
        write_thumbnail(model, tmp_path / "bare.png")
    assert list(tmp_path.iterdir()) == []


def test_the_picture_that_ships_goes_before_one_of_the_target(monkeypatch, tmp_path):
    name = model_names()[0]
    model = load(name)
    assert shipped_thumbnail(name, model) == thumbnail_path(name).read_bytes()
    monkeypatch.setattr("apps.thumbnails.thumbnail_path", lambda name: tmp_path / f"{name}.png")
    assert shipped_thumbnail(name, model) == model_thumbnail(model)


@pytest.mark.parametrize(
    ("name", "size"),
    [("heart", 8), ("gecko", 40), ("mushroom", 12), ("turtle", 48), ("house", 100)],
)
def test_a_picture_fills_its_size_and_shows_no_free_cells(name, size):
    cells = load_target(name, size=size).rgba8
    padding = [(9, 9)] * (cells.ndim - 1) + [(0, 0)]
    drawn = thumbnail(np.pad(cells, padding))
    assert THUMBNAIL_PX * 0.75 <= max(drawn.size) <= THUMBNAIL_PX
    assert drawn.tobytes() == thumbnail(cells).tobytes()


@given(colour=st.tuples(*[st.integers(0, 255)] * 3), side=st.integers(1, 300))
def test_pixels_keep_their_colour_to_five_bits_however_many(colour, side):
    cells = np.full((side, side, 4), (*colour, 255), np.uint8)
    drawn = np.asarray(thumbnail(cells))
    assert np.abs(drawn[..., :3].astype(int) - colour).max() <= 8
    assert (drawn[..., 3] == 255).all()
    assert 48 < len(drawn) <= THUMBNAIL_PX


def test_nothing_grown_is_a_picture_too():
    for space in ((8, 8), (8, 8, 8)):
        drawn = np.asarray(thumbnail(np.zeros((*space, 4), np.uint8)))
        assert max(drawn.shape) <= THUMBNAIL_PX
        assert not drawn.any()


def test_every_named_rule_has_its_picture():
    for name in rules.names():
        assert shipped_rule_thumbnail(name) is not None, name
    for name in ("Life", "Wireworld", "4555"):
        assert shipped_rule_thumbnail(name) == rule_thumbnail(rules.entry(name).rule)


def test_a_model_with_goals_is_pictured_under_each_of_them(tmp_path):
    model = NCA(ModelConfig(num_dims=2, num_goals=3, fire_rate=1.0))
    model.targets = tuple(load_target(name, size=12) for name in ("heart", "flower", "gecko"))
    model.info = ModelInfo("shapes", grow_steps=2)
    with Image.open(io.BytesIO(model_thumbnail(model))) as image:
        tiles = [image.crop((x, y, x + 48, y + 48)) for y in (0, 48) for x in (0, 48)]
    for tile, target in zip(tiles[:3], model.targets, strict=True):
        drawn = thumbnail(target.rgba8, size_px=48)
        assert tile.crop(tile.getbbox()).tobytes() == drawn.crop(drawn.getbbox()).tobytes()
    assert tiles[3].getbbox() is None
    write_thumbnail(model, tmp_path / "grown.png")  # three seeds
    with Image.open(tmp_path / "grown.png") as image:
        assert image.size == (THUMBNAIL_PX, THUMBNAIL_PX)


@pytest.mark.parametrize("num_dims", [2, 3])
def test_a_vine_is_pictured_where_it_grows(num_dims, tmp_path):
    model = follower(num_dims)
    model.info = ModelInfo("vine", grow_steps=96)
    assert model_thumbnail(model) is None
    write_thumbnail(model, tmp_path / "vine.png")
    with Image.open(tmp_path / "vine.png") as image:
        colours = {pixel[:3] for _, pixel in image.getcolors(THUMBNAIL_PX**2) if pixel[3]}
    assert any(g > 160 and r < 80 for r, g, _ in colours), "the vine is green"
    assert any(r > g > 2 * b for r, g, b in colours), "the beacon is yellow"
