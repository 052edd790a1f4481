"""Alpha as a volume: rays through the fog, cast on the CPU.

Without a GPU, VTK's ray caster for CPUs takes a fourth to an eighth of the time of the one for
GPUs, which then runs in Mesa's software: 80 ms against 360 for a ray in every second pixel.
"""

from __future__ import annotations

import numpy as np
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401  registers what shows the rays' image
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPiecewiseFunction
from vtkmodules.vtkRenderingCore import vtkColorTransferFunction, vtkVolume, vtkVolumeProperty
from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper

from apps.lab.moment import Fog
from apps.viewer.theme import Theme

STEP_CELLS, SLICE_STEP_CELLS = 0.75, 0.15
"""Along a ray, from one sample to the next: a slice is thin, and coarse steps would stripe it."""
SMOOTH_PIXELS, ROUGH_PIXELS = 2.0, 3.0
"""From ray to ray: a fog has no edges, and looks no better with a ray in every pixel."""
OPACITY, SLICE_OPACITY = 0.14, 0.8
"""Of one cell of alpha 1: light comes through some ten cells, but a slice has one only."""


class Cloud:
    """A fog in one window, updated in place.

    Attributes:
        volume: to add to a renderer.
    """

    def __init__(self) -> None:
        self.volume = vtkVolume()
        self._fog: Fog | None = None
        self._image = vtkImageData()
        self._color, self._opacity = vtkColorTransferFunction(), vtkPiecewiseFunction()
        self._mapper = vtkFixedPointVolumeRayCastMapper()
        self._mapper.SetInputData(self._image)
        self._mapper.AutoAdjustSampleDistancesOff()
        self.volume.SetMapper(self._mapper)
        self.volume.SetProperty(_property(self._color, self._opacity))
        self.volume.VisibilityOff()

    def show(self, fog: Fog | None, theme: Theme, *, smooth: bool) -> None:
        """Show a fog in the theme's colour; None for none."""
        visible = fog is not None and fog.alpha.size > 0
        self.volume.SetVisibility(visible)
        if fog is None or not visible:
            return
        if fog is not self._fog:
            self._fill(fog)
        self._color.RemoveAllPoints()
        self._color.AddRGBPoint(0, *(channel / 255 for channel in theme.fog))
        self._mapper.SetImageSampleDistance(SMOOTH_PIXELS if smooth else ROUGH_PIXELS)

    def _fill(self, fog: Fog) -> None:
        """Put alpha into the middles of the cells, and clear air all round."""
        alpha = np.pad(fog.alpha, 1)
        self._image.SetDimensions(*alpha.shape[::-1])
        self._image.SetOrigin(*(low - 0.5 for low in fog.low[::-1]))
        self._image.GetPointData().SetScalars(numpy_to_vtk(alpha.ravel(), deep=True))
        self._image.Modified()
        thin = min(fog.alpha.shape) == 1
        self._mapper.SetSampleDistance(SLICE_STEP_CELLS if thin else STEP_CELLS)
        self._opacity.RemoveAllPoints()
        self._opacity.AddPoint(0, 0.0)
        self._opacity.AddPoint(255, SLICE_OPACITY if thin else OPACITY)
        self._fog = fog


def _property(color: vtkColorTransferFunction, opacity: vtkPiecewiseFunction) -> vtkVolumeProperty:
    look = vtkVolumeProperty()
    look.SetColor(color)
    look.SetScalarOpacity(opacity)
    look.SetInterpolationTypeToLinear()
    look.ShadeOff()
    return look
