from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from analysis.reports import Stage, schema
from apps.cli import app


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test stands in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["compare", *arguments])


def test_it_writes_a_page_and_figures_and_says_what_came_out(here: Path) -> None:
    done = run("B3/S23", "B36/S23", "-o", "r.html", "--json", "r.json", "--quick", "--seed", "4")
    assert done.exit_code == 0, done.exception
    assert sorted(path.name for path in here.iterdir()) == ["r.html", "r.json"]
    figures = json.loads(Path("r.json").read_text("utf-8"))
    page = Path("r.html").read_text("utf-8")
    command = "voxnca compare B3/S23 B36/S23 -o r.html --json r.json --seed 4 --quick"
    assert figures["making"]["command"] == command
    assert command in page
    assert figures["making"]["seed"] == 4
    assert figures["making"]["quick"]
    assert [item["name"] for item in figures["items"]] == ["Life", "HighLife"]
    first, second, *told = done.stdout.splitlines()
    assert (first, second) == ("r.html", "r.json")
    assert told == figures["summary"][1:]
    assert "28 of 512" in told[0]
    assert "Life: a run" in done.stderr


def test_figures_alone_can_go_to_stdout(here: Path, small_model_file: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    done = run(str(small_model_file), "wireworld", "--json", "-", "--quick")
    assert done.exit_code == 0, done.exception
    figures = json.loads(done.stdout)
    jsonschema.validate(figures, schema())
    assert [item["kind"] for item in figures["items"]] == ["growing network", "hand-made rule"]
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("B3/S23",), "nothing to write; give -o report.html"),
        (("B3/S23", "-o", "r.pdf"), "is a .html file"),
        (("B3/S23", "--json", "r.txt"), "is a .json file"),
        (("B3/S23", "-o", "-"), "the page is a file"),
        (("B3/S23", "-o", "nowhere/r.html"), "no such folder"),
        (("target:heart", "-o", "r.html"), "is a target; give a model or rule"),
        (("glider", "-o", "r.html"), "is a pattern; give a model or rule"),
        (("B3/S99", "-o", "r.html"), "9"),
        (("nonsense", "-o", "r.html"), "is neither a file nor a model nor a rule"),
        (("B3/S23", "-o", "r.html", "--seed", "-1"), "seed=-1"),
        (("B3/S23",) * 13 + ("-o", "r.html"), "a comparison is of 1 to 12"),
    ],
)
def test_what_a_user_can_mend_is_one_line(
    here: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    *_, line = done.stderr.splitlines()
    assert line.startswith("voxnca: ")
    assert said in line
    assert list(here.iterdir()) == []


def test_an_old_report_stays_when_there_is_no_new_one(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Iterator[Stage]:
        yield Stage(0, 2, "the first")
        raise KeyboardInterrupt

    monkeypatch.setattr("apps.commands.comparing.compare", broken)
    Path("r.html").write_text("old", "utf-8")
    done = run("B3/S23", "-o", "r.html", "--json", "r.json")
    assert done.exit_code != 0
    assert Path("r.html").read_text("utf-8") == "old"
    assert sorted(path.name for path in here.iterdir()) == ["r.html"]


def test_ctrl_c_ends_it_and_leaves_nothing(here: Path) -> None:
    command = [sys.executable, "-c", "from apps.cli import main; main()"]
    arguments = ["compare", "butterfly", "mushroom", "-o", "r.html"]
    with subprocess.Popen(
        [*command, *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        begun = next(line for line in process.stderr if "1 of 3" in line)
        os.kill(process.pid, signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(60) not in {0, 2}
    assert "butterfly" in begun
    assert "Traceback" not in said
    assert list(here.iterdir()) == []


def test_without_a_terminal_a_line_tells_of_each_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[Any] = []
    monkeypatch.setattr("apps.commands.stages.say", lines.append)
    run("B3/S23", "B2/S", "-o", "r.html", "--quick")
    assert [line.split(":")[0] for line in lines] == ["1 of 3", "2 of 3", "3 of 3"]
