"""A study of steering: as figures for machines, and as a page for people."""

import json
from html.parser import HTMLParser

import jsonschema
import numpy as np
import pytest
import torch

from analysis.intervals import of_share
from analysis.reports.steering import schema, steering_html, study_steering, units
from analysis.reports.steering.gallery import in_order
from analysis.reports.steering.picture import BEACON, ROOT, VINE, WALL, vine_picture
from apps.workshop.follower import follower
from voxnca import NCA, ModelConfig, ModelInfo
from voxnca.layouts import held_out_layouts
from voxnca.parts import finish
from voxnca.steering.controls import courses

SPACES = {2: (12, 12), 3: (8, 8, 8)}
VOID = {"meta", "link", "img", "br"}
EVIL = "<script>alert(1)</script>"


def lame(num_dims):
    """Return a follower that never grows along the last axis forwards."""
    model = follower(num_dims)
    with torch.no_grad():
        model.out.weight[:, [2 * num_dims - 1, 4 * num_dims - 1]] = 0.0
    model.info = ModelInfo("other")
    return model


@pytest.fixture(scope="module", params=[2, 3])
def made(request):
    d = request.param
    stages = study_steering(
        lame(d),
        held_out_layouts(SPACES[d], 8),
        name=EVIL,
        against=follower(d),
        num_steps=24,
        command="voxnca steer lame",
        date="today",
    )
    return finish(stages)


@pytest.fixture(scope="module")
def figures(made):
    """As another program reads them."""
    return json.loads(json.dumps(made.to_json(), allow_nan=False))


@pytest.fixture(scope="module")
def page(made):
    return steering_html(made)


def numbers(part, path=""):
    if isinstance(part, dict):
        for name, value in part.items():
            yield from numbers(value, f"{path}.{name}" if path else name)
    elif isinstance(part, list):
        for value in part:
            yield from numbers(value, f"{path}[]")
    elif isinstance(part, int | float) and not isinstance(part, bool):
        yield path


def test_figures_have_the_form_that_the_schema_says_and_each_its_unit(figures):
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(schema()).validate(figures)
    found = set(numbers({key: value for key, value in figures.items() if key != "units"}))
    assert len(found) > 60
    assert found <= set(figures["units"])
    assert figures["units"] == units()
    for name in figures:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**figures, name: "?"}, schema())
        rest = {key: value for key, value in figures.items() if key != name}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(rest, schema())


def test_each_control_is_what_it_says(made, figures):
    shares = {s["key"]: s["figures"]["grown"]["value"] for s in figures["subjects"]}
    assert list(shares) == ["rule", "against", "blind", "straight", "way", "line"]
    assert (shares["against"], shares["way"], shares["blind"]) == (1, 1, 0)
    assert 0 < shares["rule"] < 1
    assert shares["line"] < 1
    assert made.subject("way").figures["cut"] is None
    assert made.subject("nobody") is None


def test_figures_are_counts_of_the_layouts(figures):
    rule, trials = figures["subjects"][0]["figures"], figures["trials"]
    for moment in ("grown", "moved", "cut", "late"):
        count = sum(trial["moments"][moment]["reached"] for trial in trials)
        assert (rule[moment]["count"], rule[moment]["total"]) == (count, len(trials))
        interval = rule[moment]["value"], rule[moment]["low"], rule[moment]["high"]
        assert interval == tuple(of_share(count, len(trials)))
    forced = [
        trial["moments"]["grown"]["reached"] for trial in trials if trial["detour_ratio"] >= 1.3
    ]
    assert (rule["forced"]["count"], rule["forced"]["total"]) == (sum(forced), len(forced))
    ratios = [t["moments"]["grown"]["ratio"] for t in trials if t["moments"]["grown"]["reached"]]
    assert rule["ratio"]["value"] == np.median(ratios)
    ious = [trial["moments"]["grown"]["iou"] for trial in trials]
    assert rule["iou"]["value"] == pytest.approx(np.mean(ious))


def test_failures_come_first_then_the_longest_ways_round(made):
    trials = [made.trials[i] for i in in_order(made.trials)]
    keys = [(-t.num_failures, -t.layout.difficulty.detour_ratio) for t in trials]
    assert keys == sorted(keys)
    assert trials[0].num_failures > 0
    assert len(trials) == len(made.trials)


class Reader(HTMLParser):
    """What is in a page: its text, what it asks for, and whether every element is closed."""

    def __init__(self, page):
        super().__init__()
        self.open, self.asked, self.ids, self.alts, self.text = [], [], set(), [], ""
        self.feed(page)
        self.close()

    def handle_startendtag(self, tag, attrs):
        self.note(tag, dict(attrs))

    def handle_starttag(self, tag, attrs):
        self.note(tag, dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data if "style" not in self.open else ""

    def note(self, tag, attributes):
        self.ids.add(attributes.get("id"))
        self.asked += [value for key, value in attributes.items() if key in ("src", "href")]
        if tag == "img":
            self.alts.append(attributes["alt"])


def test_the_page_is_whole_and_needs_nothing_else(made, page):
    reader = Reader(page)
    assert reader.open == []
    assert all(address.startswith(("data:", "#")) for address in reader.asked)
    assert {address[1:] for address in reader.asked if address[0] == "#"} <= reader.ids
    assert "<script" not in page
    assert "://" not in page
    for said in (*made.summary, made.making.command, EVIL, *(s.name for s in made.subjects)):
        assert said in reader.text
    assert len(reader.alts) == 4 * len(made.trials)
    failures = sum(trial.num_failures for trial in made.trials)
    assert sum("does not reach" in alt for alt in reader.alts) == failures > 0


def test_a_picture_shows_walls_vine_root_and_beacon(made):
    trial = made.trials[0]
    course = courses(trial.layout)[0]
    pixels = np.asarray(vine_picture(trial.grown.solid, course))
    if pixels.shape[0] != pixels.shape[1]:
        assert {tuple(p) for p in pixels[..., :3].reshape(-1, 3)[::7]}  # seen from a corner, lit
        return
    factor = len(pixels) // trial.layout.space[0]
    cells = pixels[::factor, ::factor]
    assert tuple(cells[course.root]) == (*ROOT, 255)
    assert tuple(cells[course.beacon]) == (*BEACON, 255)
    walls = (cells == (*WALL, 255)).all(-1)
    assert np.array_equal(walls, trial.layout.blocked)
    vine = (cells == (*VINE, 255)).all(-1)
    assert vine.sum() == trial.grown.solid.sum() - 1 - trial.grown.solid[course.beacon]


def test_a_rule_that_is_told_no_way_has_no_straight_signal():
    config = ModelConfig(num_dims=2, senses=("walls", "bare_beacon", "root"))
    found = finish(
        study_steering(NCA(config), held_out_layouts((12, 12), 2), name="bare", num_steps=2)
    )
    assert [subject.key for subject in found.subjects] == ["rule", "blind", "way", "line"]
    assert "The environment shows no way: the rule has to find it." in found.summary
    assert "carry the signal" in Reader(steering_html(found)).text
    jsonschema.validate(found.to_json(), schema())


def test_without_controls_there_is_the_rule_alone():
    stages = study_steering(follower(2), held_out_layouts((12, 12), 2), name="x", controls=False)
    found = finish(stages)
    assert [subject.key for subject in found.subjects] == ["rule"]
    assert "None of 2 layouts failed" in Reader(steering_html(found)).text


def test_stages_say_how_far_it_is(monkeypatch):
    monkeypatch.setattr("analysis.reports.steering.studying.BATCH_SIZE", 2)
    stages = study_steering(follower(2), held_out_layouts((12, 12), 3), name="vine", num_steps=2)
    seen = list(stages)
    assert [stage.index for stage in seen] == list(range(6))
    assert {stage.total for stage in seen} == {6}
    assert [stage.doing for stage in seen[:3]] == [
        "vine: layouts 1 to 2 of 3",
        "vine: layouts 3 to 3 of 3",
        "blind: layouts 1 to 2 of 3",
    ]
