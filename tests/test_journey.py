"""What a stranger does: train on a .vox file from elsewhere, and carve what comes of it."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import pytest

import voxnca
from apps.workshop.browser import browser, served

COMMAND = str(Path(sys.executable).with_name("voxnca"))
STONE, LAWN = 1, 2
SIDE = 8


def chunk(name: bytes, content: bytes, children: bytes = b"") -> bytes:
    """One chunk of MagicaVoxel's format: name, two lengths, content, children."""
    return name + struct.pack("<II", len(content), len(children)) + content + children


@pytest.fixture
def castle(tmp_path: Path) -> Path:
    """A courtyard with battlements, its bytes laid out as the format's specification says."""
    voxels = [(x, y, 0, LAWN) for x in range(SIDE) for y in range(SIDE)]
    for x in range(SIDE):
        for y in range(SIDE):
            if x in (0, SIDE - 1) or y in (0, SIDE - 1):
                voxels += [(x, y, z, STONE) for z in range(1, 6 if (x + y) % 2 else 4)]
    palette = bytearray(1024)
    palette[0:8] = bytes((180, 175, 170, 255, 95, 150, 70, 255))
    content = chunk(b"SIZE", struct.pack("<III", SIDE, SIDE, 6))
    content += chunk(b"XYZI", struct.pack("<I", len(voxels)) + b"".join(map(bytes, voxels)))
    content += chunk(b"RGBA", bytes(palette))
    path = tmp_path / "castle.vox"
    path.write_bytes(b"VOX " + struct.pack("<I", 150) + chunk(b"MAIN", b"", content))
    return path


def test_a_vox_file_from_elsewhere_trains_and_its_model_opens_in_the_viewer(castle: Path) -> None:
    model = castle.with_suffix(".safetensors")
    subprocess.run([COMMAND, "train", castle, "-o", model, "--steps", "30"], check=True)
    trained = voxnca.load(model)
    assert trained.target is not None
    assert trained.target.size == (6, SIDE, SIDE)
    assert trained.target.rgba8[0, 3, 3].tolist() == [95, 150, 70, 255]

    command = [COMMAND, "app", str(model), "--port", "0", "--no-browser"]
    with served(command) as (address, _), browser() as chromium:
        page = chromium.new_page()
        page.goto(address)
        page.wait_for_selector("canvas[data-step]")
        page.get_by_text("castle").first.wait_for()
        page.wait_for_function("Number(document.querySelector('canvas').dataset.step) > 5")
