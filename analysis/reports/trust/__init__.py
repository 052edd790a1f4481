"""The robustness report: what a pattern survives, proven, counted and measured."""

from analysis.reports.trust.page import trust_html
from analysis.reports.trust.study import Study
from analysis.reports.trust.studying import Asked, Kept, fits, study_trust

__all__ = ["Asked", "Kept", "Study", "fits", "study_trust", "trust_html"]
