"""Rules whose cells do by their neighbourhoods alone what they do: others have no table."""

from __future__ import annotations

from voxnca import NCA, ArgumentError


def check_unconditioned(model: NCA) -> None:
    """Check that a rule is told nothing beside the state.

    Raises:
        ArgumentError: for a rule with goals or senses.
    """
    config = model.config
    told = [f"{config.num_goals} goals"] if config.num_goals else []
    told += [f"a sense of {sense.replace('_', ' ')}" for sense in config.senses]
    if told:
        raise ArgumentError(
            f"model {model.info.name!r} has {' and '.join(told)}: what its cells do does not "
            "follow from their neighbourhoods, so that it has no table to compare; give a rule "
            "that was trained without"
        )
