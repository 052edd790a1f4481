"""How far rules are apart: in their entries, as they are written, in what they do."""

from analysis.distance.behavioral import damage_spread, density, derrida, derrida_slope
from analysis.distance.entrywise import hamming, hamming_share, visited
from analysis.distance.neighbors import Neighbor, nearest
from analysis.distance.notation import levenshtein, transitions
from analysis.distance.nulls import KINDS, QUANTILES, Null, null, projection_null
from analysis.distance.pairs import Distances, Figure, between
from analysis.distance.projection import Projection, to_counting, to_isotropic
from analysis.distance.symmetry import modulo_symmetry, relabelled
from analysis.distance.tree_edit import tree_distance, tree_edit
from analysis.distance.visits import Visits, after, in_soup

__all__ = [
    "KINDS",
    "QUANTILES",
    "Distances",
    "Figure",
    "Neighbor",
    "Null",
    "Projection",
    "Visits",
    "after",
    "between",
    "damage_spread",
    "density",
    "derrida",
    "derrida_slope",
    "hamming",
    "hamming_share",
    "in_soup",
    "levenshtein",
    "modulo_symmetry",
    "nearest",
    "null",
    "projection_null",
    "relabelled",
    "to_counting",
    "to_isotropic",
    "transitions",
    "tree_distance",
    "tree_edit",
    "visited",
]
