"""`voxnca targets show`: what a rule would be asked to grow, and where that is hard."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from analysis.thickness import thin_share, thinnest
from analysis.topology import count_components
from apps.items import Reading, open_target
from apps.terminal import result, say
from voxnca import ArgumentError, Target
from voxnca.atomic import write_bytes
from voxnca.export.palettes import choose_palette, nearest
from voxnca.export.pictures import encode_png
from voxnca.grid import RGB

NUM_COLOURS = 5
SOLVED_VOXELS = 5000
"""The default recipe has been seen to grow targets of about as many solid cells."""
MUCH_THIN = 0.05
"""Share of cells in sheets and threads of one cell above which they are warned of."""


@dataclass(frozen=True)
class Description:
    """Figures of a target.

    Attributes:
        name: of the target.
        size: its sides, in index order.
        num_solid: solid cells.
        fill: share of its box that is solid.
        colours: the main ones, `#rrggbb`, and the share of the solid cells that each stands for.
        parts: that do not touch, not even at a corner.
        thinnest: cells across its thinnest part.
        thin_share: share of its cells where it is one cell thick.
        notes: what the reader of its file had to decide.
        warnings: what makes it hard to grow.
    """

    name: str
    size: tuple[int, ...]
    num_solid: int
    fill: float
    colours: tuple[tuple[str, float], ...]
    parts: int
    thinnest: int
    thin_share: float
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def show(
    text: str,
    *,
    output: Path | None,
    reading: Reading,
    as_json: bool,
) -> None:
    """Print a target's figures, and write a picture of it.

    Raises:
        VoxncaError: for a target that cannot be loaded, or a file that cannot be written.
    """
    if output is not None and output.suffix.lower() != ".png":
        raise ArgumentError(f"output {str(output)!r}: the picture is a .png file; rename it")
    target = open_target(text, reading)
    described = describe(target)
    if output is not None:
        write_bytes(output, encode_png(target.rgba8))
    if as_json:
        result(json.dumps(asdict(described), indent=2))
        return
    for note in described.notes:
        say(f"{target.name}: {note}")
    result("\n".join(_lines(described)))
    for warning in described.warnings:
        say(f"warning: {warning}")


def describe(target: Target) -> Description:
    """Measure a target."""
    solid = target.solid.numpy()
    parts, thin = count_components(solid), thin_share(solid)
    return Description(
        name=target.name,
        size=target.size,
        num_solid=target.num_solid,
        fill=target.num_solid / solid.size,
        colours=_main_colours(target.rgba8[solid][:, RGB]),
        parts=parts,
        thinnest=thinnest(solid),
        thin_share=thin,
        notes=target.notes,
        warnings=tuple(_warnings(target, parts, thin)),
    )


def _warnings(target: Target, parts: int, thin: float) -> list[str]:
    cells = _cells(target.num_dims)
    found = []
    if parts > 1:
        found.append(
            f"it is in {parts} parts that do not touch; a rule grows from one cell and has to "
            "bridge the gaps: join them"
        )
    if thin > MUCH_THIN:
        found.append(
            f"{thin:.0%} of it is one of its {cells} thick, which is hard to grow and to heal: "
            "thicken it, or choose a larger size"
        )
    if target.num_solid > SOLVED_VOXELS:
        found.append(
            f"{target.num_solid} {cells} are more than the default training suits (about "
            f"{SOLVED_VOXELS}): choose a smaller --size, or train with more --steps"
        )
    return found


def _lines(described: Description) -> list[str]:
    cells = _cells(len(described.size))
    sides = " x ".join(map(str, described.size))
    colours = ", ".join(f"{colour} {share:.0%}" for colour, share in described.colours)
    return [
        f"{described.name}: {len(described.size)}D, {sides}",
        f"{cells}: {described.num_solid}, {described.fill:.0%} of its box",
        f"main colours: {colours}",
        f"parts: {described.parts}",
        f"thinnest part: {described.thinnest}; {described.thin_share:.0%} is one thick",
    ]


def _main_colours(rgb: np.ndarray) -> tuple[tuple[str, float], ...]:
    """Return few colours that stand for all, the most frequent first, and their shares."""
    distinct, counts = np.unique(rgb, axis=0, return_counts=True)
    if len(distinct) > NUM_COLOURS:
        chosen = np.unique(choose_palette(distinct, counts, NUM_COLOURS), axis=0)
        counts = np.bincount(nearest(distinct, chosen), counts, len(chosen))
        distinct = chosen
    order: Sequence[int] = np.argsort(-counts, kind="stable").tolist()
    shares = counts / counts.sum()
    return tuple(("#" + bytes(distinct[n]).hex(), float(shares[n])) for n in order if counts[n])


def _cells(num_dims: int) -> str:
    return "pixels" if num_dims == 2 else "voxels"
