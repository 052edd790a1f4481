"""Tables read from continuous rules: approximate, and honest about how far."""

from analysis.approximation.approximation import Approximation, approximate
from analysis.approximation.closed_loop import ClosedLoop
from analysis.approximation.score import Score

__all__ = ["Approximation", "ClosedLoop", "Score", "approximate"]
