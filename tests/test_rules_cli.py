from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from typer.testing import CliRunner, Result

from analysis.rules.catalogue import entries
from analysis.rules.neighborhood import MOORE
from analysis.rules.parsing import parse
from analysis.rules.portrait import living_part, panels
from analysis.rules.shares import ones_share, transition_shares, unseen_states
from analysis.rules.symmetries import own_entries
from analysis.rules.tabulated import TableRule
from apps.cli import app
from apps.commands.rule_figures import RuleFigures, listed

LIFE_WITH_A_DIRECTION = (
    "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAgA"
)
KINDS = ("Life", "Just Friends", "B13/S024V", "B2/S34H", "Wireworld", "Bombers", "4555", "445")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test stands in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["rules", *arguments])


def run_in_terminal(
    monkeypatch: pytest.MonkeyPatch, width: int, *arguments: str
) -> tuple[Result, str]:
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
    )
    monkeypatch.setattr("apps.commands.rules.picture_console", lambda: console)
    done = run(*arguments)
    assert isinstance(console.file, io.StringIO)
    return done, console.file.getvalue()


def random_rule(num_states: int = 3) -> TableRule:
    rng = np.random.default_rng(0)
    table = rng.integers(0, num_states, num_states**9).astype(np.uint8)
    return TableRule(num_states=num_states, neighborhood=MOORE, entries=table)


def test_the_catalogue_is_a_table_a_line_a_rule() -> None:
    done = run()
    assert done.exit_code == 0
    heading, *lines = done.stdout.splitlines()
    assert heading.split() == ["rule", "notation", "states", "dims", "what"]
    for line, entry in zip(lines, entries(), strict=True):
        assert line.startswith(entry.name)
        assert line.find(entry.what) == heading.find("what")
        assert line.find(str(entry.rule), len(entry.name)) == heading.find("notation")


def test_the_catalogue_as_json() -> None:
    listed = json.loads(run("--json").stdout)
    assert [row["name"] for row in listed] == [entry.name for entry in entries()]
    for row in listed:
        rule = parse(row["notation"])
        assert (rule.num_states, rule.num_dims) == (row["num_states"], row["num_dims"])
        assert row["source"]


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("arguments", [(), *(("show", kind) for kind in KINDS)])
def test_a_terminal_is_not_written_beyond_its_width(
    monkeypatch: pytest.MonkeyPatch, width: int, arguments: tuple[str, ...]
) -> None:
    done, written = run_in_terminal(monkeypatch, width, *arguments)
    assert done.exit_code == 0, done.exception
    lines = [Text.from_ansi(line).plain for line in written.splitlines()]
    assert max(map(cell_len, lines)) <= width
    assert any("■" in line for line in lines)


def test_a_rule_is_drawn_class_by_class() -> None:
    shown = run("show", "B36/S2a").stdout
    assert "B36/S2a" in shown
    assert "born with 36 neighbours" in shown
    born, survives = shown.partition("\nborn\n")[2].split("survives\n")
    lines = born.splitlines()
    assert lines[0].startswith("3   oo. o.o .o. ooo")
    assert lines[3].split() == list("aceijknqry")
    assert lines[7].split() == list("aceikn")
    assert survives.splitlines()[:4] == ["2   oo.", "    .*.", "    ...", "     a"]


def test_colours_show_the_classes_in_which_nothing_lives_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, written = run_in_terminal(monkeypatch, 80, "show", "B2-a/S12")
    plain = [Text.from_ansi(line).plain for line in written.splitlines()]
    start = plain.index("born")
    assert plain[start + 1].startswith("2   ▀▀▀ ▀▀▀ ▀▀▀ ▀▀▀ ▀▀▀ ▀▀▀")
    assert plain[start + 3].split() == list("aceikn")


def test_pictures_go_on_in_the_next_line(monkeypatch: pytest.MonkeyPatch) -> None:
    _, written = run_in_terminal(monkeypatch, 40, "show", "B4/S")
    plain = [Text.from_ansi(line).plain for line in written.splitlines()]
    start = plain.index("born")
    assert plain[start + 3].split() == list("aceijknqr")
    assert plain[start + 6].split() == list("twyz")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("B3/S23", ["born with 3 neighbours", "survives with 2 or 3"]),
        ("B/S", ["never born", "never survives"]),
        ("4555", ["born with 5 neighbours", "survives with 4 or 5"]),
        ("B2-a/S12", ["born with 2-a neighbours", "survives with 12"]),
        ("445", ["what dies passes through states 2-4, in which it does not count"]),
        ("/2/3", ["what dies passes through state 2, in which it does not count"]),
        ("wireworld", ["0 stays", "3 becomes 1 with 1 or 2 neighbours in state 1, else 3"]),
        (LIFE_WITH_A_DIRECTION, ["1 of 102 classes depend on how they are turned"]),
    ],
)
def test_a_rule_is_told_in_words(text: str, lines: list[str]) -> None:
    told = run("show", text).stdout.splitlines()
    assert set(lines) <= set(told)
    assert told[-1].startswith("run it    voxnca app ")


def test_figures_of_a_rule() -> None:
    figures = json.loads(run("show", "life", "--json").stdout)
    assert figures["name"] == "Life"
    assert figures["notation"] == "B3/S23"
    assert (figures["num_ones"], figures["num_entries"]) == (140, 512)
    assert figures["isotropic"] == figures["totalistic"] == 1
    assert len(figures["classes"]) == 102
    assert sum(c["size"] * c["share"] for c in figures["classes"]) == pytest.approx(140)
    friends = json.loads(run("show", "Just Friends", "--json").stdout)
    assert friends["totalistic"] == (512 - 8) / 512
    assert json.loads(run("show", "Bombers", "--json").stdout)["num_entries"] == 25**9


def test_a_table_of_more_states_is_summed_up() -> None:
    rule = random_rule()
    figures = RuleFigures.of(rule, "x.rule")
    changed = rule.entries != own_states_of(rule)
    assert figures.changing == pytest.approx(changed.mean())
    assert figures.lines[0].startswith("0 becomes ")
    assert figures.isotropic is not None
    assert 0.3 < figures.isotropic < 0.8
    assert figures.classes is figures.birth is figures.transitions is None


def test_the_symmetries_of_a_long_table_are_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.commands.rule_figures.MOST_ENTRIES", 3**9 - 1)
    figures = RuleFigures.of(random_rule(), "x.rule")
    assert figures.isotropic is figures.totalistic is None
    assert "not measured" not in run("show", "Bombers").stdout


def own_states_of(rule: TableRule) -> np.ndarray:
    return np.arange(len(rule.entries)) // rule.num_states**4 % rule.num_states


@pytest.mark.parametrize("text", ["Life", "tLife", "Wireworld", "B13/S024V", "2/13/4H"])
def test_shares_are_those_of_the_table(text: str) -> None:
    rule = parse(text)
    center = rule.neighborhood.cells.index((0, 0))
    m, k = len(rule.neighborhood.cells), rule.num_states
    own = np.arange(k**m) // k ** (m - 1 - center) % k
    entries = own_entries(rule)
    shares = transition_shares(rule)
    for state in range(k):
        counts = np.bincount(entries[own == state], minlength=k)
        np.testing.assert_allclose(shares[state], counts / counts.sum())
    assert ones_share(rule) == pytest.approx((entries != 0).mean())


def test_which_states_a_neighbour_is_not_seen_in() -> None:
    assert unseen_states(parse("Wireworld")) == (2, 3)
    assert unseen_states(parse("Bombers")) == tuple(range(2, 25))
    assert unseen_states(parse("Life")) == unseen_states(parse("B12345678/S012345678")) == ()
    assert unseen_states(random_rule()) == ()


def test_panels_are_all_neighbourhoods_once() -> None:
    for text, size, num_ones in (
        ("Life", 512, 140),
        ("23/3/9", 512, 140),
        ("/2-a/3", 512, 20),
        ("B2/S34H", 128, 15 + 20 + 15),
        ("B13/S024V", 32, 16),
    ):
        living = living_part(parse(text))
        assert living is not None
        drawn = panels(living)
        assert sum(panel.size for panel in drawn) == size
        assert sum(panel.size * panel.share for panel in drawn) == pytest.approx(num_ones)
    assert living_part(parse("Wireworld")) is None
    assert living_part(random_rule()) is None


@pytest.mark.parametrize("text", [*KINDS, LIFE_WITH_A_DIRECTION, "2/3/256"])
def test_a_picture_is_written(here: Path, text: str) -> None:
    done = run("show", text, "-o", "rule.png")
    assert done.exit_code == 0, done.exception
    with Image.open(here / "rule.png") as image:
        assert image.width == 960
        assert 100 < image.height < 4096
        colors = image.convert("RGB").getcolors(1 << 20)
    assert colors is not None
    assert len(colors) > 3


def test_a_picture_shows_births_where_they_are(here: Path) -> None:
    heights = []
    for text in ("B/S", "B3/S", "B36/S23"):
        run("show", text, "-o", "rule.png")
        with Image.open(here / "rule.png") as image:
            heights.append(image.height)
    assert heights == sorted(set(heights))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("show", "B3x/S23"), "'x' in '3x'"),
        (("show", "lifee"), "did you mean Life?"),
        (("show", "mushroom"), "give a rule"),
        (("show", "B3/S23", "-o", "life.gif"), ".png"),
        (("show", "B3/S23", "-o", "nowhere/life.png"), "nowhere"),
    ],
)
def test_an_error_is_one_line(arguments: tuple[str, ...], reason: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2, done.exception
    assert done.stdout == ""
    assert done.stderr.startswith("voxnca: ")
    assert done.stderr.count("\n") == 1
    assert reason in done.stderr


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ([], ""),
        ([3], "3"),
        ([2, 3], "2 or 3"),
        ([0, 1, 2], "0-2"),
        ([0, 4, 5, 6, 9], "0, 4-6 or 9"),
    ],
)
def test_counts_as_prose(counts: list[int], text: str) -> None:
    assert listed(counts) == text
