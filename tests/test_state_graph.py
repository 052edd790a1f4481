from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import measures
from analysis.operands import as_rule
from analysis.rules import Rule, parse, step
from analysis.rules.rule import contexts
from voxnca import ArgumentError


@pytest.mark.parametrize(
    ("rule", "space"),
    [
        (parse("Life"), (3, 4)),
        (parse("Wireworld"), (2, 3)),
        (parse("Crystal Growth"), (2, 2, 2)),
        (as_rule(np.random.default_rng(0).integers(0, 2, 512, dtype=np.uint8)), (4, 3)),
    ],
)
def test_states_lead_where_the_rule_steps(rule: Rule, space: tuple[int, ...]) -> None:
    graph = measures.state_graph(rule, space)
    k, num_cells = rule.num_states, int(np.prod(space))
    for state in np.random.default_rng(0).integers(0, k**num_cells, 40).tolist():
        cells = contexts(state, state + 1, k, num_cells).reshape(space)
        after = step(rule, cells).reshape(-1).tolist()
        assert int("".join(map(str, after)), k) == graph.successors[state]


@given(st.integers(0, 2**32))
@settings(max_examples=15)
def test_cycles_and_transients_are_what_networkx_finds(seed: int) -> None:
    table = np.random.default_rng(seed).integers(0, 2, 512, dtype=np.uint8)
    found = measures.state_graph(table, (2, 4))
    graph = found.graph()
    cycles = [len(cycle) for cycle in nx.simple_cycles(graph)]
    assert found.cycles == {n: cycles.count(n) for n in sorted(set(cycles))}
    on_cycle = {state for cycle in nx.simple_cycles(graph) for state in cycle}
    steps = nx.multi_source_dijkstra_path_length(graph.reverse(), on_cycle, weight=None)
    assert found.transients.tolist() == [steps[state] for state in range(256)]
    gardens = [state for state, degree in graph.in_degree() if degree == 0]
    assert found.num_gardens_of_eden == len(gardens)


def test_what_stays_and_what_turns_in_life() -> None:
    graph = measures.state_graph(parse("Life"), (4, 4))
    assert graph.successors[0] == 0
    assert graph.cycles == {1: 53, 2: 180, 4: 16, 8: 96}
    assert graph.num_gardens_of_eden == 47657
    assert graph.transients.max() == 9


def test_a_parity_can_be_undone_where_it_has_no_kernel() -> None:
    identity = contexts(0, 512, 2, 9)[:, 4].copy()
    graph = measures.state_graph(identity, (3, 3))
    assert graph.cycles == {1: 512}
    assert graph.num_gardens_of_eden == 0
    assert not graph.transients.any()
    shift = contexts(0, 512, 2, 9)[:, 3].copy()
    assert measures.state_graph(shift, (1, 3)).cycles == {1: 2, 3: 2}


def test_a_graph_can_be_saved() -> None:
    graph = measures.state_graph(parse("Life"), (2, 3)).graph()
    read = nx.parse_graphml(measures.to_graphml(graph), node_type=int)
    assert (read.nodes, read.adj) == (graph.nodes, graph.adj)
    assert read.nodes[5]["cells"] == "000101"


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"2\^16"):
        measures.state_graph(parse("Life"), (5, 4))
    with pytest.raises(ArgumentError, match="space"):
        measures.state_graph(parse("Life"), (2, 2, 2))
