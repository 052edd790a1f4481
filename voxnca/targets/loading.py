"""A target from the name of a shape or from a file."""

from __future__ import annotations

from pathlib import Path

from voxnca.errors import ArgumentError, FileError
from voxnca.targets.arrays import decode_npy
from voxnca.targets.magicavoxel import decode_vox
from voxnca.targets.meshes import SUFFIXES as MESHES
from voxnca.targets.meshes import decode_mesh
from voxnca.targets.minecraft import decode_schem, decode_structure
from voxnca.targets.reading import DamagedError, Drawing, check_file, read_bytes
from voxnca.targets.resizing import resize
from voxnca.targets.shapes import DEFAULT_SIZE, SHAPES, make_shape, shape_names
from voxnca.targets.target import Target

SUFFIXES = (".png", ".gif", ".vox", ".npy", ".nbt", ".schem", *MESHES)
MIN_SIZE, MAX_SIZE = 4, 256
LARGEST_UNASKED = 64
"""Longest side of a file's target when no size is asked for: more takes hours to train."""


def load_target(
    source: str | Path,
    *,
    size: int | None = None,
    num_dims: int | None = None,
    up: str | None = None,
    hollow: bool = False,
) -> Target:
    """Load a target.

    Args:
        source: the name of a built-in shape (`target_names()`), or a file: a picture (.png, or
            the first frame of a .gif), voxels (.vox), Minecraft's blocks (.nbt, .schem), an array
            (.npy), or a mesh (.stl, .obj, .ply, .glb, .vtp).
        size: cells along its longest side, 4 to 256; the aspect is kept. By default 24 for a
            shape or a mesh; a file's own size, shrunk to 64 if it is larger.
        num_dims: 2 or 3 if the target must have that many dimensions.
        up: for meshes, which axis of the file points up: "x", "y" or "z". By default y for .obj
            and .glb, z for the others.
        hollow: for meshes, keep a shell one voxel thick.

    Raises:
        ArgumentError: for an unknown name or kind of file, a size out of range, an option that
            does not apply, or a target of another dimension than asked for.
        FileError: when the file is missing, damaged or empty.
    """
    _check(size, num_dims, up)
    _check_applies(source, up=up, hollow=hollow)
    if isinstance(source, str) and source in SHAPES:
        target = make_shape(source, DEFAULT_SIZE if size is None else size)
    else:
        target = _load_file(source, size=size, num_dims=num_dims, up=up, hollow=hollow)
    if num_dims not in (None, target.num_dims):
        raise ArgumentError(
            f"target {target.name!r} is {target.num_dims}D, not {num_dims}D; "
            f"use a file of that kind or one of: {', '.join(shape_names(num_dims))}"
        )
    return target


def _check(size: int | None, num_dims: int | None, up: str | None) -> None:
    whole = isinstance(size, int) and not isinstance(size, bool)
    if size is not None and not (whole and MIN_SIZE <= size <= MAX_SIZE):
        raise ArgumentError(f"size={size!r} must be a whole number from {MIN_SIZE} to {MAX_SIZE}")
    if num_dims not in (None, 2, 3):
        raise ArgumentError(f"num_dims={num_dims!r} must be 2 or 3, or None for either")
    if up not in (None, "x", "y", "z"):
        raise ArgumentError(f"up={up!r} must be 'x', 'y' or 'z', or None for the format's custom")


def _check_applies(source: str | Path, *, up: str | None, hollow: bool) -> None:
    """Refuse options of meshes beside anything else that is known."""
    suffix = Path(source).suffix.lower()
    if suffix in MESHES or (suffix not in SUFFIXES and source not in SHAPES):
        return
    for option in [f"up={up!r}"] * (up is not None) + ["hollow=True"] * bool(hollow):
        raise ArgumentError(
            f"{option} does not apply to {str(source)!r}; leave it out, "
            f"or give a mesh ({', '.join(MESHES)})"
        )


def _load_file(
    source: str | Path, *, size: int | None, num_dims: int | None, up: str | None, hollow: bool
) -> Target:
    path = Path(source)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ArgumentError(
            f"target {str(source)!r} is unknown; use a file ({', '.join(SUFFIXES)}) "
            f"or one of: {', '.join(SHAPES)}"
        )
    try:
        if suffix in MESHES:
            check_file(path)
            size = DEFAULT_SIZE if size is None else size
            drawing = decode_mesh(path, size=size, up=up, hollow=hollow)
        else:
            drawing = _decode(suffix, read_bytes(path), num_dims)
        target = Target.from_rgba8(drawing.rgba8, name=path.stem, notes=drawing.notes)
    except (DamagedError, ArgumentError) as error:
        raise FileError(f"{str(path)!r}: {error}") from error
    return _fit(target, size)


def _fit(target: Target, size: int | None) -> Target:
    """Resize to `size`, or down to `LARGEST_UNASKED` with a note."""
    notes = target.notes
    if size is None and max(target.size) > LARGEST_UNASKED:
        size = LARGEST_UNASKED
        sides = " x ".join(map(str, target.size))
        notes = (*notes, f"Its {sides} cells were shrunk to {size} on the longest side.")
    if size in (None, max(target.size)):
        return target
    try:
        return Target.from_rgba8(resize(target.rgba8, size), name=target.name, notes=notes)
    except ArgumentError as error:
        raise FileError(
            f"target {target.name!r} is too thin for size={size}: nothing solid is left of it; "
            "use a larger size"
        ) from error


def _decode(suffix: str, content: bytes, num_dims: int | None) -> Drawing:
    if suffix == ".npy":
        return decode_npy(content, num_dims)
    voxels = {".vox": decode_vox, ".nbt": decode_structure, ".schem": decode_schem}
    if suffix in voxels:
        return voxels[suffix](content)
    from voxnca.targets import images  # noqa: PLC0415  # Pillow, on first use

    return images.decode_gif(content) if suffix == ".gif" else images.decode_png(content)
