"""A run that is killed goes on from its last save, with nothing lost before it and nothing broken.

`make soak` kills twenty times; the moments differ from run to run.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import voxnca

COMMAND = Path(sys.executable).with_name("voxnca")
TRAIN = [COMMAND, "train", "heart", "--size", "8", "--channels", "8", "--hidden", "8"]
NUM_STEPS = 600
NUM_KILLS = int(os.environ.get("VOXNCA_KILLS", "1"))


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, torch.Tensor]:
    """What the run comes to when nobody kills it."""
    path = tmp_path_factory.mktemp("unharmed") / "heart.safetensors"
    subprocess.run([*TRAIN, "--steps", str(NUM_STEPS), "-o", path], check=True)
    return load_file(path)


@pytest.mark.soak
@pytest.mark.parametrize("_trial", range(NUM_KILLS))
def test_a_killed_run_resumes_to_the_same_model(
    _trial: int, unharmed: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    model = tmp_path / "heart.safetensors"
    saved = tmp_path / "heart.train.safetensors"
    command = [*TRAIN, "--steps", str(NUM_STEPS), "-o", model]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while not saved.exists() and process.poll() is None:
        time.sleep(0.005)
    time.sleep(random.uniform(0, 2))
    process.kill()
    process.wait()
    if saved.exists():  # it was not done yet
        assert voxnca.Training.load(saved).step_index <= NUM_STEPS
        if model.exists():
            voxnca.load(model)
        subprocess.run([*command, "--resume"], check=True)
    assert {path.name for path in tmp_path.iterdir()} == {model.name}
    tensors = load_file(model)
    assert tensors.keys() == unharmed.keys()
    for name, tensor in unharmed.items():
        assert torch.equal(tensors[name], tensor), name
