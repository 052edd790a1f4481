"""Two hand-made rules from the same cells: where they differ by now, lit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from apps.lab.cell_run import CellRun
from apps.lab.look import EXCESS, MISSING, WRONG, Look
from apps.lab.moment import Moment

DIM = 0.45
"""How bright a cell is in which both agree."""


def contrast(run: CellRun, beside: CellRun, look: Look, number: int) -> Moment:
    """Look at a run, and light the cells whose state is another one in the run beside it.

    Args:
        run: to look at.
        beside: on a grid of the same size.
        look: where it is cut.
        number: of the moment's run.

    Returns:
        The moment of `run`: cells in which both agree are dim, those that only one has are as in
        the difference from a target.
    """
    ours, theirs = run.automaton.cells, beside.automaton.cells
    differs = ours != theirs
    moment = run.observe(Look(), number)
    cells = np.argwhere((ours != 0) | differs)
    place = tuple(cells.T)
    own, other, apart = ours[place], theirs[place], differs[place]
    colors = (DIM * run.colors[own]).astype(np.uint8)
    colors[apart & (own != 0)] = WRONG
    colors[apart & (other == 0)] = EXCESS
    colors[apart & (own == 0)] = MISSING
    kept = look.keeps(cells, run.space)
    return replace(moment, cells=cells[kept], colors=colors[kept])


def num_different(run: CellRun, beside: CellRun) -> int:
    """Count the cells whose states differ."""
    return int(np.count_nonzero(run.automaton.cells != beside.automaton.cells))
