"""A rule that steers beside its controls: every figure as JSON, and a page with its vines."""

from analysis.reports.steering.page import steering_html
from analysis.reports.steering.schema import schema, units
from analysis.reports.steering.study import Study
from analysis.reports.steering.studying import study_steering
from analysis.reports.steering.subject import Subject

__all__ = ["Study", "Subject", "schema", "steering_html", "study_steering", "units"]
