"""Whether this machine can draw in 3D: without the GL libraries VTK does not fail, it crashes."""

from __future__ import annotations

import subprocess
import sys

from voxnca import VoxncaError

TIMEOUT_SECONDS = 60
_PROBE = """
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow
import vtkmodules.vtkRenderingOpenGL2
window = vtkRenderWindow()
window.SetOffScreenRendering(True)
window.SetSize(16, 16)
window.AddRenderer(vtkRenderer())
window.Render()
raise SystemExit(0 if window.SupportsOpenGL() else 1)
"""


def check_gl() -> None:
    """Draw an empty picture in a process that may crash.

    Raises:
        VoxncaError: when it cannot be drawn; says which packages to install.
    """
    command = [sys.executable, "-c", _PROBE]
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter, our own text
            command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        reason = f"no answer in {TIMEOUT_SECONDS} s"
    else:
        if done.returncode == 0:
            return
        reason = f"exit code {done.returncode}"
    raise VoxncaError(
        f"this machine cannot draw in 3D (the OpenGL probe: {reason}); "
        "install the GL libraries: apt-get install libegl1 libgl1-mesa-dri"
    )
