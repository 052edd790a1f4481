"""A film on the page: the grid at a few moments, then one row of cells over time."""

from __future__ import annotations

from PIL import Image

from analysis.reports.entry import Entry
from analysis.reports.film import Film
from analysis.reports.page.markup import Markup, tag
from analysis.reports.page.shot import shot
from analysis.reports.wording import percent
from voxnca.export.colours import Bytes
from voxnca.export.pictures import picture

_PIXEL = 4
"""Of the picture a cell: enough for paper, and next to nothing in a .png."""
_SOLID_PX = 320
_LONGEST = 2
"""Of the picture of a row over time, how much longer than high it is; else steps are left out."""


def film_strip(entry: Entry) -> Markup:
    """Draw a film."""
    film, name = entry.film, entry.name
    shots = [
        shot(_drawn(frame.rgba8), _alt(film, name, frame.step), _moment(frame.step))
        for frame in film.frames
    ]
    row = "middle row" if len(film.space) == 2 else "middle row of the middle layer"
    stride = max(1, -(-film.num_steps // (_LONGEST * len(film.history))))
    history = shot(
        _enlarged(film.history[:, ::stride]),
        f"the {row} of {name}, from step 0 on the left to step {film.num_steps} on the right",
        f"middle row, to step {film.num_steps} →",
    )
    kind = "soup" if film.density is not None else "creature"
    return tag("div", shots, history, class_=f"film {kind}")


def _moment(step: int) -> str:
    return "start" if step == 0 else f"step {step}"


def _alt(film: Film, name: str, step: int) -> str:
    return f"{name}, {_moment(step)}: {percent(film.filled[step])} of the cells are not empty"


def _drawn(rgba8: Bytes) -> Image.Image:
    if rgba8.ndim == 3:
        return _enlarged(rgba8)
    return picture(rgba8, size_px=_SOLID_PX, crop=False)


def _enlarged(rgba8: Bytes) -> Image.Image:
    return Image.fromarray(rgba8.repeat(_PIXEL, 0).repeat(_PIXEL, 1))
