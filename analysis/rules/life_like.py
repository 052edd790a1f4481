"""Named rules of two states in the plane."""

from __future__ import annotations

from analysis.rules.named import Entry

_LEXICON = "Mirek Wójtowicz's rules lexicon (MCell, 1999-2001)"
_WIKI = "LifeWiki's list of Life-like rules"
_MACHINES = "Toffoli and Margolus, Cellular Automata Machines (MIT Press, 1987)"
_VICHNIAC = "Gérard Vichniac, Simulating physics with cellular automata (Physica D 10, 1984)"

ENTRIES = (
    Entry(
        "Life",
        "B3/S23",
        "Chaos that dies down to still lifes, blinkers and gliders; it can compute anything.",
        "John Conway; Martin Gardner, Mathematical Games (Scientific American, October 1970).",
        ("Conway's Life", "Game of Life", "Conway"),
    ),
    Entry(
        "HighLife",
        "B36/S23",
        "Much like Life, with a small pattern that copies itself, the replicator.",
        "Nathan Thompson, 1994; LifeWiki, HighLife.",
    ),
    Entry(
        "Seeds",
        "B2/S",
        "Every cell dies at once, and yet two live cells are enough to explode.",
        f"Brian Silverman; named by Mirek Wójtowicz; {_LEXICON}.",
    ),
    Entry(
        "Day & Night",
        "B3678/S34678",
        "Live and dead cells play the same part: what runs in one runs, inverted, in the other.",
        "Nathan Thompson, 1997; LifeWiki, Day & Night.",
    ),
    Entry(
        "Replicator",
        "B1357/S1357",
        "The parity of the eight neighbours: every pattern is copied eightfold, again and again.",
        "Edward Fredkin; LifeWiki, Replicator.",
    ),
    Entry(
        "Fredkin",
        "B1357/S02468",
        "The parity of all nine cells: every pattern is copied ninefold.",
        f"Edward Fredkin; {_WIKI}.",
        ("Replicator 2",),
    ),
    Entry(
        "Maze",
        "B3/S12345",
        "Patterns grow into a maze of walls one cell thick, and then hold still.",
        f"Author unknown; {_LEXICON}.",
    ),
    Entry(
        "Mazectric",
        "B3/S1234",
        "A maze with longer and straighter walls than Maze has.",
        f"Author unknown; {_LEXICON}.",
    ),
    Entry(
        "2x2",
        "B36/S125",
        "Patterns of 2x2 blocks stay patterns of such blocks; many oscillators.",
        "Nathaniel Johnston, The B36/S125 2x2 Life-like cellular automaton (Springer, 2010).",
        ("2x2 Life",),
    ),
    Entry(
        "Diamoeba",
        "B35678/S5678",
        "Large diamonds with chaotic edges that grow and shrink unpredictably.",
        "Dean Hickerson, 1993; LifeWiki, Diamoeba.",
    ),
    Entry(
        "34 Life",
        "B34/S34",
        "It explodes, which took months to notice in the 1970s; a small fast spaceship.",
        f"Author unknown, early 1970s; {_LEXICON}.",
    ),
    Entry(
        "Morley",
        "B368/S245",
        "Slow and stable, with a common small spaceship, guns and puffers.",
        "Named after Stephen Morley; LifeWiki, Move.",
        ("Move",),
    ),
    Entry(
        "Life without Death",
        "B3/S012345678",
        "Nothing dies: flakes grow, and ladders run out of them.",
        f"The ink spots of {_MACHINES}; Griffeath and Moore, Complex Systems 10 (1996).",
        ("Flakes", "Inkspot", "LWOD"),
    ),
    Entry(
        "Coral",
        "B3/S45678",
        "Slow growth with the texture of a coral.",
        f"Author unknown; {_LEXICON}.",
    ),
    Entry(
        "Anneal",
        "B4678/S35678",
        "A twisted majority: regions with smooth edges, driven by surface tension.",
        f"{_VICHNIAC}; {_MACHINES}.",
        ("Twisted Majority",),
    ),
    Entry(
        "Vote",
        "B5678/S45678",
        "The majority of the nine cells: soups freeze at once into blobs.",
        f"{_VICHNIAC}; {_MACHINES}.",
        ("Majority",),
    ),
    Entry(
        "Serviettes",
        "B234/S",
        "Every cell dies at once; a single block unfolds into woven rugs.",
        f"Author unknown; {_LEXICON}.",
        ("Persian Rug",),
    ),
    Entry(
        "Walled Cities",
        "B45678/S2345",
        "Busy districts, each enclosed in its wall.",
        f"{_LEXICON}.",
    ),
    Entry(
        "Stains",
        "B3678/S235678",
        "What is thin grows a little and sets; what is dense fills up.",
        f"Author unknown; {_LEXICON}.",
    ),
    Entry(
        "Coagulations",
        "B378/S235678",
        "As Stains with one birth less, and yet it grows for ever and clots.",
        f"Author unknown; {_LEXICON}.",
    ),
    Entry(
        "Assimilation",
        "B345/S4567",
        "Diamonds as in Diamoeba, but filled and lasting.",
        f"Author unknown; {_LEXICON}.",
    ),
    Entry(
        "Gnarl",
        "B1/S1",
        "A single cell explodes into intricate growth.",
        f"Kellie Evans; {_LEXICON}.",
    ),
    Entry(
        "Pseudo Life",
        "B357/S238",
        "As lively as Life, with other objects throughout.",
        f"Author unknown; {_LEXICON}.",
    ),
    Entry(
        "Long Life",
        "B345/S5",
        "Oscillators with periods in the thousands turn up by themselves.",
        f"Andrew Trevorrow; {_LEXICON}.",
    ),
    Entry(
        "Amoeba",
        "B357/S1358",
        "Chaotic areas whose edges waver like those of an amoeba.",
        f"Author unknown; {_LEXICON}.",
    ),
    Entry(
        "DryLife",
        "B37/S23",
        "Life with one birth more: its gliders stay, soups grow without end.",
        f"{_WIKI}.",
    ),
    Entry(
        "Iceballs",
        "B25678/S5678",
        "Flickering chaos in which, once it is large enough, a solid ball grows.",
        f"{_WIKI}; a pattern ships with Golly.",
        ("Ice Nine",),
    ),
    Entry(
        "AntiLife",
        "B0123478/S01234678",
        "Life with live and dead exchanged.",
        f"{_WIKI}.",
    ),
    Entry(
        "tLife",
        "B3/S2-i34q",
        "A neighbour of Life that tells apart how the neighbours lie.",
        "LifeWiki, tlife.",
    ),
    Entry(
        "Just Friends",
        "B2-a/S12",
        "Two neighbours give birth unless they touch; small ships leave a maze of lines.",
        "David Bell, June 2000; LifeWiki, Just Friends.",
    ),
    Entry(
        "Hex Life",
        "B2/S34H",
        "Six neighbours: chaos that settles to still lifes and oscillators.",
        "Studied by Dean Hickerson in 1987; ConwayLife forums.",
    ),
    Entry(
        "Bays' Hex Life",
        "B2/S35H",
        "Six neighbours, and a glider, which is too large to appear by itself.",
        "Carter Bays, A note on the Game of Life in hexagonal and pentagonal tessellations "
        "(Complex Systems 15, 2005).",
    ),
    Entry(
        "Snowflakes",
        "B1/S0123456H",
        "Six neighbours: one cell grows into a snowflake, and nothing melts.",
        "Norman Packard, 1984; Stephen Wolfram, A New Kind of Science (2002), chapter 8.",
        ("Snowflake",),
    ),
    Entry(
        "Parity",
        "B13/S024V",
        "The parity of a cell and its four neighbours: every pattern is copied fivefold.",
        f"Edward Fredkin; {_MACHINES}.",
    ),
    Entry(
        "Ulam-Warburton",
        "B1/S01234V",
        "Four neighbours: a cell grows into a fractal diamond with arms.",
        "Stanislaw Ulam, 1962; Mike Warburton, One-edge connections (M500 Magazine 188, 2002).",
    ),
)
