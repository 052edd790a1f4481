"""Patterns survive every file they can be written to, and hostile files end in one line."""

import io
import tarfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from analysis.rules.files.patterns import SUFFIXES, parse_pattern, read_pattern, save_pattern
from analysis.rules.files.rle import parse_rle, write_rle
from analysis.rules.pattern import Pattern
from voxnca import ArgumentError, FileError

GLIDER = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 1]], np.uint8)
ORIGINS = st.integers(-(10**6), 10**6)
LINES = st.text(st.characters(codec="utf-8"), max_size=20)


@st.composite
def patterns(draw):
    shape = draw(array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=9))
    most = draw(st.sampled_from([1, 2, 24, 25, 255]))
    cells = draw(arrays(np.uint8, shape, elements=st.integers(0, most), fill=st.just(0)))
    origin = tuple(draw(ORIGINS) for _ in shape)
    return Pattern(cells, origin, "B3/S23:T64,64", "a name", ("Author: me", "a comment"))


def same(a, b):
    return np.array_equal(a.cells, b.cells) and a.origin == b.origin


@given(patterns())
def test_a_pattern_written_as_rle_is_read_back(pattern):
    again = parse_pattern(write_rle(pattern))
    assert same(again, pattern)
    assert (again.rule, again.name, again.comments) == (
        pattern.rule,
        pattern.name,
        pattern.comments,
    )


@given(patterns())
def test_rle_is_written_in_lines_of_seventy_signs_and_plain_signs_for_two_states(pattern):
    lines = write_rle(pattern).splitlines()
    body = lines[next(n for n, line in enumerate(lines) if "rule" in line) + 1 :]
    assert max(map(len, body)) <= 70
    assert body[-1].endswith("!")
    if pattern.cells.max() <= 1:
        assert not set("".join(body)) - set("0123456789bo$/!")


def test_long_lines_are_broken_and_authors_have_a_line_of_their_own():
    cells = np.random.default_rng(0).integers(0, 40, (40, 90)).astype(np.uint8)
    lines = write_rle(Pattern(cells, comments=("Author: me", "else"))).splitlines()
    assert lines[:2] == ["#O me", "#C else"]
    assert {len(line) for line in lines[3:-1]} <= {68, 69, 70}
    assert len(lines[-1]) <= 70
    assert np.array_equal(parse_rle("\n".join(lines)).cells, cells)


@given(patterns(), st.integers(6, 30))
def test_it_does_not_matter_where_a_long_text_is_cut(pattern, block):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.rules.files.runs._BLOCK", block)
        text = write_rle(pattern)
        assert same(parse_rle(text), pattern)
        assert same(parse_rle(text.rstrip("!\n")), pattern)


def test_what_would_harm_a_terminal_is_left_out():
    text = "#N \x1b[31mred\x07\n#C a\x00b\x9b\n#O \u202eme\nx = 1, y = 1, rule = B3\x1b/S23\no!"
    pattern = parse_rle(text)
    said = [pattern.name, pattern.rule, *pattern.comments]
    assert said == ["[31mred", "B3 /S23", "a b", "Author: me"]


@given(patterns(), st.randoms(use_true_random=False))
def test_white_space_between_the_signs_of_rle_does_not_count(pattern, random):
    *head, last = write_rle(pattern).splitlines()
    spaced = "".join(random.choice(["", " ", "\n", "\t", "\r\n"]) + sign for sign in last)
    assert same(parse_pattern("\n".join([*head, "", spaced])), pattern)


@given(LINES, st.lists(LINES, max_size=3))
def test_any_name_and_comments_leave_the_cells_alone(name, comments):
    pattern = Pattern(GLIDER, (7, -3), "B3/S23", name, tuple(comments))
    assert same(parse_pattern(write_rle(pattern)), pattern)


@given(arrays(np.uint8, (5, 7), elements=st.integers(0, 1)), st.sampled_from("O*"))
def test_a_drawing_is_read_as_it_looks(cells, live):
    text = "!Name: x\n!a comment\n" + "\n".join(
        "".join(live if cell else "." for cell in row) for row in cells
    )
    pattern = parse_pattern(text)
    assert np.array_equal(pattern.cells, cells)
    assert (pattern.name, pattern.comments) == ("x", ("a comment",))


@pytest.mark.parametrize(
    "text",
    [
        "bo$2bo$3o!",
        "x = 3, y = 3\nbo$2bo$3o!",
        "x=3,y=3,rule=B3/S23\n.A$2.A$3A!this is no run",
        "#N Glider\n#C c\n x  =  3 , y = 3 , rule = B3 / S23 \n1b1o0$2\n bo\n# late\n$3o!",
        ".O.\n..O\nOOO\n",
        "!Name: Glider\n.O\n..O\nOOO",
        ".*\r\n..*\r\n***",
        "[M2] (golly 3.3)\n#R B3/S23\n.*$..*$***$\n",
        "[M2]\n#R B3/S23\n1 0 1 0 0\n1 0 0 1 0\n1 1 1 0 0\n1 1 0 0 0\n2 1 2 3 4\n",
        "#MCell 4.00\n#GAME Life\n#RULE 23/3\n#BOARD 9x9\n#L .A$2.A\n#L $3A",
        "3D version=1 size=40\nx=3 y=3 z=1 rule=3D4/5\nbo$bbo$3o!",
    ],
)
def test_every_format_says_the_same_glider(text):
    cells = parse_pattern(text).cells
    assert np.array_equal(cells[0] if cells.ndim == 3 else cells, GLIDER)


def test_a_header_gives_rule_place_and_size():
    text = "#CXRLE Pos=0,-1377 Gen=3480106827776\nx = 7, y = 5, rule = B3/S23:T64,32\nbo$2bo$3o!"
    pattern = parse_rle(text)
    assert pattern.cells.shape == (5, 7)
    assert (pattern.origin, pattern.rule) == ((-1377, 0), "B3/S23:T64,32")
    assert parse_rle("#P -2 5\n#r 23/3\no!").origin == (5, -2)
    assert parse_rle("#r 23/3\no!").rule == "23/3"


def test_the_example_of_3d_lua_is_its_spaceship():
    pattern = parse_rle(
        "3D version=1 size=40 pos=19,18,17\n# A 10c/10 orthogonal spaceship.\n"
        "x=2 y=4 z=4 rule=3D4,7/5,8\n$bo$bo/bo$bo$bo$oo/oo$bo$bo$bo/$bo$bo!\n"
    )
    assert pattern.cells.shape == (4, 4, 2)
    assert (pattern.origin, pattern.rule) == ((17, 18, 19), "3D4,7/5,8")
    layers = [".. .# .# ..", ".# .# .# ##", "## .# .# .#", ".. .# .# .."]
    drawn = [[[sign == "#" for sign in row] for row in layer.split()] for layer in layers]
    assert pattern.cells.tolist() == drawn
    assert pattern.comments == ("A 10c/10 orthogonal spaceship.",)


def test_a_macrocell_lies_where_golly_puts_it():
    pattern = parse_pattern("[M2] (golly 3.3)\n#R B3/S23\n$$$$....*$.....*$...***$\n4 0 0 0 1\n")
    assert np.array_equal(pattern.cells, GLIDER)
    assert pattern.origin == (5, 3)


def test_mcell_counts_states_by_its_own_prefixes():
    text = "#MCell 4.20\n#GAME Generations\n#RULE 45678/2478/25\n#BOARD 30x20\n#WRAP 1\n#L X$aA"
    pattern = parse_pattern(text)
    assert pattern.cells.tolist() == [[24], [25]]
    assert (pattern.rule, pattern.origin) == ("45678/2478/25:T30,20", (-1, 0))
    dead = parse_pattern(text.replace("#WRAP 1", "#WRAP 0").replace("#RULE", "#GOLLY Nova\n#RULE"))
    assert dead.rule == "Nova:P30,20"


def test_a_pattern_is_a_copy_that_cannot_be_changed():
    cells = GLIDER.copy()
    pattern = Pattern(cells)
    cells[:] = 0
    assert pattern.cells.sum() == 5
    assert not pattern.cells.flags.writeable


@given(patterns(), st.integers(0, 5), st.integers(0, 255))
def test_a_placed_pattern_lies_in_the_middle_of_its_background(pattern, more, background):
    pattern = Pattern(pattern.cells, pattern.origin, background=background)
    space = tuple(n + 2 * more for n in pattern.cells.shape)
    grid = pattern.placed(space)
    middle = grid[tuple(slice(more, more + n) for n in pattern.cells.shape)]
    assert np.array_equal(middle, pattern.cells)
    assert (grid == background).sum() - (middle == background).sum() == grid.size - middle.size


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Pattern(GLIDER.astype(int)), "uint8"),
        (lambda: Pattern(GLIDER[0]), r"\(H, W\)"),
        (lambda: Pattern(GLIDER, (1, 2, 3)), "origin"),
        (lambda: Pattern(GLIDER, background=256), "background"),
        (lambda: Pattern(GLIDER).placed((3, 3, 3)), "2 axes|axes"),
        (lambda: Pattern(GLIDER).placed((2, 3)), "smaller"),
    ],
)
def test_a_wrong_pattern_is_told(make, says):
    with pytest.raises(ArgumentError, match=says):
        make()


def shared(levels, leaf="1 1 1 1 1"):
    """A full square of 2^levels cells a side, in as many lines."""
    return "\n".join(
        ["[M2]", leaf, *(f"{n} {n - 1} {n - 1} {n - 1} {n - 1}" for n in range(2, levels + 1))]
    )


HOSTILE = {
    "x that lies": "x = 2147483648, y = 2147483648\no!",
    "x beyond numbers": "x = 99999999999999999999, y = 1\no!",
    "a long run": "1000000000000000000o!",
    "a long count": "9" * 10**6 + "o!",
    "many rows": "999999999999$999999999999bo!",
    "state 256": "yP!",
    "a layer in 2D": "o/o!",
    "a lost count": "3o5",
    "no runs": "hello world",
    "NUL": "bo\0$o!",
    "no header": "x = three, y = 3\no!",
    "a drawing and more": ".O.\n.Z.",
    "2^60 cells a side": shared(60),
    "2^61 cells a side": shared(61),
    "a cycle": "[M2]\n1 1 1 1 1\n2 2 2 2 2",
    "a child to come": "[M2]\n1 1 1 1 1\n2 1 1 1 3\n2 1 1 1 1",
    "a child of another size": "[M2]\n1 1 1 1 1\n3 1 1 1 1",
    "a negative child": "[M2]\n1 1 1 1 1\n2 -1 1 1 1",
    "a state beyond": "[M2]\n1 1 1 1 256",
    "a huge number": "[M2]\n" + "9" * 10**5 + " 0 0 0 1",
    "a wide leaf": "[M2]\n*********$",
    "an odd leaf": "[M2]\n*o*$",
    "a small node of two states": "[M2]\n*$\n1 1 1 1 1",
    "three numbers": "[M2]\n1 1 1",
    "a broad drawing": "O" * 2**14 + "\n." * 2**13,
    "no line of MCell's": "#MCell 4\nhello",
    "a run of MCell's": "#MCell 4\n#L 3Q4",
    "nothing": " \n\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_ends_in_one_line(text):
    with pytest.raises(ArgumentError) as caught:
        parse_pattern(text)
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 200


def test_a_shared_macrocell_that_fits_is_drawn():
    assert parse_pattern(shared(9)).cells.all()
    assert parse_pattern(shared(9)).cells.shape == (512, 512)
    assert parse_pattern(shared(10, "1 0 0 0 0")).cells.size == 0


@pytest.mark.parametrize("suffix", [".rle", ".rle3"])
def test_a_saved_pattern_is_read_back(tmp_path, suffix):
    cells = GLIDER if suffix == ".rle" else np.stack([GLIDER, 2 * GLIDER])
    save_pattern(Pattern(cells, rule="B3/S23"), tmp_path / f"a{suffix}")
    assert np.array_equal(read_pattern(tmp_path / f"a{suffix}").cells, cells)
    assert [path.name for path in tmp_path.iterdir()] == [f"a{suffix}"]


def test_files_that_cannot_be_are_told(tmp_path):
    damaged = tmp_path / "damaged.rle"
    damaged.write_bytes(b"bo$\xff\0\nhello")
    tar = tmp_path / "a.tar"
    with tarfile.open(tar, "w") as archive:
        archive.addfile(tarfile.TarInfo("x"), io.BytesIO())
    long = tmp_path / "long.rle"
    with long.open("wb") as file:
        file.truncate(2**25 + 1)
    names = [tmp_path, tmp_path / "none.rle", damaged, tar, long, "a\0b.rle", "a" * 5000 + ".rle"]
    for path in names:
        with pytest.raises(FileError) as caught:
            read_pattern(path)
        assert str(caught.value).isprintable()
    for path in (tmp_path / "none" / "a.rle", tmp_path / "a.rle3", tmp_path / "a.mc"):
        with pytest.raises(FileError):
            save_pattern(Pattern(GLIDER), path)


VALID = [
    b"#N Glider\n#CXRLE Pos=-1,2\nx = 3, y = 3, rule = B3/S23\nbo$2bo$3o!\n",
    b"3D version=1 size=40 pos=19,18,17\nx=2 y=4 z=4 rule=3D4,7/5,8\n$bo$bo/bo$bo$bo$oo!\n",
    b"[M2] (golly 3.3)\n#R B3/S23\n$$$$....*$.....*$...***$\n4 0 0 0 1\n5 0 2 2 2\n",
    b"[M2]\n#R WireWorld\n1 0 3 3 0\n2 0 0 0 1\n3 0 2 2 2\n4 3 3 0 3\n",
    b"!Name: x\n.O\n..O\nOOO\n",
    b"#MCell 4.00\n#GAME Life\n#RULE 23/3\n#BOARD 9x9\n#L .A$2.A\n#L $3AaB",
]


@st.composite
def damaged(draw):
    """Cut, change, repeat or insert bytes of a valid file, a few times."""
    content = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        other = draw(st.binary(min_size=1, max_size=3) | st.sampled_from([b"9", b"$", b"\n", b" "]))
        kind = draw(st.sampled_from(["cut", "change", "insert", "remove", "repeat"]))
        if kind == "cut":
            del content[at:]
        elif kind == "change":
            content[at : at + len(other)] = other
        elif kind == "insert":
            content[at:at] = other
        elif kind == "remove":
            del content[at : at + draw(st.integers(1, 16))]
        else:
            content[at:at] = content[at : at + 16]
    return bytes(content)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("patterns")


@settings(max_examples=200)
@given(content=st.binary(max_size=60) | damaged(), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes_and_any_damage_give_a_pattern_or_one_line(folder, content, suffix):
    path = folder / f"fuzz{suffix}"
    path.write_bytes(content)
    try:
        pattern = read_pattern(path)
    except FileError as error:
        said = [str(error)]
    else:
        assert pattern.cells.size <= 2**26
        said = [pattern.rule, pattern.name, *pattern.comments]
    assert all(line.isprintable() for line in said)
