"""The notebooks run as they are, from their one parameter cell, and leave nothing behind."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "apps" / "notebooks").glob("*.ipynb"))
TRAIN_SECONDS = 10
PARAMETERS = {"TRAIN_SECONDS": TRAIN_SECONDS, "SIZE": 16}
VISIT = "from urllib.request import urlopen; print('status', urlopen(shown.url).status, shown.url)"


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def parameters(notebook: NotebookNode) -> NotebookNode:
    [cell] = (c for c in notebook.cells if "parameters" in c.metadata.get("tags", ()))
    return cell


def texts(notebook: NotebookNode) -> str:
    """Return what the cells have printed."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "".join(output.text for output in outputs if output.output_type == "stream")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    """Execute the notebook in ten seconds of training; visit its viewer while the kernel lives."""
    notebook = read(ROOT / "apps" / "notebooks" / "grow_and_heal.ipynb")
    cell = parameters(notebook)
    for name, value in PARAMETERS.items():
        cell.source, count = re.subn(rf"(?m)^{name} = \d+", f"{name} = {value}", cell.source)
        assert count == 1
    notebook.cells.append(nbformat.v4.new_code_cell(VISIT))
    folder = tmp_path_factory.mktemp("kernel")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("IPYTHONDIR", str(folder))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
        NotebookClient(
            notebook, timeout=100, kernel_name="python3", resources={"metadata": {"path": folder}}
        ).execute()
    assert not list(folder.glob("*.png")), "the notebook writes nothing"
    return notebook


@pytest.mark.timeout(240)  # compiles the engine where nothing else did
class TestGrowAndHeal:
    def test_trains_within_its_seconds(self, done):
        lines = re.findall(r"(\d+) s  step +(\d+)  loss (\S+)  IoU", texts(done))
        assert len(lines) >= 2
        assert float(lines[-1][2]) < float(lines[0][2])
        assert int(lines[-1][0]) <= TRAIN_SECONDS
        trained, planned = map(int, re.search(r"(\d+) of (\d+) steps", texts(done)).groups())
        assert 0 < trained <= planned == 40 * TRAIN_SECONDS

    def test_the_wound_heals(self, done):
        figures = re.search(r"IoU: (\S+) grown, (\S+) wounded, (\S+) after", texts(done)).groups()
        grown, wounded, healed = map(float, figures)
        assert wounded < grown
        assert healed > wounded

    def test_shows_four_pictures_and_a_frame(self, done):
        data = [o.data for cell in done.cells for o in cell.get("outputs", ()) if "data" in o]
        assert sum("image/png" in one for one in data) == 4
        frames = [one["text/html"] for one in data if "text/html" in one]
        assert [html.startswith("<iframe") for html in frames] == [True]

    def test_the_viewer_serves_while_the_kernel_lives_and_no_longer(self, done):
        url = re.search(r"status 200 (http://127\.0\.0\.1:\S+)", texts(done))[1]
        with pytest.raises(URLError):
            urlopen(url, timeout=5)

    def test_nothing_is_said_on_stderr(self, done):
        outputs = [output for cell in done.cells for output in cell.get("outputs", ())]
        assert [o.text for o in outputs if o.get("name") == "stderr"] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
class TestFile:
    def test_is_valid_and_holds_no_output(self, path):
        notebook = read(path)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None

    def test_has_one_parameter_cell_for_three_minutes(self, path):
        assert "TRAIN_SECONDS = 180" in parameters(read(path)).source
