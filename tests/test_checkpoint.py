"""Model files: bit-exact there and back, and hostile ones are one line of our error."""

import dataclasses
import struct

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from voxnca import (
    NCA,
    ArgumentError,
    FileError,
    ModelConfig,
    ModelInfo,
    Quality,
    TrainConfig,
    Training,
    load,
    load_target,
    save,
    seed,
    train,
)
from voxnca.checkpoint import info_from_json, info_to_json, read_tensors, write_tensors
from voxnca.config import BORDERS, PERCEPTIONS
from voxnca.quality import Healing, Snapshot

QUALITY = Quality(
    Snapshot(10, 0.9, 0.05, 0.01),
    (Snapshot(30, 0.8, 0.06, 0.02), Snapshot(500, 0.7, 0.07, 0.03)),
    (Healing((4, 4), 2.0, 0.8, 0.5, 0.75),),
)
FORMATS = {load: "voxnca-model-1", Training.load: "voxnca-training-2"}
many_examples_of_one_file = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def same_bits(ours, theirs):
    """Tell whether two models have the same weights, bit for bit."""
    weights, others = ours.state_dict(), theirs.state_dict()
    return weights.keys() == others.keys() and all(
        torch.equal(weight.view(torch.int32), others[name].view(torch.int32))
        for name, weight in weights.items()
    )


def complete_model():
    """Make a model with a target, a recipe and a quality."""
    model = NCA(ModelConfig(num_dims=2, num_channels=5, hidden_size=6), seed=3)
    model.target = load_target("heart", size=8)
    model.info = ModelInfo("heart", 10, TrainConfig(num_steps=7), QUALITY, "0.1")
    return model


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    num_dims=st.integers(2, 3),
    num_channels=st.integers(4, 9),
    hidden_size=st.integers(1, 20),
    perception=st.sampled_from([*PERCEPTIONS, "learned+laplacian"]),
    border=st.sampled_from(BORDERS),
    rng=st.integers(0, 1000),
)
def test_a_model_comes_back_bit_by_bit(
    tmp_path, num_dims, num_channels, hidden_size, perception, border, rng
):
    config = ModelConfig(
        num_dims=num_dims,
        num_channels=num_channels,
        hidden_size=hidden_size,
        perception=perception,
        border=border,
    )
    model = NCA(config, seed=rng)
    generator = torch.Generator().manual_seed(rng)
    for weight in model.parameters():
        weight.data.normal_(generator=generator)
    save(model, tmp_path / "model.safetensors")
    again = load(tmp_path / "model.safetensors")
    assert again.config == config
    assert same_bits(model, again)
    assert again.target is None
    assert again.info == model.info


def test_the_same_model_is_the_same_file_each_time(tmp_path):
    model = complete_model()
    contents = set()
    for number in range(20):
        save(model, tmp_path / f"{number}.safetensors")
        contents.add((tmp_path / f"{number}.safetensors").read_bytes())
    (content,) = contents
    assert content[8 : 8 + int.from_bytes(content[:8], "little")].isascii()


def test_target_recipe_and_quality_come_along(tmp_path):
    model = complete_model()
    save(model, tmp_path / "model.safetensors")
    again = load(str(tmp_path / "model.safetensors"))
    assert again.info == model.info
    assert again.target.name == model.target.name
    assert (again.target.rgba8 == model.target.rgba8).all()
    assert same_bits(model, again)


@pytest.mark.parametrize("path", [("elbow",), ("damage", "elbow")])
def test_a_recipe_of_another_version_is_left_out(path):
    fields = info_to_json(complete_model().info)
    inner = fields["recipe"]
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = 3
    info = info_from_json(fields)
    assert info.recipe is None
    assert info == dataclasses.replace(complete_model().info, recipe=None)


@pytest.mark.parametrize("recipe", [[1], ["seed"], "seed", 3])
def test_a_recipe_that_is_none_is_refused(recipe):
    with pytest.raises(ArgumentError, match="TrainConfig must be an object"):
        info_from_json(info_to_json(complete_model().info) | {"recipe": recipe})


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A model's file and a training's."""
    folder = tmp_path_factory.mktemp("files")
    model = complete_model()
    save(model, folder / "model")
    config = TrainConfig(
        num_steps=9, pool_size=4, batch_size=2, early_batch_size=2, margin_cells=1, evaluations=0
    )
    training = train(NCA(model.config), model.target, config)
    next(training)
    training.save(folder / "training")
    return {load: folder / "model", Training.load: folder / "training"}


readers = pytest.mark.parametrize("reader", [load, Training.load], ids=["model", "training"])


def read_or_refuse(reader, path):
    """Read a file: either our error, in one line that names the file, or something that works."""
    try:
        found = reader(path)
    except FileError as error:
        message = str(error)
    else:
        message = f"{path} is valid"
        grow_a_step(found if isinstance(found, NCA) else found.best())
    assert str(path) in message
    assert "\n" not in message


def grow_a_step(model):
    """Try whether a model works."""
    space = (5,) * model.config.num_dims
    grown = model.grow(seed(model.config, space), 1)
    assert grown.shape == (1, *space, model.config.num_channels)


@readers
@many_examples_of_one_file
@given(length=st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_refused(files, tmp_path, reader, length):
    content = files[reader].read_bytes()
    (tmp_path / "cut").write_bytes(content[: int(length * len(content))])
    with pytest.raises(FileError, match="cannot be read as a voxnca file"):
        reader(tmp_path / "cut")


@readers
@many_examples_of_one_file
@given(changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_changed_bytes_are_refused_or_harmless(files, tmp_path, reader, changes):
    content = bytearray(files[reader].read_bytes())
    (header,) = struct.unpack("<Q", content[:8])
    for place, byte in changes:  # most of them in the header, where they hurt
        content[int(place * (header + 100)) % len(content)] = byte
    (tmp_path / "changed").write_bytes(content)
    read_or_refuse(reader, tmp_path / "changed")


def entries(value, path=()):
    """Yield the path of every entry of nested JSON."""
    nested = value.items() if isinstance(value, dict) else enumerate(value)
    for key, entry in nested:
        yield (*path, key)
        if isinstance(entry, dict | list):
            yield from entries(entry, (*path, key))


WRONG = [None, "x", "", -1, 0, 3, 2**70, 1e308, float("nan"), float("inf"), True, [], [1, 2], {}]


@readers
@many_examples_of_one_file
@given(data=st.data(), wrong=st.sampled_from(WRONG))
def test_wrong_fields_are_refused_or_harmless(files, tmp_path, reader, data, wrong):
    tensors, fields = read_tensors(files[reader], FORMATS[reader])
    path = data.draw(st.sampled_from(list(entries(fields))))
    inner = fields
    for key in path[:-1]:
        inner = inner[key]
    if data.draw(st.booleans()) and isinstance(inner, dict):
        del inner[path[-1]]
    else:
        inner[path[-1]] = wrong
    write_tensors(tmp_path / "wrong", tensors, fields)
    read_or_refuse(reader, tmp_path / "wrong")


@readers
@many_examples_of_one_file
@given(data=st.data())
def test_wrong_tensors_are_refused_or_harmless(files, tmp_path, reader, data):
    tensors, fields = read_tensors(files[reader], FORMATS[reader])
    name = data.draw(st.sampled_from(sorted(tensors)))
    tensor = tensors.pop(name)
    wrong = {
        "missing": None,
        "renamed": tensor,
        "flat": tensor.flatten(),
        "empty": tensor[..., :0] if tensor.ndim else tensor,
        "double": tensor.double(),
        "whole": tensor.to(torch.int64),
        "not a number": torch.full_like(tensor.float(), float("nan")),
        "complex": tensor.to(torch.complex64),
    }
    kind = data.draw(st.sampled_from(sorted(wrong)))
    if wrong[kind] is not None:
        tensors["other" if kind == "renamed" else name] = wrong[kind]
    write_tensors(tmp_path / "wrong", tensors, fields)
    read_or_refuse(reader, tmp_path / "wrong")


@pytest.mark.parametrize(
    ("reader", "name"),
    [(load, "out.bias"), (Training.load, "best/out.bias"), (Training.load, "pool")],
)
@pytest.mark.parametrize("spoil", [torch.Tensor.double, torch.Tensor.int, torch.Tensor.log])
def test_tensors_that_are_not_finite_float32_are_refused(files, tmp_path, reader, name, spoil):
    tensors, fields = read_tensors(files[reader], FORMATS[reader])
    write_tensors(tmp_path / "wrong", tensors | {name: spoil(tensors[name])}, fields)
    with pytest.raises(FileError, match="is not finite float32"):
        reader(tmp_path / "wrong")


@pytest.mark.parametrize("count", [-1, 0.5, float("inf"), "1"])
def test_counters_that_count_nothing_are_refused(files, tmp_path, count):
    tensors, fields = read_tensors(files[Training.load], FORMATS[Training.load])
    write_tensors(tmp_path / "wrong", tensors, fields | {"step_index": count})
    with pytest.raises(FileError, match="is not a count"):
        Training.load(tmp_path / "wrong")


@readers
def test_files_of_others_are_refused(files, tmp_path, reader):
    for content in (b"", b"\x00" * 100, b"PK\x03\x04 zip", b"hello\n", b"\xff" * 9):
        (tmp_path / "foreign").write_bytes(content)
        with pytest.raises(FileError, match="cannot be read as a voxnca file"):
            reader(tmp_path / "foreign")
    save_file({"weight": torch.zeros(3)}, tmp_path / "foreign")
    with pytest.raises(FileError, match=r"not a voxnca-\w+-\d file .format None.; give a file"):
        reader(tmp_path / "foreign")


def test_a_training_is_not_a_model(files):
    with pytest.raises(FileError, match="not a voxnca-model-1 file"):
        load(files[Training.load])
    with pytest.raises(FileError, match="not a voxnca-training-2 file"):
        Training.load(files[load])


def test_a_missing_file_lists_the_shipped_models(tmp_path):
    with pytest.raises(FileError, match="no such file, and no shipped model; shipped are: "):
        load(tmp_path / "nothing")
    with pytest.raises(FileError):
        load(tmp_path)
    with pytest.raises(FileError, match="no such file"):
        load("a" * 5000)
    with pytest.raises(FileError):
        Training.load(tmp_path / "nothing")


def test_a_header_that_claims_more_than_the_file_holds_takes_no_memory(files, tmp_path):
    tensors, fields = read_tensors(files[load], "voxnca-model-1")
    fields["config"] |= {"hidden_size": 65536, "num_channels": 1024, "num_dims": 3}
    write_tensors(tmp_path / "large", tensors, fields)
    with pytest.raises(FileError, match=r"hidden.weight is \(6, 15\), not \(65536, 4096\)"):
        load(tmp_path / "large")


@pytest.mark.parametrize("failing", ["voxnca.atomic.os.fsync", "pathlib.Path.replace"])
def test_a_failed_save_leaves_the_older_file_and_nothing_else(tmp_path, monkeypatch, failing):
    path = tmp_path / "model.safetensors"
    save(complete_model(), path)
    before = path.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(failing, fail)
    with pytest.raises(FileError, match=r"cannot be written \(No space left on device\)"):
        save(NCA(ModelConfig(num_dims=2)), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["model.safetensors"]


def test_a_place_that_cannot_hold_a_file_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "missing" / "x", tmp_path / "file" / "x", tmp_path / ("x" * 300)):
        with pytest.raises(FileError, match="cannot be written"):
            save(complete_model(), path)
