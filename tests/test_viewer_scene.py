"""What is drawn, and that a click hits what is seen: cameras, meshes, rays, pictures."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from apps.lab.hit import Hit
from apps.lab.moment import Fog, Moment
from apps.viewer.camera import OrbitCamera, PlaneCamera, first_face, first_hit, floor_hit, home
from apps.viewer.floor import FLOOR_TRIANGLES, floor_height, floor_points, paint_floor
from apps.viewer.mesh import OCCLUSION, make_mesh
from apps.viewer.plane import draw_plane
from apps.viewer.scene import Scene, Window
from apps.viewer.theme import DARK, LIGHT
from voxnca.faces import exposed_faces

SIZE = (320, 240)


def moment_of(solid: np.ndarray, colors: np.ndarray | None = None) -> Moment:
    """Make a moment from a bool array; without colours each cell has a hue of its own."""
    cells = np.argwhere(solid)
    if colors is None:
        colors = np.random.default_rng(0).integers(60, 256, (len(cells), 3)).astype(np.uint8)
    space = solid.shape
    box = ((0,) * len(space), space)
    return Moment(1, 0, 0, cells, np.asarray(colors, dtype=np.uint8), space, box, None, cells)


solids = arrays.arrays(bool, st.tuples(*[st.integers(1, 6)] * 3)).filter(lambda a: a.any())


@pytest.fixture(scope="module")
def window():
    window = Window(Scene())
    yield window
    window.close()


def draw(window: Window, moment: Moment, camera: OrbitCamera, **options: object) -> np.ndarray:
    arguments = {"size": SIZE, "theme": DARK, "smooth": False} | options
    return window.draw(moment, camera, **arguments)


class TestRay:
    @given(solids, st.integers(0, 2**32 - 1))
    def test_hits_what_a_walk_along_it_meets_first(self, solid, seed):
        rng = np.random.default_rng(seed)
        origin, toward = rng.uniform(-8, 12, 3), rng.uniform(0, solid.shape)
        direction = toward - origin
        found = first_hit(np.argwhere(solid), origin, direction)
        path = np.floor(origin + np.linspace(0, 12, 20_001)[:, None] * direction).astype(int)
        path = path[((path >= 0) & (path < solid.shape)).all(1)]
        met = path[solid[tuple(path.T)]][:1].tolist()
        # The walk steps over a corner that the ray barely cuts: it then met nothing, or another.
        barely = found is not None and _length(found, origin, direction) < 0.001
        assert barely or ([] if found is None else [list(found)]) == met

    def test_along_an_axis_hits_the_near_end(self):
        cells = np.array([[0, 0, 0], [0, 0, 5]])
        from_the_left = first_hit(cells, np.array([0.5, 0.5, -9]), np.array([0.0, 0, 1]))
        from_the_right = first_hit(cells, np.array([0.5, 0.5, 9]), np.array([0.0, 0, -1]))
        assert (from_the_left, from_the_right) == ((0, 0, 0), (0, 0, 5))

    def test_behind_the_eye_is_not_hit(self):
        cell = np.array([[0, 0, 0]])
        assert first_hit(cell, np.array([0.5, 0.5, 5]), np.array([0.0, 0, 1])) is None

    def test_of_nothing_is_nothing(self):
        assert first_hit(np.zeros((0, 3), int), np.zeros(3), np.ones(3)) is None


def march(solid: np.ndarray, origin: np.ndarray, direction: np.ndarray) -> Hit | None:
    """Walk from face to face through the cells of a ray: the oracle of `first_face`."""
    cell, step = np.floor(origin).astype(int), np.sign(direction).astype(int)
    for _ in range(200):
        borders = cell + (step > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            until = np.where(step == 0, np.inf, (borders - origin) / direction)
        axis = int(until.argmin())
        cell[axis] += step[axis]
        if ((cell >= 0) & (cell < solid.shape)).all() and solid[tuple(cell)]:
            outward = [0, 0, 0]
            outward[axis] = -int(step[axis])
            return Hit(tuple(cell.tolist()), tuple(outward))
    return None


class TestFace:
    """The rays are whole and half numbers too: along axes, in the planes between cells."""

    @given(solids, st.integers(0, 2**32 - 1))
    def test_is_the_one_by_which_a_walk_enters(self, solid, seed):
        rng = np.random.default_rng(seed)
        origin, toward = rng.uniform(-8, 12, 3), rng.uniform(0, solid.shape)
        direction = toward - origin
        assert first_face(np.argwhere(solid), origin, direction) == march(solid, origin, direction)

    @given(
        solids,
        st.tuples(*[st.integers(-4, 9)] * 3),
        st.tuples(*[st.sampled_from([-1, 0, 1])] * 3).filter(any),
    )
    def test_of_a_ray_along_faces_and_edges_is_bare(self, solid, origin, direction):
        cells, origin = np.argwhere(solid), np.array(origin, dtype=float) / 2
        hit = first_face(cells, origin, np.array(direction, dtype=float))
        touching = ((cells <= origin) & (origin <= cells + 1)).all(1).any()
        if hit is None or touching:
            return
        assert solid[hit.cell]
        axis = int(np.abs(hit.outward).argmax())
        assert hit.outward[axis] == -direction[axis]
        # Two cells that touch at an edge may close it from both sides.
        crossed = np.abs(direction).sum()
        assert hit.front not in set(map(tuple, cells.tolist())) or crossed > 1

    @pytest.mark.parametrize("x", [0.0, 0.5, 2.0, 2.9])
    def test_in_the_plane_between_two_cells_is_that_of_the_upper(self, x):
        slab = np.argwhere(np.ones((4, 1, 3), bool))
        hit = first_face(slab, np.array([2.0, -5.0, x]), np.array([0.0, 1.0, 0.0]))
        assert hit == Hit((2, 0, int(x)), (0, -1, 0))

    def test_through_an_edge_of_a_wall_is_that_of_the_wall(self):
        wall = np.argwhere(np.ones((4, 1, 4), bool))
        hit = first_face(wall, np.array([-1.0, -3.0, -1.0]), np.array([1.0, 1.0, 1.0]))
        assert hit == Hit((2, 0, 2), (0, -1, 0))

    def test_behind_or_round_the_eye_is_not_hit(self):
        row = np.array([[0, 0, 0], [0, 0, 3]])
        hit = first_face(row, np.array([0.5, 0.5, 0.5]), np.array([0.0, 0.0, 1.0]))
        assert hit == Hit((0, 0, 3), (0, 0, -1))
        assert first_face(row, np.array([0.5, 0.5, 5.0]), np.array([0.0, 0.0, 1.0])) is None

    def test_of_nothing_is_nothing(self):
        assert first_face(np.zeros((0, 3), int), np.zeros(3), np.ones(3)) is None


class TestFloorHit:
    @given(st.integers(0, 2**32 - 1), st.integers(-2, 3))
    def test_is_where_a_walk_meets_the_layer_below(self, seed, height):
        rng = np.random.default_rng(seed)
        space = tuple(rng.integers(2, 9, 3).tolist())
        origin = np.array([height, 0, 0]) + rng.uniform((0.1, -6, -6), (9, 14, 14))
        direction = rng.uniform((height - 3, -3, -3), (height + 3, 11, 11)) - origin
        # A slab that reaches far beyond the grid on all sides stands for the floor.
        slab = np.ones((1, 200, 200), bool)
        shift = np.array([height - 1, -100, -100])
        met = march(slab, origin - shift, direction)
        hit = floor_hit(space, height, origin, direction)
        if met is None:
            assert hit is None
            return
        z, y, x = np.add(met.cell, shift).tolist()
        inside = 0 <= y < space[1] and 0 <= x < space[2]
        assert hit == (Hit((z, y, x), (1, 0, 0)) if inside else None)

    def test_is_not_seen_from_below(self):
        assert floor_hit((4, 4, 4), 0, np.array([-3.0, 2, 2]), np.array([-1.0, 0, 0])) is None
        assert floor_hit((4, 4, 4), 0, np.array([-3.0, 2, 2]), np.array([1.0, 0, 0])) is None


def _length(cell, origin, direction) -> float:
    """Return how long a ray is in a cell, in lengths of its direction."""
    ends = (np.array([cell, np.array(cell) + 1]) - origin) / direction
    return np.fmax(*ends).min() - max(np.fmin(*ends).max(), 0.0)


class TestMesh:
    @given(solids)
    def test_has_two_triangles_a_face_that_look_outwards(self, solid):
        moment = moment_of(solid)
        mesh, faces = make_mesh(moment), exposed_faces(moment.cells, moment.space)
        assert len(mesh.triangles) == 2 * len(faces)
        a, b, c = (mesh.points[mesh.triangles[:, k]] for k in range(3))
        normal = np.cross(b - a, c - a)
        expected = np.zeros((len(faces), 3))
        expected[np.arange(len(faces)), 2 - faces.axis] = 2 * faces.side.astype(int) - 1
        assert np.allclose(normal, np.repeat(expected, 2, axis=0))

    @given(solids)
    def test_puts_each_face_on_the_side_of_its_cell(self, solid):
        moment = moment_of(solid)
        mesh, faces = make_mesh(moment), exposed_faces(moment.cells, moment.space)
        middle = mesh.points.reshape(-1, 4, 3).mean(1)[:, ::-1]
        expected = moment.cells[mesh.cell] + 0.5
        expected[np.arange(len(faces)), faces.axis] += faces.side - 0.5
        assert np.allclose(middle, expected)

    @given(solids)
    def test_darkens_corners_by_the_neighbours_that_close_them_in(self, solid):
        moment = moment_of(solid, np.full((solid.sum(), 3), 255))
        mesh, faces = make_mesh(moment), exposed_faces(moment.cells, moment.space)
        padded = np.pad(solid, 1)
        colors = mesh.colors[:, 0].reshape(-1, 4).astype(float)
        corners = mesh.points.reshape(-1, 4, 3)[..., ::-1]
        for f in range(len(faces)):
            axis, side = faces.axis[f], int(faces.side[f])
            front = moment.cells[faces.cell[f]].copy()
            front[axis] += 2 * side - 1
            tangent = [a for a in range(3) if a != axis]
            counts = []
            for corner in corners[f]:
                toward = np.where(corner > moment.cells[faces.cell[f]], 1, -1)
                met = []
                for use in ((1, 0), (0, 1), (1, 1)):
                    cell = front.copy()
                    for used, a in zip(use, tangent, strict=True):
                        cell[a] += used * toward[a]
                    met.append(bool(padded[tuple(cell + 1)]))
                counts.append(3 if met[0] and met[1] else sum(met))
            brightest = colors[f] / OCCLUSION[counts]
            assert np.ptp(brightest) <= 2.5

    def test_of_nothing_is_empty(self):
        mesh = make_mesh(moment_of(np.zeros((3, 3, 3), bool)))
        assert len(mesh.triangles) == len(mesh.points) == 0


class TestOrbitCamera:
    CAMERA = OrbitCamera((5.0, 5.0, 5.0), -90.0, 0.0, 30.0, 30.0)

    def test_pick_is_the_cell_in_the_middle(self):
        solid = np.ones((10, 10, 10), bool)
        assert self.CAMERA.pick(moment_of(solid), 0.501, 0.499, 1.5) == (5, 0, 5)

    def test_touch_is_the_face_of_what_pick_finds_or_the_floor(self):
        solid = np.zeros((10, 10, 10), bool)
        solid[:4, 3:6, 2:7] = True
        moment = moment_of(solid)
        camera = replace(home(moment), azimuth=-50.0, elevation=40.0)
        seen = set()
        for x, y in np.random.default_rng(4).random((400, 2)):
            hit, cell = camera.touch(moment, x, y, 1.5), camera.pick(moment, x, y, 1.5)
            if cell is None:
                assert hit is None or (hit.cell[0], hit.outward) == (-1, (1, 0, 0))
            else:
                assert hit.cell == cell
                assert not solid[hit.front]
            seen.add(hit and (hit.cell[0] < 0, hit.outward))
        # Nothing, the floor, and three faces of the block: the top, the right and the front.
        assert seen == {
            None,
            (True, (1, 0, 0)),
            (False, (1, 0, 0)),
            (False, (0, 0, 1)),
            (False, (0, -1, 0)),
        }

    def test_touch_finds_the_floor_of_an_empty_grid(self):
        moment = moment_of(np.zeros((9, 9, 9), bool))
        camera = replace(home(moment), azimuth=-90.0, elevation=80.0)
        hit = camera.touch(moment, 0.5001, 0.4999, 1.0)
        assert hit.front[0] == 0
        assert hit.front[2] == 4

    def test_touch_finds_the_floor_below_cells_that_hang_out_of_the_box(self):
        solid = np.zeros((9, 9, 9), bool)
        solid[2, 0, 0] = True
        moment = replace(moment_of(solid), box=((5, 0, 0), (9, 9, 9)))
        assert floor_height(moment) == 2
        camera = replace(home(moment), azimuth=-90.0, elevation=80.0)
        assert camera.touch(moment, 0.5001, 0.4999, 1.0).front[0] == 2

    def test_a_full_circle_of_drags_comes_home(self):
        turned = self.CAMERA
        for _ in range(4):
            turned = turned.turn(0.5, 0.0)
        assert turned.azimuth % 360 == pytest.approx(self.CAMERA.azimuth % 360)

    def test_never_turns_over_the_pole(self):
        assert self.CAMERA.turn(0, 9).elevation == 89
        assert self.CAMERA.turn(0, -9).elevation == -89

    @given(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4), st.floats(0.4, 2.5))
    def test_what_is_dragged_stays_under_the_mouse(self, dx, dy, aspect):
        camera = replace(self.CAMERA, azimuth=33.0, elevation=20.0)
        focus = np.array(camera.focus)
        moved = camera.pan(dx, dy)
        short = min(1.0, aspect)
        # From the middle by (dx, dy) of the shorter side, in fractions of width and height.
        direction = moved.ray(0.5 + dx * short / aspect, 0.5 + dy * short, aspect)
        toward = focus - moved.position
        cosine = direction @ toward / np.linalg.norm(direction) / np.linalg.norm(toward)
        assert cosine == pytest.approx(1, abs=1e-9)

    def test_zoom_stays_in_range(self):
        near, far = self.CAMERA, self.CAMERA
        for _ in range(50):
            near, far = near.zoom(0.5), far.zoom(2)
        assert 0 < near.distance < 30 < far.distance < 1e3

    @pytest.mark.parametrize("aspect", [0.5, 1.0, 2.0])
    def test_home_shows_every_corner_of_the_box(self, aspect):
        moment = moment_of(np.ones((8, 14, 6), bool))
        camera = home(moment)
        forward, right, up = camera.basis()
        half = np.tan(np.radians(camera.view_angle(aspect)) / 2)
        for corner in product(*zip(*moment.box, strict=True)):
            toward = np.array(corner[::-1]) - camera.position
            depth = toward @ forward
            assert abs(toward @ right) < half * aspect * depth
            assert abs(toward @ up) < half * depth


class TestPicture:
    """Drawn by VTK for real."""

    @pytest.mark.parametrize(("azimuth", "elevation"), [(-60, 22), (100, -30), (10, 80)])
    @pytest.mark.parametrize("size", [(320, 240), (200, 300)])
    def test_a_click_hits_what_is_drawn_there(self, window, azimuth, elevation, size):
        solid = np.random.default_rng(1).random((7, 5, 9)) < 0.4
        moment = moment_of(solid)
        camera = replace(home(moment), azimuth=azimuth, elevation=elevation)
        image = draw(window, moment, camera, size=size).astype(float)
        width, height = size
        color = {tuple(c): rgb for c, rgb in zip(moment.cells.tolist(), moment.colors, strict=True)}
        compared = 0
        for row, column in np.random.default_rng(2).integers(2, min(size) - 2, (1500, 2)):
            seen = {
                camera.pick(
                    moment, (column + 0.5 + i) / width, (row + 0.5 + j) / height, width / height
                )
                for i in (-1.5, 0, 1.5)
                for j in (-1.5, 0, 1.5)
            }
            if len(seen) == 1 and None not in seen:
                expected = color[seen.pop()].astype(float)
                drawn = image[row, column]
                assert np.allclose(drawn / drawn.sum(), expected / expected.sum(), atol=0.02)
                compared += 1
        assert compared > 100

    @staticmethod
    def place_of(image: np.ndarray, channel: int) -> np.ndarray:
        """Return the mean (row, column) of the pixels in which one channel stands out."""
        image = image.astype(int)
        rest = np.delete(image, channel, axis=2).max(2)
        return np.argwhere(image[..., channel] > rest + 60).mean(0)

    def test_is_no_mirror_image(self, window):
        solid = np.zeros((9, 9, 9), bool)
        solid[4, 4, 8] = solid[4, 8, 4] = solid[8, 4, 4] = True
        colors = {(4, 4, 8): (255, 0, 0), (4, 8, 4): (0, 255, 0), (8, 4, 4): (0, 0, 255)}
        moment = moment_of(solid, [colors[tuple(c)] for c in np.argwhere(solid).tolist()])
        front = replace(home(moment), azimuth=-90.0, elevation=0.0)
        x, z = (self.place_of(draw(window, moment, front), channel) for channel in (0, 2))
        assert x[1] > SIZE[0] * 0.55  # x to the right
        assert z[0] < SIZE[1] * 0.45  # z up
        above = replace(front, elevation=89.0)
        x, y = (self.place_of(draw(window, moment, above), channel) for channel in (0, 1))
        assert x[1] > SIZE[0] * 0.55
        assert y[0] < SIZE[1] * 0.45  # y away from us: right-handed

    def test_fills_the_frame_to_its_last_row(self, window):
        moment = moment_of(np.ones((3, 3, 3), bool))
        for size in ((320, 240), (640, 480), (200, 300)):
            for smooth in (False, True):
                image = draw(window, moment, home(moment), size=size, smooth=smooth)
                assert image.shape == (size[1], size[0], 3)
                corners = image[[0, 0, -1, -1], [0, -1, 0, -1]].astype(int)
                assert (abs(corners - DARK.ground) <= 2).all()

    def test_follows_the_moment_in_the_same_mesh(self):
        scene = Scene()
        surface = scene.surface
        for size in (3, 5, 2, 5):
            moment = moment_of(np.ones((size,) * 3, bool))
            scene.show(moment)
            assert scene.surface is surface
            assert surface.GetNumberOfCells() == 2 * 6 * size**2

    def test_of_an_extinct_creature_is_the_empty_floor(self, window):
        moment = moment_of(np.zeros((5, 5, 5), bool))
        image = draw(window, moment, home(moment))
        assert np.ptp(image.astype(int)[..., 0]) < 60

    def test_wears_the_theme(self, window):
        moment = moment_of(np.ones((3, 3, 3), bool))
        dark = draw(window, moment, home(moment), theme=DARK)[0, 0]
        light = draw(window, moment, home(moment), theme=LIGHT)[0, 0]
        assert dark.max() < 80
        assert light.min() > 200


class TestFog:
    """Alpha as a volume, drawn by VTK for real."""

    @staticmethod
    def fog_of(alpha: np.ndarray, low: tuple[int, ...] = (0, 0, 0)) -> Moment:
        """Make a moment of 12^3 whose cells lie under a fog of uint8 `alpha` from `low` on."""
        solid = np.zeros((12, 12, 12), bool)
        solid[tuple(slice(o, o + n) for o, n in zip(low, alpha.shape, strict=True))] = alpha > 127
        return replace(moment_of(solid), fog=Fog(low, alpha.astype(np.uint8)))

    @staticmethod
    def strength(
        window: Window, moment: Moment, camera: OrbitCamera | None = None, **options: object
    ) -> np.ndarray:
        """Return how far each pixel is from what it is without the fog."""
        clear = replace(moment, fog=Fog((0, 0, 0), np.zeros((0, 0, 0), np.uint8)))
        camera = camera or home(moment)
        images = (draw(window, m, camera, **options).astype(int) for m in (moment, clear))
        return abs(np.subtract(*images)).sum(2)

    @pytest.mark.parametrize("theme", [DARK, LIGHT])
    @pytest.mark.parametrize("smooth", [False, True])
    def test_is_the_denser_the_more_alpha(self, window, theme, smooth):
        options = {"theme": theme, "smooth": smooth}
        seen = [
            self.strength(window, self.fog_of(np.full((12, 12, 12), alpha)), **options).mean()
            for alpha in (0, 20, 60, 120, 250)
        ]
        assert seen[0] == 0
        assert seen[1] > 2
        assert (np.diff(seen) > 1).all()

    def test_is_the_denser_the_thicker(self, window):
        thin, thick = (self.fog_of(np.full((12, n, 12), 100), (0, 6 - n // 2, 0)) for n in (2, 10))
        front = replace(home(thin), azimuth=-90.0, elevation=0.0)
        images = [draw(window, m, front)[SIZE[1] // 2, SIZE[0] // 2].sum() for m in (thin, thick)]
        assert images[0] + 30 < images[1]

    def test_of_a_slice_is_dense_and_without_stripes(self, window):
        slice_ = self.fog_of(np.full((12, 1, 12), 255), (0, 6, 0))
        image = self.strength(window, slice_)
        body = image[ndimage.binary_erosion(image > 30, iterations=20)]
        assert len(body) > 2000
        assert body.mean() > 300
        assert body.std() < 0.033 * body.mean()  # 0.024; coarse steps make it 0.043

    @pytest.mark.parametrize("low", [(0, 0, 6), (0, 8, 0), (6, 0, 6)])
    @pytest.mark.parametrize("smooth", [False, True])
    def test_lies_where_its_cells_would(self, window, low, smooth):
        moment = self.fog_of(np.full((3, 4, 6), 255), low)
        camera = replace(home(moment), azimuth=-40.0, elevation=30.0)
        image = self.strength(window, moment, camera, size=(120, 120), smooth=smooth)
        place = (np.arange(120) + 0.5) / 120
        cells = np.array(
            [[camera.pick(moment, x, y, 1.0) is not None for x in place] for y in place]
        )
        assert np.allclose(np.argwhere(image > 60).mean(0), np.argwhere(cells).mean(0), atol=1.0)
        assert image[~ndimage.binary_dilation(cells, iterations=6)].max() < 10

    def test_is_picked_by_its_solid_cells(self):
        moment = self.fog_of(np.full((12, 12, 12), 255))
        assert home(moment).pick(moment, 0.5, 0.5, 1.0) in {*map(tuple, moment.cells.tolist())}

    def test_goes_and_the_voxels_come_back(self, window):
        moment = self.fog_of(np.full((12, 12, 12), 255))
        voxels = replace(moment, fog=None)
        before = draw(window, voxels, home(voxels))
        colorful = replace(voxels, colors=np.full_like(voxels.colors, (255, 0, 0)))
        draw(window, colorful, home(voxels))
        red, green, _ = np.moveaxis(draw(window, moment, home(moment)).astype(int), 2, 0)
        assert (red - green).max() < 20
        assert (draw(window, moment, home(moment)) != before).any()
        assert np.array_equal(draw(window, voxels, home(voxels)), before)

    def test_darkens_the_floor_less_than_voxels_do(self):
        moment = self.fog_of(np.full((4, 4, 4), 255), (0, 4, 4))
        fog, voxels = paint_floor(moment, LIGHT), paint_floor(replace(moment, fog=None), LIGHT)
        assert fog.min() > voxels.min() + 40

    def test_in_2d_is_ink_on_paper(self):
        alpha = np.array([[0, 128, 255]], np.uint8)
        moment = replace(moment_of(np.zeros((3, 5), bool)), fog=Fog((1, 1), alpha))
        camera = home(moment)
        image = draw_plane(moment, camera, SIZE, LIGHT)
        places = [(x + 0.5, 1.5) for x in range(5)]
        height = camera.height(SIZE[0] / SIZE[1])
        seen = [
            image[
                int(((y - camera.focus[0]) / height + 0.5) * SIZE[1]),
                int((x - camera.focus[1]) / height * SIZE[1] + 0.5 * SIZE[0]),
            ].tolist()
            for x, y in places
        ]
        assert seen[0] == seen[1] == seen[4] == list(LIGHT.paper)
        assert seen[3] == list(LIGHT.ink)
        assert LIGHT.ink[0] + 50 < seen[2][0] < LIGHT.paper[0] - 50


class TestCutOpen:
    def test_the_cut_shows_the_cells_inside(self, window):
        solid = np.ones((8, 8, 8), bool)
        colors = np.full((512, 3), (0, 0, 255))
        inside = ((np.argwhere(solid) > 0) & (np.argwhere(solid) < 7)).all(1)
        colors[inside] = (255, 0, 0)
        moment = moment_of(solid, colors)
        kept = moment.cells[:, 1] >= 4
        cut = replace(moment, cells=moment.cells[kept], colors=moment.colors[kept])
        front = replace(home(moment), azimuth=-90.0, elevation=0.0)
        opened, closed = (draw(window, m, front)[..., 0] for m in (cut, moment))
        assert closed.max() < 80  # no red
        assert (opened > 180).sum() > 2000

    def test_the_floor_stays_where_it_is(self):
        solid = np.ones((5, 5, 5), bool)
        moment = replace(moment_of(solid), box=((2, 0, 0), (5, 5, 5)))
        top = moment.cells[:, 0] >= 4
        cut = replace(moment, cells=moment.cells[top], colors=moment.colors[top])
        assert np.array_equal(floor_points(cut), floor_points(moment))


class TestFloor:
    def test_looks_up_and_lies_below_every_voxel(self):
        moment = moment_of(np.ones((3, 4, 5), bool))
        points = floor_points(moment)
        a, b, c = (points[FLOOR_TRIANGLES[:, k]] for k in range(3))
        assert (np.cross(b - a, c - a)[:, 2] > 0).all()
        assert (points[:, 2] < 0).all()

    def test_is_dark_below_the_creature_and_fades_into_the_ground(self):
        solid = np.zeros((6, 6, 6), bool)
        solid[0, 2:4, 2:4] = True
        floor = paint_floor(moment_of(solid), LIGHT).reshape(72, 72, 3)
        assert floor[36, 36].max() < 180
        assert (abs(floor[0, 0].astype(int) - LIGHT.ground) <= 1).all()


class TestPlane:
    def test_each_pixel_has_the_colour_of_its_cell(self):
        rng = np.random.default_rng(3)
        moment = moment_of(rng.random((6, 9)) < 0.5)
        camera = home(moment).zoom(0.8).pan(0.1, -0.07)
        image = draw_plane(moment, camera, SIZE, DARK)
        color = {tuple(c): rgb for c, rgb in zip(moment.cells.tolist(), moment.colors, strict=True)}
        for row, column in rng.integers(0, min(SIZE), (500, 2)):
            x, y = (column + 0.5) / SIZE[0], (row + 0.5) / SIZE[1]
            cell = camera.cell(x, y, SIZE[0] / SIZE[1])
            inside = 0 <= cell[0] < 6 and 0 <= cell[1] < 9
            expected = color.get(cell, DARK.paper if inside else DARK.ground)
            assert image[row, column].tolist() == list(expected)
            assert camera.pick(moment, x, y, SIZE[0] / SIZE[1]) == (cell if cell in color else None)

    def test_row_0_is_the_top_and_column_0_the_left(self):
        solid = np.zeros((8, 8), bool)
        solid[0, 7] = True
        image = draw_plane(moment_of(solid, [(255, 0, 0)]), home(moment_of(solid)), SIZE, DARK)
        rows, columns = np.nonzero((image == (255, 0, 0)).all(2))
        assert rows.max() < SIZE[1] / 2
        assert columns.min() > SIZE[0] / 2

    @pytest.mark.parametrize("aspect", [0.5, 2.0])
    def test_home_shows_the_whole_box(self, aspect):
        moment = moment_of(np.ones((6, 12), bool))
        camera = home(moment)
        assert isinstance(camera, PlaneCamera)
        low, high = camera.cell(0, 0, aspect), camera.cell(1, 1, aspect)
        assert max(low) < 0
        assert high[0] > 6
        assert high[1] > 12

    def test_touch_is_any_cell_of_the_grid(self):
        solid = np.zeros((6, 12), bool)
        solid[2, 3] = True
        moment = moment_of(solid)
        camera, touched = home(moment), set()
        for x, y in np.random.default_rng(5).random((2000, 2)):
            hit, cell = camera.touch(moment, x, y, 1.5), camera.cell(x, y, 1.5)
            inside = 0 <= cell[0] < 6 and 0 <= cell[1] < 12
            assert hit == (Hit(cell, (0, 0)) if inside else None)
            touched.add(hit and hit.front)
        assert len(touched) == 6 * 12 + 1

    def test_turning_moves_it_along(self):
        camera = home(moment_of(np.ones((6, 12), bool)))
        assert camera.turn(0.1, 0.2) == camera.pan(0.1, 0.2) != camera
