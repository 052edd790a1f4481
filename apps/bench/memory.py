"""How much memory a training rollout takes, measured in a process of its own."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from pathlib import Path

from torch import Tensor

from apps.bench.cases import ENGINE_CASES, Case
from apps.bench.convolution import ConvolutionNCA
from voxnca import NCA

_RESET_PEAK = "5"
"""Written to Linux' clear_refs, this makes the peak begin anew."""


def peak_bytes(case: Case, engine: str, num_steps: int) -> int:
    """Return by how much the process grows in a rollout and its backward pass."""
    command = [sys.executable, "-m", "apps.bench.memory", case.name, engine, str(num_steps)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return int(json.loads(done.stdout))


def measure(case: Case, engine: str, num_steps: int) -> int:
    """Do it here and now: nothing else must have needed much memory before."""
    model, state = case.model(), case.state()
    roll_out(model, state, engine, 2)
    gc.collect()
    peak = Path("/proc/self/clear_refs")
    if peak.exists():
        peak.write_text(_RESET_PEAK)
    before = _resident_bytes("VmRSS")
    roll_out(model, state, engine, num_steps)
    return _resident_bytes("VmHWM") - before


def roll_out(model: NCA, state: Tensor, engine: str, num_steps: int) -> None:
    """Take some steps and differentiate what comes of them."""
    if engine == "convolution":
        plain = ConvolutionNCA(model)
        grown = plain.grow(plain.channels_first(state), num_steps)
    else:
        grown = model.grow(state, num_steps, engine=engine)
    grown.sum().backward()


def _resident_bytes(field: str) -> int:
    status = Path("/proc/self/status")
    if not status.exists():  # no Linux: the peak since the process began
        import resource  # noqa: PLC0415 - not on Windows

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    line = next(line for line in status.read_text().splitlines() if line.startswith(field + ":"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    name, engine, num_steps = sys.argv[1:]
    case = next(case for case in ENGINE_CASES if case.name == name)
    sys.stdout.write(json.dumps(measure(case, engine, int(num_steps))))
