import pytest

from shared.analysis import EVERY_PICTURE, AnalysisSettings
from shared.results import Movement


@pytest.mark.parametrize(
    ("movement", "sample_fps"),
    [
        (Movement.GENERAL, 15),
        (Movement.CRICKET_BATTING, EVERY_PICTURE),
        (Movement.CRICKET_BOWLING, EVERY_PICTURE),
    ],
)
def test_a_fast_movement_is_looked_at_in_every_picture(movement, sample_fps):
    assert AnalysisSettings(movement=movement).sample_fps == sample_fps


def test_a_rate_that_was_asked_for_is_kept():
    asked = AnalysisSettings(movement=Movement.CRICKET_BOWLING, sample_fps=15)
    assert asked.sample_fps == 15


def test_a_default_rate_does_not_count_as_asked_for():
    assert AnalysisSettings().model_dump(exclude_unset=True) == {}
