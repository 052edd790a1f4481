"""What a click does."""

from __future__ import annotations

from enum import StrEnum


class Hand(StrEnum):
    """What a click does."""

    CARVE = "carve"
    PLANT = "plant"
    ASK = "ask"
    WALL = "wall"
    CLEAR = "clear"
    BEACON = "beacon"
    DRAW = "draw"
    ERASE = "erase"


LEARNED_HANDS = (Hand.CARVE, Hand.PLANT, Hand.ASK, Hand.WALL, Hand.CLEAR)
SEEKING_HANDS = (*LEARNED_HANDS, Hand.BEACON)
MADE_HANDS = (Hand.DRAW, Hand.ERASE, Hand.CARVE)
"""What a click can do to a creature, to one that seeks a beacon, and to the cells of a hand-made
rule; the first at first."""
