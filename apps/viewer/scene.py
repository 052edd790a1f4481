"""A 3D moment as a picture, by VTK: one mesh for everybody, one window for each tab.

A GL context belongs to the thread that made it: make, draw and close in one thread.
"""

from __future__ import annotations

import numpy as np
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  registers the OpenGL classes
from numpy.typing import NDArray
from PIL import Image
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkLogger, vtkPoints, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow, vtkTexture

from apps.lab.moment import Moment
from apps.viewer.camera import OrbitCamera
from apps.viewer.cloud import Cloud
from apps.viewer.floor import FLOOR_TRIANGLES, floor_points, paint_floor
from apps.viewer.mesh import Mesh, make_mesh
from apps.viewer.stage import Stage
from apps.viewer.surface import actor_of, triangles_of
from apps.viewer.theme import Rgb, Theme

# On a machine without a screen VTK first warns that it found no X server, then goes on by EGL.
vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)

TILE_PIXELS = 32
EDGE_PIXELS = 1.6
EDGE_BRIGHTNESS = 0.8


class Scene:
    """The mesh of the moment that is shown, in one vtkPolyData updated in place.

    Attributes:
        surface: the triangles of the voxels.
        mesh: its arrays, whose memory VTK reads.
    """

    def __init__(self) -> None:
        self.surface = vtkPolyData()
        self.mesh: Mesh | None = None
        self._moment: Moment | None = None

    def show(self, moment: Moment) -> None:
        """Rebuild the mesh, unless this moment is shown already."""
        if moment is self._moment:
            return
        self.mesh = mesh = make_mesh(moment)
        points = vtkPoints()
        points.SetData(numpy_to_vtk(mesh.points))
        self.surface.SetPoints(points)
        self.surface.SetPolys(triangles_of(mesh.triangles))
        self.surface.GetPointData().SetScalars(numpy_to_vtk(mesh.colors))
        self.surface.GetPointData().SetTCoords(numpy_to_vtk(mesh.places))
        self._moment = moment


class Window:
    """An off-screen window onto a scene.

    Args:
        scene: what it shows.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._window = vtkRenderWindow()
        self._window.SetOffScreenRendering(True)
        self._window.SetMultiSamples(0)
        self._renderer = vtkRenderer()
        self._window.AddRenderer(self._renderer)
        self._floor, self._voxels, self._cloud = Floor(), actor_of(scene.surface), Cloud()
        tile = _tile()
        self._voxels.SetTexture(tile)
        self._renderer.AddActor(self._voxels)
        self._renderer.AddActor(self._floor.actor)
        self._renderer.AddVolume(self._cloud.volume)
        self._stage = Stage(self._renderer, tile)

    def draw(
        self,
        moment: Moment,
        camera: OrbitCamera,
        size: tuple[int, int],
        theme: Theme,
        *,
        smooth: bool,
    ) -> NDArray[np.uint8]:
        """Draw a moment.

        Args:
            moment: of a 3D run.
            camera: from where.
            size: (width, height) in pixels.
            theme: of the background.
            smooth: draw twice as large and average, which takes some four times as long:
                without a GPU the cheapest way to smooth edges.

        Returns:
            uint8 `(height, width, 3)`.
        """
        self._voxels.SetVisibility(moment.fog is None)
        if moment.fog is None:
            self._scene.show(moment)
        self._cloud.show(moment.fog, theme, smooth=smooth)
        self._floor.show(moment, theme)
        self._stage.show(moment, theme)
        self._look(camera, size, theme)
        twice = smooth and moment.fog is None  # a fog has no edges to smooth
        width, height = (side * (2 if twice else 1) for side in size)
        self._window.SetSize(width, height)
        self._window.Render()
        pixels = vtkUnsignedCharArray()
        self._window.GetPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        image = Image.fromarray(vtk_to_numpy(pixels).reshape(height, width, 3))
        return np.asarray(image.reduce(2) if twice else image)[::-1]

    def close(self) -> None:
        """Give the GL context back."""
        self._window.Finalize()

    def _look(self, camera: OrbitCamera, size: tuple[int, int], theme: Theme) -> None:
        self._renderer.SetBackground(*_unit(theme.ground))
        view = self._renderer.GetActiveCamera()
        view.SetViewAngle(camera.view_angle(size[0] / size[1]))
        view.SetFocalPoint(*camera.focus)
        view.SetPosition(*camera.position.tolist())
        view.SetViewUp(*camera.basis()[2].tolist())
        self._renderer.ResetCameraClippingRange()


class Floor:
    """The ground below the creature, with its shadow: opaque, for blending costs a pass."""

    def __init__(self) -> None:
        self._plane = vtkPolyData()
        self._plane.SetPolys(triangles_of(FLOOR_TRIANGLES))
        self._shown: tuple[Moment, Theme] | None = None
        self.actor = actor_of(self._plane)

    def show(self, moment: Moment, theme: Theme) -> None:
        """Lay the floor under a moment."""
        if self._shown == (moment, theme):
            return
        points = vtkPoints()
        points.SetData(numpy_to_vtk(floor_points(moment), deep=True))
        self._plane.SetPoints(points)
        self._plane.GetPointData().SetScalars(numpy_to_vtk(paint_floor(moment, theme), deep=True))
        self._shown = (moment, theme)


def _tile() -> vtkTexture:
    """Make the texture of a face: white, its edges a little darker."""
    place = np.arange(TILE_PIXELS) + 0.5
    inside = np.minimum(place, TILE_PIXELS - place)
    nearest = np.minimum(inside[:, None], inside[None, :])
    bright = EDGE_BRIGHTNESS + (1 - EDGE_BRIGHTNESS) * np.clip(nearest / EDGE_PIXELS - 0.3, 0, 1)
    pixels = np.repeat((255 * bright).astype(np.uint8).reshape(-1, 1), 3, axis=1)
    image, texture = vtkImageData(), vtkTexture()
    image.SetDimensions(TILE_PIXELS, TILE_PIXELS, 1)
    image.GetPointData().SetScalars(numpy_to_vtk(pixels, deep=True))
    texture.SetInputData(image)
    texture.InterpolateOn()
    texture.MipmapOn()
    texture.SetMaximumAnisotropicFiltering(1)  # in software, 4 costs three times the frame
    return texture


def _unit(color: Rgb) -> tuple[float, float, float]:
    red, green, blue = color
    return red / 255, green / 255, blue / 255
