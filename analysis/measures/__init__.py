"""What one rule is like: how active, how sensitive, how much there is to say about it."""

from analysis.measures.behavior import damage, densities
from analysis.measures.canalization import Canalizing, canalized_share, canalizing
from analysis.measures.cell_tree import cell_tree_leaves
from analysis.measures.count_tree import Tree, count_tree
from analysis.measures.decision_diagram import diagram_graph, diagram_nodes
from analysis.measures.derrida import derrida_curve
from analysis.measures.dnf import NormalForm, minimal_dnf
from analysis.measures.outputs import langton_lambda, output_entropy, output_shares
from analysis.measures.sensitivity import average_sensitivity, influences
from analysis.measures.spectrum import walsh, walsh_degree, walsh_power
from analysis.measures.state_graph import StateGraph, state_graph, to_graphml
from analysis.measures.summary import Measures, of
from analysis.measures.variants import num_variants

__all__ = [
    "Canalizing",
    "Measures",
    "NormalForm",
    "StateGraph",
    "Tree",
    "average_sensitivity",
    "canalized_share",
    "canalizing",
    "cell_tree_leaves",
    "count_tree",
    "damage",
    "densities",
    "derrida_curve",
    "diagram_graph",
    "diagram_nodes",
    "influences",
    "langton_lambda",
    "minimal_dnf",
    "num_variants",
    "of",
    "output_entropy",
    "output_shares",
    "state_graph",
    "to_graphml",
    "walsh",
    "walsh_degree",
    "walsh_power",
]
