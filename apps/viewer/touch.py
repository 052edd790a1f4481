"""What a click or a stroke on the picture does: it carves, plants, asks, builds or paints."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apps.lab.hand import Hand
from apps.lab.hit import is_inside
from apps.lab.lab import Lab
from apps.lab.session import Cut
from apps.lab.vulnerability import figure
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
    Hand.WALL: "No room for a wall there: click on a cell, in 3D on a voxel or on the floor.",
    Hand.CLEAR: "No wall there: click on one to take it away.",
    Hand.BEACON: "No room for the beacon there: click on a free cell.",
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
    if driver.lab.hand in {Hand.WALL, Hand.CLEAR}:
        await _build(driver, frame, places, begins=begins)
        return
    if driver.lab.hand is Hand.BEACON:
        for place in places[-1:]:
            await drag_beacon(driver, frame, place, begins=begins)
        return
    found = dict.fromkeys(cell for cell in (frame.view.pick(*p) for p in places) if cell)
    if found:
        await wound(driver, lambda lab: lab.carve(list(found), goes_on=not begins))


async def drag_beacon(driver: Driver, frame: Frame | None, place: Place, *, begins: bool) -> None:
    """Take the beacon along with the mouse; over walls it stays where it was."""
    if frame is None or is_old(driver, frame) or driver.lab.easel is not None:
        return
    cell = frame.view.slide_beacon(*place)
    if cell is not None:
        await driver.perform(lambda lab: lab.helm.lead(cell, goes_on=not begins))


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
    if hand in {Hand.WALL, Hand.CLEAR}:
        if not await _build(driver, frame, [place], begins=True):
            driver.say(MISSED[hand])
        return
    if hand is Hand.BEACON:
        if not await _lead(driver, frame, place):
            driver.say(MISSED[hand])
        return
    cell = _free_place(frame, place) if hand is Hand.PLANT else view.pick(*place)
    if cell is None:
        driver.say(MISSED[hand])
    elif hand is Hand.PLANT:
        await driver.perform(lambda lab: lab.plant(cell))
    elif _shows_healing(driver):
        driver.say(figure(driver.lab.session.model, cell, view.moments[0].space) or MISSED[hand])
    else:
        await _hurt_or_ask(driver, cell)


async def _hurt_or_ask(driver: Driver, cell: tuple[int, ...]) -> None:
    if driver.lab.hand is Hand.CARVE:
        await wound(driver, lambda lab: lab.wound(cell, lab.session.radius_cells))
    else:
        await driver.perform(lambda lab: lab.tutor.ask(cell))


def _shows_healing(driver: Driver) -> bool:
    """Tell whether people look at how wounds heal: a click then asks for a cell's figure."""
    session = driver.lab.session
    return session.is_learned and session.look.show == "healing"


def _free_place(frame: Frame, place: Place) -> tuple[int, ...] | None:
    """Return the cell that a seed would be planted in: in front of what was clicked."""
    hit = frame.view.touch(*place)
    return None if hit is None else hit.front


async def _build(driver: Driver, frame: Frame, places: Sequence[Place], *, begins: bool) -> bool:
    """Build walls where a hand points, or take them away; return whether that changed any."""
    clears = driver.lab.hand is Hand.CLEAR
    touch = frame.view.touch_wall if clears else frame.view.touch
    hits = [hit for hit in (touch(*place) for place in places) if hit is not None]
    if not hits:
        return False
    changes = await driver.perform(
        lambda lab: lab.helm.build(hits, clears=clears, goes_on=not begins)
    )
    return changes is not False  # of a failure people are told already


async def _lead(driver: Driver, frame: Frame, place: Place) -> bool:
    """Put the beacon in front of what was clicked; return whether there is room."""
    cell = _free_place(frame, place)
    if cell is None or not is_inside(cell, frame.view.moments[0].space):
        return False
    leads = await driver.perform(lambda lab: lab.helm.lead(cell))
    return leads is not False


async def _draw(driver: Driver, frame: Frame, places: Sequence[Place], *, begins: bool) -> bool:
    """Set or empty the cells that were pointed at; return whether there were any."""
    hits = [hit for hit in (frame.view.touch(*place) for place in places) if hit is not None]
    erases = driver.lab.hand is Hand.ERASE
    space = frame.view.moments[0].space
    cells = [cell for hit in hits if is_inside(cell := hit.cell if erases else hit.front, space)]
    if cells:
        await driver.perform(lambda lab: lab.draw(cells, goes_on=not begins))
    return bool(cells)


async def _paint(driver: Driver, frame: Frame, places: Sequence[Place], *, begins: bool) -> None:
    hits = [hit for hit in (frame.view.touch(*place) for place in places) if hit is not None]
    if hits or begins:
        await driver.perform(lambda lab: lab.paint(hits, goes_on=not begins))


def _describe(cut: Cut) -> str:
    noun = "voxel" if len(cut.center) == 3 else "cell"
    plural = "" if cut.num_removed == 1 else "s"
    return (
        f"Removed {cut.num_removed:,} {noun}{plural} round {list(cut.center)}, "
        f"radius {cut.radius_cells:g}."
    )
