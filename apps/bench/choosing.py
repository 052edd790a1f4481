"""Which of the benches is run."""

from __future__ import annotations

from apps.bench import engine, rules
from voxnca.errors import ArgumentError

BENCHES = ("engine", "rules")


def run(
    what: str, *, num_threads: int | None, num_rounds: int, as_json: bool, peer: str | None
) -> None:
    """Run one.

    Raises:
        ArgumentError: for another one, or for options that are the other's.
    """
    if what not in BENCHES:
        raise ArgumentError(f"{what!r} cannot be measured; use one of: {', '.join(BENCHES)}")
    if what == "engine":
        engine.run(num_threads=num_threads, num_rounds=num_rounds, as_json=as_json, peer=peer)
        return
    if num_threads is not None or peer is not None:
        raise ArgumentError(
            "--threads and --peer are for voxnca bench engine; rules run on one thread, beside "
            "all that is installed"
        )
    rules.run(num_rounds=num_rounds, as_json=as_json)
