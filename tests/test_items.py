from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import voxnca
from apps.items import Item, Kind, Reading, find, open_item, open_model, open_target


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shipped(here: Path, monkeypatch: pytest.MonkeyPatch, small_model: voxnca.NCA) -> str:
    """The one shipped model bears the name of a target."""
    folder = here / "data" / "models"
    folder.mkdir(parents=True)
    voxnca.save(small_model, folder / "duck.safetensors")
    monkeypatch.setattr("voxnca.shipped.data_path", lambda: here / "data")
    return "duck"


def test_a_bare_name_is_a_shipped_model_before_it_is_a_target(shipped: str) -> None:
    assert find(shipped) == Item(Kind.MODEL, shipped)
    assert find("mushroom") == Item(Kind.TARGET, "mushroom")


def test_a_prefix_says_which_of_the_two(shipped: str) -> None:
    assert find(f"model:{shipped}") == Item(Kind.MODEL, shipped)
    assert find(f"target:{shipped}") == Item(Kind.TARGET, shipped)


def test_a_command_that_wants_a_target_gets_the_target_of_that_name(shipped: str) -> None:
    assert find(shipped, Kind.TARGET) == Item(Kind.TARGET, shipped)


def test_an_existing_file_comes_first(shipped: str, here: Path, small_model_file: Path) -> None:
    (here / "model:duck.safetensors").write_bytes(small_model_file.read_bytes())
    assert find("model:duck.safetensors").source == Path("model:duck.safetensors")


def test_a_folder_is_no_item_and_hides_none(shipped: str, here: Path) -> None:
    (here / "mushroom").mkdir()
    assert find("mushroom") == Item(Kind.TARGET, "mushroom")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.safetensors", Kind.MODEL), ("a.PNG", Kind.TARGET), ("a.vox", Kind.TARGET)],
)
def test_the_suffix_of_a_file_says_its_kind(here: Path, name: str, kind: Kind) -> None:
    (here / name).write_bytes(b"")
    assert find(name) == Item(kind, Path(name))


@pytest.mark.parametrize(
    ("text", "kinds", "reason"),
    [
        ("castle.vox", (), "castle.vox: no such file"),
        ("folder/castle", (), "folder/castle: no such file"),
        ("model:castle", (), "use one of: duck"),
        ("target:castle", (), "use one of: butterfly"),
        ("castle", (), "neither a file nor a model nor a target; use one of: duck, butterfly"),
        ("mushroom", (Kind.MODEL,), "mushroom: is a target; give a model, one of: duck"),
        ("notes.txt", (), "the suffix '.txt' is unknown"),
        ("", (), "neither a file"),
        ("a" * 5000, (), "neither a file"),
    ],
)
def test_what_is_not_found_is_told_with_what_there_is(
    shipped: str, here: Path, text: str, kinds: tuple[Kind, ...], reason: str
) -> None:
    (here / "notes.txt").touch()
    with pytest.raises(voxnca.VoxncaError) as caught:
        find(text, *kinds)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_items_open_as_what_they_are(shipped: str, here: Path) -> None:
    np.save(here / "cube.npy", np.full((5, 5, 5, 4), 255, np.uint8))
    assert isinstance(open_model(shipped), voxnca.NCA)
    assert isinstance(open_item(shipped), voxnca.NCA)
    assert isinstance(open_item("cube.npy"), voxnca.Target)
    assert open_target("cube.npy").size == (5, 5, 5)
    assert max(open_target("mushroom", Reading(size=12)).size) == 12
    with pytest.raises(voxnca.ArgumentError, match="size=12"):
        open_item(shipped, Reading(size=12))
