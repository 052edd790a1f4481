"""Vines measured: whether a rule that senses a beacon grows to it round walls, and stays there."""

from voxnca.steering.controls import blind, follow_signal
from voxnca.steering.outcomes import Outcomes, Trial
from voxnca.steering.steering import Reach, Steering
from voxnca.steering.trials import default_num_steps, growing_steps, measure, measure_in_parts
from voxnca.steering.vine import Vine

__all__ = [
    "Outcomes",
    "Reach",
    "Steering",
    "Trial",
    "Vine",
    "blind",
    "default_num_steps",
    "follow_signal",
    "growing_steps",
    "measure",
    "measure_in_parts",
]
