"""What every test stands on: one thread, seeded hypothesis, and a small model to use."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

# Before torch is loaded, here and in the processes that tests start.
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

import voxnca
from apps.workshop.browser import browser as start_browser
from apps.workshop.served_viewer import pages

# A shell starts background jobs with Ctrl-C ignored, and what they start would inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Bits are compared, and sums depend on how many threads share them.
torch.set_num_threads(1)

# A busy machine is no failure. On a build server the examples are the same each time.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("here", patient)
settings.register_profile("ci", patient, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def small_model() -> voxnca.NCA:
    """A 2D rule that is not trained: it keeps its seed for ever."""
    target = voxnca.load_target("heart", size=8)
    config = voxnca.ModelConfig(num_dims=2, num_channels=8, hidden_size=8, fire_rate=1.0)
    model = voxnca.NCA(config)
    model.target = target
    model.info = voxnca.ModelInfo("small", grow_steps=10, version=voxnca.__version__)
    return model


@pytest.fixture(scope="session")
def small_model_file(small_model: voxnca.NCA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of `small_model`."""
    path = tmp_path_factory.mktemp("models") / "small.safetensors"
    voxnca.save(small_model, path)
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser, to which a foreign name leads to this machine."""
    with start_browser("--host-resolver-rules=MAP evil.example 127.0.0.1") as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages that must neither complain nor call anybody but this machine."""
    with pages(browser) as open_page:
        yield open_page


@pytest.fixture(scope="session")
def decode_mp4() -> Callable[[bytes], list[NDArray[np.uint8]]]:
    """Return what decodes the frames of an .mp4 to RGB arrays `(H, W, 3)`."""
    from PIL import Image, ImageSequence  # noqa: PLC0415  # few tests need it

    def decode(content: bytes) -> list[NDArray[np.uint8]]:
        # Pillow reads movies that call themselves sequences of pictures.
        renamed = content[:8] + b"avis" + content[12:].replace(b"vide", b"pict", 1)
        with Image.open(io.BytesIO(renamed)) as movie:
            return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(movie)]

    return decode
