"""The figures of driven growth as a document, from what `apps.workshop.driven` keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from voxnca import Quality

Record = Mapping[str, Any]
Records = Mapping[str, Record]

NONE = "-"
GOALS, OBSTACLES, VINES = (
    ("shapes", "creatures"),
    ("walled", "walled-3d"),
    ("vine", "liana"),
)
SEEKERS = "seeker", ""
"""Of each kind the model in 2D and the one in 3D."""

_HEAD = """# Driven growth, measured

Made by `make models`: every model is what `voxnca train` makes of its defaults, seed 0, on one
thread of an AMD EPYC. Walls, obstacles and ways are of the test split, which no training draws.
In brackets: the interval that holds the figure at 95 % confidence. IoU is that of the solid cells
with those of the target; among obstacles, of the free cells alone. T is the time to grow.

"""

_WHO_DOES_WHAT = """
What the environment does, and what the rule does: a signal that spreads from the beacon round the
walls is worked out for each layout, and tells every cell which neighbour is next. The environment
finds the way. The rule grows along it, stops at the beacon, follows when it moves, prunes what is
no longer on the way and repairs what was cut.

A bare beacon sends no signal; the environment says only where it is, to its own cell. The rule
fills the free cells with a faint medium, and a wave in its hidden channels tells every cell which
neighbour is a step nearer, and forgets it when the beacon has moved. It was taught on grids of
half the side that it is measured on: what it learned is local.
"""


class _Row(NamedTuple):
    title: str
    models: tuple[str, str]
    figure: Callable[[Record], str]
    wanted: tuple[str, str]


def document(records: Records) -> str:
    """Write the tables of what there is.

    Args:
        records: of each model by name its `training` and its `figures`.
    """
    parts = [_HEAD, *_table(_headline(records)), "\n", *_trainings(records)]
    for name in GOALS:
        if name in records:
            parts += _goals(name, records[name]["figures"])
    parts += ["\n## Obstacles and their controls\n\n", *_obstacles(records)]
    for name in (*VINES, *SEEKERS):
        if name in records:
            parts += _vines(name, records[name]["figures"])
    return "".join(parts) + _WHO_DOES_WHAT


def _headline(records: Records) -> Iterator[Sequence[str]]:
    yield "", "2D", "at least", "3D", "at least"
    for title, models, figure, wanted in _ROWS:
        found = [figure(records[name]["figures"]) if name in records else NONE for name in models]
        yield title, found[0], wanted[0], found[1], wanted[1]


def _summary(name: str, which: str) -> Callable[[Record], str]:
    return lambda figures: f"{figures['summary'][name][which]:.3f}"


def _both(name: str) -> Callable[[Record], str]:
    return lambda figures: " / ".join(_summary(name, which)(figures) for which in ("mean", "worst"))


def _spread(found: Mapping[str, float]) -> str:
    return f"{found['mean']:.3f} ({found['low']:.3f}-{found['high']:.3f})"


def _share(key: str) -> Callable[[Record], str]:
    return lambda figures: _estimate(figures["subjects"][0]["figures"][key], key)


def _estimate(found: Mapping[str, Any] | None, key: str) -> str:
    if found is None:
        return NONE
    values = [found[name] for name in ("value", "low", "high")]
    if key in ("ratio", "stray", "iou"):
        value, low, high = (f"{x:.3f}" for x in values)
        return f"{value} ({low}-{high})"
    value, low, high = (f"{100 * x:.1f}" for x in values)
    return f"{value} % ({low}-{high})"


_ROWS = (
    _Row("each goal grown: IoU, worst", GOALS, _summary("grown_iou", "worst"), ("0.95", "0.93")),
    _Row("turned into another within 3T: IoU, mean / worst pair", GOALS, _both("morph_iou"),
         ("0.95 / 0.90", "0.92 / 0.85")),
    _Row("standard wounds: share healed, worst goal", GOALS, _summary("healed", "worst"),
         ("0.8", "0.75")),
    _Row("grown among unseen obstacles: IoU, mean", OBSTACLES,
         lambda figures: _spread(figures["rule"]["grown_iou"]), ("0.97", "0.95")),
    _Row("vine reaches the beacon", VINES, _share("grown"), ("99 %", "98 %")),
    _Row("... where a detour is forced", VINES, _share("forced"), ("98 %", "97 %")),
    _Row("... after the beacon moved", VINES, _share("moved"), ("97 %", "97 %")),
    _Row("... after a cut", VINES, _share("cut"), ("97 %", "95 %")),
    _Row("... 500 steps later", VINES, _share("late"), ("98 %", "97 %")),
    _Row("its way / the shortest, median (at most)", VINES, _share("ratio"), ("1.05", "1.05")),
    _Row("bare beacon: vine reaches it", SEEKERS, _share("grown"), (NONE, NONE)),
    _Row("... where a detour is forced", SEEKERS, _share("forced"), (NONE, NONE)),
    _Row("... after the beacon moved", SEEKERS, _share("moved"), (NONE, NONE)),
    _Row("... after a cut", SEEKERS, _share("cut"), (NONE, NONE)),
    _Row("... 500 steps later", SEEKERS, _share("late"), (NONE, NONE)),
    _Row("its way / the shortest, median", SEEKERS, _share("ratio"), (NONE, NONE)),
)  # fmt: skip


def _trainings(records: Records) -> Iterator[str]:
    rows: list[Sequence[str]] = [("model", "trained by", "parameters", "steps", "T", "CPU-s")]
    for name, record in records.items():
        known = record["training"]
        numbers = (known[key] for key in ("num_parameters", "num_steps", "grow_steps"))
        rows.append(
            (name, f"`{known['command']}`", *map(str, numbers), f"{known['cpu_seconds']:.0f}")
        )
    yield from _table(rows)


def _goals(name: str, figures: Record) -> Iterator[str]:
    """Yield the figures of each goal, and of each pair of them."""
    names = figures["goals"]
    yield f"\n## Goals: {name}\n\n"
    rows: list[Sequence[str]] = [
        ("goal", "grown", "after 2,000 steps", "healed", *(f"into {n}" for n in names))
    ]
    qualities = map(Quality.from_json, figures["qualities"])
    for goal, quality, morphs in zip(names, qualities, figures["morphs"], strict=True):
        rows.append(
            (
                goal,
                f"{quality.grown.iou:.3f}",
                f"{quality.stable[-1].iou:.3f}",
                f"{quality.healed:.3f}",
                *(f"{iou:.3f}" for iou in morphs),
            )
        )
    yield from _table(rows)


def _obstacles(records: Records) -> Iterator[str]:
    rows: list[Sequence[str]] = [
        ("model", "layouts", "grown", "worst", "after 2,000 steps", "healed")
    ]
    for name in OBSTACLES:
        for who, found in records.get(name, {"figures": {}})["figures"].items():
            grown = found["grown_iou"]
            rows.append(
                (
                    name if who == "rule" else f"... {who}",
                    str(grown["count"]),
                    _spread(grown),
                    f"{grown['worst']:.3f}",
                    _spread(found["late_iou"]),
                    _spread(found["healed"]),
                )
            )
    yield from _table(rows)


def _vines(name: str, figures: Record) -> Iterator[str]:
    """Yield what became of a rule's vines beside those of its controls, and how hard it was."""
    here, subjects = figures["layouts"]["beacon"], figures["subjects"]
    yield f"\n## Vines: {name}\n\n{_difficulty(figures['layouts']['space'], here)}\n\n"
    rows: list[Sequence[str]] = [("", *(subject["name"] for subject in subjects))]
    for key, title in _VINE_ROWS.items():
        rows.append((title, *(_estimate(s["figures"][key], key) for s in subjects)))
    yield from _table(rows)


_VINE_ROWS = {
    "grown": "reaches the beacon",
    "forced": "... where a detour is forced",
    "moved": "... after the beacon moved",
    "cut": "... after a cut",
    "late": "... 500 steps later",
    "ratio": "its way / the shortest, median",
    "stray": "cells off its way / cells on it",
    "iou": "IoU with the way that the signal shows",
}


def _difficulty(space: Sequence[int], summary: Mapping[str, Any]) -> str:
    size = " x ".join(map(str, space))
    told = ", ".join(f"{key.replace('_', ' ')} {_number(v)}" for key, v in summary.items())
    return f"Layouts of {size}: {told}."


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _table(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield f"| {' | '.join(row)} |\n"
        if number == 0:
            yield "|" + len(row) * "---|" + "\n"
