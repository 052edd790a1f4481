"""Pieces of the past as files."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

import voxnca
from apps.lab.clip import MAX_FRAMES
from apps.lab.session import Session
from voxnca import ArgumentError
from voxnca.export.colours import to_rgba8
from voxnca.export.movie import encode_gif


@pytest.fixture(params=[2, 3])
def session(request) -> Session:
    """A blob that grew for twelve steps."""
    model = voxnca.NCA(voxnca.ModelConfig(num_dims=request.param, num_channels=8, hidden_size=8))
    with torch.no_grad():
        model.out.bias[:4] = torch.tensor([0.2, 0.1, 0.05, 0.3])
    session = Session(model, space=(14,) * request.param)
    for _ in range(12):
        session.step()
    return session


def test_a_gif_is_that_of_the_states(session):
    states = []
    for step in range(3, 9):
        session.rewind(step)
        states.append(to_rgba8(torch.from_numpy(session.state().copy())))
    assert session.clip(3, 8).encode("gif", size_px=100) == encode_gif(states, size_px=100)


def test_a_movie_has_a_frame_a_step(session, decode_mp4):
    assert len(decode_mp4(session.clip().encode("mp4", size_px=60))) == 13


def test_a_picture_shows_one_state_or_moments_in_rows(session):
    alone = Image.open(io.BytesIO(session.clip(12, 12).encode("png", size_px=100)))
    strip = Image.open(io.BytesIO(session.clip().encode("png", size_px=100)))
    assert max(alone.size) <= 100
    assert strip.width > 3 * alone.width * 0.5
    quarters = np.split(np.asarray(strip), 2)
    assert not np.array_equal(*quarters)


def test_a_long_piece_is_shown_at_intervals_to_its_end(session):
    for _ in range(2 * MAX_FRAMES):
        session.wound((0,) * len(session.space), 30)
        session.step()
    states = session.clip(13).states
    assert len(states) == 2 * MAX_FRAMES
    with Image.open(io.BytesIO(session.clip(5).encode("gif", size_px=20))) as movie:
        assert movie.n_frames <= MAX_FRAMES + 1
        assert len(list(ImageSequence.Iterator(movie))) > 1


def test_a_clip_stays_as_it_was_while_the_run_goes_on(session):
    clip = session.clip(4, 9)
    before = clip.encode("gif", size_px=60)
    session.rewind(4)
    session.wound((7,) * len(session.space), 3)
    session.step()
    assert clip.encode("gif", size_px=60) == before


def test_what_is_not_kept_and_what_is_unknown_is_refused(session):
    with pytest.raises(ArgumentError, match="steps 50 to 60 are not kept; choose from 0 to 12"):
        session.clip(50, 60)
    with pytest.raises(ArgumentError, match="kind='avi' is unknown; use one of: gif, mp4, png"):
        session.clip().encode("avi")
    with pytest.raises(ArgumentError, match="fps=0"):
        session.clip().encode("mp4", fps=0)
