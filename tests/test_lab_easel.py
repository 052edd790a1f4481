"""Painting a target: what each tool does, strokes and their undoing, mirror, layers, the target."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import voxnca
from apps.lab.brush import TOOLS
from apps.lab.colour import PALETTE, parse_colour, write_colour
from apps.lab.easel import DEFAULT_SIZE, MAX_SIZE, Easel
from apps.lab.easel_picture import solid
from apps.lab.history import MAX_STEPS
from apps.lab.hit import Hit
from apps.viewer.camera import home
from voxnca import ArgumentError, Target

UP = (1, 0, 0)
STEPS = [tuple(side * int(a == axis) for a in range(3)) for axis in range(3) for side in (-1, 1)]


def on_floor(y: int, x: int) -> Hit:
    """Point at the base plate, which is layer 0 of the picture."""
    return Hit((0, y, x), UP)


def at(z: int, y: int, x: int, outward: tuple[int, ...] = UP) -> Hit:
    """Point at a face of a voxel of the grid."""
    return Hit((z + 1, y, x), outward)


def pixel(row: int, column: int) -> Hit:
    return Hit((row, column), (0, 0))


def rgb_at(easel: Easel, cell: tuple[int, ...]) -> str:
    red, green, blue, alpha = easel.grid[cell].tolist()
    assert alpha == 255
    return write_colour((red, green, blue))


def hits(easel: Easel) -> st.SearchStrategy[Hit]:
    """Draw places in and a little beside the picture."""
    place = st.integers(-1, easel.size)
    if easel.num_dims == 2 or easel.layer is not None:
        return st.builds(pixel, place, place)
    return st.builds(Hit, st.tuples(place, place, place), st.sampled_from(STEPS))


def paint_anything(data: st.DataObject, easel: Easel, num_actions: int = 12) -> None:
    """Do some of everything that changes a grid."""
    for _ in range(data.draw(st.integers(0, num_actions))):
        what = data.draw(st.sampled_from(["touch"] * 6 + ["stroke", "clear", "resize", "layer"]))
        if what == "clear":
            easel.clear()
        elif what == "resize":
            with suppress(ArgumentError):  # it would cut something off
                easel.resize(data.draw(st.integers(4, 9)))
        elif what == "layer" and easel.num_dims == 3:
            easel.set_layer(data.draw(st.none() | st.integers(0, easel.size - 1)))
        else:
            easel.brush.set_tool(data.draw(st.sampled_from(TOOLS)))
            easel.brush.set_colour(data.draw(st.sampled_from(sorted(PALETTE.values()))))
            if what == "stroke":
                easel.begin()
            for _ in range(3 if what == "stroke" else 1):
                easel.touch(data.draw(hits(easel)))
            easel.end()


@pytest.fixture
def sheet() -> Easel:
    return Easel(2, 8)


@pytest.fixture
def cube() -> Easel:
    return Easel(3, 6)


class TestTools:
    def test_add_paints_the_pixel_with_the_colour(self, sheet):
        sheet.brush.set_colour("#12AB9f")
        assert sheet.touch(pixel(2, 5))
        assert rgb_at(sheet, (2, 5)) == "#12ab9f"
        assert sheet.count == 1

    def test_add_puts_the_first_voxel_on_the_floor(self, cube):
        cube.touch(on_floor(2, 3))
        assert np.argwhere(solid(cube.grid)).tolist() == [[0, 2, 3]]

    @pytest.mark.parametrize("outward", STEPS)
    def test_add_puts_a_voxel_before_the_face(self, cube, outward):
        for z in range(3):
            cube.touch(at(z - 1, 2, 3))
        cube.touch(at(1, 2, 3, outward))
        before = tuple(np.add((1, 2, 3), outward).tolist())
        assert solid(cube.grid)[before]
        assert cube.count == (4 if outward[0] == 0 else 3)

    def test_nothing_is_put_into_the_air_or_off_the_grid(self, cube):
        for hit in (
            at(3, 2, 2),
            on_floor(2, 6),
            Hit((0, 0, 2), (0, -1, 0)),
            Hit((0, 2, 2), (-1, 0, 0)),
        ):
            assert not cube.touch(hit)
        assert cube.count == 0

    def test_colour_paints_only_what_is_there(self, sheet):
        sheet.touch(pixel(1, 1))
        sheet.brush.set_tool("colour")
        sheet.brush.set_colour("#0000ff")
        assert sheet.touch(pixel(1, 1))
        assert not sheet.touch(pixel(1, 2))
        assert rgb_at(sheet, (1, 1)) == "#0000ff"
        assert sheet.count == 1

    def test_pick_takes_the_colour_and_the_tool_before(self, cube):
        cube.brush.set_colour("#102030")
        cube.touch(on_floor(1, 1))
        cube.brush.set_colour("#ffffff")
        cube.brush.set_tool("remove")
        cube.brush.set_tool("pick")
        assert not cube.touch(on_floor(4, 4))
        assert cube.touch(at(0, 1, 1))
        assert (cube.brush.colour, cube.brush.tool) == ("#102030", "remove")
        assert cube.count == 1

    @given(st.data(), st.sampled_from([2, 3]), st.booleans())
    def test_add_then_remove_is_the_identity(self, data, num_dims, mirror):
        easel = Easel(num_dims, 6)
        paint_anything(data, easel)
        easel.set_mirror(mirror)
        before, hit = easel.grid, data.draw(hits(easel))
        easel.brush.set_tool("add")
        easel.brush.set_colour("#010203")  # nothing else has it: so painting over shows
        easel.touch(hit)
        added = np.argwhere((easel.grid != before).any(-1))
        if before[tuple(added.T)].any() or not len(added):
            return  # it painted over something, or nothing
        easel.brush.set_tool("remove")
        easel.touch(replace(hit, cell=hit.front))
        assert np.array_equal(easel.grid, before)

    def test_the_unknown_is_refused(self, cube):
        for act in (
            lambda: cube.brush.set_tool("spray"),
            lambda: cube.brush.set_colour("red"),
            lambda: cube.touch(pixel(1, 1)),
            lambda: cube.set_layer(6),
            lambda: cube.set_layer(True),
            lambda: Easel(2).set_layer(0),
            lambda: cube.resize(49),
            lambda: cube.resize("8"),
            lambda: Easel(2, 3),
            lambda: Easel(2, 65),
            lambda: Easel(4),
        ):
            with pytest.raises(ArgumentError):
                act()

    @pytest.mark.parametrize("text", ["#12345", "#1234567", "123456", "#12345g", "#123456\n", None])
    def test_a_colour_is_six_digits(self, text):
        with pytest.raises(ArgumentError, match="#rrggbb"):
            parse_colour(text)


class TestStroke:
    def test_is_undone_as_one(self, sheet):
        sheet.touch(pixel(0, 0))
        before = sheet.grid
        sheet.begin()
        for column in range(5):
            sheet.touch(pixel(3, column))
        sheet.end()
        sheet.undo()
        assert np.array_equal(sheet.grid, before)

    def test_does_not_build_towards_the_hand(self, cube):
        cube.begin()
        cube.touch(on_floor(2, 2))
        assert not cube.touch(at(0, 2, 2))
        cube.touch(on_floor(2, 3))
        cube.end()
        assert np.argwhere(solid(cube.grid)).tolist() == [[0, 2, 2], [0, 2, 3]]
        assert cube.touch(at(0, 2, 2))

    def test_does_not_dig_away_from_the_hand(self, cube):
        for z in range(3):
            cube.touch(at(z - 1, 2, 2))
        cube.brush.set_tool("remove")
        cube.begin()
        cube.touch(at(2, 2, 2))
        assert not cube.touch(at(1, 2, 2))
        cube.end()
        assert cube.touch(at(1, 2, 2))
        assert cube.count == 1

    def test_that_changes_nothing_is_none(self, sheet):
        sheet.begin()
        sheet.brush.set_tool("remove")
        sheet.touch(pixel(1, 1))
        sheet.end()
        assert not sheet.can_undo

    def test_under_way_can_be_undone(self, sheet):
        sheet.begin()
        sheet.touch(pixel(1, 1))
        assert sheet.can_undo
        sheet.undo()
        assert sheet.count == 0
        sheet.touch(pixel(1, 2))
        assert sheet.can_undo


class TestUndo:
    @given(st.data(), st.sampled_from([2, 3]), st.booleans())
    def test_restores_every_grid_and_redo_repeats_it(self, data, num_dims, mirror):
        easel = Easel(num_dims, 6)
        easel.set_mirror(mirror)
        paint_anything(data, easel)
        seen = [easel.grid]
        while easel.can_undo:
            easel.undo()
            assert not np.array_equal(easel.grid, seen[-1])
            seen.append(easel.grid)
        assert easel.grid.shape == (*(6,) * num_dims, 4)
        assert not easel.grid.any()
        for grid in reversed(seen[:-1]):
            assert easel.can_redo
            easel.redo()
            assert np.array_equal(easel.grid, grid)
        assert not easel.can_redo

    def test_takes_back_exactly_what_the_touch_did(self, cube):
        grids = [cube.grid]
        for y, x in ((1, 1), (2, 4), (3, 3)):
            cube.touch(on_floor(y, x))
            grids.append(cube.grid)
        for grid in reversed(grids[:-1]):
            cube.undo()
            assert np.array_equal(cube.grid, grid)

    def test_what_was_undone_is_lost_when_something_else_is_done(self, sheet):
        sheet.touch(pixel(0, 0))
        sheet.undo()
        sheet.touch(pixel(1, 1))
        assert not sheet.can_redo
        sheet.redo()
        assert np.argwhere(solid(sheet.grid)).tolist() == [[1, 1]]

    def test_is_bounded(self):
        easel = Easel(2, 64)
        for k in range(MAX_STEPS + 5):
            easel.touch(pixel(k // 64, k % 64))
        for _ in range(MAX_STEPS + 5):
            easel.undo()
        assert easel.count == 5

    def test_brings_back_what_was_cleared(self, cube):
        cube.touch(on_floor(2, 2))
        cube.clear()
        cube.clear()
        assert cube.count == 0
        cube.undo()
        assert cube.count == 1

    def test_of_nothing_changes_nothing(self, cube):
        version = cube.version
        cube.undo()
        cube.redo()
        cube.clear()
        assert cube.version == version


class TestMirror:
    @given(st.data(), st.sampled_from([2, 3]), st.sampled_from([6, 7]))
    def test_keeps_what_is_symmetric_symmetric(self, data, num_dims, size):
        easel = Easel(num_dims, size)
        easel.set_mirror(True)
        for _ in range(8):
            easel.brush.set_tool(data.draw(st.sampled_from(TOOLS)))
            easel.brush.set_colour(data.draw(st.sampled_from(sorted(PALETTE.values()))))
            easel.touch(data.draw(hits(easel)))
        assert np.array_equal(easel.grid, np.flip(easel.grid, num_dims - 1))

    def test_paints_left_and_right(self, sheet):
        sheet.set_mirror(True)
        sheet.touch(pixel(2, 1))
        assert np.argwhere(solid(sheet.grid)).tolist() == [[2, 1], [2, 6]]
        sheet.undo()
        assert sheet.count == 0


class TestLayer:
    @given(st.data(), st.integers(0, 5), st.booleans())
    def test_is_all_that_changes(self, data, layer, mirror):
        easel = Easel(3, 6)
        paint_anything(data, easel)
        layer = min(layer, easel.size - 1)
        easel.set_layer(layer)
        easel.set_mirror(mirror)
        before = easel.grid
        for _ in range(6):
            easel.brush.set_tool(data.draw(st.sampled_from(TOOLS)))
            easel.touch(data.draw(hits(easel)))
        others = np.arange(easel.size) != layer
        assert np.array_equal(easel.grid[others], before[others])

    def test_is_seen_from_above(self, cube):
        cube.set_layer(4)
        cube.touch(pixel(0, 5))
        # Above on the screen is far in y, and right is far in x: as the camera sees it from above.
        assert np.argwhere(solid(cube.grid)).tolist() == [[4, 5, 5]]
        assert cube.moment(1).cells.tolist() == [[0, 5]]

    def test_shows_the_one_below_faintly(self, cube):
        cube.brush.set_colour("#ff0000")
        cube.touch(on_floor(0, 0))
        cube.touch(on_floor(0, 1))
        cube.set_layer(1)
        cube.touch(pixel(5, 1))
        moment = cube.moment(1)
        shown = dict(zip(map(tuple, moment.cells.tolist()), moment.colors.tolist(), strict=True))
        assert set(shown) == {(5, 0), (5, 1)}
        assert shown[5, 1] == [255, 0, 0]
        assert 140 < shown[5, 0][1] < shown[5, 0][0] < 255

    def test_stays_inside_a_grid_that_shrinks(self, cube):
        cube.set_layer(5)
        cube.resize(4)
        assert cube.layer == 3
        assert cube.moment(1).num_dims == 2


class TestResize:
    @given(st.sampled_from([2, 3]), st.integers(4, 12), st.integers(4, 12))
    def test_keeps_the_middle_and_the_floor(self, num_dims, before, after):
        easel = Easel(num_dims, before)
        middle = before // 2
        easel.touch(pixel(middle, middle) if num_dims == 2 else on_floor(middle, middle))
        easel.resize(after)
        expected = [after // 2] * 2 if num_dims == 2 else [0, after // 2, after // 2]
        assert np.argwhere(solid(easel.grid)).tolist() == [expected]

    def test_cuts_nothing_off(self, sheet):
        sheet.touch(pixel(0, 0))
        grid = sheet.grid
        with pytest.raises(ArgumentError, match="cut off"):
            sheet.resize(6)
        assert sheet.grid is grid
        sheet.undo()
        assert sheet.count == 0


class TestMoment:
    @pytest.mark.parametrize("num_dims", [2, 3])
    def test_shows_each_cell_in_its_colour(self, num_dims):
        target = voxnca.load_target("mushroom" if num_dims == 3 else "butterfly", size=9)
        easel = Easel.of(target)
        moment = easel.moment(7)
        drawn = np.zeros((*moment.space, 3), np.uint8)
        drawn[tuple(moment.cells.T)] = moment.colors
        grid = easel.grid if num_dims == 2 else np.pad(easel.grid, ((1, 0), *[(0, 0)] * 3))[1:]
        drawn = drawn if num_dims == 2 else drawn[1:]
        assert np.array_equal(drawn, grid[..., :3] * solid(grid)[..., None])
        assert len(np.unique(moment.cells, axis=0)) == len(moment.cells)
        assert moment.run == 7

    def test_of_an_empty_cube_is_its_base_plate(self, cube):
        moment = cube.moment(1)
        assert moment.space == (7, 6, 6)
        assert moment.cells.tolist() == np.argwhere(np.ones((1, 6, 6))).tolist()

    def test_is_looked_at_up_to_its_top(self, cube):
        assert cube.moment(1).box == ((0, 0, 0), (3, 6, 6))
        for z in range(5):
            cube.touch(at(z - 1, 2, 2))
        assert cube.moment(1).box == ((0, 0, 0), (6, 6, 6))

    def test_is_another_run_when_its_shape_changes(self, cube):
        runs = [cube.moment(1).run]
        for act in (
            lambda: cube.set_layer(2),
            lambda: cube.set_layer(None),
            lambda: cube.resize(8),
            cube.undo,
        ):
            act()
            runs.append(cube.moment(1).run)
        assert runs == [1, 2, 3, 4, 5]
        cube.set_layer(1)
        cube.set_layer(2)
        assert cube.moment(1).run == 6

    def test_changes_show_in_the_version(self, cube):
        seen = {cube.version}
        for act in (
            lambda: cube.touch(on_floor(1, 1)),
            lambda: cube.set_mirror(True),
            lambda: cube.set_layer(0),
            cube.undo,
            cube.redo,
            cube.clear,
            lambda: cube.resize(8),
        ):
            act()
            assert cube.version not in seen
            seen.add(cube.version)

    def test_is_painted_by_clicks_on_what_it_shows(self, cube):
        """The camera looks down on the plate; the same place clicked twice stacks two voxels."""
        clicked = []
        for _ in range(2):
            moment = cube.moment(1)
            camera = replace(home(moment), azimuth=-90.0, elevation=89.0)
            hit = camera.touch(moment, 0.52, 0.48, 1.0)
            cube.touch(hit)
            clicked.append(cube.count)
        assert clicked == [1, 2]
        [(low, *place), (high, *same)] = np.argwhere(solid(cube.grid)).tolist()
        assert (low, high) == (0, 1)
        assert place == same

    @pytest.mark.parametrize(("x", "y"), [(0.6, 0.4), (0.4, 0.4), (0.6, 0.6)])
    def test_a_layer_lies_as_the_camera_above_sees_it(self, cube, x, y):
        moment = cube.moment(1)
        camera = replace(home(moment), azimuth=-90.0, elevation=89.0)
        cube.touch(camera.touch(moment, x, y, 1.0))
        cube.set_layer(0)
        [(row, column)] = cube.moment(1).cells.tolist()
        assert (column >= 3) == (x > 0.5)
        assert (row >= 3) == (y > 0.5)


class TestTarget:
    def test_is_what_was_painted_cropped(self, cube):
        cube.brush.set_colour("#0a141e")
        cube.touch(on_floor(2, 2))
        cube.touch(at(0, 2, 2))
        target = cube.target("tower")
        assert (target.name, target.size, target.notes) == ("tower", (2, 1, 1), ())
        assert target.rgba8.reshape(-1, 4).tolist() == [[10, 20, 30, 255]] * 2

    def test_of_nothing_is_refused_with_a_remedy(self, sheet):
        with pytest.raises(ArgumentError, match="nothing is painted yet: add a cell"):
            sheet.target()

    def test_in_parts_says_so(self, sheet):
        sheet.touch(pixel(1, 1))
        sheet.touch(pixel(2, 2))
        assert sheet.target().notes == ()
        sheet.touch(pixel(5, 5))
        [note] = sheet.target().notes
        assert "2 parts" in note

    @pytest.mark.parametrize(("name", "size"), [("butterfly", 31), ("mushroom", 20), ("gecko", 64)])
    def test_of_a_copy_is_the_target(self, name, size):
        target = voxnca.load_target(name, size=size)
        easel = Easel.of(target)
        assert np.array_equal(easel.target().rgba8, target.rgba8)
        assert easel.size <= MAX_SIZE[target.num_dims]
        assert not easel.can_undo

    def test_a_copy_stands_on_the_floor_in_the_middle(self):
        target = Target.from_rgba8(np.full((3, 2, 5, 4), 255, np.uint8), name="brick")
        easel = Easel.of(target)
        found = np.argwhere(solid(easel.grid))
        assert easel.size == DEFAULT_SIZE[3] + 1
        assert np.array_equal(easel.grid, np.flip(easel.grid, 2))
        assert found[:, 0].tolist() == sorted([0, 1, 2] * 10)

    def test_a_copy_of_too_large_a_target_is_refused(self):
        target = Target.from_rgba8(np.full((65, 3, 4), 255, np.uint8), name="mast")
        with pytest.raises(ArgumentError, match="load it with size=64"):
            Easel.of(target)

    @pytest.mark.parametrize("num_dims", [2, 3])
    def test_can_be_learnt(self, num_dims):
        easel = Easel(num_dims)
        easel.set_mirror(True)
        places = [(y, x) for y in (3, 4) for x in (9, 10, 11)]
        easel.begin()
        for y, x in places:
            easel.touch(pixel(y, x) if num_dims == 2 else on_floor(y, x))
        easel.end()
        if num_dims == 3:
            easel.touch(at(0, 3, 9))
        config = voxnca.ModelConfig(num_dims=num_dims, num_channels=8, hidden_size=16)
        recipe = voxnca.TrainConfig(num_steps=2, pool_size=4, batch_size=2)
        training = voxnca.train(voxnca.NCA(config, seed=0), easel.target(), recipe)
        step = next(training)
        assert step.index == 1
        assert np.isfinite(step.loss)
        assert training.targets[0].name == "painting"
