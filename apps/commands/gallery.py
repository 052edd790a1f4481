"""Models in a terminal: each with its picture, the figures beside it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from PIL import Image
from rich.console import Console
from rich.table import Table
from rich.text import Text

from apps.commands.figures import ModelRow
from apps.halfblocks import half_blocks
from apps.verdict import steered

PICTURE_COLUMNS = 16


def hang(console: Console, rows: Sequence[ModelRow], pictures: Sequence[bytes | None]) -> None:
    """Print models one below the other.

    Args:
        console: of a terminal with colours.
        rows: their figures.
        pictures: .png files; None for a model that has none.
    """
    for row, picture in zip(rows, pictures, strict=True):
        grid = Table.grid(padding=(0, 3, 1, 0))
        grid.add_column(width=PICTURE_COLUMNS, no_wrap=True)
        grid.add_column(vertical="middle")
        grid.add_row(_drawn(picture), Text("\n").join(_lines(row)))
        console.print(grid)


def _drawn(picture: bytes | None) -> Text:
    if picture is None:
        return Text()
    with Image.open(io.BytesIO(picture)) as image:
        return half_blocks(image.convert("RGBA"), PICTURE_COLUMNS)


def _lines(row: ModelRow) -> Iterator[Text]:
    yield Text(row.name, "bold")
    yield Text(", ".join(_facts(row)))
    if row.num_states is not None:
        yield from _taught(row)
        return
    if row.goals:
        yield _line("goals", f"{', '.join(row.goals)}; the worst of them:")
    if row.senses:
        yield _line("senses", ", ".join(row.senses).replace("_", " "))
    yield from _measured(row)


def _measured(row: ModelRow) -> Iterator[Text]:
    if row.steering is not None:
        yield _line("steering", steered(row.steering))
        return
    if row.iou_grown is None:
        yield Text("never measured", "dim")
        return
    late = [f"{iou:.3f} at {step} steps" for iou, step in _late(row)]
    yield _line("grown", f"IoU {row.iou_grown:.3f}, RGB error {row.rgb_error:.3f}")
    yield _line("later", f"IoU {', '.join(late)}" if late else "-")
    healed = max(row.healed or 0, 0)
    yield _line("wounded", f"IoU {row.iou_regrown:.3f}, {healed:.0%} of the loss is back")


def _taught(row: ModelRow) -> Iterator[Text]:
    if row.rule is not None:
        yield _line("computes", row.rule)
        yield _line("wrong", f"{row.num_wrong:,} of {row.num_neighborhoods:,} neighbourhoods")


def _facts(row: ModelRow) -> Iterator[str]:
    size = "" if row.size is None else " " + "x".join(map(str, row.size))
    yield f"{row.num_dims}D{size}"
    if row.num_states is not None:
        yield f"{row.num_states} states"
    if row.target not in (None, row.name) and not row.goals:
        yield f"target {row.target}"
    if row.grow_steps is not None:
        yield f"grown in {row.grow_steps} steps"
    yield f"{row.num_parameters:,} parameters"


def _late(row: ModelRow) -> Iterator[tuple[float, str]]:
    if row.iou_500 is not None:
        yield row.iou_500, "500"
    if row.iou_2000 is not None:
        yield row.iou_2000, "2,000"


def _line(label: str, text: str) -> Text:
    return Text.assemble((f"{label:9}", "dim"), text)
