"""Model files: one safetensors file holds a rule, its target, its recipe and its quality."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load as from_bytes
from safetensors.torch import save as to_bytes
from torch import Tensor, float32, from_numpy

from voxnca.atomic import write_bytes
from voxnca.conditions import num_inputs
from voxnca.config import ModelConfig, TrainConfig
from voxnca.errors import FileError, VoxncaError
from voxnca.integer import check_exact
from voxnca.model import NCA, LearnedRule, ModelInfo
from voxnca.paths import is_file
from voxnca.perception import num_kernels
from voxnca.quality import Quality
from voxnca.shipped import model_names, model_path
from voxnca.states import Colors, check_colors
from voxnca.steering import Steering
from voxnca.targets import Target

_FORMAT = "voxnca-model-1"
_NO_TENSORS = (SafetensorError, ValueError, RuntimeError, RecursionError)
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, RuntimeError, VoxncaError)


def save(model: NCA, path: str | Path) -> None:
    """Write a model, complete: weights, config, target, recipe, quality.

    The file is written beside its place and moved there, so that nothing is lost when the
    disk is full or the process is killed.

    Raises:
        FileError: when the file cannot be written.
    """
    write_bytes(path, encode(model))


def encode(model: NCA) -> bytes:
    """Return what `save` writes."""
    tensors = {name: tensor.detach().float() for name, tensor in model.state_dict().items()}
    fields = {
        "format": _FORMAT,
        "config": model.config.to_json(),
        "info": info_to_json(model.info),
    }
    if model.target is not None:
        tensors |= targets_to_tensors(model.targets)
        fields["target"] = model.target.name
        fields["targets"] = [target.name for target in model.targets]
    return _packed(tensors, fields)


def load(name_or_path: str | Path) -> NCA:
    """Read a model.

    Args:
        name_or_path: a shipped model's name (`voxnca.model_names()`), or a file.

    Raises:
        FileError: when the file is missing, damaged or not a model.
    """
    path = Path(name_or_path)
    if str(name_or_path) in model_names():
        path = model_path(str(name_or_path))
    elif not is_file(path):
        names = ", ".join(model_names()) or "none"
        raise FileError(f"{path}: no such file, and no shipped model; shipped are: {names}")
    return _restored(path, *read_tensors(path, _FORMAT))


def decode(content: bytes, name: str) -> NCA:
    """Read the bytes of a model file, from wherever they came.

    Args:
        content: of the file.
        name: for the error message.

    Raises:
        FileError: when they are damaged or no model.
    """
    try:
        tensors = from_bytes(content)
        # The library that read the tensors has checked the header, but does not give it.
        header = json.loads(content[8 : _start(content)])
        metadata = header.get("__metadata__") or {}
        fields = {key: json.loads(value) for key, value in metadata.items()}
    except _NO_TENSORS as error:
        reason = " ".join(str(error).split())
        raise FileError(f"{name}: cannot be read as a voxnca file ({reason})") from error
    _check_format(name, fields, _FORMAT)
    return _restored(name, tensors, fields)


def _restored(name: str | Path, tensors: dict[str, Tensor], fields: dict[str, Any]) -> NCA:
    try:
        return _restore(tensors, fields)
    except _UNREADABLE as error:
        reason = " ".join(str(error).split())
        raise FileError(f"{name}: damaged model file ({reason}); train or save it anew") from error


def _restore(tensors: dict[str, Tensor], fields: dict[str, Any]) -> NCA:
    names = fields.get("targets", [fields["target"]] if "target" in tensors else [])
    targets = targets_from_tensors(tensors, names)
    model = model_from_tensors(ModelConfig.from_json(fields["config"]), tensors)
    model.info = info_from_json(fields["info"])
    if model.info.colors is not None:
        check_colors(model.info.colors, model.config.num_states or 0)
    model.targets = targets
    if any(target.num_dims != model.config.num_dims for target in targets):
        raise ValueError("the target's dimension is not the model's")
    if targets and len(targets) != max(1, model.config.num_goals):
        raise ValueError(f"{len(targets)} targets for {model.config.num_goals} goals")
    return model


def model_from_tensors(config: ModelConfig, tensors: dict[str, Tensor]) -> NCA:
    """Build a model from its weights.

    Raises:
        ValueError: when a weight is not finite float32, or the hidden layer is not as large as
            the config says, which is found before anything of that size is made.
        ArgumentError: when the steps of an integer twin might round.
        RuntimeError: when another weight is missing, unknown or of another shape.
    """
    perceived = num_kernels(config.perception, config.num_dims) * config.num_channels
    shape = config.hidden_size, perceived + num_inputs(config.senses, config.num_dims)
    if tensors["hidden.weight"].shape != shape:
        raise ValueError(f"hidden.weight is {tuple(tensors['hidden.weight'].shape)}, not {shape}")
    for name, tensor in tensors.items():
        if tensor.dtype != float32 or not tensor.isfinite().all():
            raise ValueError(f"{name} is not finite float32")
    model = NCA(config)
    model.load_state_dict(tensors)
    if config.state_bits is not None:
        check_exact(model)
    return model


def info_to_json(info: ModelInfo) -> dict[str, Any]:
    """Return a model's record as a dict that `json` can write."""
    return {
        "name": info.name,
        "grow_steps": info.grow_steps,
        "recipe": info.recipe.to_json() if info.recipe else None,
        "quality": info.quality.to_json() if info.quality else None,
        "version": info.version,
        "colors": info.colors,
        "learned_rule": asdict(info.learned_rule) if info.learned_rule else None,
        "steering": info.steering.to_json() if info.steering else None,
    }


def info_from_json(fields: dict[str, Any]) -> ModelInfo:
    """Build a model's record from `info_to_json`'s dict.

    A recipe of another version, with options that this one does not know, is left out: the rule
    does not need it.
    """
    recipe, quality, steps = fields["recipe"], fields["quality"], fields["grow_steps"]
    steering = fields.get("steering")
    if steps is not None and (not isinstance(steps, int) or not 1 <= steps <= 10**6):
        raise ValueError(f"grow_steps={steps!r}")
    return ModelInfo(
        str(fields["name"]),
        steps,
        TrainConfig.from_json(recipe) if recipe and TrainConfig.knows(recipe) else None,
        Quality.from_json(quality) if quality else None,
        str(fields["version"]),
        _colors(fields.get("colors")),
        _learned_rule(fields.get("learned_rule")),
        Steering.from_json(steering) if steering else None,
    )


def _colors(given: Any) -> Colors | None:
    return None if given is None else check_colors(given, len(given))


def _learned_rule(fields: Any) -> LearnedRule | None:
    if fields is None:
        return None
    counts = fields["num_wrong"], fields["num_neighborhoods"]
    if not all(isinstance(n, int) and n >= 0 for n in counts):
        raise ValueError(f"learned_rule={fields!r}")
    return LearnedRule(str(fields["name"]), str(fields["notation"]), *counts)


def targets_to_tensors(targets: Sequence[Target]) -> dict[str, Tensor]:
    """Return the voxels of targets, by the names they have in a file: see `target_to_tensor`."""
    return {_target_key(i): target_to_tensor(target) for i, target in enumerate(targets)}


def targets_from_tensors(tensors: dict[str, Tensor], names: Sequence[str]) -> tuple[Target, ...]:
    """Take the targets of such names out of a file's tensors, and build them.

    Raises:
        KeyError: when one is missing.
    """
    return tuple(
        target_from_tensor(tensors.pop(_target_key(i)), name) for i, name in enumerate(names)
    )


def _target_key(number: int) -> str:
    """Name the tensor of a target; that of the first is as it was when there was one only."""
    return f"target.{number}" if number else "target"


def target_to_tensor(target: Target) -> Tensor:
    """Return a target's voxels, uint8 `(*space, 4)`."""
    return from_numpy(target.rgba8.copy())


def target_from_tensor(tensor: Tensor, name: str) -> Target:
    """Build a target from `target_to_tensor`'s voxels."""
    return Target.from_rgba8(tensor.numpy(), name=name)


def write_tensors(path: str | Path, tensors: dict[str, Tensor], fields: dict[str, Any]) -> None:
    """Write tensors and JSON fields to one file, by way of a temporary one.

    Raises:
        FileError: when the file cannot be written; an older file stays as it was.
    """
    write_bytes(path, _packed(tensors, fields))


def _start(content: bytes) -> int:
    """Return where the tensors begin: after eight bytes for the header's length, and the header."""
    return 8 + int.from_bytes(content[:8], "little")


def _packed(tensors: dict[str, Tensor], fields: dict[str, Any]) -> bytes:
    metadata = {key: json.dumps(value) for key, value in fields.items()}
    content = to_bytes({k: v.contiguous() for k, v in tensors.items()}, metadata)
    # The library writes the fields in another order each time; the same model is the same file.
    start = _start(content)
    header = json.dumps(json.loads(content[8:start]), sort_keys=True, separators=(",", ":"))
    padded = header.encode() + b" " * (-len(header) % 8)
    return len(padded).to_bytes(8, "little") + padded + content[start:]


def read_tensors(path: str | Path, file_format: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `write_tensors` wrote, when it has the format asked for.

    Raises:
        FileError: when the file is missing, damaged or of another format.
    """
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata = file.metadata() or {}
            fields = {key: json.loads(value) for key, value in metadata.items()}
            _check_format(path, fields, file_format)
            return {name: file.get_tensor(name) for name in file.keys()}, fields  # noqa: SIM118
    except (OSError, *_NO_TENSORS) as error:
        reason = " ".join(str(error).split())
        raise FileError(f"{path}: cannot be read as a voxnca file ({reason})") from error


def _check_format(name: str | Path, fields: dict[str, Any], file_format: str) -> None:
    if fields.get("format") != file_format:
        raise FileError(
            f"{name}: not a {file_format} file (format {fields.get('format')!r}); "
            "give a file that voxnca wrote"
        )
