from __future__ import annotations

import base64
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.rules.automaton import Automaton
from analysis.rules.bounds import Bounds
from analysis.rules.catalogue import names
from analysis.rules.counting import CountingRule
from analysis.rules.counts import read_names
from analysis.rules.hensel import arrangements, entries_of, letters, write_names
from analysis.rules.neighborhood import (
    HEXAGONAL,
    MOORE,
    MOORE_3D,
    VON_NEUMANN,
    VON_NEUMANN_3D,
    Neighborhood,
)
from analysis.rules.parsing import parse
from analysis.rules.rule import Rule
from analysis.rules.tabulated import TableRule
from voxnca import ArgumentError

LIFE_MAP = (
    "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA"
)
FLAT = (MOORE, VON_NEUMANN, HEXAGONAL)
SOLID = (MOORE_3D, VON_NEUMANN_3D)


def counts(neighborhood: Neighborhood) -> st.SearchStrategy[set[int]]:
    return st.sets(st.integers(0, len(neighborhood.neighbors)))


def counting_rules(
    hoods: tuple[Neighborhood, ...] = FLAT + SOLID,
) -> st.SearchStrategy[CountingRule]:
    num_states = st.one_of(st.just(2), st.integers(2, 256))
    return st.sampled_from(hoods).flatmap(
        lambda hood: st.builds(
            lambda birth, survival, k: CountingRule.of_counts(
                birth, survival, num_states=k, neighborhood=hood
            ),
            counts(hood),
            counts(hood),
            num_states,
        )
    )


def hensel_texts() -> st.SearchStrategy[str]:
    some = st.sets(st.sampled_from(sorted(arrangements())))
    lettered = st.tuples(some, some).map(lambda pair: tuple(map(write_names, pair)))
    return st.tuples(lettered, st.integers(2, 4)).map(
        lambda given: (
            f"B{given[0][0]}/S{given[0][1]}"
            if given[1] == 2
            else f"{given[0][1]}/{given[0][0]}/{given[1]}"
        )
    )


def map_texts() -> st.SearchStrategy[str]:
    kinds = st.sampled_from([("", 64), ("", 16), ("", 4), ("3D", 16)])
    return st.tuples(kinds, st.integers(2, 3), st.randoms(use_true_random=False)).map(
        lambda given: (
            f"{given[0][0]}MAP"
            + base64.b64encode(given[2].randbytes(given[0][1])).decode().rstrip("=")
            + ("" if given[1] == 2 else f"/{given[1]}")
        )
    )


def bounded(rule: Rule, sides: list[int]) -> Rule:
    return rule.within(Bounds("torus" if sides[0] % 2 else "dead", tuple(sides[: rule.num_dims])))


rules_of_all_kinds = st.one_of(
    counting_rules(),
    hensel_texts().map(parse),
    map_texts().map(parse),
    st.sampled_from(names()).map(parse),
)


@settings(max_examples=150)
@given(rules_of_all_kinds, st.none() | st.lists(st.integers(1, 500), min_size=3, max_size=3))
def test_what_is_written_reads_back_as_the_same_rule(rule: Rule, sides: list[int] | None) -> None:
    rule = bounded(rule, sides) if sides else rule
    again = parse(str(rule))
    assert again == rule
    assert hash(again) == hash(rule)
    assert str(again) == str(rule)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("B3/S23", "B3/S23"),
        ("b3s23", "B3/S23"),
        ("S23/B3", "B3/S23"),
        ("s32b3", "B3/S23"),
        (" B3 / S23 ", "B3/S23"),
        ("23/3", "B3/S23"),
        ("/2", "B2/S"),
        ("B/S", "B/S"),
        ("S23", "B/S23"),
        ("B3_S23-a4ei6", "B3/S23-a4ei6"),
        ("23/3/2", "B3/S23"),
        ("/2/3", "/2/3"),
        ("B2/S345/C4", "345/2/4"),
        ("B2/S345/4", "345/2/4"),
        ("B2/S345/G4", "345/2/4"),
        ("g4b2s345", "345/2/4"),
        ("345/2/c4", "345/2/4"),
        ("345/2/4h", "345/2/4H"),
        ("b3-k/s23", "B3-k/S23"),
        ("B2aceikn3/S12", "B23/S12"),
        ("B2-aceikn3/S12", "B3/S12"),
        ("B2cekin/S12", "B2-a/S12"),
        ("B4-qjrtwz/S", "B4aceikny/S"),
        ("B2nic/S", "B2cin/S"),
        (LIFE_MAP, "B3/S23"),
        (f"{LIFE_MAP}==", "B3/S23"),
        (f"{LIFE_MAP}/4", "23/3/4"),
        ("MAPHmlphg", "B2/S013V"),
        ("B13/S012v", "B13/S012V"),
        ("B2/S34H", "B2/S34H"),
        ("B3/S23:t64", "B3/S23:T64,64"),
        ("Day & Night:P30,20", "B3678/S34678:P30,20"),
        ("brians-brain", "/2/3"),
        ("wireworld:T9,8", "Wireworld:T9,8"),
        ("4555", "B5/S4,5"),
        ("5,7,6,6", "B6/S5-7"),
        ("B5/S4,5", "B5/S4,5"),
        ("4,5/5", "B5/S4,5"),
        ("3D4,5/5", "B5/S4,5"),
        ("3d5..7/6", "B6/S5-7"),
        ("B9/S5", "3DB9/S5"),
        ("3DB13/S", "3DB13/S"),
        ("5,5/5/2/M", "3DB5/S5"),
        ("13-26/13-14,17-19/2/m", "B13,14,17-19/S13-26"),
        ("4-7/6-8/10", "4-7/6-8/10/M"),
        ("0-6/1,3/2/VN", "B1,3/S0-6V"),
        ("1-2/1,3/5/N", "1,2/1,3/5/VN"),
        ("3D0..6/1,3F", "B1,3/S0-6V"),
        ("3D1/1V", "3DB1/S1V"),
        ("3DB4/S4:T3,4,5", "3DB4/S4:T3,4,5"),
    ],
)
def test_every_notation_is_read(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical


def test_bounds_are_written_width_first() -> None:
    assert parse("B3/S23:T64,32").bounds == Bounds("torus", (32, 64))
    assert parse("4555:P3,4,5").bounds == Bounds("dead", (5, 4, 3))


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("", "empty"),
        ("23", "'23'"),
        ("B3/S2x", "'x'"),
        ("B3x/S23", "'3x'"),
        ("B1a/S", "use c, e"),
        ("B0c/S", "without letters"),
        ("B5z/S23", "'z'"),
        ("B3-/S2a", "'3-'"),
        ("B2a-c/S", "'-'"),
        ("B3//S23", "''"),
        ("B3/B2", "B stands in it twice"),
        ("B3/S29", "9 neighbours"),
        ("B3/S2a9", "9"),
        ("B7/S1H", "6 neighbours"),
        ("B5/SV", "4 neighbours"),
        ("B2a/S1V", "'a'"),
        ("B4,5/SH", "'H'"),
        ("B27/S4,5", "27"),
        ("3DB45/S2", "commas"),
        ("3DB2a/S", "'a'"),
        ("B7-5/S2", "'7-5'"),
        ("B1,,2/S", "''"),
        ("B2S345C4", "'C'"),
        ("B2/S3/C", "'C'"),
        ("345/2/x", "'x'"),
        ("345/2/1", "2 to 256"),
        ("345/2/257", "2 to 256"),
        ("2a/3/9", "2^24"),
        ("1/2/3/4", "4 parts"),
        ("5455", "5 to 4"),
        ("B3/S2\u00b3", "'³'"),
        ("MAP123", "3 signs"),
        ("MAPHmlp!g", "'!'"),
        ("W23", "even"),
        ("W256", "even"),
        ("B3/S23:", "':'"),
        ("B3/S23:T", "':T'"),
        ("B3/S23:K30*,20", "'K'"),
        ("B3/S23:C3", "'C'"),
        ("B3/S23:T0,20", "'0'"),
        ("B3/S23:T30+5,20", "'30+5'"),
        ("B3/S23:T1,2,3", "3 sizes"),
        ("B3/S23:T99999,99999", "2^31"),
        ("4555:T3,3", "2 sizes"),
        ("Life:Q3", "':Q3'"),
        ("Lifee", "did you mean Life?"),
        ("quagga", "voxnca rules"),
        ("bs", "voxnca rules"),
    ],
)
def test_a_bad_rule_is_told_in_one_line(text: str, piece: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        parse(text)
    message = str(caught.value)
    assert piece in message
    assert "\n" not in message
    assert len(message) < 250


@given(st.text() | st.text(alphabet="BSCGVHM0123456789/,-.:TPacekn3D_+=", max_size=30))
def test_whatever_is_typed_is_a_rule_or_an_argument_error(text: str) -> None:
    try:
        rule = parse(text)
    except ArgumentError as error:
        message = str(error)
    else:
        message = ""
        assert parse(str(rule)) == rule
    assert "\n" not in message


@pytest.mark.parametrize("piece", ["9", "B3/", "a", "4,5", "5-7,", "(", " ", "MAPA", ":T9", "é"])
def test_megabytes_are_refused_at_once(piece: str) -> None:
    with pytest.raises(ArgumentError, match=r"characters|empty"):
        parse(piece * (4_000_000 // len(piece)))


def test_letters_name_every_neighbourhood_once() -> None:
    codes = [code for group in arrangements().values() for code in group]
    assert len(arrangements()) == 51
    assert sorted(codes) == [code for code in range(512) if not code & 16]
    assert all(
        code.bit_count() == int(name[0]) for name, group in arrangements().items() for code in group
    )
    assert [len(letters(count)) for count in range(9)] == [0, 2, 6, 10, 13, 10, 6, 2, 0]


@given(st.sets(st.sampled_from(sorted(arrangements()))))
def test_counts_with_letters_read_back(some: set[str]) -> None:
    assert read_names(write_names(some)) == some


def test_a_table_that_counts_is_written_as_counts() -> None:
    for text in ("B3/S23", "345/2/4", "B13/S012V", "B2/S34H", "B1,3/S0-6V"):
        rule = parse(text)
        center = rule.neighborhood
        contexts = np.stack(
            np.unravel_index(
                np.arange(rule.num_states ** len(center.cells)),
                (rule.num_states,) * len(center.cells),
            ),
            axis=1,
        ).astype(np.uint8)
        table = TableRule(
            num_states=rule.num_states, neighborhood=center, entries=rule.next_states(contexts)
        )
        assert str(table) == str(rule)
        assert table == rule


def test_what_has_no_notation_is_called_by_its_name() -> None:
    entries = np.zeros(3**9, dtype=np.uint8)
    entries[5] = 2
    rule = TableRule(num_states=3, neighborhood=MOORE, entries=entries)
    assert str(rule) == "unnamed rule of 3 states"
    assert str(rule.named("mine")) == "mine"
    assert parse("Wireworld").notation == "Wireworld"


# Golly is the judge of what a notation means.


@pytest.fixture(scope="module")
def bgolly() -> str:
    program = shutil.which("bgolly")
    if program is None:
        pytest.fail("bgolly is missing; install it: apt-get install golly")
    return program


def run_golly(
    program: str, folder: Path, rule: str, cells: np.ndarray, num_steps: int
) -> tuple[str, np.ndarray]:
    """Return the rule as Golly writes it, and the live cells cut out."""
    multistate = re.search(r"/\d+[VH]?(:|$)", rule) is not None
    signs = ".ABCDEFGH" if multistate else "bo"
    body = "$".join("".join(signs[cell] for cell in row) for row in cells.tolist())
    start, end = folder / "start.rle", folder / "end.rle"
    end.unlink(missing_ok=True)
    start.write_text(f"x = {cells.shape[1]}, y = {cells.shape[0]}, rule = {rule}\n{body}!\n")
    algorithm = "Generations" if multistate else "QuickLife"
    done = subprocess.run(
        [program, "-q", "-q", "-a", algorithm, "-m", str(num_steps), "-i", "1", "-o", end, start],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, (rule, done.stderr)
    header, _, body = end.read_text().partition("\n")
    return header.rpartition("rule = ")[2], read_rle(body)


def read_rle(body: str) -> np.ndarray:
    rows: list[list[int]] = [[]]
    for times, sign in re.findall(r"(\d*)([^\d\s])", body.partition("!")[0]):
        n = int(times or 1)
        if sign == "$":
            rows += [[] for _ in range(n)]
        else:
            rows[-1] += [".bo".find(sign) // 2 if sign in ".bo" else ord(sign) - 64] * n
    cells = np.zeros((len(rows), max(map(len, rows))), dtype=np.uint8)
    for row, line in zip(cells, rows, strict=True):
        row[: len(line)] = line
    return cut(cells)


def cut(cells: np.ndarray) -> np.ndarray:
    """Return the smallest box that holds all live cells."""
    where = np.argwhere(cells)
    if not len(where):
        return np.zeros((0, 0), dtype=np.uint8)
    (top, left), (bottom, right) = where.min(0), where.max(0)
    return cells[top : bottom + 1, left : right + 1]


def soup(rule: Rule, seed: int) -> np.ndarray:
    cells = np.random.default_rng(seed).integers(0, rule.num_states, (24, 24))
    return np.minimum(cells, 8).astype(np.uint8)


def random_flat_rules() -> list[str]:
    rng = np.random.default_rng(7)
    names_ = sorted(arrangements())
    texts = []
    for hood, suffix in ((MOORE, ""), (VON_NEUMANN, "V"), (HEXAGONAL, "H")):
        n = len(hood.neighbors)
        for k in (2, 2, 3, 9):
            birth, survival = (
                "".join(str(c) for c in range(low, n + 1) if rng.random() < 0.4) for low in (1, 0)
            )
            texts.append(
                f"B{birth}/S{survival}{suffix}" if k == 2 else f"{survival}/{birth}/{k}{suffix}"
            )
    for k in (2,) * 12 + (3, 4):
        birth, survival = (
            {name for name in names_ if rng.random() < 0.4 and name != "0"} for _ in range(2)
        )
        b, s = write_names(birth), write_names(survival)
        texts.append(f"B{b}/S{s}" if k == 2 else f"{s}/{b}/{k}")
    for size, k in ((64, 2), (16, 2), (4, 2), (64, 3), (16, 4), (4, 5)):
        content = bytes([rng.integers(128), *rng.integers(256, size=size - 1).tolist()])
        text = base64.b64encode(content).decode().rstrip("=")
        texts.append(f"MAP{text}" + ("" if k == 2 else f"/{k}"))
    return [*texts, "W22", "W30", "W110", "B03/S23", "B01-c/S3"]


@pytest.mark.parametrize("text", random_flat_rules())
def test_golly_knows_the_canonical_notation_and_runs_the_same_rule(
    text: str, bgolly: str, tmp_path: Path
) -> None:
    rule = parse(f"{text}:T24,24")
    cells = soup(rule, 3)
    written, ends = run_golly(bgolly, tmp_path, f"{text}:T24,24", cells, 4)
    if not text.startswith("W"):
        assert written == str(rule)
    ours = Automaton(rule, cells).step(4).cells
    np.testing.assert_array_equal(cut(ours), ends)


def test_golly_disagrees_when_the_order_of_neighbours_is_wrong(bgolly: str, tmp_path: Path) -> None:
    text = next(text for text in random_flat_rules() if text.startswith("MAP") and len(text) > 80)
    rule = parse(f"{text}:T24,24")
    assert isinstance(rule, TableRule)
    mirrored = rule.entries.reshape((2,) * 9).transpose(*reversed(range(9))).reshape(-1)
    wrong = TableRule(num_states=2, neighborhood=MOORE, entries=mirrored, bounds=rule.bounds)
    _, ends = run_golly(bgolly, tmp_path, str(rule), soup(rule, 3), 4)
    assert not np.array_equal(cut(Automaton(wrong, soup(rule, 3)).step(4).cells), ends)


def test_letters_are_golly_s(bgolly: str, tmp_path: Path) -> None:
    """Each arrangement alone: what is born of it, and whether it survives."""
    for name in sorted(arrangements()):
        rule = parse(f"B2-a{name}/S{name}:T24,24") if name != "0" else parse("B2c/S0:T24,24")
        cells = soup(rule, 5)
        _, ends = run_golly(bgolly, tmp_path, str(rule), cells, 1)
        np.testing.assert_array_equal(cut(Automaton(rule, cells).step().cells), ends)


def test_entries_follow_the_letters() -> None:
    life = entries_of(read_names("3"), read_names("23"))
    assert life.sum() == 140
    np.testing.assert_array_equal(life, parse("Life").table)
