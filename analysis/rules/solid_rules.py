"""Named rules in space."""

from __future__ import annotations

from analysis.rules.named import Entry

_BAYS = "Carter Bays, Candidates for the Game of Life in three dimensions (Complex Systems 1, 1987)"
_MORE_BAYS = (
    "Carter Bays, Further notes on the game of three-dimensional Life (Complex Systems 8, 1994)"
)
_RAMPE = "Jason Rampe, 3D cellular automata (Softology blog, 28 December 2019)"

ENTRIES = (
    Entry(
        "4555",
        "B5/S4,5",
        "The first Life in space: soups die down to small still lifes, oscillators and gliders.",
        f"{_BAYS}.",
        ("Life 4555", "3D Life"),
    ),
    Entry(
        "5766",
        "B6/S5-7",
        "Life in two layers: doubled in height, patterns of the plane run in it, the glider too.",
        f"{_BAYS}.",
        ("Life 5766",),
    ),
    Entry(
        "5655",
        "B5/S5,6",
        "It only just keeps alive: most soups vanish, and yet there are gliders.",
        f"{_MORE_BAYS}.",
        ("Life 5655",),
    ),
    Entry(
        "6855",
        "B5/S6-8",
        "A fourth Life in space, with a rare glider.",
        f"{_MORE_BAYS}.",
        ("Life 6855",),
    ),
    Entry(
        "445",
        "4/4/5/M",
        "Thin fronts that move on and fade behind them.",
        f"{_RAMPE}.",
    ),
    Entry(
        "Amoeba 3D",
        "9-26/5-7,12-13,15/5/M",
        "A blob that swells with a soft, wavering skin.",
        f"{_RAMPE}.",
    ),
    Entry(
        "Builder",
        "2,6,9/4,6,8-9/10/M",
        "Growth that goes out and fades layer by layer.",
        f"{_RAMPE}.",
        ("Builder 1",),
    ),
    Entry(
        "Clouds",
        "13-26/13-14,17-19/2/M",
        "Dense soups gather into clouds and caves, and hold still.",
        f"{_RAMPE}.",
        ("Clouds 1",),
    ),
    Entry(
        "Coral 3D",
        "5-8/6-7,9,12/4/M",
        "Branches that grow outward and never come to rest.",
        f"{_RAMPE}.",
    ),
    Entry(
        "Pyroclastic",
        "4-7/6-8/10/M",
        "A rolling cloud, bright where it burns and dark where it cools.",
        f"{_RAMPE}.",
    ),
    Entry(
        "Crystal Growth",
        "0-6/1,3/2/VN",
        "Six neighbours: one cell grows into a crystal of steps, and nothing dissolves.",
        f"{_RAMPE}.",
        ("Crystal Growth 1",),
    ),
    Entry(
        "Slow Decay",
        "13-26/10-26/3/M",
        "What is small decays from its surface; what is dense closes up for good.",
        f"{_RAMPE}.",
        ("Slow Decay 1",),
    ),
)
