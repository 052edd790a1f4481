"""Make the shipped models of hand-made rules: `python -m apps.workshop.learned_rules`.

Each is what `voxnca learn-rule RULE` learns, of ten seeds the one that is surest of its answers. It
is checked over every neighbourhood, and cell for cell against the hand-made rule.
"""

from __future__ import annotations

import torch

import voxnca
from analysis import distill, rules
from analysis.agreement import agree
from analysis.learning import learn
from apps.workshop.thumbnails import write_thumbnail
from voxnca import NCA

RULES = {"learned-life": "Life", "learned-wireworld": "Wireworld"}
"""Which rule each model computes. They are not called like it: that name is the rule's own."""
NUM_SEEDS = 10


def surest(rule: rules.Rule) -> NCA:
    """Learn a rule by several seeds; return the exact network with the widest margin.

    Raises:
        RuntimeError: when none is exact.
    """
    margins: dict[float, NCA] = {}
    for seed in range(NUM_SEEDS):
        run = learn(rule, seed=seed)
        for _ in run:
            pass
        model = run.best()
        wrong, margin = distill.check(model, rule)
        print(f"{rule.label}, seed {seed}: {run.step_index} steps, {wrong} wrong, {margin:.3f}")
        if wrong == 0:
            margins[margin] = model
    if not margins:
        raise RuntimeError(f"{rule.label} was learned by no seed")
    return margins[max(margins)]


def main() -> None:
    """Learn, check and write all."""
    torch.set_num_threads(1)
    folder = voxnca.data_path() / "models"
    for name, rule_name in RULES.items():
        rule = rules.parse(rule_name)
        model = surest(rule)
        print(f"{name}: {distill.to_table(model).checked}; {agree(model, rule)}")
        voxnca.save(model, folder / f"{name}.safetensors")
        write_thumbnail(model, folder / f"{name}.png")


if __name__ == "__main__":
    main()
