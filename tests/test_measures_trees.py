from __future__ import annotations

from functools import cache
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from dd import bdd
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import measures
from analysis.measures.count_tree import Tree
from analysis.measures.decision_diagram import cell_name, questions
from analysis.measures.dnf import covers, prime_implicants
from analysis.rules.counting import CountingRule
from analysis.rules.diagram import asking_order
from analysis.rules.neighborhood import MOORE, MOORE_3D, VON_NEUMANN, VON_NEUMANN_3D
from analysis.rules.parsing import parse
from analysis.rules.rule import contexts
from analysis.rules.tabulated import TableRule
from voxnca import ArgumentError

seeds = st.integers(0, 2**32)
CELLS = contexts(0, 512, 2, 9)


def small(seed: int, k: int = 2) -> TableRule:
    entries = np.random.default_rng(seed).integers(0, k, k**5, dtype=np.uint8)
    return TableRule(num_states=k, neighborhood=VON_NEUMANN, entries=entries)


def counting(seed: int, k: int = 2) -> CountingRule:
    table = np.random.default_rng(seed).integers(0, k, (k, 5), dtype=np.uint8)
    return CountingRule(num_states=k, neighborhood=VON_NEUMANN, transitions=table)


def answer(tree: Tree, state: int, count: int) -> int:
    while tree.branches:
        what, _, bound = tree.label.split()
        tree = tree.branches[{"state": state, "count": count}[what] >= int(bound)]
    return int(tree.label)


@pytest.mark.parametrize(
    ("name", "leaves"), [("Life", 5), ("HighLife", 8), ("Seeds", 4), ("Wireworld", 6), ("4555", 5)]
)
def test_a_count_tree_says_what_the_rule_says(name: str, leaves: int) -> None:
    rule = parse(name)
    assert isinstance(rule, CountingRule)
    tree = measures.count_tree(rule)
    for state, count in np.ndindex(rule.transitions.shape):
        assert answer(tree, state, count) == rule.transitions[state, count]
    assert tree.num_leaves == leaves
    assert tree.num_nodes == 2 * leaves - 1


def test_life_s_tree() -> None:
    assert str(measures.count_tree(parse("Life"))) == (
        "(count >= 2 ? (count >= 3 ? (count >= 4 ? 0 : 1) : (state >= 1 ? 1 : 0)) : 0)"
    )


@given(seeds, st.integers(2, 3))
@settings(max_examples=40)
def test_no_count_tree_is_smaller(seed: int, k: int) -> None:
    rule = counting(seed, k)
    expected = brute_leaves(tuple(map(tuple, rule.transitions.tolist())))
    assert measures.count_tree(rule).num_leaves == expected


@cache
def brute_leaves(table: tuple[tuple[int, ...], ...]) -> int:
    """Try all thresholds on a table, however it was come by."""
    if len({value for row in table for value in row}) == 1:
        return 1
    ways = [(table[:s], table[s:]) for s in range(1, len(table))]
    ways += [
        (tuple(row[:c] for row in table), tuple(row[c:] for row in table))
        for c in range(1, len(table[0]))
    ]
    return min(brute_leaves(no) + brute_leaves(yes) for no, yes in ways)


def test_equal_rules_have_equal_trees() -> None:
    assert measures.count_tree(parse("Wireworld").table) == measures.count_tree(parse("Wireworld"))
    with pytest.raises(ArgumentError, match="does not only count"):
        measures.count_tree(small(0))


@given(seeds, st.integers(2, 3))
@settings(max_examples=15)
def test_no_tree_of_cells_is_smaller(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    entries = (rng.random(k**5) < rng.choice([0.03, 0.3])).astype(np.uint8)
    rule = TableRule(num_states=k, neighborhood=VON_NEUMANN, entries=entries)

    @cache
    def fewest(known: tuple[int | None, ...]) -> int:
        part = entries.reshape((k,) * 5)[tuple(slice(None) if c is None else c for c in known)]
        if part.min() == part.max():
            return 1
        return min(
            sum(fewest((*known[:i], state, *known[i + 1 :])) for state in range(k))
            for i in range(5)
            if known[i] is None
        )

    assert measures.cell_tree_leaves(rule) == fewest((None,) * 5)


def test_trees_of_cells_with_a_known_size() -> None:
    assert measures.cell_tree_leaves(np.zeros(512, np.uint8)) == 1
    assert measures.cell_tree_leaves(parse("Fredkin")) == 512
    assert measures.cell_tree_leaves(parse("Parity")) == 32
    assert measures.cell_tree_leaves(CELLS.all(axis=1).astype(np.uint8)) == 10
    with pytest.raises(ArgumentError, match=r"2\^21"):
        measures.cell_tree_leaves(parse("4555"))


@pytest.mark.parametrize("name", ["Life", "HighLife", "Seeds", "Day & Night", "tLife", "Parity"])
def test_a_diagram_is_as_large_as_dd_finds_it(name: str) -> None:
    assert measures.diagram_nodes(parse(name)) == nodes_of_dd(parse(name).table)


@given(seeds)
@settings(max_examples=10)
def test_a_random_diagram_is_as_large_as_dd_finds_it(seed: int) -> None:
    table = np.random.default_rng(seed).integers(0, 2, 512, dtype=np.uint8)
    assert measures.diagram_nodes(table) == nodes_of_dd(table)


def nodes_of_dd(table: np.ndarray) -> int:
    """Count the nodes of dd, which says `not` on edges: each sign of a node is one of ours."""
    manager = bdd.BDD()
    names = [f"c{MOORE.cells.index(offset)}" for offset in asking_order(MOORE)]
    manager.declare(*names)
    root = of_cofactors(manager, table, names)
    seen, left = set(), [root]
    while left:
        node = left.pop()
        if abs(node) == 1 or node in seen:
            continue
        seen.add(node)
        _, low, high = manager.succ(abs(node))
        left += [low, high] if node > 0 else [-low, -high]
    return len(seen)


def of_cofactors(manager: bdd.BDD, table: np.ndarray, names: list[str]) -> int:
    order = [int(name[1:]) for name in names]
    cube = table.reshape((2,) * 9).transpose(order).reshape(-1)
    level = [manager.true if value else manager.false for value in cube.tolist()]
    for name in reversed(names):
        var = manager.var(name)
        level = [manager.ite(var, level[i + 1], level[i]) for i in range(0, len(level), 2)]
    return level[0]


@pytest.mark.parametrize("name", ["Life", "Wireworld", "2/3/256", "4555", "Crystal Growth"])
def test_a_diagram_says_what_the_rule_says(name: str) -> None:
    rule = parse(name)
    nodes = questions(rule)
    sample = np.random.default_rng(0).integers(
        0, min(rule.num_states, 4), (200, len(rule.neighborhood.cells)), dtype=np.uint8
    )
    found = []
    for cells in sample.tolist():
        at = len(nodes) - 1
        while at >= 0:
            node = nodes[at]
            at = node.answers[cells[rule.neighborhood.cells.index(node.cell)]]
        found.append(~at)
    assert found == rule.next_states(sample).tolist()
    assert len({(node.cell, node.answers) for node in nodes}) == len(nodes)


@pytest.mark.parametrize("name", ["Life", "Wireworld", "4555"])
def test_a_diagram_is_a_graph_that_can_be_saved(name: str) -> None:
    rule = parse(name)
    graph = measures.diagram_graph(rule)
    assert nx.is_directed_acyclic_graph(graph)
    assert graph.number_of_nodes() == measures.diagram_nodes(rule) + rule.num_states
    (root,) = [node for node, data in graph.nodes(data=True) if data.get("root")]
    assert nx.descendants(graph, root) | {root} == set(graph)
    read = nx.parse_graphml(measures.to_graphml(graph))
    assert (read.nodes, read.adj) == (graph.nodes, graph.adj)


def test_constants_have_diagrams_too() -> None:
    graph = measures.diagram_graph(np.ones(512, np.uint8))
    assert list(graph.nodes(data="root", default=False)) == [("state 1", True)]
    assert measures.diagram_nodes(np.ones(512, np.uint8)) == 0


def test_cells_are_called_by_their_direction() -> None:
    names = [cell_name(offset) for offset in MOORE.cells]
    assert names == ["NW", "N", "NE", "W", "C", "E", "SW", "S", "SE"]
    assert cell_name((1, 0, -1)) == "1,0,-1"


@given(seeds)
def test_prime_implicants_are_the_cubes_that_do_not_extend(seed: int) -> None:
    entries = np.random.default_rng(seed).integers(0, 2, 16, dtype=np.uint8)
    cubes = np.array(list(np.ndindex((3,) * 4)), dtype=np.uint8)
    within = [c for c in cubes.tolist() if entries[covers(np.array([c]))[:, 0]].all()]
    primes = [
        c
        for c in within
        if not any([*c[:i], 2, *c[i + 1 :]] in within for i in range(4) if c[i] != 2)
    ]
    assert prime_implicants(entries).tolist() == primes


@given(seeds)
@settings(max_examples=25)
def test_no_normal_form_is_shorter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    entries = np.zeros(32, dtype=np.uint8)
    entries[rng.choice(32, 8, replace=False)] = 1
    rule = TableRule(num_states=2, neighborhood=VON_NEUMANN, entries=entries)
    held = covers(prime_implicants(entries))[entries == 1]
    shortest = next(
        size
        for size in range(1, 9)
        for chosen in combinations(range(held.shape[1]), size)
        if held[:, chosen].any(axis=1).all()
    )
    found = measures.minimal_dnf(rule)
    assert (found.lower, found.upper, found.num_primes) == (shortest, shortest, held.shape[1])


def test_normal_forms_with_a_known_length() -> None:
    for entries, terms in ((np.zeros(512), 0), (np.ones(512), 1), (CELLS[:, 3], 1)):
        found = measures.minimal_dnf(entries.astype(np.uint8))
        assert (found.lower, found.upper) == (terms, terms)
    assert measures.minimal_dnf(parse("Fredkin")).upper == 256
    assert measures.minimal_dnf(parse("Parity")).upper == 16


def test_a_search_that_is_cut_short_gives_bounds() -> None:
    table = np.random.default_rng(0).integers(0, 2, 512, dtype=np.uint8)
    short = measures.minimal_dnf(table, time_limit_seconds=0.0)
    best = measures.minimal_dnf(table)
    assert best.is_proved
    assert short.lower <= best.upper <= short.upper


def test_normal_forms_in_space() -> None:
    rule = parse("Crystal Growth")
    assert rule.neighborhood == VON_NEUMANN_3D
    assert measures.minimal_dnf(rule).is_proved
    with pytest.raises(ArgumentError, match="27 cells"):
        measures.minimal_dnf(parse("4555"))
    assert parse("4555").neighborhood == MOORE_3D
