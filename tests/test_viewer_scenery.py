"""What stands round a creature, drawn and pointed at: walls, the beacon, the root."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.lab.conditions import Conditions
from apps.lab.hit import Hit
from apps.lab.look import Look
from apps.lab.moment import Moment
from apps.lab.scenery import BEACON
from apps.lab.session import Session
from apps.viewer.camera import OrbitCamera, PlaneCamera, Spot, home
from apps.viewer.painter import View
from apps.viewer.plane import draw_plane
from apps.viewer.scene import Scene, Window
from apps.viewer.solids import Solid
from apps.viewer.tab import Frame
from apps.viewer.theme import DARK, LIGHT, ROOT
from apps.workshop.hand_set import vine

SIZE = (300, 200)
ASPECT = SIZE[0] / SIZE[1]
angles = st.floats(-180, 180)
cells = st.tuples(*[st.integers(0, 8)] * 3)


def moment(num_dims: int, walls: list[tuple[int, ...]], *, look: Look | None = None) -> Moment:
    """Look at a root in the open, with some walls and the beacon opposite."""
    blocked = np.zeros((9,) * num_dims, bool)
    blocked[tuple(np.array(walls, int).reshape(-1, num_dims).T)] = True
    told = Conditions((1,) * num_dims, (), blocked, (7,) * num_dims)
    session = Session(vine(num_dims), space=blocked.shape, conditions=told)
    session.set_look(look or Look())
    return session.moment()


def view(shown: Moment, **options: object) -> View:
    return View((shown,), options.get("camera", home(shown)), SIZE, DARK, smooth=False)


class TestSpot:
    @given(angles, st.floats(-88, 88), cells)
    def test_in_3d_a_cell_is_seen_where_its_ray_goes_through_it(self, azimuth, elevation, cell):
        camera = OrbitCamera((4.5, 4.5, 4.5), azimuth, elevation, 60.0, 60.0)
        spot = camera.spot(cell, ASPECT)
        along = camera.ray(spot.x, spot.y, ASPECT)
        to_cell = np.array(cell[::-1]) + 0.5 - camera.position
        assert np.allclose(np.cross(along, to_cell), 0, atol=1e-9)
        assert camera.slide(cell, spot.x, spot.y, ASPECT) == cell

    @given(angles, st.floats(-88, 88), cells, st.floats(0, 1), st.floats(0, 1))
    def test_a_drag_in_3d_stays_in_the_layer_that_faces_the_viewer(
        self, azimuth, elevation, cell, x, y
    ):
        camera = OrbitCamera((4.5, 4.5, 4.5), azimuth, elevation, 60.0, 60.0)
        to = camera.slide(cell, x, y, ASPECT)
        axis = int(abs(camera.basis()[0][::-1]).argmax())
        assert to[axis] == cell[axis]

    @given(st.tuples(*[st.integers(0, 8)] * 2), st.floats(3, 50), st.floats(0, 9))
    def test_in_2d_too(self, cell, across, row):
        camera = PlaneCamera((row, 4.5), across, across)
        spot = camera.spot(cell, ASPECT)
        assert camera.slide(cell, spot.x, spot.y, ASPECT) == cell
        assert spot.cell == pytest.approx(1 / across)

    def test_what_is_behind_the_eye_is_not_seen(self):
        camera = OrbitCamera((4.5, 4.5, 4.5), 0.0, 0.0, 2.0, 2.0)
        assert camera.spot((4, 4, 8), 1.0) is None
        assert isinstance(camera.spot((4, 4, 0), 1.0), Spot)


class TestPointing:
    def test_a_wall_in_3d_is_built_on_and_taken_away_through_all_else(self):
        shown = moment(3, [(0, 4, 4), (4, 4, 4)])
        above = OrbitCamera((4.6, 4.6, 4.5), -90.0, 89.0, 40.0, 40.0)
        on_top = view(shown, camera=above)
        spot = above.spot((4, 4, 4), ASPECT)
        assert on_top.touch(spot.x, spot.y) == Hit((4, 4, 4), (1, 0, 0))
        assert on_top.touch_wall(spot.x, spot.y) == Hit((4, 4, 4), (1, 0, 0))
        assert on_top.pick(spot.x, spot.y) is None, "walls are no part of the creature"
        covered = replace(shown, cells=np.array([[7, 4, 4]]))
        assert view(covered, camera=above).touch(spot.x, spot.y).cell == (7, 4, 4)
        assert view(covered, camera=above).touch_wall(spot.x, spot.y).cell == (4, 4, 4)
        beside = above.spot((0, 8, 0), ASPECT)
        assert on_top.touch(beside.x, beside.y).cell[0] == -1, "the floor"
        assert on_top.touch_wall(beside.x, beside.y) is None

    def test_in_2d_it_is_the_cell(self):
        shown = moment(2, [(3, 5)])
        spot = home(shown).spot((3, 5), ASPECT)
        assert view(shown).touch_wall(spot.x, spot.y) == Hit((3, 5), (0, 0))
        spot = home(shown).spot((3, 6), ASPECT)
        assert view(shown).touch_wall(spot.x, spot.y) is None

    @pytest.mark.parametrize("num_dims", [2, 3])
    def test_the_beacon_is_dragged_no_farther_than_the_edge(self, num_dims):
        shown = moment(num_dims, [])
        assert view(shown).beacon_spot == home(shown).spot((7,) * num_dims, ASPECT)
        for x, y in ((0, 0), (1, 1)):
            cell = view(shown).slide_beacon(x, y)
            assert all(0 <= c < 9 for c in cell)
        bare = replace(shown, scenery=None)
        assert view(bare).slide_beacon(0.5, 0.5) is None
        assert view(bare).beacon_spot is None
        assert len(Frame(1, view(bare), is_final=True).header()) == 32


class TestPlane:
    def test_walls_are_striped_and_marks_are_in_their_cells(self):
        shown = moment(2, [(3, 5), (3, 6)])
        camera = home(shown)
        for theme in (DARK, LIGHT):
            picture = draw_plane(shown, camera, (600, 600), theme)
            inside = picture[
                round(600 * camera.spot((3, 5), 1.0).y) - 20 : round(
                    600 * camera.spot((3, 5), 1.0).y
                )
                + 20,
                round(600 * camera.spot((3, 5), 1.0).x),
            ]
            assert {tuple(pixel) for pixel in inside.tolist()} == {theme.wall, theme.hatch}
            for cell, color in (((7, 7), BEACON), ((1, 1), ROOT)):
                spot = camera.spot(cell, 1.0)
                assert tuple(picture[round(600 * spot.y), round(600 * spot.x)]) == color

    def test_marks_off_the_frame_harm_nothing(self):
        shown = moment(2, [])
        near = PlaneCamera((-20.0, 4.5), 2.0, 10.0)
        assert (draw_plane(shown, near, SIZE, DARK) == DARK.ground).all()

    def test_a_cut_takes_walls_away_too(self):
        walls = [(z, 4, 4) for z in range(9)]
        look = Look(cut_axis=0, cut_at=0.5)
        shown = moment(3, walls, look=look)
        assert shown.scenery.walls[:, 0].max() == 4
        assert shown.conditions.num_walls == 9, "what is hidden stands all the same"


@pytest.fixture(scope="module")
def window():
    window = Window(Scene())
    yield window
    window.close()


class TestStage:
    def test_walls_are_seen_through_and_gone_when_they_are_gone(self, window):
        def draw(shown: Moment) -> np.ndarray:
            return window.draw(shown, home(shown), SIZE, DARK, smooth=False).astype(int)

        bare, walled = (draw(moment(3, walls)) for walls in ([], [(4, 4, 4)]))
        changed = abs(walled - bare).max(2) > 3
        spot = home(moment(3, [])).spot((4, 4, 4), ASPECT)
        assert changed[round(200 * spot.y), round(300 * spot.x)]
        assert 20 < changed.sum() < 2500
        behind = replace(moment(3, [(4, 4, 4)]), cells=np.array([[4, 7, 4]]))
        behind = replace(behind, colors=np.array([[255, 0, 0]], np.uint8))
        seen = draw(behind) - walled
        assert seen[..., 0].max() > 60, "red shines through"
        assert (draw(moment(3, [])) == bare).all()

    def test_the_beacon_is_yellow_where_it_is_seen(self, window):
        shown = moment(3, [])
        picture = window.draw(shown, home(shown), SIZE, LIGHT, smooth=False).astype(int)
        spot = home(shown).spot((7, 7, 7), ASPECT)
        red, green, blue = picture[round(200 * spot.y), round(300 * spot.x)]
        assert red > 1.1 * green > 2 * blue


def _volume(solid: Solid) -> float:
    """Return the volume inside triangles that turn outwards (divergence theorem)."""
    a, b, c = solid.points[solid.triangles].transpose(1, 0, 2).astype(float)
    return float((a * np.cross(b, c)).sum() / 6)


def test_solids_hold_the_volume_they_should():
    box = Solid.box((1, 2, 3), (2, 4, 6), (9, 9, 9))
    assert _volume(box) == pytest.approx(6)
    assert _volume(Solid.octahedron((5, 5, 5), 1.5, BEACON)) == pytest.approx(4 / 3 * 1.5**3)
    joined = Solid.joined([box, Solid.box((0, 0, 0), (1, 1, 1), (9, 9, 9))])
    assert _volume(joined) == pytest.approx(7)
