"""`voxnca replay`, and states as files: what the command line prints and writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from typer.testing import CliRunner, Result

import voxnca
from apps.cli import app
from apps.lab.lab import Lab
from apps.lab.recording_file import encode_recording
from apps.lab.session import Session
from apps.lab.steering import NewBeacon
from apps.workshop.follower import follower
from voxnca.export.scenery import BEACON, WALL

Decode = Callable[[bytes], list[NDArray[np.uint8]]]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test stands in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refused(result: Result) -> str:
    """Return a user's error: one line on stderr and exit code 2."""
    assert result.exit_code == 2, result.exception
    assert result.stderr.startswith("voxnca: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


@pytest.fixture
def session(here: Path) -> Session:
    """A butterfly that was wounded, and `run.json`, which tells of it."""
    lived = Session(voxnca.load("butterfly"), seed=3)
    for _ in range(30):
        lived.step()
    lived.wound((16, 16), 4)
    for _ in range(10):
        lived.step()
    (here / "run.json").write_bytes(encode_recording(lived.recording()))
    return lived


def test_it_prints_what_came_of_it_and_that_the_bits_are_the_same(session: Session) -> None:
    done = run("replay", "run.json")
    assert done.exit_code == 0, done.stderr
    moment = session.moment()
    assert done.stdout == (
        f"step 40, {len(moment.cells)} voxels, IoU {moment.iou:.3f}: the same bits as recorded\n"
    )
    fields = json.loads(run("replay", "run.json", "--json").stdout)
    assert fields["same_bits"] is True
    assert (fields["step"], fields["voxels"]) == (40, len(moment.cells))
    assert fields["iou"] == pytest.approx(moment.iou)


def test_it_writes_the_end_or_the_whole_run(session: Session, decode_mp4: Decode) -> None:
    for name in ("s.npy", "s.png", "s.gif", "s.mp4"):
        done = run("replay", "run.json", "-o", name)
        assert done.exit_code == 0, done.stderr
    assert np.array_equal(np.load("s.npy"), session.state())
    with Image.open("s.gif") as movie:
        assert movie.n_frames == 41
    assert len(decode_mp4(Path("s.mp4").read_bytes())) == 41


def test_a_picture_of_a_vine_shows_its_walls_and_where_its_beacon_went() -> None:
    lived = Session(follower(2), space=(14, 15))
    lived.step()
    before = lived.learned.conditions
    row, column = next(zip(*np.nonzero(~before.blocked), strict=True))
    lived.learned.steer(NewBeacon((int(row), int(column))))
    lived.step()
    Path("run.json").write_bytes(encode_recording(lived.recording()))
    assert run("replay", "run.json", "-o", "s.png").exit_code == 0
    with Image.open("s.png") as image:
        k = image.width // 15
        pixels = np.asarray(image.convert("RGB"))[k // 2 :: k, k // 2 :: k]
    for place, color in ((before.blocked, WALL), ((row, column), BEACON)):
        assert (pixels[place] == [round(255 * c) for c in color]).all()
    assert run("replay", "run.json", "-o", "s.npy").exit_code == 0
    assert np.array_equal(np.load("s.npy"), lived.state())


@pytest.mark.usefixtures("session")
def test_other_bits_are_an_error_that_says_why_that_may_be() -> None:
    fields = json.loads(Path("run.json").read_text("utf-8"))
    fields["events"][0]["wound"] = ["ball:r=1@16,16"]
    Path("run.json").write_text(json.dumps(fields), "utf-8")
    done = run("replay", "run.json")
    assert "another processor, engine or version rounds otherwise" in refused(done)
    assert "not the bits that were recorded" in done.stdout
    assert json.loads(run("replay", "run.json", "--json").stdout)["same_bits"] is False


@pytest.mark.usefixtures("session")
def test_mistakes_are_one_line() -> None:
    Path("bad.json").write_text("{}")
    assert "not a voxnca-run-1 file" in refused(run("replay", "bad.json"))
    assert "no such file" in refused(run("replay", "missing.json"))
    assert "end it in .png" in refused(run("replay", "run.json", "-o", "x.exe"))
    assert "no such folder" in refused(run("replay", "run.json", "-o", "no/x.png"))
    fields = json.loads(Path("run.json").read_text("utf-8"))
    fields["space"], fields["num_steps"] = [40_000, 40_000], 0
    fields["events"] = []
    Path("large.json").write_text(json.dumps(fields), "utf-8")
    assert "too large to be written whole" in refused(run("replay", "large.json", "-o", "x.png"))


class TestState:
    """`grow --from` and `app --state`."""

    def test_growing_goes_on_from_a_saved_state(self) -> None:
        assert run("grow", "mushroom", "--steps", "9", "-o", "a.npy").exit_code == 0
        done = run("grow", "mushroom", "--from", "a.npy", "--steps", "7", "-o", "b.npy")
        assert done.exit_code == 0, done.stderr
        # Every cell fires, so that it does not matter at which step it goes on.
        assert run("grow", "mushroom", "--steps", "16", "-o", "whole.npy").exit_code == 0
        assert np.array_equal(np.load("b.npy"), np.load("whole.npy"))

    def test_the_app_starts_from_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[Lab] = []
        monkeypatch.setattr("apps.commands.viewing.serve", lambda lab, **_: seen.append(lab))
        assert run("grow", "butterfly", "--steps", "9", "-o", "a.npy").exit_code == 0
        done = run("app", "butterfly", "--state", "a.npy")
        assert done.exit_code == 0, done.stderr
        assert np.array_equal(seen[0].session.state(), np.load("a.npy"))

    def test_mistakes_are_one_line(self) -> None:
        assert run("grow", "butterfly", "--steps", "1", "-o", "a.npy").exit_code == 0
        grow = ("grow", "mushroom", "-o", "x.png", "--from")
        assert "does not fit the model, which is 3D" in refused(run(*grow, "a.npy"))
        assert "no such file" in refused(run(*grow, "missing.npy"))
        assert "a state is a .npy file" in refused(run(*grow, "a.png"))
        np.save("whole.npy", np.ones((1, 9, 9, 9, 16), np.int64))
        assert "holds int64, not a state" in refused(run(*grow, "whole.npy"))
        Path("cut.npy").write_bytes(Path("a.npy").read_bytes()[:500])
        assert "cut off" in refused(run(*grow, "cut.npy"))
        sized = run("grow", "butterfly", "--from", "a.npy", "--size", "40", "-o", "x.png")
        assert "leave out one" in refused(sized)
        assert "a target has no rule" in refused(run("app", "target:heart", "--state", "a.npy"))
        assert not Path("x.png").exists()
