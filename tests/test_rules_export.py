"""`voxnca export`: what it writes runs in Golly, and what it cannot write it says."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from analysis.rules import Pattern, evolve, golly, load_rule, parse
from apps.cli import app


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def export(*arguments):
    return CliRunner().invoke(app, ["export", *arguments])


@pytest.mark.parametrize(
    ("item", "name"),
    [("B36/S23", "high"), ("wireworld", "Wire-2"), ("2/13/21", "Fire_works"), ("B2/S34H", "hex")],
)
def test_an_exported_rule_runs_in_golly(here, item, name):
    done = export(item, "-o", f"{name}.rule")
    assert (done.exit_code, done.stdout) == (0, f"{name}.rule\n")
    assert "Golly's rules folder" in done.stderr
    assert f"set the rule {name}" in done.stderr.replace("\n", " ")
    rule = parse(item)
    assert load_rule(f"{name}.rule") == rule
    cells = np.random.default_rng(0).integers(0, rule.num_states, (30, 30)).astype(np.uint8)
    theirs = golly.run_file(here / f"{name}.rule", Pattern(cells), 20)
    assert np.array_equal(theirs.cells, evolve(rule, Pattern(cells), 20).cells)


def test_an_exported_file_is_an_item_again_and_a_grid_is_named(here):
    export("B36/S23:T64,32", "-o", "first.rule")
    done = export("first.rule", "-o", "again.rule")
    assert done.exit_code == 0
    assert load_rule("again.rule") == parse("B36/S23")
    assert "first:T64,32" in export("B36/S23:T64,32", "-o", "first.rule").stderr.replace("\n", "")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("B36/S23", "-o", "high.png"), "a rule as .rule"),
        (("B36/S23", "-o", "high"), "a rule as .rule"),
        (("mushroom", "-o", "high.rule"), "the model grows and has no exact table"),
        (("B36/S23", "-o", "high life.rule"), "letters, digits"),
        (("B36/S23", "-o", "none/high.rule"), "cannot be written"),
        (("4555", "-o", "life.rule"), "3D.lua"),
        (("B0/S8", "-o", "anti.rule"), "B0"),
        (("B9/S23", "-o", "high.rule"), "9"),
    ],
)
def test_what_cannot_be_exported_is_told_in_one_line(here, arguments, says):
    done = export(*arguments)
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    assert not [path for path in Path().rglob("*") if path.is_file()]
