"""Where a command writes what it found: a page for people, and figures as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from apps.terminal import result, say
from voxnca import ArgumentError, FileError
from voxnca.atomic import write_bytes

STDOUT = "-"


@dataclass(frozen=True)
class Outputs:
    """Where a report is written.

    Attributes:
        page: the HTML file; None for none.
        figures: the JSON file, `-` for stdout; None for none.

    Raises:
        ArgumentError: for another suffix.
        FileError: for a folder that there is not.
    """

    page: Path | None
    figures: Path | None

    def __post_init__(self) -> None:
        for name, path, suffix in (("-o", self.page, ".html"), ("--json", self.figures, ".json")):
            if path is None or str(path) == STDOUT:
                continue
            if path.suffix.lower() != suffix:
                raise ArgumentError(f"{name} {path}: is a {suffix} file; rename it")
            if not path.parent.is_dir():
                raise FileError(f"{path.parent}: no such folder; make it first")
        if str(self.page) == STDOUT:
            raise ArgumentError(f"-o {STDOUT}: the page is a file; name it, like report.html")

    @property
    def to_stdout(self) -> bool:
        """Whether figures go to stdout, where nothing else may stand then."""
        return str(self.figures) == STDOUT

    def options(self) -> list[str]:
        """Return what was typed to ask for them."""
        page = ["-o", str(self.page)] if self.page else []
        return [*page, *(["--json", str(self.figures)] if self.figures else [])]

    def write(self, page: str | None, figures: str, told: list[str]) -> None:
        """Write the files, and then tell: nothing is told of what was not written.

        Args:
            page: the HTML, where a page is wanted.
            figures: the JSON.
            told: lines for stdout, or for stderr where the figures go there.
        """
        if self.figures and not self.to_stdout:
            write_bytes(self.figures, f"{figures}\n".encode())
        if self.page and page is not None:
            write_bytes(self.page, page.encode())
        tell = say if self.to_stdout else result
        for path in (self.page, None if self.to_stdout else self.figures):
            if path:
                tell(str(path))
        for line in told:
            tell(line)
        if self.to_stdout:
            result(figures)
