from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import torch
from playwright.sync_api import Browser

import voxnca
from analysis import distance, rules
from analysis.reports import Comparison, Kind, Subject, compare, report_html, schema, units
from analysis.reports import subjects as named
from analysis.reports.film import MOMENTS, SPACE, Film
from analysis.reports.golly_check import GollyCheck, verify
from analysis.reports.page.markup import Markup, tag
from analysis.reports.wording import counted, listed, number, percent
from analysis.rules import Rule, golly
from analysis.soups import soup
from voxnca import NCA, ArgumentError
from voxnca.parts import finish

VOID = {"meta", "link", "img", "br", "hr", "col"}


def made_of(*items: tuple[str, NCA | Rule], seed: int = 0) -> Comparison:
    return finish(compare(named(items), seed=seed, quick=True, command="voxnca compare", date="x"))


def of_rules(*texts: str, seed: int = 0) -> Comparison:
    return made_of(*((text, rules.parse(text)) for text in texts), seed=seed)


@pytest.fixture(scope="module")
def items(small_model: NCA) -> list[tuple[str, NCA | Rule]]:
    """One of each kind, and twins."""
    texts = ("B3/S23", "B36/S23", "wireworld", "4555")
    read: list[tuple[str, NCA | Rule]] = [(text, rules.parse(text)) for text in texts]
    return [("learned-life", voxnca.load("learned-life")), *read, ("small", small_model)]


@pytest.fixture(scope="module")
def comparison(items: list[tuple[str, NCA | Rule]]) -> Comparison:
    return made_of(*items)


@pytest.fixture(scope="module")
def figures(comparison: Comparison) -> dict[str, Any]:
    """As another program reads them."""
    read: dict[str, Any] = json.loads(json.dumps(comparison.to_json()))
    return read


@pytest.fixture(scope="module")
def page(comparison: Comparison) -> str:
    return report_html(comparison)


def test_figures_have_the_form_that_the_schema_says(figures: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(schema()).validate(figures)


@pytest.mark.parametrize("damage", ["items", "pairs", "making", "schema_version"])
def test_the_schema_refuses_what_is_not_whole(figures: dict[str, Any], damage: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({k: v for k, v in figures.items() if k != damage}, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**figures, damage: "?"}, schema())


def test_every_number_has_a_unit(figures: dict[str, Any]) -> None:
    found = set(paths_of_numbers({k: v for k, v in figures.items() if k != "units"}))
    assert len(found) > 150
    assert found <= set(figures["units"])
    assert figures["units"] == units()
    assert all(units().values())


def test_distances_carry_their_units(figures: dict[str, Any]) -> None:
    for pair in figures["pairs"]:
        for value in (pair["distances"] or {}).values():
            assert not isinstance(value, dict) or value["unit"]


def paths_of_numbers(part: Any, path: str = "") -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            yield from paths_of_numbers(value, f"{path}.{name}" if path else name)
    elif isinstance(part, list):
        for value in part:
            yield from paths_of_numbers(value, f"{path}[]")
    elif isinstance(part, int | float) and not isinstance(part, bool):
        yield path


def test_twins_are_at_distance_0_and_the_summary_says_so(comparison: Comparison) -> None:
    pair = comparison.pair("Life", comparison.entries[0].name)
    assert pair.is_same
    assert pair.differences == ()
    (said,) = [line for line in comparison.summary if line.startswith("One and the same rule")]
    assert "Life" in said
    assert comparison.entries[0].name in said
    assert comparison.twin(comparison.entries[0].name) == comparison.twin("Life") == "Life"
    assert comparison.twin("HighLife") == "HighLife"


def test_what_cannot_be_compared_says_why(comparison: Comparison) -> None:
    assert comparison.pair("Life", "HighLife").obstacle is None
    for name, brief in (
        ("Wireworld", "2 and 4 states"),
        ("4555", "2 and 3 dimensions"),
        ("small", "no exact table"),
    ):
        for pair in (comparison.pair("Life", name), comparison.pair(name, "Life")):
            assert pair.obstacle
            assert pair.obstacle.brief == brief
            assert pair.distances is None


def test_all_pairs_are_there_once(comparison: Comparison) -> None:
    names = [entry.name for entry in comparison.entries]
    assert len(set(names)) == len(names)
    told = [frozenset((pair.one, pair.other)) for pair in comparison.pairs]
    assert sorted(map(sorted, told)) == sorted(sorted(two) for two in combinations(names, 2))


def test_the_order_of_items_permutes_the_matrix() -> None:
    texts = ("B3/S23", "B36/S23", "B2/S")
    ahead, back = of_rules(*texts), of_rules(*reversed(texts))
    assert [e.name for e in ahead.entries] == [e.name for e in reversed(back.entries)]
    for one, other in combinations([entry.name for entry in ahead.entries], 2):
        assert ahead.pair(one, other).to_json() == back.pair(other, one).to_json()
    heat = [cells_of(report_html(c), "heat") for c in (ahead, back)]
    assert heat[0] == [row[:1] + row[:0:-1] for row in (heat[1][0], *heat[1][:0:-1])]


def test_the_same_seed_gives_the_same_figures() -> None:
    one, again, other = (of_rules("B3/S23", "B2/S", seed=s).to_json() for s in (1, 1, 2))
    for made in (one, again, other):
        made["making"].pop("duration_seconds")
    assert one == again
    assert one["pairs"] != other["pairs"]


def test_distances_are_those_of_the_library(comparison: Comparison) -> None:
    found = comparison.pair("Life", "HighLife").distances
    assert found is not None
    assert found.hamming.value == 28
    assert found.hamming_share == 28 / 512
    (life,) = [entry for entry in comparison.entries if entry.name == "Life"]
    assert life.measures is not None
    assert life.measures.langton_lambda == 0.2734375
    assert life.floor is not None
    assert life.floor.num_wrong == 140
    assert life.neighbors[0].name == "Life"


def test_a_learned_rule_is_told_as_exact(comparison: Comparison) -> None:
    learned = comparison.entries[0]
    assert learned.lesson is not None
    assert (learned.lesson.num_wrong, learned.lesson.num_neighborhoods) == (0, 512)
    assert learned.lesson.agreement is not None
    assert learned.lesson.agreement.num_different == 0
    assert any("exactly: 0 of 512 neighbourhoods are wrong" in s for s in comparison.summary)


def test_a_spoilt_network_is_told_as_wrong() -> None:
    model = voxnca.load("learned-life")
    with torch.no_grad():
        model.out.bias[1] += 8
    made = made_of(("spoilt.safetensors", model))
    lesson = made.entries[0].lesson
    assert lesson is not None
    assert lesson.num_wrong == distance.hamming(lesson.distilled.rule, rules.parse("Life")) > 0
    assert any(f"{lesson.num_wrong} of 512" in line for line in made.summary)
    assert not any("exactly" in line for line in made.summary)
    assert 'class="mark no"' in report_html(made)


def test_a_growing_network_is_not_called_its_table(comparison: Comparison) -> None:
    growth = comparison.entries[-1].growth
    assert growth is not None
    table = growth.approximation
    assert table is not None
    said = [line for line in comparison.summary if "small" in line][-1]
    assert ("must not be called the rule" in said) == (not table.is_the_rule)
    worse = dataclasses.replace(table, is_the_rule=not table.is_the_rule)
    entry = dataclasses.replace(
        comparison.entries[-1], growth=dataclasses.replace(growth, approximation=worse)
    )
    other = dataclasses.replace(comparison, entries=(*comparison.entries[:-1], entry)).summary[-1]
    assert ("must not be called the rule" in other) == table.is_the_rule


def test_a_film_shows_the_rule_from_the_same_cells() -> None:
    films = {text: Film.of_rule(rules.parse(text), seed=3) for text in ("Life", "wireworld")}
    cells = soup(2, SPACE[2], seed=3)
    for film in films.values():
        assert ((film.frames[0].rgba8[..., 3] > 0) == (cells > 0)).all()
    life = films["Life"]
    assert [frame.step for frame in life.frames] == list(MOMENTS[2])
    for frame in life.frames:
        alive = rules.step(rules.parse("Life"), cells, frame.step) > 0
        assert ((frame.rgba8[..., 3] > 0) == alive).all()
        assert life.filled[frame.step] == alive.mean()
        row = life.history[:, frame.step, 3] > 0
        assert (row == alive[SPACE[2][0] // 2]).all()


def test_ages_begin_newborn() -> None:
    film = Film.of_rule(rules.parse("345/2/4"))
    colors = rules.colors_of(rules.parse("345/2/4"))
    first = film.frames[0].rgba8.reshape(-1, 4)
    assert {tuple(c) for c in first.tolist()} == {(0, 0, 0, 0), (*colors[1], 255)}


@pytest.mark.parametrize("text", ["B3/S23", "wireworld", "B2-a/S12", "/2/3"])
def test_files_run_in_golly_as_rules_run_here(text: str) -> None:
    assert golly.is_available(), "Golly's bgolly is missing; run: apt-get install golly"
    checked = verify(named([(text, rules.parse(text))])[0])
    assert checked.num_different == 0
    assert checked.sentence == "bgolly: 100 generations of a 64 x 64 soup, identical"


def test_golly_sees_a_file_that_is_not_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    def save_another(_rule: Rule, path: Path) -> None:
        rules.save_rule(rules.parse("B36/S23"), path)

    monkeypatch.setattr("analysis.reports.golly_check.save_rule", save_another)
    subject = named([("learned-life", voxnca.load("learned-life"))])[0]
    checked = verify(subject)
    assert checked.num_different
    assert checked.num_different_network == checked.num_different
    assert "cells differ" in checked.sentence


@pytest.mark.parametrize(("text", "why"), [("4555", "of the plane"), ("B0/S8", "B0")])
def test_what_golly_does_not_judge_is_not_called_verified(text: str, why: str) -> None:
    checked = verify(named([(text, rules.parse(text))])[0])
    assert checked.num_different is None
    assert checked.sentence.startswith("not verified: ")
    assert why in checked.sentence


def test_without_golly_nothing_is_called_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.reports.golly_check.is_available", lambda: False)
    checked = verify(named([("Life", rules.parse("Life"))])[0])
    assert checked == GollyCheck(checked.space, 100, reason="bgolly is not installed here")


def test_names_are_told_apart_and_short() -> None:
    life, long = rules.parse("Life"), rules.parse("MAP" + "A" * 86)
    found = named([("Life", life), ("B3/S23", life), ("x", long)])
    assert [subject.name for subject in found[:2]] == ["Life (1)", "Life (2)"]
    assert len(found[2].name) <= 20
    assert all(subject.kind is Kind.HAND_MADE for subject in found)
    for wrong in ([], [("Life", life)] * 13):
        with pytest.raises(ArgumentError, match="a comparison is of 1 to 12"):
            named(wrong)


def test_the_page_names_everything(comparison: Comparison, page: str) -> None:
    text = Reader.of(page).text
    for entry in comparison.entries:
        assert entry.name in text
        assert entry.subject.notation in text
    for line in comparison.summary:
        assert line in text
    assert comparison.making.command in text


def test_the_page_is_whole_and_needs_nothing_else(page: str) -> None:
    reader = Reader.of(page)
    assert reader.open == []
    assert reader.resources
    assert all(address.startswith(("data:", "#")) for address in reader.resources)
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    assert {a[1:] for a in reader.resources if a[0] == "#"} <= reader.ids


def test_the_page_can_be_read_without_seeing_it(page: str) -> None:
    reader = Reader.of(page)
    assert reader.levels[0] == 1
    assert all(b <= a + 1 for a, b in zip(reader.levels, reader.levels[1:], strict=False))
    assert all(reader.alts)
    assert all(scope in {"col", "row", "rowgroup"} for scope in reader.scopes)
    assert reader.language == "en"


def test_what_is_in_an_item_cannot_break_the_page() -> None:
    evil = "<script>alert(1)</script>"
    rule = rules.parse("B36/S245").named(evil)
    made = finish(compare([Subject(evil, evil, Kind.HAND_MADE, rule)], quick=True, command=evil))
    drawn = report_html(made)
    assert "<script" not in drawn
    assert evil in Reader.of(drawn).text


def test_markup_escapes_text_and_keeps_elements() -> None:
    assert tag("p", "a < b", tag("b", '"&'), None, title='"') == (
        '<p title="&quot;">a &lt; b<b>&quot;&amp;</b></p>'
    )
    assert tag("td", 3, class_="num", aria_label=None, hidden=True) == (
        '<td class="num" hidden>3</td>'
    )
    assert isinstance(tag("br"), Markup)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (percent(0), "0%"),
        (percent(28 / 512), "5.5%"),
        (percent(0.0034), "0.34%"),
        (percent(1e-7), "<0.001%"),
        (percent(0.9987), "99.87%"),
        (percent(1), "100%"),
        (number(262144), "262,144"),
        (number(134217728), "134,217,728"),
        (number(5**27), "7.45·10¹⁸"),
        (number(3.171875), "3.17"),
        (number(0.0457), "0.0457"),
        (counted(1, "entry", "entries"), "1 entry"),
        (counted(2048, "entry", "entries"), "2,048 entries"),
        (listed(["A"]), "A"),
        (listed(["A", "B", "C"]), "A, B and C"),
    ],
)
def test_figures_are_written_as_people_write_them(written: str, expected: str) -> None:
    assert written == expected


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_opens_the_page_without_complaint(
    browser: Browser, page: str, tmp_path: Path, scheme: Any
) -> None:
    file = tmp_path / "report.html"
    file.write_text(page, "utf-8")
    tab = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(file.as_uri())
    assert complaints == []
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    whole = "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
    assert tab.evaluate(whole)
    assert tab.locator("h1").is_visible()
    light = "getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] > 127"
    assert tab.evaluate(light) == (scheme == "light")
    tab.emulate_media(media="print")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    tab.close()


class Reader(HTMLParser):
    """What is in a page: its text, what it asks for, and whether every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.resources: list[str] = []
        self.ids: set[str] = set()
        self.levels: list[int] = []
        self.alts: list[str] = []
        self.scopes: list[str | None] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.language, self.text, self._table = "", "", ""

    @classmethod
    def of(cls, page: str) -> Reader:
        reader = cls()
        reader.feed(page)
        reader.close()
        return reader

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, dict(attrs))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        if "table" in self.open and {"td", "th"} & set(self.open):
            self.tables[self._table][-1][-1] += data

    def _note(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "html":
            self.language = attributes["lang"] or ""
        if "id" in attributes:
            self.ids.add(attributes["id"] or "")
        self.resources += [v or "" for k, v in attributes.items() if k in {"src", "href"}]
        if tag[0] == "h" and tag[1:].isdigit():
            self.levels.append(int(tag[1:]))
        if tag == "img":
            self.alts.append(attributes.get("alt") or "")
        if attributes.get("role") == "img":
            self.alts.append(attributes.get("aria-label") or "")
        if tag == "th":
            self.scopes.append(attributes.get("scope"))
        if tag == "table":
            self._table = (attributes.get("class") or "").split(" ")[0]
            self.tables[self._table] = []
        if tag == "tr":
            self.tables[self._table].append([])
        if tag in {"td", "th"}:
            self.tables[self._table][-1].append("")


def cells_of(page: str, table: str) -> list[list[str]]:
    return Reader.of(page).tables[table]


def test_the_heat_map_holds_the_distances(comparison: Comparison, page: str) -> None:
    head, *rows = cells_of(page, "heat")
    names = [entry.name for entry in comparison.entries]
    assert head[1:] == names == [row[0] for row in rows]
    for row in rows:
        for name, cell in zip(head[1:], row[1:], strict=True):
            if name == row[0]:
                assert cell == "itself"
                continue
            pair = comparison.pair(row[0], name)
            told = percent(pair.distances.hamming_share) if pair.distances else ""
            assert cell.startswith(told or str(pair.obstacle and pair.obstacle.brief))


def test_shares_of_random_rules_stand_in_the_page(comparison: Comparison, page: str) -> None:
    distances = comparison.pair("Life", "HighLife").distances
    assert distances is not None
    assert {null.kind for null in distances.hamming.nulls} == {"uniform", "shuffled", "flips"}
    table = cells_of(page, "distances")
    assert table[1][0].startswith("Different neighbourhoods")
    assert table[1][1] == "28of 512"
    shuffled = distances.hamming.nulls[1]
    assert table[1][2].startswith(number(float(np.median(shuffled.quantiles))))
