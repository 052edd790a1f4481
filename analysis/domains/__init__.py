"""Over which neighbourhoods rules are measured and compared: one by one, or by their counts."""

from analysis.domains.choice import domain_of, whole_of
from analysis.domains.counted import Counted
from analysis.domains.domain import Domain, Floats
from analysis.domains.whole import Whole

__all__ = ["Counted", "Domain", "Floats", "Whole", "domain_of", "whole_of"]
