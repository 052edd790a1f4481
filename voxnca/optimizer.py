"""Muon on the weight matrices and Adam on the rest, under one schedule."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from voxnca.config import OptimizerConfig
from voxnca.model import NCA


class Optimizer:
    """What steps the weights; its whole memory is tensors, so that a run resumes exactly.

    Args:
        model: whose weights.
        config: the rates.
        grow_steps: T, by which Muon's rate is chosen: see `OptimizerConfig`.
    """

    def __init__(self, model: NCA, config: OptimizerConfig, grow_steps: int) -> None:
        self.config = config
        self._parameters = dict(model.named_parameters())
        matrices = ["hidden.weight", "out.weight"] if config.name == "muon" else []
        rest = [name for name in self._parameters if name not in matrices]
        self._parts: list[tuple[torch.optim.Optimizer, float]] = [
            (torch.optim.Adam(self._named(rest), lr=1.0), config.learning_rate)
        ]
        if matrices:
            calm = _calm(model.config.num_dims, grow_steps)
            muon = torch.optim.Muon(
                self._named(matrices), lr=1.0, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"
            )
            self._parts.append((muon, config.muon_learning_rate * calm))

    def _named(self, names: list[str]) -> list[Tensor]:
        return [self._parameters[name] for name in names]

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for part, _ in self._parts:
            part.zero_grad()

    def step(self, scale: float) -> None:
        """Move the weights by the gradients, at `scale` x the peak rates."""
        if self.config.normalize_gradients:
            for parameter in self._parameters.values():
                if parameter.grad is not None:
                    parameter.grad /= parameter.grad.norm() + 1e-8
        for part, peak in self._parts:
            for group in part.param_groups:
                group["lr"] = peak * scale
            part.step()

    def tensors(self) -> dict[str, Tensor]:
        """Return the memory: one tensor an entry, named `parameter/key`."""
        names = {id(p): name for name, p in self._parameters.items()}
        return {
            f"{names[id(parameter)]}/{key}": torch.as_tensor(value)
            for part, _ in self._parts
            for parameter, memory in part.state.items()
            for key, value in memory.items()
        }

    def load_tensors(self, tensors: dict[str, Tensor]) -> None:
        """Take back what `tensors` gave.

        Raises:
            ValueError: for a tensor that fits no parameter.
        """
        parts = {id(p): part for part, _ in self._parts for p in part.param_groups[0]["params"]}
        for full_name, tensor in tensors.items():
            name, _, key = full_name.rpartition("/")
            parameter = self._parameters.get(name)
            if parameter is None or tensor.shape not in ((), parameter.shape):
                raise ValueError(f"optimizer memory {full_name!r} fits no weight")
            parts[id(parameter)].state[parameter][key] = tensor.clone()


def _calm(num_dims: int, grow_steps: int) -> float:
    """Return the share of Muon's rate that a rule bears: see `OptimizerConfig`."""
    return 0.5 * min(1.0, 45 / grow_steps) if num_dims == 2 else min(1.0, 30 / grow_steps)


def schedule(step: int, num_steps: int, config: OptimizerConfig) -> float:
    """Return the share of the peak rate at iteration `step` (from 0): warm-up, then cosine."""
    warmup = min(1.0, (step + 1) / config.warmup_steps) if config.warmup_steps else 1.0
    cosine = 0.5 * (1 + math.cos(math.pi * step / num_steps))
    return warmup * (config.final_share + (1 - config.final_share) * cosine)
