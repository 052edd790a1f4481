"""A 2D moment as an image: every cell a square, nothing blurred; and what stands round it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.lab.moment import Fog, Moment
from apps.lab.scenery import Scenery
from apps.viewer.camera import PlaneCamera
from apps.viewer.marks import hatch, mark_beacon, mark_root
from apps.viewer.theme import Theme


def draw_plane(
    moment: Moment, camera: PlaneCamera, size: tuple[int, int], theme: Theme
) -> NDArray[np.uint8]:
    """Draw the cells that are shown, or the fog as shades of ink, on the theme's paper.

    Args:
        moment: of a 2D run.
        camera: what part of the plane to show.
        size: (width, height) in pixels.
        theme: colours of paper and surroundings.

    Returns:
        uint8 `(height, width, 3)`.
    """
    width, height = size
    num_rows = camera.height(width / height)
    rows = _cells(height, camera.focus[0], num_rows)
    columns = _cells(width, camera.focus[1], num_rows * width / height)
    # One ring of surroundings round the grid, to which everything beyond is clipped.
    grid = np.full((moment.space[0] + 2, moment.space[1] + 2, 3), theme.ground, dtype=np.uint8)
    grid[1:-1, 1:-1] = moment.paper or theme.paper
    if moment.fog is None:
        grid[moment.cells[:, 0] + 1, moment.cells[:, 1] + 1] = moment.colors
    else:
        _stain(grid[1:-1, 1:-1], moment.fog, theme)
    rows, columns = (
        np.clip(cells + 1, 0, side + 1)
        for cells, side in zip((rows, columns), moment.space, strict=True)
    )
    picture = grid[rows[:, None], columns]
    if moment.scenery is not None:
        _stage(picture, moment.scenery, moment.space, (rows, columns), theme)
        mark_root(picture, moment.scenery.root, camera)
        if moment.scenery.beacon is not None:
            mark_beacon(picture, moment.scenery.beacon, camera)
    return picture


def _stage(
    picture: NDArray[np.uint8],
    scenery: Scenery,
    space: tuple[int, ...],
    places: tuple[NDArray[np.int64], NDArray[np.int64]],
    theme: Theme,
) -> None:
    """Draw walls in the pixels of their cells; `places` are the padded grid's, a pixel each."""
    walls = np.zeros([side + 2 for side in space], bool)
    walls[tuple(scenery.walls.T + 1)] = True
    stands = walls[places[0][:, None], places[1]]
    picture[stands] = hatch(stands.shape, theme)[stands]


def _stain(paper: NDArray[np.uint8], fog: Fog, theme: Theme) -> None:
    """Darken paper where the fog lies, by how dense it is."""
    region = tuple(slice(o, o + n) for o, n in zip(fog.low, fog.alpha.shape, strict=True))
    share = fog.alpha[..., None] / 255
    paper[region] = np.round((1 - share) * theme.paper + share * theme.ink)


def _cells(num_pixels: int, focus: float, num_cells: float) -> NDArray[np.int64]:
    """Return the cell at the middle of each pixel of one side of the frame."""
    place = (np.arange(num_pixels) + 0.5) / num_pixels - 0.5
    return np.floor(focus + place * num_cells).astype(np.int64)
