"""What a click or a stroke on the picture does: it carves, plants, asks or paints."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apps.lab.hand import Hand
from apps.lab.lab import Lab
from apps.lab.session import Cut
from apps.viewer.driver import Driver
from apps.viewer.tab import Frame

Place = tuple[float, float]
"""(x, y) on a frame, as fractions of its width and height."""

MISSED = {
    Hand.CARVE: "No voxel there: click on the creature to wound it.",
    Hand.PLANT: "No room there: click on an empty cell, in 3D on the floor, to plant a seed.",
    Hand.ASK: "No voxel there: click on the creature to see how that cell works.",
    Hand.DRAW: "No cell there: click on the grid, in 3D on a voxel or on the floor.",
    Hand.ERASE: "No cell there: click on one that is not empty.",
}


async def click(driver: Driver, frame: Frame | None, place: Place) -> None:
    """Do what a click asks for, at what its user saw."""
    if frame is None or is_old(driver, frame):
        driver.say("That picture is gone by now: click again.")
    elif driver.lab.easel is not None:
        await _paint(driver, frame, [place], begins=True)
    else:
        await _touch(driver, frame, place)


async def stroke(
    driver: Driver, frame: Frame | None, places: Sequence[Place], *, begins: bool
) -> None:
    """Do what a drag of the mouse asks for, piece by piece; all pieces are one touch.

    Args:
        driver: of the lab.
        frame: what its user saw.
        places: that the mouse has passed since the last piece.
        begins: whether this is the first piece.
    """
    if frame is None or is_old(driver, frame):
        return
    if driver.lab.easel is not None:
        await _paint(driver, frame, places, begins=begins)
        return
    if driver.lab.hand in {Hand.DRAW, Hand.ERASE}:
        await _draw(driver, frame, places, begins=begins)
        return
    found = dict.fromkeys(cell for cell in (frame.view.pick(*p) for p in places) if cell)
    if found:
        await wound(driver, lambda lab: lab.carve(list(found), goes_on=not begins))


async def wound(driver: Driver, deal: Callable[[Lab], Cut]) -> None:
    """Deal a wound between two steps and say where it went and what it removed."""
    cut = await driver.perform(deal)
    if cut is not None:
        driver.say(_describe(cut))


def is_old(driver: Driver, frame: Frame) -> bool:
    """Tell whether a frame shows a run that is over."""
    return frame.view.moments[0].run != driver.moment.run


async def _touch(driver: Driver, frame: Frame, place: Place) -> None:
    hand, view = driver.lab.hand, frame.view
    if hand in {Hand.DRAW, Hand.ERASE}:
        if not await _draw(driver, frame, [place], begins=True):
            driver.say(MISSED[hand])
        return
    cell = _free_place(frame, place) if hand is Hand.PLANT else view.pick(*place)
    if cell is None:
        driver.say(MISSED[hand])
    elif hand is Hand.CARVE:
        await wound(driver, lambda lab: lab.wound(cell, lab.session.radius_cells))
    elif hand is Hand.PLANT:
        await driver.perform(lambda lab: lab.plant(cell))
    else:
        await driver.perform(lambda lab: lab.tutor.ask(cell))


def _free_place(frame: Frame, place: Place) -> tuple[int, ...] | None:
    """Return the cell that a seed would be planted in: in front of what was clicked."""
    hit = frame.view.touch(*place)
    return None if hit is None else hit.front


async def _draw(driver: Driver, frame: Frame, places: Sequence[Place], *, begins: bool) -> bool:
    """Set or empty the cells that were pointed at; return whether there were any."""
    hits = [hit for hit in (frame.view.touch(*place) for place in places) if hit is not None]
    erases = driver.lab.hand is Hand.ERASE
    space = frame.view.moments[0].space
    cells = [cell for hit in hits if _inside(cell := hit.cell if erases else hit.front, space)]
    if cells:
        await driver.perform(lambda lab: lab.draw(cells, goes_on=not begins))
    return bool(cells)


def _inside(cell: tuple[int, ...], space: tuple[int, ...]) -> bool:
    return all(0 <= c < n for c, n in zip(cell, space, strict=True))


async def _paint(driver: Driver, frame: Frame, places: Sequence[Place], *, begins: bool) -> None:
    hits = [hit for hit in (frame.view.touch(*place) for place in places) if hit is not None]
    if hits:
        await driver.perform(lambda lab: lab.paint(hits, goes_on=not begins))


def _describe(cut: Cut) -> str:
    noun = "voxel" if len(cut.center) == 3 else "cell"
    plural = "" if cut.num_removed == 1 else "s"
    return (
        f"Removed {cut.num_removed:,} {noun}{plural} round {list(cut.center)}, "
        f"radius {cut.radius_cells:g}."
    )
