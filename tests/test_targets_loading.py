"""Targets by name and by file."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import voxnca
from voxnca import ArgumentError, FileError
from voxnca.targets.loading import SUFFIXES


@pytest.fixture
def files(tmp_path):
    """The same chiral slab as .png and .npy, and a cube of 100."""
    slab = np.zeros((20, 30, 4), np.uint8)
    slab[:, :5], slab[-5:, :], slab[:2, 5:9] = (255, 0, 0, 255), (0, 0, 255, 255), (0, 255, 0, 255)
    Image.fromarray(slab).save(tmp_path / "slab.png")
    np.save(tmp_path / "slab.npy", slab)
    np.save(tmp_path / "cube.npy", np.ones((100, 100, 50), bool))
    return tmp_path


@pytest.mark.parametrize("name", voxnca.target_names())
def test_every_shape_is_loaded_by_name_at_24_cells(name):
    target = voxnca.load_target(name)
    assert target.name == name
    assert max(target.size) == 24
    assert target.notes == ()


@pytest.mark.parametrize("num_dims", [2, 3])
def test_names_of_a_dimension_are_targets_of_that_dimension(num_dims):
    names = voxnca.target_names(num_dims)
    assert names
    assert all(voxnca.load_target(n, num_dims=num_dims).num_dims == num_dims for n in names)


@pytest.mark.parametrize("suffix", [".png", ".npy"])
@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_a_file_keeps_its_own_size(files, suffix, kind):
    target = voxnca.load_target(kind(files / f"slab{suffix}"))
    assert target.size == (20, 30)
    assert target.rgba8[0, 0].tolist() == [255, 0, 0, 255]
    assert target.rgba8[0, 8].tolist() == [0, 255, 0, 255]
    assert target.rgba8[-1, -1].tolist() == [0, 0, 255, 255]


@pytest.mark.parametrize(("size", "expected"), [(15, (10, 15)), (60, (40, 60)), (30, (20, 30))])
def test_size_is_the_longest_side_and_the_aspect_is_kept(files, size, expected):
    target = voxnca.load_target(files / "slab.png", size=size)
    assert target.size == expected
    assert target.notes == ()


def test_a_file_larger_than_64_is_shrunk_unless_asked_for_and_says_so(files):
    target = voxnca.load_target(files / "cube.npy")
    assert target.size == (64, 64, 32)
    assert target.notes[-1] == "Its 100 x 100 x 50 cells were shrunk to 64 on the longest side."
    assert voxnca.load_target(files / "cube.npy", size=100).size == (100, 100, 50)


def test_size_is_that_of_the_content_not_of_the_margin_round_it(tmp_path):
    wide = np.zeros((100, 100, 4), np.uint8)
    wide[10:30, 40:60] = 255
    np.save(tmp_path / "wide.npy", wide)
    assert voxnca.load_target(tmp_path / "wide.npy", size=10).size == (10, 10)


@pytest.mark.parametrize("size", [3, 257, 0, -1, 24.0, True, "24"])
def test_an_impossible_size_is_refused(size):
    with pytest.raises(ArgumentError, match="whole number from 4 to 256"):
        voxnca.load_target("heart", size=size)


def test_an_impossible_dimension_is_refused():
    with pytest.raises(ArgumentError, match="num_dims=4 must be 2 or 3"):
        voxnca.load_target("heart", num_dims=4)


def test_a_target_of_another_dimension_than_asked_for_is_refused(files):
    with pytest.raises(ArgumentError, match=r"'heart' is 2D, not 3D; .* mushroom"):
        voxnca.load_target("heart", num_dims=3)
    with pytest.raises(ArgumentError, match="'slab' is 2D, not 3D"):
        voxnca.load_target(files / "slab.png", num_dims=3)


@pytest.mark.parametrize("source", ["haert", "castle.schematic", ""])
def test_an_unknown_name_lists_names_and_suffixes(source):
    with pytest.raises(ArgumentError) as caught:
        voxnca.load_target(source)
    message = str(caught.value)
    assert all(known in message for known in (*SUFFIXES, *voxnca.target_names()))
    assert "\n" not in message


def test_a_missing_file_a_folder_and_a_strange_name_are_each_one_line(tmp_path):
    (tmp_path / "folder.png").mkdir()
    strange = ("no\nsuch.png", "nul\0.vox", "x" * 5000 + ".npy", tmp_path / "folder.png")
    for source in strange:
        with pytest.raises(FileError) as caught:
            voxnca.load_target(source)
        assert "\n" not in str(caught.value)


def test_a_device_that_never_ends_is_not_read(tmp_path):
    (tmp_path / "endless.png").symlink_to("/dev/zero")
    with pytest.raises(FileError, match="not a file"):
        voxnca.load_target(tmp_path / "endless.png")


def test_a_file_too_long_is_not_read(tmp_path):
    with (tmp_path / "long.npy").open("wb") as file:
        file.truncate(2**31)  # sparse
    with pytest.raises(FileError, match="longer than 256 MB"):
        voxnca.load_target(tmp_path / "long.npy")


@pytest.mark.parametrize("alpha", [0, 127])
def test_an_empty_target_is_one_line(tmp_path, alpha):
    np.save(tmp_path / "empty.npy", np.full((8, 8, 4), alpha, np.uint8))
    with pytest.raises(FileError, match=r"empty\.npy': target 'empty' is empty"):
        voxnca.load_target(tmp_path / "empty.npy")


def test_lines_too_thin_for_a_size_are_one_line(tmp_path):
    lines = np.zeros((100, 100, 4), np.uint8)
    lines[::10, :] = 255
    lines[-1, :] = 255
    np.save(tmp_path / "lines.npy", lines)
    with pytest.raises(FileError, match=r"too thin for size=10.*larger size"):
        voxnca.load_target(tmp_path / "lines.npy", size=10)


def test_import_voxnca_loads_no_pillow_and_a_picture_does():
    code = (
        "import sys, voxnca; heavy = {'PIL', 'vtk', 'vtkmodules', 'trame', 'scipy'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules);"
        "voxnca.load_target('heart'); assert 'PIL' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
