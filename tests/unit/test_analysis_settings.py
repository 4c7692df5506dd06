import pytest

from shared.analysis import EVERY_PICTURE, AnalysisSettings
from shared.results import Movement


@pytest.mark.parametrize("movement", list(Movement))
def test_every_movement_is_looked_at_fifteen_times_a_second_at_first(movement):
    assert AnalysisSettings(movement=movement).sample_fps == 15


def test_a_rate_that_was_asked_for_is_kept():
    asked = AnalysisSettings(movement=Movement.CRICKET_BOWLING, sample_fps=EVERY_PICTURE)
    assert asked.sample_fps == EVERY_PICTURE


def test_a_default_rate_does_not_count_as_asked_for():
    assert AnalysisSettings().model_dump(exclude_unset=True) == {}
