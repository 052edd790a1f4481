"""`voxnca steer`, as it is typed."""

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

import voxnca
from analysis.reports.steering import schema
from apps.cli import app
from apps.workshop.follower import follower


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test stands in a folder with a model that steers and one that does not."""
    monkeypatch.chdir(tmp_path)
    voxnca.save(follower(2), "vine.safetensors")
    voxnca.save(voxnca.NCA(voxnca.ModelConfig(num_dims=2)), "plain.safetensors")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, ["steer", *arguments])


SMALL = ("vine.safetensors", "--layouts", "3", "--size", "12", "--steps", "24")


def test_it_prints_a_table_and_writes_a_page_and_figures(here):
    wanted = (*SMALL, "--against", "vine.safetensors", "-o", "r.html", "--json", "r.json")
    done = run(*wanted)
    assert done.exit_code == 0, done.exception
    figures = json.loads(Path("r.json").read_text("utf-8"))
    jsonschema.validate(figures, schema())
    command = (
        "voxnca steer vine.safetensors --layouts 3 --size 12 --steps 24 "
        "--against vine.safetensors -o r.html --json r.json"
    )
    assert figures["making"]["command"] == command
    assert command in Path("r.html").read_text("utf-8")
    page, written, headings, first, *rest = done.stdout.splitlines()
    assert (page, written) == ("r.html", "r.json")
    for name in ("follower", "95% interval", "blind", "straight signal", "the way itself"):
        assert name in headings
    assert first.split("  ")[0] == "Reaches the beacon"
    assert first.split()[3] == "100.0%"
    assert len(rest) == 7
    assert "follower: layouts 1 to 3 of 3" in done.stderr


def test_figures_alone_can_go_to_stdout(here):
    done = run(*SMALL, "--json", "-", "--no-controls")
    assert done.exit_code == 0, done.exception
    figures = json.loads(done.stdout)
    jsonschema.validate(figures, schema())
    assert [subject["key"] for subject in figures["subjects"]] == ["rule"]
    assert figures["making"]["command"].endswith("--steps 24 --no-controls --json -")
    assert "Reaches the beacon" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plain.safetensors",), "has no beacon to steer by (it senses nothing); train one"),
        (("mushroom",), "has no beacon to steer by"),
        ((*SMALL, "--against", "plain.safetensors"), "has no beacon to steer by"),
        (("nowhere.safetensors",), "no such file"),
        ((*SMALL, "-o", "r.pdf"), "is a .html file"),
        ((*SMALL, "--json", "r.txt"), "is a .json file"),
        ((*SMALL, "-o", "nowhere/r.html"), "no such folder"),
        ((*SMALL, "--seed", "-1"), "seed=-1"),
    ],
)
def test_what_a_user_can_mend_is_one_line(here, arguments, said):
    before = sorted(here.iterdir())
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    *_, line = done.stderr.splitlines()
    assert line.startswith("voxnca: ")
    assert said in line
    assert sorted(here.iterdir()) == before
