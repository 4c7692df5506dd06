import math

import pytest
from pydantic import ValidationError

from shared.results import Metric, Reason


def test_a_metric_has_a_value_or_a_reason():
    assert Metric.missing(Reason.EVENT_NOT_FOUND, unit="deg").reason is Reason.EVENT_NOT_FOUND
    for wrong in ({"value": None}, {"value": 1.0, "reason": Reason.NO_MOVEMENT}):
        with pytest.raises(ValidationError, match="either a value or a reason"):
            Metric(unit="deg", **wrong)


def test_a_missing_value_has_no_score():
    with pytest.raises(ValidationError, match="no score"):
        Metric(value=None, reason=Reason.NO_MOVEMENT, unit="deg", score=0.5)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_no_nan_and_no_infinity_gets_into_the_document(value):
    with pytest.raises(ValidationError):
        Metric(value=value, unit="deg")
