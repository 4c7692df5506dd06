"""Generated athletes filmed, decoded, found again and analysed: all four steps on real files."""

import pytest

from shared.analysis import AnalysisSettings
from tests.athletes import squats
from tests.pipeline.marker_engine import MarkerEngine
from worker_service.pipeline.analyse import analyse

PER_MINUTE = 60.0
ERROR_BAND = 2.0
"""Of `movement_tempo`, in cycles a minute."""

SQUATTING = squats(count=4, period_s=60.0 / PER_MINUTE)
PICTURES = 120
"""Four squats at 30 pictures a second."""


def analysed_film(path, **settings):
    return analyse(path, AnalysisSettings(**settings), engine=MarkerEngine())


def tempo(analysis):
    return analysis.results.metrics["movement_tempo"].value


def assert_alike(analysis, other, bands=1.0):
    """The same values within this many error bands, and the same ones missing."""
    given, expected = analysis.results.metrics, other.results.metrics
    assert given.keys() == expected.keys()
    for key, metric in given.items():
        assert metric.reason is expected[key].reason, key
        if metric.value is not None:
            tolerance = bands * metric.error_band
            assert metric.value == pytest.approx(expected[key].value, abs=tolerance), key
