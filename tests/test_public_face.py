"""What a notebook types, as it is printed, works."""

import struct

import pytest
import torch

import voxnca


def chunk(name, content=b"", children=b""):
    """Write a chunk as the format's specification says."""
    return name + struct.pack("<II", len(content), len(children)) + content + children


@pytest.fixture
def castle(tmp_path, monkeypatch):
    """Enter a folder that holds a castle of 40 voxels, by MagicaVoxel's specification."""
    cells = [(x, y, 0) for x in range(5) for y in range(5)]
    cells += [(x, y, z) for x in (0, 4) for y in (0, 4) for z in range(1, 4)]
    voxels = b"".join(struct.pack("4B", x, y, z, 1 + (z > 2)) for x, y, z in cells)
    palette = bytes([200, 190, 170, 255, 180, 60, 50, 255]) + bytes([0, 0, 0, 255]) * 254
    parts = chunk(b"SIZE", struct.pack("<III", 5, 5, 4))
    parts += chunk(b"XYZI", struct.pack("<I", len(cells)) + voxels)
    parts += chunk(b"RGBA", palette)
    header = b"VOX " + struct.pack("<I", 150)
    (tmp_path / "castle.vox").write_bytes(header + chunk(b"MAIN", b"", parts))
    monkeypatch.chdir(tmp_path)


def test_a_model_grows_is_wounded_and_drawn():
    model = voxnca.load("mushroom")
    state = voxnca.seed(model.config, (24, 24, 24))
    state = model.grow(state, num_steps=8, seed=0)
    state = voxnca.wounds.ball(state, center=(12, 12, 12), radius_cells=4)
    rgba = voxnca.to_rgba(state)
    assert rgba.shape == (1, 24, 24, 24, 4)
    assert ((rgba >= 0) & (rgba <= 1)).all()
    assert not rgba[0, 12, 12, 8:17].any()
    assert state.requires_grad


@pytest.mark.usefixtures("castle")
def test_a_rule_is_trained_saved_resumed_and_judged():
    target = voxnca.load_target("castle.vox", size=8)
    assert target.rgba.shape == (*target.size, 4)
    assert max(target.size) == 8
    model = voxnca.NCA(voxnca.ModelConfig(num_dims=3, num_channels=16, hidden_size=64), seed=0)
    training = voxnca.train(model, target, voxnca.TrainConfig(num_steps=2, evaluations=0))
    seen = [(step.index, step.loss, step.state) for step in training]
    assert [index for index, _, _ in seen] == [1, 2]
    assert all(0 < loss < 2 and state.shape[-1] == 16 for _, loss, state in seen)
    voxnca.save(training.best(), "castle.safetensors")
    training.save("castle.train.safetensors")
    assert voxnca.Training.load("castle.train.safetensors").step_index == 2
    again = voxnca.load("castle.safetensors")
    assert torch.equal(again.hidden.weight, training.best().hidden.weight)
    assert again.target.name == target.name
    measured = voxnca.evaluate(model, target)
    assert 0 <= measured.grown.iou <= 1
    assert [s.step for s in measured.stable] == [3 * measured.grown.step, 500, 2000]
    assert -1 <= measured.healed <= 1


def test_engines_can_be_named():
    model = voxnca.NCA(voxnca.ModelConfig(num_dims=2))
    state = voxnca.seed(model.config, (9, 9))
    for engine in ("auto", "dense", "sparse"):
        assert torch.equal(model.grow(state, num_steps=3, seed=0, engine=engine), state)


def test_every_public_name_is_there_and_has_a_docstring():
    for name in voxnca.__all__:
        assert name == "__version__" or getattr(voxnca, name).__doc__, name
    names = voxnca.target_names() + voxnca.target_names(2) + voxnca.target_names(3)
    assert {"mushroom", "house", "heart"} <= set(names)
