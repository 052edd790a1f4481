"""Measure learning from rollouts: `python -m apps.workshop.rollout_learning`.

Every way to show a rule is tried with several seeds, on one thread, and the table of
`data/models/LEARNING.md` says how many of them end exact.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import torch

import voxnca
from analysis import rules
from analysis.learning import TRY_STEPS, Learning, learn
from analysis.rollout_learning import RELAXATIONS, RolloutRecipe, learn_from_rollouts
from analysis.rules import Rule

RULES = ("Life", "Brian's Brain")
NUM_SEEDS = 5
DOCUMENT = "LEARNING.md"


@dataclass(frozen=True)
class Trial:
    """One run.

    Attributes:
        num_steps: iterations until it was exact, or in all.
        num_wrong: neighbourhoods, in the end.
        cpu_seconds: of the run, its counts included.
    """

    num_steps: int
    num_wrong: int
    cpu_seconds: float


def ways() -> Iterator[tuple[str, RolloutRecipe | None]]:
    """Yield every way to show a rule, and its words; None is by single neighbourhoods."""
    yield "single neighbourhoods", None
    yield "rollouts, T = 1", RolloutRecipe(num_rollout_steps=1)
    for steps in (2, 4):
        yield f"T = {steps}, teacher forcing", RolloutRecipe(num_rollout_steps=steps)
        for every in (True, False):
            for relaxation in RELAXATIONS:
                shown = "every frame" if every else "the last frame alone"
                recipe = RolloutRecipe(
                    num_rollout_steps=steps,
                    teacher_forcing=False,
                    every_frame=every,
                    relaxation=relaxation,
                )
                yield f"T = {steps}, free, {shown}, {relaxation}", recipe


def run(rule: Rule, recipe: RolloutRecipe | None, seed: int) -> Trial:
    """Learn a rule once."""
    began = time.process_time()
    learning: Learning = (
        learn(rule, seed=seed, num_steps=TRY_STEPS)
        if recipe is None
        else learn_from_rollouts(rule, recipe, seed=seed)
    )
    for _ in learning:
        pass
    learning.best()
    assert learning.num_wrong is not None
    return Trial(learning.step_index, learning.num_wrong, time.process_time() - began)


_HEAD = f"""# Learning hand-made rules

Made by `python -m apps.workshop.rollout_learning`. A network of 32 hidden units that perceives by
`neighbour_sum` is shown a rule in different ways, {NUM_SEEDS} seeds each, {TRY_STEPS} iterations at
most (one try of `voxnca learn-rule`, which begins anew when it gets stuck). It ends when every
neighbourhood is right. Rollouts are of four 12 x 12 tori, each filled with another mixture of
states. *Teacher forcing* begins every step from the true state; *free* goes on from what the
network made itself: from its argmax, differentiated as if it were the softmax (straight-through),
or from the softmax itself (soft). Wrong is the median of the seeds / the worst.

| rule | shown | exact | steps, median | wrong | of | CPU-s, median |
|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Try all, and write the document."""
    torch.set_num_threads(1)
    lines = []
    for name in RULES:
        rule = rules.parse(name)
        for words, recipe in ways():
            trials = [run(rule, recipe, seed) for seed in range(NUM_SEEDS)]
            wrong = [trial.num_wrong for trial in trials]
            cells = [
                name,
                words,
                f"{wrong.count(0)} of {NUM_SEEDS}",
                f"{median(trial.num_steps for trial in trials):g}",
                f"{median(wrong):g} / {max(wrong)}",
                f"{rule.num_states**9:,}",
                f"{median(trial.cpu_seconds for trial in trials):.1f}",
            ]
            lines.append(f"| {' | '.join(cells)} |")
            print(lines[-1], flush=True)
    text = _HEAD + "".join(f"{line}\n" for line in lines)
    (voxnca.data_path() / "models" / DOCUMENT).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
