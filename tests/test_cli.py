from __future__ import annotations

import copy
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from pyvista import examples
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner, Result

import voxnca
from analysis import morphology
from apps.cli import app
from apps.commands.listing import describe
from apps.interrupt import Interrupt
from apps.lab.lab import Lab
from apps.lab.session import Session
from apps.terminal import table
from apps.workshop.follower import follower
from voxnca.quality import Healing, Quality, Snapshot
from voxnca.steering import Reach, Steering

COMMAND = Path(sys.executable).with_name("voxnca")
QUALITY = Quality(
    Snapshot(10, iou=0.99, rgb_error=0.01, loss=0.001),
    (
        Snapshot(30, 0.98, 0.02, 0.002),
        Snapshot(500, 0.97, 0.03, 0.003),
        Snapshot(2000, 0.96, 0.04, 0.004),
    ),
    (Healing((4, 4), 2.0, iou_before=0.97, iou_wounded=0.69, iou_healed=0.9),),
)
SMALL = ("--size", "8", "--channels", "8", "--hidden", "8")
"""A rule that trains a step in milliseconds."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test stands in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def as_json(record: Any) -> Any:
    """What a dataclass reads like from JSON."""
    return json.loads(json.dumps(asdict(record)))


def shell(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)


def assert_refused(result: Result, reason: str) -> None:
    """A user's error: one line on stderr, nothing on stdout, exit code 2."""
    assert result.exit_code == 2, result.exception
    assert result.stdout == ""
    assert result.stderr.startswith("voxnca: ")
    assert result.stderr.count("\n") == 1
    assert reason in result.stderr


class TestShell:
    """What only a real process shows."""

    def test_help_does_not_wait_for_torch(self) -> None:
        code = (
            "import atexit, sys, apps.cli\n"
            "atexit.register(lambda: print('torch' in sys.modules))\n"
            "apps.cli.main()"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, "train", "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.endswith("False\n")

    def test_a_result_goes_to_stdout_alone(self, small_model_file: Path) -> None:
        done = shell("models", small_model_file)
        assert (done.returncode, done.stderr) == (0, "")
        assert "small" in done.stdout

    def test_a_users_error_is_one_line_and_exit_code_2(self) -> None:
        done = shell("models", "castle.safetensors")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "voxnca: castle.safetensors: no such file; check the path\n"

    def test_an_error_of_ours_is_a_traceback_and_exit_code_1(self) -> None:
        code = (
            "import apps.cli, apps.commands.listing as listing\n"
            "def fail(**_): raise RuntimeError('a bug')\n"
            "listing.list_targets = fail\n"
            "apps.cli.main()"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, "targets"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert "Traceback" in done.stderr
        assert "RuntimeError: a bug" in done.stderr

    def test_a_reader_that_has_gone_is_no_error_to_report(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [COMMAND, "targets"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(writing)
        assert (done.returncode, done.stderr) == (141, "")

    def test_an_interrupted_run_resumes_to_the_same_model(self, here: Path) -> None:
        command = ["train", "heart", *SMALL, "--steps", "100", "-o"]
        uninterrupted = run(*command, "a.safetensors")
        assert uninterrupted.exit_code == 0, uninterrupted.stderr
        code, said = interrupt([*command, "b.safetensors"], "step 63:", signal.SIGINT)
        assert code == 130, said
        assert "saved b.safetensors; to go on: voxnca train heart -o b.safetensors --resume" in said
        assert voxnca.load("b.safetensors").info.quality is not None
        assert voxnca.Training.load("b.train.safetensors").step_index < 100
        resumed = shell(*command, "b.safetensors", "--resume")
        assert resumed.returncode == 0, resumed.stderr
        assert resumed.stdout == uninterrupted.stdout.replace("a.safetensors", "b.safetensors")
        assert {path.name for path in here.iterdir()} == {"a.safetensors", "b.safetensors"}
        a, b = load_file("a.safetensors"), load_file("b.safetensors")
        assert all(torch.equal(a[name], b[name]) for name in a.keys() | b.keys())

    def test_being_terminated_saves_as_well(self) -> None:
        command = ["train", "heart", *SMALL, "--steps", "1000", "-o", "m.safetensors"]
        code, said = interrupt(command, "step 100:", signal.SIGTERM)
        assert code == 143, said
        assert voxnca.Training.load("m.train.safetensors").step_index >= 100


def interrupt(command: Sequence[str], line: str, number: signal.Signals) -> tuple[int, str]:
    """Start a command, send it a signal once it has said a line, and return how it ended."""
    process = subprocess.Popen([COMMAND, *command], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert any(said.startswith(line) for said in process.stderr)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    return process.returncode, said


def in_a_terminal(*arguments: str | Path, **environment: str) -> str:
    """Run a command whose stdout is a terminal of 80 columns, and return what it printed."""
    keyboard, screen = pty.openpty()
    wanted = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": "80"}
    inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        [COMMAND, *arguments], stdout=screen, env={**inherited, **wanted, **environment}
    )
    os.close(screen)
    printed = b""
    # Linux says that the other side is closed by an error, other systems by an empty read.
    with suppress(OSError):
        while part := os.read(keyboard, 65536):
            printed += part
    os.close(keyboard)
    assert process.wait() == 0
    return printed.decode().replace("\r\n", "\n")


COLOUR = re.compile(r"\x1b\[[0-9;]*m")
BOLD = re.compile(r"\x1b\[1m(\S+)\x1b\[0m")


def test_a_terminal_shows_models_with_pictures_in_80_columns(small_model_file: Path) -> None:
    printed = in_a_terminal("models")
    lines = COLOUR.sub("", printed).splitlines()
    assert max(map(len, lines)) <= 80
    assert tuple(BOLD.findall(printed)) == voxnca.model_names()
    for name in voxnca.model_names():
        model = voxnca.load(name)
        if model.is_discrete:
            learned = model.info.learned_rule
            assert f"{model.config.num_dims}D, {model.config.num_states} states" in printed
            assert f"{learned.written}" in printed
            assert f"0 of {learned.num_neighborhoods:,} neighbourhoods" in printed
            continue
        grown_in = f"grown in {model.info.grow_steps} steps"
        assert grown_in in printed
        if model.config.num_goals:
            goals = ", ".join(target.name for target in model.targets)
            assert f"{goals}; the worst of them:" in printed
        elif model.targets:
            sides = "x".join(map(str, model.target.size))
            assert f"{model.config.num_dims}D {sides}, " in printed
        else:
            assert model.info.steering
        if model.info.quality:
            assert f"IoU {model.info.quality.grown.iou:.3f}, RGB error" in printed
    assert printed.count("▀") >= 40 * len(voxnca.model_names())
    untrained = in_a_terminal("models", small_model_file)
    assert "▀" in untrained
    assert "never measured" in untrained


@pytest.mark.parametrize(
    "less", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_a_terminal_without_colours_or_blocks_shows_the_plain_table(less: dict[str, str]) -> None:
    assert in_a_terminal("models", **less) == run("models").stdout


def test_a_pipe_gets_the_plain_table_even_where_colours_are_forced() -> None:
    forced = {**os.environ, "FORCE_COLOR": "1", "COLORTERM": "truecolor"}
    piped = subprocess.run(
        [COMMAND, "models"], capture_output=True, text=True, env=forced, check=True
    )
    assert piped.stdout == run("models").stdout
    assert piped.stdout.startswith("model ")


class TestCommon:
    def test_the_version_is_the_package_s(self) -> None:
        assert run("--version").stdout == f"voxnca {voxnca.__version__}\n"

    @pytest.mark.parametrize(
        "command", ["app", "train", "grow", "learn-rule", "models", "targets", "bench"]
    )
    @pytest.mark.parametrize("option", ["-h", "--help"])
    def test_help_has_an_example(self, command: str, option: str) -> None:
        result = run(command, option)
        assert result.exit_code == 0
        assert "Example" in result.stdout
        assert f"voxnca {command}" in result.stdout.partition("Example")[2]

    def test_a_misspelt_option_is_a_users_error(self) -> None:
        assert run("targets", "--jsn").exit_code == 2

    def test_the_table_aligns_and_cuts_nothing(self) -> None:
        long = "x" * 200
        assert table(("a", "b"), [(long, "1"), ("y", "22")]).splitlines() == [
            f"{'a':200}   b",
            f"{long}   1",
            f"{'y':200}  22",
        ]


class TestListings:
    def test_models_show_the_figures_of_their_files(self, small_model: voxnca.NCA) -> None:
        model = copy.copy(small_model)
        model.info = replace(small_model.info, quality=QUALITY)
        voxnca.save(model, "m.safetensors")
        (fields,) = json.loads(run("models", "m.safetensors", "--json").stdout)
        assert fields == {
            "name": "m",
            "num_dims": 2,
            "target": "heart",
            "size": [7, 8],
            "grow_steps": 10,
            "iou_grown": 0.99,
            "iou_500": 0.97,
            "iou_2000": 0.96,
            "iou_regrown": 0.9,
            "healed": pytest.approx(0.75),
            "rgb_error": 0.01,
            "num_parameters": 8 * 24 + 8 + 8 * 8 + 8,
            "num_states": None,
            "rule": None,
            "num_wrong": None,
            "num_neighborhoods": None,
            "goals": [],
            "senses": [],
            "steering": None,
        }
        row = run("models", "m.safetensors").stdout.splitlines()[1].split()
        figures = ["0.990", "0.970", "0.960", "0.900", "0.750", "0.010"]
        assert row == ["m", "2D", "7x8", "10", *figures, "272"]

    def test_a_model_that_was_never_measured_has_dashes(self, small_model_file: Path) -> None:
        assert run("models", small_model_file).stdout.splitlines()[1].split()[4:10] == ["-"] * 6

    def test_a_model_of_before_there_was_a_step_2000_has_a_dash_there(
        self, small_model: voxnca.NCA
    ) -> None:
        model = copy.copy(small_model)
        model.info = replace(small_model.info, quality=replace(QUALITY, stable=QUALITY.stable[:2]))
        voxnca.save(model, "old.safetensors")
        row = run("models", "old.safetensors").stdout.splitlines()[1].split()
        assert row[4:8] == ["0.990", "0.970", "-", "0.900"]
        (fields,) = json.loads(run("models", "old.safetensors", "--json").stdout)
        assert (fields["iou_500"], fields["iou_2000"]) == (0.97, None)

    def test_the_shipped_models_are_listed_unasked(self) -> None:
        listed = json.loads(run("models", "--json").stdout)
        assert tuple(row["name"] for row in listed) == voxnca.model_names()

    def test_the_table_of_the_shipped_models_fits_80_columns(self) -> None:
        printed = run("models").stdout
        assert max(map(len, printed.splitlines())) <= 80
        parts = [part.splitlines() for part in printed.split("\n\n")]
        tables = {head.split()[0]: lines for head, *lines in parts if "is told" not in head}
        life = ["learned-life", "2D", "2", "Life", "(B3/S23)", "0", "of", "512", "226"]
        assert tables["discrete"][0].split() == life
        listed = [line.split()[0] for lines in tables.values() for line in lines]
        assert sorted(listed) == sorted(voxnca.model_names())

    def test_a_model_that_is_told_more_says_what(self) -> None:
        config = voxnca.ModelConfig(num_dims=2, num_goals=2)
        model = voxnca.NCA(config)
        model.targets = tuple(voxnca.load_target(name, size=9) for name in ("heart", "gecko"))
        model.info = voxnca.ModelInfo("shapes", 10, quality=QUALITY)
        voxnca.save(model, "shapes.safetensors")
        vine = follower(2)
        reach = Reach(99, 100)
        vine.info = voxnca.ModelInfo(
            "vine",
            96,
            steering=Steering(
                num_steps=96,
                space=(32, 32),
                signal="diffusion",
                grown=reach,
                forced=Reach(54, 55),
                moved=reach,
                cut=Reach(95, 100),
                late=None,
                median_ratio=1.02,
                stray_share=0.1,
                iou=0.9,
            ),
        )
        voxnca.save(vine, "vine.safetensors")
        both = "shapes.safetensors", "vine.safetensors"
        grown, reached, told = run("models", *both).stdout.strip().split("\n\n")
        assert grown.splitlines()[1].split()[:5] == ["shapes", "2D", "9x9", "10", "0.990"]
        figures = ["32x32", "96", "0.990", "0.982", "0.990", "0.950", "-", "1.020"]
        assert reached.splitlines()[1].split()[2:-1] == figures
        assert [" ".join(line.split()) for line in told.splitlines()[1:]] == [
            "shapes goals: heart, gecko (the figures are the worst's)",
            "vine senses: walls, beacon, root",
        ]
        listed = json.loads(run("models", *both, "--json").stdout)
        assert [row["goals"] for row in listed] == [["heart", "gecko"], []]
        assert listed[1]["senses"] == ["walls", "beacon", "root"]
        assert listed[1]["steering"]["cut"] == {"count": 95, "total": 100}
        pictured = COLOUR.sub("", in_a_terminal("models", *both))
        assert "goals    heart, gecko; the worst of them:" in pictured
        assert "reaches its beacon in 99.0% of layouts" in pictured

    def _discrete(self) -> list[str]:
        return [name for name in voxnca.model_names() if voxnca.load(name).is_discrete]

    def test_the_last_step_is_named_in_the_line_of_a_training_run(self) -> None:
        assert describe(QUALITY) == ("IoU 0.990 grown, 0.960 at 2000 steps, 0.900 after wounds")

    def test_targets_are_those_of_the_library(self) -> None:
        listed = json.loads(run("targets", "--json").stdout)
        assert tuple(row["name"] for row in listed) == voxnca.target_names()
        lines = run("targets").stdout.splitlines()[1:]
        assert [line.split()[0] for line in lines] == [row["name"] for row in listed]


class TestShow:
    def test_it_prints_figures_and_draws_a_picture(self) -> None:
        done = run("targets", "show", "heart", "--size", "16", "-o", "heart.png")
        assert done.exit_code == 0, done.stderr
        target = voxnca.load_target("heart", size=16)
        sides = " x ".join(map(str, target.size))
        head, cells, colours, parts, thinnest = done.stdout.splitlines()
        assert head == f"heart: 2D, {sides}"
        assert cells.startswith(f"pixels: {target.num_solid}, ")
        assert colours.startswith("main colours: #")
        assert parts == "parts: 1"
        assert thinnest.startswith("thinnest part: ")
        with Image.open("heart.png") as image:
            pixels = np.asarray(image)
        factor = 512 // max(target.size)
        np.testing.assert_array_equal(pixels[::factor, ::factor, 3], target.rgba8[..., 3])

    def test_json_holds_the_same_and_adds_up(self) -> None:
        fields = json.loads(run("targets", "show", "mushroom", "--json").stdout)
        target = voxnca.load_target("mushroom")
        assert tuple(fields["size"]) == target.size
        assert fields["num_solid"] == target.num_solid
        assert fields["fill"] == pytest.approx(target.solid.double().mean().item())
        shares = [share for _, share in fields["colours"]]
        assert sum(shares) == pytest.approx(1)
        assert shares == sorted(shares, reverse=True)
        assert fields["warnings"] == []

    def test_what_is_hard_is_warned_of(self) -> None:
        cells = np.zeros((4, 40, 40), bool)
        cells[0], cells[2:, :2, :2] = True, True
        np.save("sheet.npy", cells)
        done = run("targets", "show", "sheet.npy")
        assert done.exit_code == 0
        assert "parts: 2" in done.stdout
        assert "warning: it is in 2 parts that do not touch" in done.stderr
        assert "% of it is one of its voxels thick" in done.stderr
        assert "default training" not in done.stderr
        np.save("block.npy", np.ones((20, 20, 20), bool))
        done = run("targets", "show", "block.npy")
        assert "warning: 8000 voxels are more than the default training suits" in done.stderr
        assert done.stderr.count("warning") == 1

    def test_a_mesh_takes_its_options(self) -> None:
        solid = json.loads(run("targets", "show", examples.spherefile, "--json").stdout)
        options = ("--hollow", "--up", "x", "--size", "24", "--json")
        hollow = json.loads(run("targets", "show", examples.spherefile, *options).stdout)
        assert hollow["num_solid"] < 0.5 * solid["num_solid"]
        assert_refused(run("targets", "show", "heart", "--hollow"), "does not apply")
        assert_refused(run("targets", "show", "heart", "--up", "y"), "does not apply")

    def test_a_users_errors_are_one_line(self) -> None:
        assert_refused(run("targets", "show", "haert"), "neither a file nor a target")
        assert_refused(run("targets", "show", "heart", "-o", "heart.gif"), "is a .png file")
        assert_refused(run("targets", "show", "heart", "-o", "no/heart.png"), "no/heart.png")


class TestTrain:
    def test_it_writes_a_measured_model_and_nothing_else(self, here: Path) -> None:
        result = run("train", "heart", *SMALL, "--steps", "2", "--seed", "7", "-o", "m.safetensors")
        assert result.exit_code == 0, result.stderr
        assert result.stdout.startswith("m.safetensors: grows ")
        assert [path.name for path in here.iterdir()] == ["m.safetensors"]
        model = voxnca.load("m.safetensors")
        assert model.info.recipe is not None
        assert (model.info.recipe.num_steps, model.info.recipe.seed) == (2, 7)
        assert (model.config.num_channels, model.config.hidden_size) == (8, 8)
        assert model.target is not None
        assert max(model.target.size) == 8

    def test_it_overwrites_only_when_told_to(self, small_model_file: Path, here: Path) -> None:
        before = small_model_file.read_bytes()
        (here / "m.safetensors").write_bytes(before)
        command = ["train", "heart", *SMALL, "--steps", "2", "-o", "m.safetensors"]
        assert_refused(run(*command), "replace it with --force")
        assert (here / "m.safetensors").read_bytes() == before
        assert run(*command, "--force").exit_code == 0
        assert (here / "m.safetensors").read_bytes() != before

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (["heart", "-o", "m.pt"], "a model is a .safetensors file"),
            (["heart", "-o", "no/m.safetensors"], "no: no such folder"),
            (["heart", "-o", "m.safetensors", "--resume"], "leave --resume out"),
            (["heart", "-o", "m.safetensors", "--fire-rate", "0"], "fire_rate=0.0"),
            (["heart", "-o", "m.safetensors", "--steps", "0"], "num_steps=0"),
            (["heart", "-o", "m.safetensors", "--perception", "sharp"], "use one of: sobel"),
            (["heart", "-o", "m.safetensors", "--size", "1"], "size=1"),
            (["heart", "-o", "m.safetensors", "--up", "x"], "does not apply"),
            (["heart", "-o", "m.safetensors", "--preset", "slow"], "use one of: fast, default"),
            (["castle.vox", "-o", "m.safetensors"], "castle.vox: no such file"),
        ],
    )
    def test_a_mistake_is_refused_before_any_work(
        self, here: Path, arguments: Sequence[str], reason: str
    ) -> None:
        assert_refused(run("train", *arguments), reason)
        assert list(here.iterdir()) == []

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            (["heart", "--seed", "1"], "seed=1 but the run in m.train.safetensors has seed=0"),
            (["heart", "--hidden", "96"], "hidden_size=96"),
            (["heart", "--preset", "thorough"], "preset='thorough'"),
            (["heart", "--size", "9"], "size=9"),
            (["gecko"], "target='gecko'"),
        ],
    )
    def test_a_run_is_not_resumed_as_another(
        self, unfinished: Path, changed: Sequence[str], reason: str
    ) -> None:
        assert_refused(run("train", *changed, "-o", unfinished.name, "--resume"), reason)

    def test_a_run_is_not_resumed_on_a_file_that_has_changed(self, here: Path) -> None:
        voxels = np.full((5, 4, 3, 4), 255, np.uint8)
        np.save(here / "block.npy", voxels)
        target = voxnca.load_target("block.npy")
        recipe = voxnca.TrainConfig(num_steps=2, evaluations=0)
        training = voxnca.train(voxnca.NCA(voxnca.ModelConfig(hidden_size=8)), target, recipe)
        next(training)
        training.save("m.train.safetensors")
        np.save(here / "block.npy", voxels - np.array([99, 0, 0, 0], np.uint8))
        command = ["train", "block.npy", "-o", "m.safetensors", "--resume"]
        assert_refused(run(*command), "block.npy: no longer what the run in m.train.safetensors")
        np.save(here / "block.npy", voxels)
        assert run(*command).exit_code == 0

    def test_an_unfinished_run_is_not_lost_by_starting_afresh(self, unfinished: Path) -> None:
        assert_refused(run("train", "heart", "-o", unfinished.name), "an unfinished run")

    def test_a_finished_run_has_nothing_to_resume(self, small_model_file: Path) -> None:
        result = run("train", "heart", "-o", small_model_file, "--resume")
        assert_refused(result, "trained to its end")

    def test_divergence_is_told_in_one_line_and_leaves_the_best_model(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("voxnca.training._MAX_LOSS", 0.0)
        result = run("train", "heart", *SMALL, "--steps", "2000", "-o", "m.safetensors")
        assert result.exit_code == 2
        assert result.stderr.splitlines()[-1].startswith("voxnca: training diverged")
        assert isinstance(voxnca.load("m.safetensors"), voxnca.NCA)

    @pytest.fixture
    def unfinished(self, here: Path) -> Path:
        """A run of `heart` that stopped after one step of three."""
        config = voxnca.ModelConfig(num_dims=2, num_channels=8, hidden_size=8, fire_rate=1.0)
        target = voxnca.load_target("heart", size=8)
        recipe = voxnca.TrainConfig(num_steps=3, evaluations=1)
        training = voxnca.train(voxnca.NCA(config), target, recipe)
        next(training)
        training.save(here / "m.train.safetensors")
        return here / "m.safetensors"

    def test_resuming_needs_no_option_but_the_file(self, unfinished: Path) -> None:
        result = run("train", "heart", "-o", unfinished.name, "--resume")
        assert result.exit_code == 0, result.stderr
        assert voxnca.load(unfinished).info.quality is not None


class TestGrow:
    def test_an_array_is_the_state_of_the_library(
        self, small_model: voxnca.NCA, small_model_file: Path
    ) -> None:
        result = run("grow", small_model_file, "--size", "9,12", "--steps", "5", "-o", "s.npy")
        assert result.exit_code == 0, result.stderr
        seed = voxnca.seed(small_model.config, (9, 12))
        with torch.no_grad():
            expected = small_model.grow(seed, 5)
        assert np.array_equal(np.load("s.npy"), expected.numpy())
        assert result.stdout == "s.npy: step 5, 1 voxels, IoU 0.024\n"

    def test_a_wound_is_dealt_when_and_where_it_was_asked_for(
        self, small_model: voxnca.NCA, small_model_file: Path
    ) -> None:
        assert small_model.target is not None
        space = voxnca.training_space(small_model.target)
        center = ",".join(str(n // 2) for n in space)
        result = run("grow", small_model_file, "--wound", f"ball:r=1@{center}", "-o", "s.npy")
        assert result.exit_code == 0, result.stderr
        assert result.stderr == "step 10: the wound removes 1 voxels\n"
        assert result.stdout == "s.npy: step 106, 0 voxels, IoU 0.000\n"
        assert not np.load("s.npy").any()

    def test_several_wounds_are_dealt_together(self, small_model_file: Path) -> None:
        wounds = ["--wound", "noise:1", "--wound", "half:1,0@0,0"]
        result = run("grow", small_model_file, *wounds, "--wound-at", "3", "-o", "s.npy")
        assert "step 3: the wound removes 1 voxels" in result.stderr
        assert "step 99," in result.stdout

    def test_a_movie_shows_the_run_from_the_seed_to_the_very_end(
        self, small_model_file: Path
    ) -> None:
        wound = ["--wound", "noise:1", "--wound-at", "241", "--steps", "241"]
        assert run("grow", small_model_file, *wound, "-o", "s.gif").exit_code == 0
        with Image.open("s.gif") as movie:
            first = np.asarray(movie.convert("RGB"))
            movie.seek(movie.n_frames - 1)
            assert not np.array_equal(first, np.asarray(movie.convert("RGB")))

    def test_a_3d_model_is_drawn_and_written_as_voxels(self) -> None:
        model = voxnca.NCA(voxnca.ModelConfig(num_channels=4, hidden_size=4))
        voxnca.save(model, "seed.safetensors")
        for name in ("s.png", "s.vox"):
            result = run("grow", "seed.safetensors", "--size", "6", "--steps", "1", "-o", name)
            assert result.exit_code == 0, result.stderr
        assert voxnca.load_target("s.vox").size == (1, 1, 1)
        with Image.open("s.png") as picture:
            assert len(set(picture.convert("RGB").get_flattened_data())) > 1

    def test_a_movie_has_a_frame_a_step_and_shows_a_wound_once(self) -> None:
        wound = ["--wound", "box:12,12-20,20", "--wound-at", "8", "--steps", "10"]
        assert run("grow", "butterfly", *wound, "-o", "s.gif").exit_code == 0
        with Image.open("s.gif") as movie:
            assert movie.n_frames == 11

    def test_a_report_tells_the_form_at_moments_of_the_run(self) -> None:
        wound = ["--wound", "box:12,8-20,20", "--wound-at", "40", "--steps", "136"]
        done = run("grow", "butterfly", *wound, "-o", "s.npy", "--report", "--json")
        assert done.exit_code == 0, done.stderr
        assert done.stderr.startswith("step 40: the wound removes ")
        report = json.loads(done.stdout)
        model = voxnca.load("butterfly")
        assert model.target is not None
        space = voxnca.training_space(model.target)
        assert (report["model"], report["file"]) == ("butterfly", "s.npy")
        assert (report["seed"], tuple(report["space"])) == (0, space)
        assert report["target"]["name"] == model.target.name
        assert report["target"]["form"] == as_json(morphology.measure(model.target.solid))
        moments = report["moments"]
        steps = [(moment["step"], moment["wound"]) for moment in moments]
        grown = [(0, None), (10, None), (20, None), (30, None), (40, "before"), (40, "after")]
        assert steps == [*grown, (46, None), (64, None), (94, None), (136, None)]
        with torch.no_grad():
            states = model.rollout(voxnca.seed(model.config, space))
            before = morphology.observe(states.step(40), model.target)
            states.wound(voxnca.wounds.parse("box:12,8-20,20"))
            after = morphology.observe(states, model.target)
        assert moments[4] == {"wound": "before", **as_json(before)}
        assert moments[5] == {"wound": "after", **as_json(after)}
        end = torch.from_numpy(np.load("s.npy"))
        assert moments[-1]["form"] == as_json(morphology.measure(voxnca.solid(end)[0]))

    def test_a_report_is_a_table_to_read_with_the_figures_of_its_json(
        self, small_model_file: Path
    ) -> None:
        wound = ["--wound", "noise:1", "--wound-at", "8", "--steps", "9"]
        done = run("grow", small_model_file, *wound, "-o", "s.npy", "--report")
        assert done.exit_code == 0, done.stderr
        said, headings, *rows = done.stdout.splitlines()
        assert said.startswith("s.npy: step 9, 0 voxels")
        assert headings.split() == ["step", "0", "2", "4", "6", "8", "wounded", "9", "target"]
        heart = voxnca.load_target("heart", size=8)
        form = morphology.measure(heart.solid)
        figures = {row[:20].strip(): row[20:].split() for row in rows}
        assert figures == {
            "area": ["1"] * 5 + ["0"] * 2 + [str(form.volume)],
            "perimeter": ["4"] * 5 + ["0"] * 2 + [str(form.surface)],
            "components": ["1"] * 5 + ["0"] * 2 + ["1"],
            "joined by edges": ["1"] * 5 + ["0"] * 2 + ["1"],
            "holes": ["0"] * 8,
            "Euler characteristic": ["1"] * 5 + ["0"] * 2 + ["1"],
            "mean thickness": ["1.0"] * 5 + ["0.0"] * 2 + [f"{form.thickness:.1f}"],
            "thinnest part": ["1"] * 5 + ["0"] * 2 + [str(form.thinnest)],
            "mirror symmetry y": ["1.00"] * 7 + [f"{form.symmetry[0]:.2f}"],
            "mirror symmetry x": ["1.00"] * 7 + [f"{form.symmetry[1]:.2f}"],
            "IoU with the target": ["0.024"] * 5 + ["0.000"] * 2 + ["1.000"],
            "missing": [str(heart.num_solid - 1)] * 5 + [str(heart.num_solid)] * 2 + ["0"],
            "extra": ["0"] * 8,
        }

    @pytest.mark.parametrize(
        ("num_steps", "steps"),
        [
            ("30", ["0", "2", "5", "8", "10", "11", "15", "21", "30"]),
            ("4", ["0", "1", "2", "3", "4"]),
            ("0", ["0"]),
        ],
    )
    def test_a_report_is_of_growth_until_t_and_of_what_follows(
        self, small_model_file: Path, num_steps: str, steps: list[str]
    ) -> None:
        done = run("grow", small_model_file, "--steps", num_steps, "-o", "s.png", "--report")
        assert done.exit_code == 0, done.stderr
        assert done.stdout.splitlines()[1].split() == ["step", *steps, "target"]

    def test_a_report_in_3d_has_cavities_and_without_a_target_no_iou(self) -> None:
        model = voxnca.NCA(voxnca.ModelConfig(num_channels=4, hidden_size=4))
        voxnca.save(model, "seed.safetensors")
        arguments = ["grow", "seed.safetensors", "--size", "6", "--steps", "2", "-o", "s.vox"]
        done = run(*arguments, "--report")
        assert done.exit_code == 0, done.stderr
        _, headings, *rows = done.stdout.splitlines()
        assert headings.split() == ["step", "0", "1", "2"]
        assert [row.split("  ")[0] for row in rows] == [
            "volume",
            "surface",
            "components",
            "joined by faces",
            "holes",
            "cavities",
            "Euler characteristic",
            "mean thickness",
            "thinnest part",
            "mirror symmetry z",
            "mirror symmetry y",
            "mirror symmetry x",
        ]
        report = json.loads(run(*arguments, "--report", "--json").stdout)
        assert report["target"] is None
        assert [moment["difference"] for moment in report["moments"]] == [None] * 3

    def test_a_report_on_a_grid_too_small_for_the_target_says_so(
        self, small_model_file: Path
    ) -> None:
        arguments = ["--size", "6", "--steps", "1", "-o", "s.png", "--report"]
        done = run("grow", small_model_file, *arguments)
        assert done.exit_code == 0, done.stderr
        assert "the grid does not hold the target" in done.stderr
        assert "IoU" not in done.stdout

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (["-o", "s.png", "--json"], "add --report"),
            (["-o", "s.tif"], "end it in .png"),
            (["-o", "s.vox"], "2D"),
            (["-o", "no/s.png"], "no: no such folder"),
            (["-o", "s.png", "--size", "big"], "size='big'"),
            (["-o", "s.png", "--size", "8,8,8"], "2 axes"),
            (["-o", "s.png", "--size", "99999999"], "smaller grid"),
            (["-o", "s.png", "--wound", "ball"], "write one of: ball:r=4@8,8,8"),
            (["-o", "s.png", "--wound", "ball:r=1@1,1,1"], "give 2 coordinates"),
            (["-o", "s.png", "--wound-at", "3"], "add --wound"),
            (["-o", "s.png", "--wound", "noise:1", "--steps", "3"], "pass more --steps"),
            (["-o", "s.png", "--seed", "-1"], "seed=-1"),
        ],
    )
    def test_a_mistake_is_refused(
        self, small_model_file: Path, here: Path, arguments: Sequence[str], reason: str
    ) -> None:
        assert_refused(run("grow", small_model_file, *arguments), reason)
        assert list(here.iterdir()) == []

    def test_a_model_without_a_target_asks_for_what_it_needs(self) -> None:
        voxnca.save(voxnca.NCA(voxnca.ModelConfig(num_dims=2)), "bare.safetensors")
        assert_refused(run("grow", "bare.safetensors", "-o", "s.png"), "pass --size")
        sized = run("grow", "bare.safetensors", "-o", "s.png", "--size", "9")
        assert_refused(sized, "pass --steps")


class TestApp:
    """The page itself has its own tests; here, what it is opened on."""

    @pytest.fixture
    def served(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
        """What the viewer was started with."""
        seen: dict[str, object] = {}

        def serve(lab: Lab, **options: object) -> None:
            seen.update(options, session=lab.session)

        monkeypatch.setattr("apps.commands.viewing.serve", serve)
        return seen

    def test_a_model_grows_from_its_seed(
        self, small_model_file: Path, served: dict[str, object]
    ) -> None:
        result = run("app", small_model_file, "--port", "0", "--host", "::1", "--no-browser")
        assert result.exit_code == 0, result.stderr
        session = served.pop("session")
        assert isinstance(session, Session)
        assert len(session.moment().cells) == 1
        assert served == {
            "models": voxnca.model_names(),
            "host": "::1",
            "port": 0,
            "open_browser": False,
        }

    def test_a_target_without_a_model_stands_finished_and_says_how_to_train(
        self, served: dict[str, object]
    ) -> None:
        result = run("app", "target:heart", "--size", "8")
        assert result.exit_code == 0, result.stderr
        session = served["session"]
        assert isinstance(session, Session)
        assert session.moment().iou == 1
        assert "voxnca train target:heart -o heart.safetensors" in result.stderr

    def test_without_a_name_it_opens_a_shipped_model(self, served: dict[str, object]) -> None:
        assert run("app").exit_code == 0
        session = served["session"]
        assert isinstance(session, Session)
        assert session.model.info.quality is not None


class TestBadFiles:
    """A file that is damaged or foreign is one line, whichever command meets it."""

    @pytest.fixture
    def truncated(self, small_model_file: Path, here: Path) -> Path:
        (here / "bad.safetensors").write_bytes(small_model_file.read_bytes()[:-40])
        return here / "bad.safetensors"

    @pytest.fixture
    def foreign(self, here: Path) -> Path:
        save_file({"weight": torch.zeros(3)}, here / "foreign.safetensors")
        return here / "foreign.safetensors"

    @pytest.mark.parametrize("which", ["truncated", "foreign"])
    @pytest.mark.parametrize(
        "command", [["models"], ["grow", "-o", "s.png"], ["app", "--no-browser"]]
    )
    def test_a_bad_model(
        self, request: pytest.FixtureRequest, which: str, command: Sequence[str]
    ) -> None:
        assert_refused(run(*command, request.getfixturevalue(which)), "safetensors: ")

    @pytest.mark.parametrize("suffix", [".vox", ".png", ".npy"])
    def test_a_bad_target(self, here: Path, suffix: str) -> None:
        (here / f"bad{suffix}").write_bytes(b"VOX \x96\0\0\0MAIN")
        assert_refused(run("train", f"bad{suffix}", "-o", "m.safetensors"), f"bad{suffix}")

    def test_a_bad_run_to_resume(self, truncated: Path, here: Path) -> None:
        truncated.rename(here / "m.train.safetensors")
        result = run("train", "heart", "-o", "m.safetensors", "--resume")
        assert_refused(result, "m.train.safetensors: ")


class TestInterrupt:
    def test_the_first_signal_is_noted_and_the_second_stops(
        self, capfd: pytest.CaptureFixture[str]
    ) -> None:
        before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
        with Interrupt() as interrupt:
            assert not interrupt
            signal.raise_signal(signal.SIGTERM)
            assert interrupt
            assert interrupt.exit_code == 143
            assert "stopping after this step" in capfd.readouterr().err
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
