"""`voxnca certify`, as it is typed."""

import json
import os
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

import voxnca
from analysis import criticality, random_growth, recovery
from analysis.certificate import check, read_certificate
from analysis.criticality import CriticalityMap
from analysis.reports.trust import studying
from apps.cli import app
from apps.commands.certifying import seconds
from apps.lab.vulnerability import add_map
from voxnca import ArgumentError, FileError, data_path
from voxnca.parts import finish

SOAKS = "VOXNCA_KILLS" in os.environ
"""Whether this is `make soak`."""
SHIPPED = sorted((data_path() / "certificates").glob("*.json"))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def brief(monkeypatch):
    """Leave out what takes minutes, however fast the machine, and measure one kind of wounds."""

    def few(model, pattern, **options):
        moved = model.grow(pattern[None], 1)[0] - pattern
        assert float(moved.detach().abs().max()) < 1e-5, (
            "the pattern must be the rule's own, at rest"
        )
        return random_growth.measure_random_growth(
            model, pattern, **{**options, "num_trials": 3, "steps": 400}
        )

    def sweep(model, **options):
        return recovery.sweep(model, recovery.USUAL[:1], **{**options, "max_wounds": 16})

    mapped = partial(criticality.measure_criticality, num_trials=1)
    monkeypatch.setattr(studying, "sweep", sweep)
    monkeypatch.setattr(studying, "measure_criticality", mapped)
    monkeypatch.setattr(studying, "measure_random_growth", few)
    monkeypatch.setattr(studying, "_SMALL_SECONDS", 1.0)
    monkeypatch.setattr(studying, "_RANDOM_SECONDS", 1.0)


def run(*arguments):
    return CliRunner().invoke(app, ["certify", *arguments])


def test_it_says_what_is_proven_writes_it_and_verifies_it():
    done = run("proven", "--radius", "0", "--budget", "5m", "-o", "r.html", "--json", "c.json")
    assert done.exit_code == 0, done.exception
    page, written, grown, standard, balls, *_ = done.stdout.splitlines()
    assert (page, written) == ("r.html", "c.json")
    assert "in a state that never changes again" in grown
    assert "All 126 standard wounds" in standard
    assert "All 184 ball wounds of radius 0 to 0" in balls
    assert "184 heal (100%)" in balls
    fields = json.loads(Path("c.json").read_text("utf-8"))
    assert fields["report"]["making"]["command"] == (
        "voxnca certify proven --radius 0 --budget 5m -o r.html --json c.json"
    )
    assert CriticalityMap.from_json(fields["report"]["map"]).is_proven
    at_random = fields["report"]["measured"]["at_random"]
    assert (at_random["num_trials"], at_random["successes"]) == (3, 3)
    html = Path("r.html").read_text("utf-8")
    assert html.count("3 of 3 trials grew from the seed to the same pattern") == 2
    for heading in ("Proven", "Where it is vulnerable", "What this rests on"):
        assert heading in html
    assert "http" not in html.replace("http://www.w3.org", "")
    checked = run("--check", "c.json")
    assert checked.exit_code == 0
    assert "holds; the fates of 310 wounds were shown anew" in checked.stdout


def test_a_certificate_that_does_not_hold_is_told_apart():
    fields = json.loads(SHIPPED[0].read_text("utf-8"))
    fields["digest"] = "0" * 64
    Path("forged.json").write_text(json.dumps(fields), "utf-8")
    done = run("--check", "forged.json")
    assert done.exit_code == 1
    assert "the model is another" in done.stdout
    assert "does not hold" in done.stdout


def test_what_a_budget_leaves_undone_is_said_and_done_the_next_time():
    first = run("proven", "--radius", "1", "--budget", "0.01", "-o", "r.html")
    assert first.exit_code == 0, first.exception
    assert "goes on from r.partial.json" in first.stderr
    assert not first.stdout.count("All 126")
    kept = json.loads(Path("r.partial.json").read_text("utf-8"))
    assert len(kept["wounds"]) == 2
    kept["seconds"] += 1000
    Path("r.partial.json").write_text(json.dumps(kept), "utf-8")
    second = run("proven", "--radius", "1", "--budget", "5m", "-o", "r.html", "--json", "c.json")
    assert "going on from r.partial.json" in second.stderr
    took = json.loads(Path("c.json").read_text("utf-8"))["report"]["making"]["seconds"]
    assert took["wounds"] > 1000  # with those of the first run
    assert "All 414 ball wounds of radius 0 to 1" in second.stdout
    assert not Path("r.partial.json").exists()


def test_a_damaged_file_of_an_unfinished_run_is_one_clear_line():
    assert run("proven", "--radius", "1", "--budget", "0.01", "-o", "r.html").exit_code == 0
    kept = json.loads(Path("r.partial.json").read_text("utf-8"))
    kept["wounds"][0]["fates"] = "x" * len(kept["wounds"][0]["fates"] or "x")
    kept["wounds"][1].pop("fates")
    Path("r.partial.json").write_text(json.dumps(kept), "utf-8")
    done = run("proven", "--radius", "1", "-o", "r.html")
    assert done.exit_code == 2
    assert "remove it to begin afresh" in done.stderr


def test_what_was_kept_of_other_wounds_is_not_gone_on_with():
    assert run("proven", "--radius", "1", "--budget", "0.01", "-o", "r.html").exit_code == 0
    other = run("proven", "--radius", "0", "--budget", "0.01", "-o", "r.html")
    assert other.exit_code == 0
    assert "going on from" not in other.stderr


def test_each_sentence_is_said_once():
    done = run("proven", "--radius", "2", "--budget", "5m")
    lines = done.stdout.splitlines()
    assert len(lines) == len(set(lines))
    assert "All 944 ball wounds of radius 0 to 2" in done.stdout


def test_a_rule_that_fires_at_random_is_measured_and_nothing_is_proven():
    done = run("butterfly", "--budget", "5m", "--json", "b.json", "--graph", "b.graphml")
    assert done.exit_code == 0, done.exception
    assert "Nothing is proven of butterfly: fire_rate=0.5" in done.stdout
    assert "Measured, not proven" in done.stdout
    assert "deletions of one cell" in Path("b.graphml").read_text("utf-8")
    fields = json.loads(Path("b.json").read_text("utf-8"))
    assert fields["format"] is None
    assert not CriticalityMap.from_json(fields["report"]["map"]).is_proven
    assert run("--check", "b.json").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "MODEL is missing"),
        (("nobody",), "nobody"),
        (("B3/S23",), "B3/S23"),
        (("vine",), "grows to a beacon|target=None"),
        (("learned-life",), "discrete"),
        (("proven", "--budget", "soon"), "--budget 'soon' must be a time"),
        (("proven", "-o", "r.pdf"), "is a .html file"),
        (("proven", "--graph", "g.png"), "is a .graphml file"),
        (("--check", "missing.json"), "cannot be read"),
    ],
)
def test_what_cannot_be_certified_is_said_in_a_line(arguments, message):
    done = run(*arguments)
    assert done.exit_code == 2
    (line,) = [text for text in done.stderr.splitlines() if text.startswith("voxnca: ")]
    assert any(part in line for part in message.split("|")), line


@pytest.mark.parametrize(
    ("text", "expected"), [("90s", 90), ("5m", 300), ("1.5h", 5400), ("7", 7), (None, None)]
)
def test_times(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["0", "-1", "1d", "", "m"])
def test_times_that_are_none(text):
    with pytest.raises(ArgumentError, match="--budget"):
        seconds(text)


def test_maps_of_another_rule_are_refused(here):
    done = CliRunner().invoke(app, ["app", "heart", "--map", str(SHIPPED[0])])
    assert done.exit_code == 2
    assert "it is of another rule" in done.stderr
    (here / "none.json").write_text("[]", "utf-8")
    with pytest.raises(FileError, match="no map of wounds"):
        add_map(here / "none.json")


def test_each_provable_model_has_its_certificate():
    assert {path.stem for path in SHIPPED} == {"proven", "proven-32", "proven-3d"}


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600 if SOAKS else 120)
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_certificates_hold(path):
    """All is checked, but not every wound is followed anew: `make soak` does that."""
    certificate = read_certificate(path)
    every = 1 if SOAKS else {"proven": 40, "proven-32": 200, "proven-3d": 2000}[path.stem]
    found = finish(check(certificate, voxnca.load(path.stem), every=every, num_threads=2))
    assert found.problems == []
    assert found.num_wounds > 0


PROMISED = {
    "proven": ((0.98, 0.05), (0.98, 0.93, 0.80), 0.9),
    "proven-32": ((0.97, 0.06), (0.95, 0.90, 0.75), 0.8),
    "proven-3d": ((0.95, 0.08), (0.90, 0.75, 0.60), None),
}
"""IoU and colour error; shares proven to heal of r <= 2, r <= 4 and of standard wounds; chance."""


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_certificates_claim_what_is_promised(path):
    certificate = read_certificate(path)
    (least, most), (two, four, quarter), chance = PROMISED[path.stem]
    assert certificate.home.iou >= least
    assert certificate.home.rgb_error <= most
    standard, balls = certificate.wounds
    assert set(standard["fates"]) <= set("hfu")

    def share(claim, radius):
        counts = [count for count in claim["counts"] if count["radius_cells"] <= radius]
        return sum(c["healed"] for c in counts) / sum(c["num_wounds"] for c in counts)

    assert len(balls["fates"]) == balls["num_cuts"]
    assert share(balls, 2) >= two
    assert share(balls, 4) >= four
    assert share(standard, 100) >= quarter
    if chance is not None:
        assert certificate.chance["bound"] >= chance
