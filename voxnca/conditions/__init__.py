"""Growth that can be driven: goals to grow, walls to grow round, a beacon to grow to."""

from voxnca.conditions.conditions import Conditions, Environments
from voxnca.conditions.environment import Environment
from voxnca.conditions.goals import Goal
from voxnca.conditions.senses import num_inputs

__all__ = ["Conditions", "Environment", "Environments", "Goal", "num_inputs"]
