"""Rules survive Golly's files, tables mean what Golly's help says, and damage ends in one line."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.rules.counting import CountingRule
from analysis.rules.files.rulefile import load_rule, parse_rule_file, save_rule, write_rule_file
from analysis.rules.files.symmetries import forms, num_forms
from analysis.rules.neighborhood import HEXAGONAL, MOORE, MOORE_3D, VON_NEUMANN
from analysis.rules.tabulated import TableRule
from analysis.rules.tree import TreeRule
from voxnca import ArgumentError, FileError

FLAT = [MOORE, VON_NEUMANN, HEXAGONAL]


def random_table(seed, num_states, neighborhood):
    rng = np.random.default_rng(seed)
    size = num_states ** len(neighborhood.cells)
    entries = rng.choice(num_states, size, p=rng.dirichlet([0.5] * num_states)).astype(np.uint8)
    entries[0] = 0
    colors = tuple(map(tuple, rng.integers(0, 256, (num_states, 3)).tolist()))
    return TableRule(
        num_states=num_states, neighborhood=neighborhood, entries=entries, colors=colors
    )


def random_counts(seed, num_states, neighborhood):
    rng = np.random.default_rng(seed)
    shape = (num_states, len(neighborhood.cells))
    transitions = rng.integers(0, num_states, shape).astype(np.uint8)
    transitions[0, 0] = 0
    return CountingRule(num_states=num_states, neighborhood=neighborhood, transitions=transitions)


def agree(one, other, seed=0):
    """Compare two rules on random neighbourhoods of nine cells, of whatever cells each reads."""
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, one.num_states, (2000, 9)).astype(np.uint8)
    cells[::2] = np.where(rng.random((1000, 9)) < 0.7, cells[::2] % 2, cells[::2])
    both = [
        rule.next_states(cells[:, [MOORE.cells.index(o) for o in rule.neighborhood.cells]])
        for rule in (one, other)
    ]
    return np.array_equal(*both)


@pytest.mark.parametrize("neighborhood", FLAT, ids=lambda n: n.name)
@pytest.mark.parametrize("num_states", [2, 3, 4])
def test_a_table_is_read_back_as_it_was_written(tmp_path, num_states, neighborhood):
    rule = random_table(num_states, num_states, neighborhood)
    save_rule(rule, tmp_path / "Rule-1.rule")
    again = load_rule(tmp_path / "Rule-1.rule")
    assert agree(again, rule)
    assert again == rule
    assert (again.name, again.colors, again.neighborhood) == ("Rule-1", rule.colors, neighborhood)
    assert [path.name for path in tmp_path.iterdir()] == ["Rule-1.rule"]


@pytest.mark.parametrize("neighborhood", FLAT, ids=lambda n: n.name)
@pytest.mark.parametrize("num_states", [5, 20, 256])
def test_a_rule_that_counts_is_written_without_listing_its_neighbourhoods(num_states, neighborhood):
    rule = random_counts(num_states, num_states, neighborhood)
    text = write_rule_file(rule, "Counts")
    assert text.count("\n") < 9 + 45 + 9
    again = parse_rule_file(text)
    assert agree(again, rule)
    assert again == rule
    table = num_states ** len(neighborhood.cells) <= 2**24
    assert isinstance(again, TableRule if table else TreeRule)
    assert agree(parse_rule_file(write_rule_file(again, "Counts")), rule)


def test_the_tree_of_life_is_golly_s_own():
    life = CountingRule.of_counts([3], [2, 3])
    text = write_rule_file(life, "Life")
    assert "num_states=2\nnum_neighbors=8\nnum_nodes=32\n" in text
    assert text.startswith("@RULE Life\n\nB3/S23\n\n@TREE\n")


def test_a_tree_that_makes_no_use_of_corners_is_of_the_smaller_neighbourhood():
    for neighborhood in FLAT:
        entries = np.zeros(2 ** len(neighborhood.cells), np.uint8)
        entries[-1] = 1
        rule = TableRule(num_states=2, neighborhood=neighborhood, entries=entries)
        wide = TableRule(num_states=2, neighborhood=MOORE, entries=rule.table)
        assert parse_rule_file(write_rule_file(wide, "R")).neighborhood == neighborhood


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: save_rule(random_counts(0, 2, MOORE_3D), path / "A.rule"), "3D"),
        (
            lambda path: save_rule(CountingRule.of_counts([0], []), path / "A.rule"),
            "B0.*notation",
        ),
        (lambda path: save_rule(random_counts(0, 2, MOORE), path / "a b.rule"), "letters, digits"),
        (lambda path: save_rule(random_counts(0, 2, MOORE), path / "a.txt"), r"\.rule"),
        (lambda path: save_rule(random_counts(0, 2, MOORE), path / "no" / "A.rule"), "written"),
        (lambda path: load_rule(path / "A.rule"), "no such file"),
        (lambda path: load_rule(path / "A.txt"), r"\.rule"),
    ],
)
def test_what_cannot_be_a_rule_file_is_told(tmp_path, make, says):
    with pytest.raises((ArgumentError, FileError), match=says):
        make(tmp_path)


# What Golly's help says of tables, done the slow way.

RINGS = {
    "vonNeumann": [(0, 0), (-1, 0), (0, 1), (1, 0), (0, -1)],
    "Moore": [(0, 0), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)],
    "hexagonal": [(0, 0), (-1, 0), (0, 1), (1, 1), (1, 0), (0, -1), (-1, -1)],
    "oneDimensional": [(0, 0), (0, -1), (0, 1)],
}


def turn(by):
    """Turn the neighbours of a transition by so many places."""
    return lambda t: (t[0], *t[1 + by :], *t[1 : 1 + by])


def mirror(t):
    return (t[0], t[1], *reversed(t[2:]))


GENERATORS = {
    "none": [],
    "rotate2": [turn(3)],
    "rotate3": [turn(2)],
    "rotate6": [turn(1)],
    "rotate8": [turn(1)],
    "reflect_horizontal": [mirror],
    "reflect": [lambda t: (t[0], t[2], t[1])],
}


def generators(neighborhood, symmetry):
    if symmetry == "permute":
        return [lambda t: (t[0], *sorted(t[1:]))]
    name = symmetry.removesuffix("reflect") if symmetry.startswith("rotate") else symmetry
    turns = {"rotate4": [turn(2 if neighborhood == "Moore" else 1)]} | GENERATORS
    return turns[name] + ([mirror] if name != symmetry else [])


def closure(transition, makers):
    found, new = {transition}, [transition]
    while new:
        new = [other for t in new for make in makers if (other := make(t)) not in found]
        found |= set(new)
    return found


def slow_outcomes(neighborhood, symmetry, variables, lines):
    """Return what each list of inputs becomes, by listing all that each line stands for."""
    outcomes = {}
    for line in lines:
        names = [name for name in variables if name in line]
        bound = sorted(name for name in names if line.count(name) > 1)
        free = [name for name in names if name not in bound]
        order = [*reversed(bound), *free]
        for states in itertools.product(*(variables[name] for name in order)):
            said = dict(zip(order, states, strict=True))
            *inputs, output = (said.get(part, part) for part in line)
            for form in closure(tuple(inputs), generators(neighborhood, symmetry)):
                outcomes.setdefault(form, output)
    return outcomes


SYMMETRIES = [
    ("vonNeumann", "none rotate4 rotate4reflect reflect_horizontal permute"),
    ("Moore", "none rotate4 rotate8 rotate4reflect rotate8reflect reflect_horizontal permute"),
    ("hexagonal", "none rotate2 rotate3 rotate6 rotate6reflect permute"),
    ("oneDimensional", "none reflect permute"),
]


PAIRS = [(neighborhood, name) for neighborhood, names in SYMMETRIES for name in names.split()]


@pytest.mark.parametrize(("neighborhood", "symmetry"), PAIRS)
def test_a_symmetry_has_the_forms_that_its_turns_and_mirrors_make(neighborhood, symmetry):
    neighbors = tuple(range(1, len(RINGS[neighborhood])))
    found = list(forms(neighbors, neighborhood, symmetry))
    if symmetry == "permute":
        expected = set(itertools.permutations(neighbors))
    else:
        expected = {
            form[1:] for form in closure((0, *neighbors), generators(neighborhood, symmetry))
        }
    assert set(found) == expected
    assert len(found) == len(expected) <= num_forms(neighbors, symmetry)
    alike = (1, *[2] * (len(neighbors) - 1))
    same = list(forms(alike, neighborhood, symmetry))
    assert len(same) == len(set(same)) <= num_forms(alike, symmetry)


@st.composite
def tables(draw):
    neighborhood, names = draw(st.sampled_from(SYMMETRIES))
    symmetry = draw(st.sampled_from(names.split()))
    num_states = draw(st.sampled_from([2, 3, 5]))
    states = st.integers(0, num_states - 1)
    few = st.lists(states, min_size=1, max_size=3, unique=True)
    variables = {name: draw(few) for name in ("b", "a", "any")}
    parts = st.one_of(states, states, states, st.sampled_from(list(variables)))
    num_inputs = len(RINGS[neighborhood])
    lines = []
    for _ in range(draw(st.integers(0, 6))):
        inputs = draw(st.lists(parts, min_size=num_inputs, max_size=num_inputs))
        known = [name for name in variables if name in inputs or len(variables[name]) == 1]
        lines.append([*inputs, draw(states | st.sampled_from(known) if known else states)])
    return num_states, neighborhood, symmetry, variables, lines


def table_text(num_states, neighborhood, symmetry, variables, lines):
    listed = [f"var {name} = {{{','.join(map(str, v))}}}" for name, v in variables.items()]
    head = [f"n_states:{num_states}", f"neighborhood: {neighborhood}", f"symmetries:{symmetry}"]
    body = [",".join(map(str, line)) + " # so" for line in lines]
    return "\n".join(
        ["@RULE R", "about", "@TABLE", "# c", "", *head, *listed, *body, "@ICONS", "x"]
    )


@settings(max_examples=40)
@given(tables(), st.integers(0, 2**31))
def test_a_table_means_what_golly_s_help_says(table, seed):
    num_states, neighborhood, symmetry, variables, lines = table
    outcomes = slow_outcomes(neighborhood, symmetry, variables, lines)
    rule = parse_rule_file(table_text(*table))
    rng = np.random.default_rng(seed)
    inputs = rng.integers(0, num_states, (50, len(RINGS[neighborhood])))
    inputs = np.concatenate([inputs, np.array([*outcomes][:500]).reshape(-1, inputs.shape[1])])
    cells = rng.integers(0, num_states, (len(inputs), len(rule.neighborhood.cells)))
    for offset, column in zip(RINGS[neighborhood], inputs.T, strict=True):
        cells[:, rule.neighborhood.cells.index(offset)] = column
    if symmetry == "permute":
        outcomes = {
            key: state for key, state in outcomes.items() if list(key[1:]) == sorted(key[1:])
        }
        known = [(row[0], *sorted(row[1:])) for row in inputs.tolist()]
    else:
        known = [tuple(row) for row in inputs.tolist()]
    expected = [outcomes.get(key, key[0]) for key in known]
    assert rule.next_states(cells.astype(np.uint8)).tolist() == expected


def test_variables_may_be_made_of_variables_and_digits_stand_without_commas():
    head = "@RULE R\n@TABLE\nn_states:3\nneighborhood:vonNeumann\nsymmetries:rotate4\n"
    joined = parse_rule_file(head + "012001\n")
    parted = parse_rule_file(head + "var a={1}\nvar b={a,a}\n0,b,2,0,0,a\n")
    assert joined == parted
    assert joined.next_states(np.array([[0, 0, 0, 1, 2]], np.uint8)) == [1]


def test_a_table_of_29_states_becomes_a_tree():
    """Signals along wires, as in von Neumann's automaton, whose table has 29^5 entries."""
    everything = ",".join(map(str, range(29)))
    text = (
        "@RULE R\n@TABLE\nn_states:29\nneighborhood:vonNeumann\nsymmetries:none\n"
        + "".join(f"var {name}={{{everything}}}\n" for name in "abcd")
        + "var s={9,10,11,12}\nvar t={s,13,14}\n"
        + "".join(f"{n},{n + 4},a,b,c,28\n{n},a,s,t,c,s\n{n},t,b,t,d,t\n" for n in range(1, 24))
    )
    rule = parse_rule_file(text)
    assert isinstance(rule, TreeRule)
    north, west, center = (rule.neighborhood.cells.index(o) for o in ((-1, 0), (0, -1), (0, 0)))
    one = np.zeros((1, 5), np.uint8)
    one[0, [north, west, center]] = [9, 3, 5]
    assert rule.next_states(one) == [28]
    one[0, north] = 10
    assert rule.next_states(one) == [5]


def test_of_a_tree_and_a_table_the_first_counts():
    tree = write_rule_file(random_table(1, 3, VON_NEUMANN), "R").split("@COLORS", 1)[0]
    table = "@TABLE\nn_states:2\nneighborhood:Moore\nsymmetries:none\n"
    assert parse_rule_file(tree + table).num_states == 3
    assert parse_rule_file("@RULE R\n" + table + tree[tree.index("@TREE") :]).num_states == 2


def test_colours_are_read_one_by_one_and_as_a_gradient():
    head = "@RULE R\n@TABLE\nn_states:4\nneighborhood:Moore\nsymmetries:none\n@COLORS\n"
    assert parse_rule_file(head.removesuffix("@COLORS\n")).colors is None
    one = parse_rule_file(head + "# c\n\n1 0 128 255 light blue\n9 1 1 1\n0 1 2 3").colors
    assert one == ((1, 2, 3), (0, 128, 255), (255, 127, 0), (255, 255, 0))
    gradient = parse_rule_file(head + "0 0 255  200 0 55 blue to red").colors
    assert gradient == ((48, 48, 48), (0, 0, 255), (100, 0, 155), (200, 0, 55))


TABLE = "@RULE R\n@TABLE\nn_states:{}\nneighborhood:{}\nsymmetries:{}\n{}"
TREE = "@RULE R\n@TREE\nnum_states={}\nnum_neighbors={}\nnum_nodes={}\n{}"
ALL = ",".join(map(str, range(256)))
MANY = "".join(f"var {name}={{{ALL}}}\n" for name in "abcdefgh")
DISTINCT = "\n".join(f"{n % 9},0,1,2,3,4,5,6,7,{n % 9}" for n in range(9))


def tangle():
    """Transitions that leave a set of their own open for every choice of states."""
    rng = np.random.default_rng(0)
    lines = [
        f"var v{n}={{{','.join(map(str, np.flatnonzero(rng.random(40) < 0.6)))}}}"
        for n in range(99)
    ]
    for n in range(600):
        parts = [f"v{i}" for i in rng.choice(99, 8, replace=False)]
        lines.append(",".join(["0", *parts, str(n % 40)]))
    return "\n".join(lines)


HOSTILE = {
    "nothing": "",
    "no name": "@RULE\n@TREE",
    "no rule": "@RULE R\n@COLORS\n0 1 2 3",
    "a bad colour": TABLE.format(2, "Moore", "none", "@COLORS\n0 1 2 300"),
    "half a colour": TABLE.format(2, "Moore", "none", "@COLORS\n0 1 2"),
    "256 variables to the eighth": TABLE.format(
        256, "Moore", "none", MANY + "0,a,a,b,b,c,c,d,d,a\n"
    ),
    "all orders of all": TABLE.format(9, "Moore", "permute", DISTINCT),
    "a tangle": TABLE.format(40, "Moore", "none", tangle()),
    "257 states": TABLE.format(257, "Moore", "none", ""),
    "a number too long for one": TABLE.format("9" * 9999, "Moore", "none", ""),
    "an unknown neighbourhood": TABLE.format(2, "Margolus", "none", ""),
    "an unknown symmetry": TABLE.format(2, "vonNeumann", "rotate8", ""),
    "no symmetries": "@RULE R\n@TABLE\nn_states:2\nneighborhood:Moore\n0,0",
    "an empty table": "@RULE R\n@TABLE\n",
    "a short line": TABLE.format(2, "Moore", "none", "0,1\n"),
    "a state beyond": TABLE.format(2, "vonNeumann", "none", "0,1,1,1,2,0"),
    "an unknown variable": TABLE.format(2, "vonNeumann", "none", "0,1,1,1,a,0"),
    "an output of two states": TABLE.format(2, "vonNeumann", "none", "var a={0,1}\n0,1,1,1,1,a"),
    "an empty variable": TABLE.format(2, "vonNeumann", "none", "var a={}"),
    "no states": TREE.format(0, 4, 1, "1 0 0"),
    "five neighbours": TREE.format(2, 5, 1, "1 0 0"),
    "no nodes": TREE.format(2, 4, 10**9, ""),
    "other nodes": TREE.format(2, 4, 10**8, "1 0 0\n2 0 0\n3 1 1\n4 2 2\n5 3 3"),
    "no root": TREE.format(2, 4, 4, "1 0 0\n2 0 0\n3 1 1\n4 2 2"),
    "a cycle": TREE.format(2, 4, 5, "1 0 0\n2 0 0\n3 1 1\n4 3 3\n5 3 3"),
    "a node of another depth": TREE.format(2, 4, 5, "1 0 0\n2 0 0\n3 0 0\n4 2 2\n5 3 3"),
    "a state of no rule": TREE.format(2, 4, 5, "1 0 2\n2 0 0\n3 1 1\n4 2 2\n5 3 3"),
    "a depth of none": TREE.format(2, 4, 1, "9 0 0"),
    "a child below none": TREE.format(2, 4, 1, "1 0 -1"),
    "a long number": TREE.format(2, 4, 1, "1 0 " + "9" * 10**5),
    "three children": TREE.format(2, 4, 1, "1 0 0 0"),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_rule_file_ends_in_one_line(text):
    with pytest.raises(ArgumentError) as caught:
        parse_rule_file(text)
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 260


VALID = [
    write_rule_file(random_table(0, 2, VON_NEUMANN), "R"),
    write_rule_file(random_counts(0, 3, HEXAGONAL), "R"),
    TABLE.format(3, "Moore", "rotate4", "var a={0,1}\nvar b={a,2}\n0,a,b,1,0,0,2,b,1,b\n")
    + "@COLORS\n0 0 255  255 0 0\n1 2 3 4\n",
    TABLE.format(4, "oneDimensional", "reflect", "0123\n1230\n"),
]


@st.composite
def damaged(draw):
    """Cut, change, repeat or insert signs of a valid file, a few times."""
    text = draw(st.sampled_from(VALID))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        other = draw(st.text("0123456789 ,=:{}@#abvar\n\0", min_size=1, max_size=4))
        kind = draw(st.sampled_from(["cut", "change", "insert", "remove", "repeat"]))
        if kind == "cut":
            text = text[:at]
        elif kind == "change":
            text = text[:at] + other + text[at + len(other) :]
        elif kind == "insert":
            text = text[:at] + other + text[at:]
        elif kind == "remove":
            text = text[:at] + text[at + draw(st.integers(1, 16)) :]
        else:
            text = text[:at] + text[at : at + 32] + text[at:]
    return text


@settings(max_examples=150)
@given(damaged() | st.text(max_size=60).map("@RULE R\n@TABLE\n{}".format))
def test_any_damage_gives_a_rule_or_one_line(text):
    try:
        rule = parse_rule_file(text)
    except ArgumentError as error:
        said = str(error)
    else:
        said = rule.name
        assert agree(rule, rule)
    assert said.isprintable()
