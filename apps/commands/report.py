"""What `voxnca grow --report` prints: the form of a pattern at the moments of its run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from analysis.morphology import Difference, Moment, Morphology, measure
from apps.terminal import table
from voxnca import Target

AXES = "zyx"
_EXACT = Difference(1.0, 0, 0)


@dataclass(frozen=True)
class Entry:
    """A moment of a run.

    Attributes:
        wound: "before" or "after" where a wound was dealt at this step, else None.
        moment: what was measured.
    """

    wound: str | None
    moment: Moment


@dataclass(frozen=True)
class Report:
    """The form of a pattern over a run.

    Attributes:
        model: its name.
        file: that the end was written to.
        space: sizes of the grid.
        seed: of the firing mask.
        target: None when there is none, or the grid does not hold it.
        entries: in order.
    """

    model: str
    file: str
    space: tuple[int, ...]
    seed: int
    target: Target | None
    entries: Sequence[Entry]

    def to_json(self) -> str:
        """Return everything that was measured."""
        target = self.target and {
            "name": self.target.name,
            "form": asdict(measure(self.target.solid)),
        }
        fields = {
            "model": self.model,
            "file": self.file,
            "space": self.space,
            "seed": self.seed,
            "target": target,
            "moments": [{"wound": e.wound, **asdict(e.moment)} for e in self.entries],
        }
        return json.dumps(fields, indent=2)

    def to_table(self) -> str:
        """Return a column a moment, and the target's beside them."""
        columns = [("step", *_labels(len(self.space), with_target=self.target is not None))]
        columns += [_column(_heading(e), e.moment.form, e.moment.difference) for e in self.entries]
        if self.target is not None:
            columns.append(_column("target", measure(self.target.solid), _EXACT))
        headings, *rows = zip(*columns, strict=True)
        return table(headings, rows)


def _labels(num_dims: int, *, with_target: bool) -> list[str]:
    flat = num_dims == 2
    return [
        *(("area", "perimeter") if flat else ("volume", "surface")),
        "components",
        "joined by edges" if flat else "joined by faces",
        "holes",
        *(() if flat else ("cavities",)),
        "Euler characteristic",
        "mean thickness",
        "thinnest part",
        *(f"mirror symmetry {axis}" for axis in AXES[-num_dims:]),
        *(("IoU with the target", "missing", "extra") if with_target else ()),
    ]


def _heading(entry: Entry) -> str:
    return "wounded" if entry.wound == "after" else str(entry.moment.step)


def _column(heading: str, form: Morphology, difference: Difference | None) -> tuple[str, ...]:
    cavities = [form.cavities] if len(form.symmetry) == 3 else []
    counts = [form.volume, form.surface, form.components, form.face_components, form.holes]
    return (
        heading,
        *map(str, [*counts, *cavities, form.euler]),
        f"{form.thickness:.1f}",
        str(form.thinnest),
        *(f"{iou:.2f}" for iou in form.symmetry),
        *(_differences(difference) if difference else ()),
    )


def _differences(difference: Difference) -> tuple[str, ...]:
    return f"{difference.iou:.3f}", str(difference.missing), str(difference.extra)
