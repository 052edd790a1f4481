from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import voxnca
from analysis.rules.parsing import parse
from apps.items import Item, Kind, Reading, find, open_item, open_model, open_rule, open_target


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
    [
        ("a.safetensors", Kind.MODEL),
        ("a.PNG", Kind.TARGET),
        ("a.rule", Kind.RULE),
        ("a.vox", Kind.TARGET),
    ],
)
def test_the_suffix_of_a_file_says_its_kind(here: Path, name: str, kind: Kind) -> None:
    (here / name).write_bytes(b"")
    assert find(name) == Item(kind, Path(name))


@pytest.mark.parametrize("text", ["B3/S23", "wireworld", "Day & Night", "4555", "345/2/4:T64,64"])
def test_a_rule_is_known_by_its_name_or_its_notation(shipped: str, text: str) -> None:
    assert find(text) == find(f"rule:{text}") == find(text, Kind.RULE) == Item(Kind.RULE, text)
    assert open_rule(text) == open_rule(f"rule:{text}") == open_item(text) == parse(text)


def test_a_rule_comes_after_a_shipped_model_and_before_a_target(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.items.model_names", lambda: ("maze", "coral"))
    monkeypatch.setattr("apps.items.target_names", lambda: ("coral", "stains", "duck"))
    kinds = [find(name).kind for name in ("maze", "coral", "stains", "duck")]
    assert kinds == [Kind.MODEL, Kind.MODEL, Kind.RULE, Kind.TARGET]
    assert find("target:stains").kind is find("stains", Kind.TARGET).kind is Kind.TARGET
    assert find("rule:maze").kind is find("maze", Kind.RULE).kind is Kind.RULE


@pytest.mark.parametrize(
    ("text", "kinds", "reason"),
    [
        ("castle.vox", (), "castle.vox: no such file"),
        ("folder/castle", (), "folder/castle: no such file"),
        ("model:castle", (), "use one of: duck"),
        ("target:castle", (), "use one of: butterfly"),
        (
            "castle",
            (),
            "neither a file nor a model nor a rule nor a target nor a pattern; use one of: duck",
        ),
        ("mushroom", (Kind.MODEL,), "mushroom: is a target; give a model: use one of: duck"),
        ("B3x/S23", (), "'x' in '3x'"),
        ("B9/S23", (Kind.RULE,), "only in 3D"),
        ("rule:castle", (), "'castle' is no name in the catalogue"),
        ("rule:B3/S2o", (), "'o'"),
        ("wirewold", (), "did you mean Wireworld? use one of: duck, butterfly"),
        ("castle", (), "or a rule like B3/S23 or one that voxnca rules lists"),
        ("castle", (Kind.RULE,), "neither a file nor a rule; use a rule like B3/S23"),
        ("mushroom", (Kind.RULE,), "mushroom: is a target; give a rule"),
        ("maze", (Kind.TARGET,), "maze: is a rule; give a target"),
        ("b3s23/castle", (), "no such file"),
        ("run1/2.png", (), "no such file"),
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
    with pytest.raises(voxnca.ArgumentError, match="the rule Life has none"):
        open_item("Life", Reading(up="z"))
