"""What stands round a 3D creature: walls of glass, a beacon on its pole, the plate of a root."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkTexture

from apps.lab.moment import Moment
from apps.lab.scenery import BEACON, Scenery
from apps.viewer.floor import GAP, floor_height
from apps.viewer.mesh import make_mesh
from apps.viewer.solids import Solid
from apps.viewer.surface import actor_of, triangles_of
from apps.viewer.theme import ROOT, Theme

OPACITY = 0.36
"""Of a wall: a creature behind several of them is still seen."""
BEACON_RADIUS = 1.5
"""In cells: it just holds a cell that a creature has filled."""
POLE_WIDTH, PLATE_WIDTH, PLATE_HEIGHT = 0.14, 1.5, 0.2


class Stage:
    """The actors of one window. It is built anew when the scenery changes.

    Args:
        renderer: of the window.
        tile: what a face of a wall looks like.
    """

    def __init__(self, renderer: vtkRenderer, tile: vtkTexture) -> None:
        self._glass, self._marks = vtkPolyData(), vtkPolyData()
        self._walls, self._solids = actor_of(self._glass), actor_of(self._marks)
        self._walls.SetTexture(tile)
        self._walls.GetProperty().SetOpacity(OPACITY)
        self._shown: tuple[Scenery, Theme, int] | None = None
        for actor in (self._walls, self._solids):
            renderer.AddActor(actor)

    def show(self, moment: Moment, theme: Theme) -> None:
        """Set the stage for a moment."""
        scenery = moment.scenery
        for actor in (self._walls, self._solids):
            actor.SetVisibility(scenery is not None)
        if scenery is None or self._shown == (scenery, theme, floor_height(moment)):
            return
        floor = floor_height(moment)
        self._build_walls(moment, scenery, theme)
        self._set(self._marks, Solid.joined(list(_marks(scenery, floor))))
        self._shown = scenery, theme, floor

    def _build_walls(self, moment: Moment, scenery: Scenery, theme: Theme) -> None:
        colors = np.full((len(scenery.walls), 3), theme.glass, np.uint8)
        mesh = make_mesh(replace(moment, cells=scenery.walls, colors=colors))
        self._set(self._glass, Solid(mesh.points, mesh.colors, mesh.triangles))
        self._glass.GetPointData().SetTCoords(numpy_to_vtk(mesh.places, deep=True))

    def _set(self, surface: vtkPolyData, solid: Solid) -> None:
        places = vtkPoints()
        places.SetData(numpy_to_vtk(solid.points, deep=True))
        surface.SetPoints(places)
        surface.SetPolys(triangles_of(solid.triangles, deep=True))
        surface.GetPointData().SetScalars(numpy_to_vtk(solid.colors, deep=True))


def _marks(scenery: Scenery, floor: int) -> Iterator[Solid]:
    """Yield the plate below the root and the beacon on its pole, in world coordinates."""
    z, y, x = (c + 0.5 for c in scenery.root)
    half, bottom = PLATE_WIDTH / 2, z - 0.5 - PLATE_HEIGHT / 2
    plate = (x - half, y - half, bottom), (x + half, y + half, bottom + PLATE_HEIGHT)
    yield Solid.box(*plate, ROOT)
    if scenery.beacon is None:
        return
    z, y, x = (c + 0.5 for c in scenery.beacon)
    half = POLE_WIDTH / 2
    yield Solid.box((x - half, y - half, floor - GAP), (x + half, y + half, z), BEACON)
    yield Solid.octahedron((x, y, z), BEACON_RADIUS, BEACON)
