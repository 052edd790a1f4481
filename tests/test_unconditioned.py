"""What is told a goal or senses walls has no table; other things of it are as trained."""

import pytest

from analysis.approximation import LevelRule, approximate
from analysis.reports import subjects
from analysis.reports.film import Film
from voxnca import NCA, ArgumentError, ModelConfig, ModelInfo, load_target


def model(**config):
    """Make an untrained rule, with a target for each goal."""
    made = NCA(ModelConfig(num_dims=2, fire_rate=1.0, **config))
    made.targets = tuple(load_target(name, size=9) for name in ("heart", "flower"))
    made.info = ModelInfo("told", grow_steps=3)
    return made


@pytest.mark.parametrize(
    ("config", "told"),
    [({"num_goals": 2}, "2 goals"), ({"senses": ("walls", "root")}, "walls and a sense of root")],
)
def test_no_table_is_made_of_what_is_told_more_than_its_neighbourhood(config, told):
    for make in (
        approximate,
        lambda given: LevelRule(given, 8),
        lambda given: subjects([("told.safetensors", given)]),
    ):
        with pytest.raises(ArgumentError, match=f"'told' has .*{told}: .* trained without"):
            make(model(**config))


def test_a_film_is_of_the_first_goal_in_the_open():
    film = Film.of_growth(model(num_goals=2, senses=("walls", "root")))
    assert film.num_steps == 3
    with pytest.raises(ArgumentError, match="voxnca steer"):
        Film.of_growth(model(senses=("beacon",)))
