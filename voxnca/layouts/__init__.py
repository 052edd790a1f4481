"""Layouts: random walls with a root and a beacon, and obstacles in a pattern's way.

What is drawn for training and what is held out for tests come from two streams of random
numbers, so that no seed of the one draws from the other: see `voxnca.layouts.splits`.
"""

from voxnca.layouts.difficulty import FORCED_DETOUR, Difficulty, Summary, summarize
from voxnca.layouts.drawing import draw_layouts, held_out_layouts
from voxnca.layouts.layout import Layout
from voxnca.layouts.obstacles import draw_obstacles, held_out_obstacles

__all__ = [
    "FORCED_DETOUR",
    "Difficulty",
    "Layout",
    "Summary",
    "draw_layouts",
    "draw_obstacles",
    "held_out_layouts",
    "held_out_obstacles",
    "summarize",
]
