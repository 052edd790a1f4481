"""Triangles as VTK draws them: no lights, only the colours of their points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.util.vtkConstants import VTK_ID_TYPE
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper


def actor_of(surface: vtkPolyData) -> vtkActor:
    """Return an actor that shows a surface from outside."""
    mapper, actor = vtkPolyDataMapper(), vtkActor()
    mapper.SetInputData(surface)
    actor.SetMapper(mapper)
    actor.GetProperty().LightingOff()
    actor.GetProperty().BackfaceCullingOn()
    return actor


def triangles_of(rows: NDArray[np.int64], *, deep: bool = False) -> vtkCellArray:
    """Wrap `(n, 3)` rows of points; VTK reads their memory, which the caller keeps, or a copy."""
    triangles = vtkCellArray()
    flat = rows.reshape(-1)
    triangles.SetData(3, numpy_to_vtk(flat, deep=deep, array_type=VTK_ID_TYPE))
    return triangles
