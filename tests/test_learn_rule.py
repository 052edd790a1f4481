"""`voxnca learn-rule`, and what else the command line does with a discrete model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner, Result

import voxnca
from analysis import distill, rules
from apps.cli import app
from apps.commands import viewing
from apps.items import Reading
from apps.lab.comparison import Comparison
from apps.lab.lab import Lab
from apps.lab.session import Session
from voxnca import NCA, ArgumentError, ModelConfig
from voxnca.states import one_hot, states_of


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test stands in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def one_line(result: Result) -> str:
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_a_rule_is_learned_checked_and_written() -> None:
    done = run("learn-rule", "B2/S", "-o", "seeds.safetensors", "--seed", "3")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == "seeds.safetensors: Seeds (B2/S), 0 of 512 neighbourhoods wrong\n"
    assert "voxnca app seeds.safetensors" in done.stderr
    assert "voxnca export seeds.safetensors -o seeds.rule" in done.stderr
    model = voxnca.load("seeds.safetensors")
    assert distill.num_wrong(model, rules.parse("Seeds")) == 0
    assert model.config.hidden_size == 32
    assert "0 of 512" in run("models", "seeds.safetensors").stdout
    told = run("export", "seeds.safetensors", "-o", "again.rule")
    assert "exact over all 512 neighbourhoods" in told.stderr.replace("\n", " ")
    assert rules.load_rule("again.rule") == rules.parse("B2/S")
    assert "exists" in one_line(run("learn-rule", "B2/S", "-o", "seeds.safetensors"))
    again = run("learn-rule", "B2/S", "-o", "seeds.safetensors", "--force", "--steps", "1")
    assert again.exit_code == 0
    assert "another --seed" in again.stderr


def test_a_grid_that_a_rule_brings_along_says_what_lies_beyond() -> None:
    run("learn-rule", "B2/S:P9,9", "-o", "dead.safetensors", "--steps", "1")
    run("learn-rule", "B2/S", "-o", "torus.safetensors", "--steps", "1")
    assert voxnca.load("dead.safetensors").config.border == "zero"
    assert voxnca.load("torus.safetensors").config.border == "circular"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("B3/S23", "-o", "a.safetensors", "--perception", "sobel"), "at least 140 of 512"),
        (("B3/S23", "-o", "a.npy"), "a model is a .safetensors file"),
        (("B3/S23", "-o", "no/a.safetensors"), "no such folder"),
        (("mushroom", "-o", "a.safetensors"), "give a rule"),
        (("nothing such", "-o", "a.safetensors"), "nothing such"),
        (("B3/S23", "-o", "a.safetensors", "--perception", "eyes"), "use one of: sobel"),
        (("B3/S23", "-o", "a.safetensors", "--hidden", "0"), "hidden_size=0"),
        (("B3/S23", "-o", "a.safetensors", "--seed", "-1"), "seed=-1"),
        (("Crystal Growth", "-o", "a.safetensors"), "too many to be checked"),
        (("Builder", "-o", "a.safetensors"), "706,074,600 ways to count"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: tuple[str, ...], words: str) -> None:
    assert words in one_line(run("learn-rule", *arguments))
    assert not list(Path().glob("*"))


def test_forced_it_says_that_it_stays_wrong() -> None:
    arguments = ("B3/S23", "-o", "blind.safetensors", "--perception", "sobel", "--steps", "2")
    done = run("learn-rule", *arguments, "--force")
    assert done.exit_code == 0
    assert "at least 140 of 512 neighbourhoods stay wrong, whatever is learned" in done.stderr
    assert "another --seed" not in done.stderr


def test_ctrl_c_saves_what_there_is_and_says_so() -> None:
    command = [sys.executable, "-c", "from apps.cli import main; main()", "learn-rule", "B1/S"]
    command += ["-o", "small.safetensors", "--hidden", "1", "--steps", "10000000"]
    with subprocess.Popen(  # one hidden unit never gets there
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    ) as process:
        assert process.stderr is not None
        assert "step 500: loss" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        output, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "small.safetensors: B1/S," in output
    assert "of 10000000; run it again" in error
    assert "Traceback" not in error
    assert voxnca.load("small.safetensors").info.learned_rule


@pytest.mark.parametrize("suffix", [".png", ".gif", ".npy", ".mp4"])
def test_a_discrete_model_is_grown_from_a_soup(suffix: str) -> None:
    done = run("grow", "learned-life", "-o", f"x{suffix}", "--steps", "8", "--size", "24")
    assert done.exit_code == 0, done.stderr
    assert "starts from a soup" in done.stderr
    assert done.stdout.startswith(f"x{suffix}: step 8, ")
    if suffix in {".png", ".gif"}:
        with Image.open(f"x{suffix}") as image:
            colors = {color for _, color in image.convert("RGB").getcolors(256) or ()}
        assert colors == set(voxnca.load("learned-life").colors or ())


def test_a_discrete_model_goes_on_from_a_state_as_the_rule_does() -> None:
    glider = np.zeros((9, 9), np.uint8)
    glider[1, 2] = glider[2, 3] = glider[3, 1] = glider[3, 2] = glider[3, 3] = 1
    np.save("glider.npy", one_hot(torch.from_numpy(glider), 2)[None].numpy())
    done = run("grow", "learned-life", "--from", "glider.npy", "--steps", "8", "-o", "on.npy")
    assert done.exit_code == 0, done.stderr
    after = states_of(torch.from_numpy(np.load("on.npy")))[0].numpy()
    assert np.array_equal(after, np.roll(glider, (2, 2), (0, 1)))
    wound = ("--wound", "box:0,0-64,64", "--wound-at", "3", "--steps", "5")
    assert "step 5, 0 voxels" in run("grow", "learned-life", "-o", "w.npy", *wound).stdout
    reported = run("grow", "learned-life", "-o", "r.npy", "--report", "--steps", "4")
    assert reported.exit_code == 0, reported.stderr


def test_it_runs_in_the_lab_as_the_rule_that_it_computes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[Lab] = []
    monkeypatch.setattr(viewing, "serve", lambda lab, **_: opened.append(lab))
    viewing.run("learned-life", Reading(), host="", port=0, open_browser=False)
    assert "runs as the table that the network computes" in capsys.readouterr().err
    session = opened[0].session
    assert not session.is_learned
    assert session.rule == rules.parse("Life")
    assert opened[0].label == "learned Life"
    twin = Session(rules.parse("Life"), seed=session.seed)
    twin.switch(voxnca.load("learned-wireworld"))
    assert twin.rule == rules.parse("Wireworld")
    assert twin.made.rule.colors == rules.parse("Wireworld").colors


def test_in_the_lab_it_begins_from_a_state_and_keeps_its_border() -> None:
    life = voxnca.load("learned-life")
    cells = np.random.default_rng(0).integers(0, 2, (11, 12))
    state = np.eye(2, dtype=np.float32)[cells][None]
    session = Session(life, state=state)
    assert np.array_equal(session.made.automaton.cells, cells)
    assert session.made.automaton.border == "torus"
    with pytest.raises(ArgumentError, match="does not fit the model"):
        Session(life, state=state[..., :1])
    fenced = NCA(ModelConfig(num_dims=2, num_states=3, border="zero"))
    assert Session(fenced, space=(8, 8)).made.automaton.border == "dead"


def test_in_the_lab_what_has_no_table_or_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ArgumentError, match="perception='sobel' with 2 states in 3D"):
        Session(NCA(ModelConfig(num_dims=3, num_states=2)))
    heart = Session(voxnca.load("heart"))
    with pytest.raises(ArgumentError, match="learned-life is discrete and grows nothing"):
        Comparison.with_model(heart, voxnca.load("learned-life"), "learned-life")
