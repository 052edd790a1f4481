"""Named rules of more than two states in the plane: Generations, and Wireworld."""

from __future__ import annotations

import numpy as np

from analysis.rules.counting import CountingRule
from analysis.rules.named import Entry
from analysis.rules.neighborhood import MOORE

_LEXICON = "Mirek Wójtowicz's rules lexicon (MCell, 1999-2001)"
EMPTY, HEAD, TAIL, COPPER = range(4)
_BLACK = (0, 0, 0)


def wireworld() -> CountingRule:
    """Make Wireworld from its definition.

    Empty stays so, a head becomes tail, a tail copper, and copper a head where one or two of its
    eight neighbours are heads.
    """
    transitions = np.zeros((4, 9), dtype=np.uint8)
    transitions[HEAD], transitions[TAIL], transitions[COPPER] = TAIL, COPPER, COPPER
    transitions[COPPER, 1:3] = HEAD
    return CountingRule(num_states=4, neighborhood=MOORE, transitions=transitions)


ENTRIES = (
    Entry(
        "Wireworld",
        "",
        "Electrons, a head with its tail, run along copper wires: gates, clocks, a computer.",
        "Brian Silverman, 1987; A. K. Dewdney, Computer Recreations (Scientific American, "
        "January 1990).",
        colors=(_BLACK, (64, 144, 255), (230, 60, 50), (240, 176, 48)),
        states=("empty", "electron head", "electron tail", "copper"),
        make=wireworld,
    ),
    Entry(
        "Brian's Brain",
        "/2/3",
        "Cells fire, rest, and fire again: nothing stays, everything moves.",
        "Brian Silverman; Toffoli and Margolus, Cellular Automata Machines (MIT Press, 1987).",
        colors=(_BLACK, (255, 255, 255), (48, 96, 255)),
        states=("resting", "firing", "tired"),
    ),
    Entry(
        "Star Wars",
        "345/2/4",
        "Ships of many shapes fly out of walls and shatter on others.",
        f"Mirek Wójtowicz; {_LEXICON}.",
    ),
    Entry(
        "BelZhab",
        "23/23/8",
        "Waves and spirals like those of the Belousov-Zhabotinsky reaction.",
        f"Author unknown; {_LEXICON}.",
    ),
    Entry(
        "Bombers",
        "345/24/25",
        "A close relative of Star Wars with long memory: ships with trails.",
        f"Mirek Wójtowicz; {_LEXICON}.",
    ),
    Entry(
        "Banners",
        "2367/3457/5",
        "Ships that drag growing, fluttering banners behind them.",
        f"Mirek Wójtowicz, June 1999; {_LEXICON}.",
    ),
    Entry(
        "Bloomerang",
        "234/34678/24",
        "Broad waves that rebound, round and slow.",
        f"John Elliott, July 2000; {_LEXICON}.",
    ),
    Entry(
        "Fireworks",
        "2/13/21",
        "Rockets rise and burst, and their sparks burn long.",
        f"John Elliott; {_LEXICON}.",
    ),
    Entry(
        "Frogs",
        "12/34/3",
        "Chaos with small ships that hop.",
        f"Scott Robert Ladd; {_LEXICON}.",
    ),
    Entry(
        "Burst",
        "0235678/3468/9",
        "Large areas that slowly die out or decay into oscillators.",
        f"Michael Sweney, March 2000; {_LEXICON}.",
    ),
    Entry(
        "Caterpillars",
        "124567/378/4",
        "Crawling ships in a chaotic sea.",
        f"Mirek Wójtowicz, June 1999; {_LEXICON}.",
    ),
)
