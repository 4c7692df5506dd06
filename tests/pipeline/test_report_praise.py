"""Praise is only for what is good beyond doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.results import Exercise, Metric, Movement, View
from tests.athletes import analysed, running
from worker_service.pipeline.findings.rulebook import rules_for
from worker_service.pipeline.metrics.table import MetricSpec, metric_specs
from worker_service.pipeline.report.strengths import is_strong

RUNNING, BOWLING, WORKOUT = Movement.RUNNING, Movement.CRICKET_BOWLING, Movement.WORKOUT


def limits(movement, key, exercise=None):
    return [
        rule
        for rule in rules_for(movement)
        if rule.metric == key and (not rule.exercises or exercise in rule.exercises)
    ]


def praised(movement, key, value, *, view=View.SIDE, exercise=None):
    """Whether a well-seen value of an adult would be praised."""
    spec = metric_specs(movement)[key]
    metric = Metric(
        value=value,
        unit=spec.unit,
        score=spec.score(value),
        confidence=0.9,
        error_band=spec.band(view),
        reference=spec.reference,
    )
    return is_strong(spec, metric, limits(movement, key, exercise))


@pytest.mark.parametrize(
    ("movement", "key", "good", "doubtful"),
    [
        (RUNNING, "shank_at_contact", 0.0, 9.0),
        (RUNNING, "contact_time_asymmetry", 0.005, 0.08),
        (RUNNING, "cadence", 175.0, 240.0),
        (RUNNING, "arm_cross_body", -0.2, 0.02),
        (BOWLING, "hip_shoulder_separation_timing", 0.05, 0.01),
        (BOWLING, "elbow_drop_score", 0.6, 0.0),
    ],
)
def test_what_lies_within_an_error_band_of_its_limit_is_not_praised(movement, key, good, doubtful):
    assert praised(movement, key, good)
    assert not praised(movement, key, doubtful)


def test_sides_that_differ_by_a_tenth_do_not_go_alike():
    for value, alike in ((0.97, True), (0.90, False)):
        found = praised(WORKOUT, "side_symmetry", value, view=View.FRONT, exercise=Exercise.PULL_UP)
        assert found is alike


def mapped(spec: MetricSpec, share: float) -> float:
    """Return the value at a share of the way from score 0 to score 1."""
    assert spec.zero is not None
    assert spec.one is not None
    return spec.zero + share * (spec.one - spec.zero)


PRAISED = [
    (movement, key)
    for movement in Movement
    for key, spec in metric_specs(movement).items()
    if spec.strength
]


@pytest.mark.parametrize(("movement", "key"), PRAISED)
def test_every_praise_can_be_earned(movement, key):
    spec = metric_specs(movement)[key]
    view = max(spec.fit, key=spec.fit.__getitem__)
    tried = [mapped(spec, step / 100) for step in range(301)]
    assert any(praised(movement, key, value, view=view) for value in tried)


@given(st.sampled_from(PRAISED), st.floats(-1.0, 2.0))
def test_nothing_is_praised_that_an_error_band_could_carry_beyond_a_limit(row, share):
    movement, key = row
    spec = metric_specs(movement)[key]
    value = mapped(spec, share)
    if praised(movement, key, value):
        for rule in limits(movement, key):
            band = spec.error_band if rule.error_band is None else rule.error_band
            assert rule.beyond(value) + band <= 1e-9


def test_a_runner_whose_shank_is_just_ahead_is_neither_faulted_nor_praised():
    result = analysed(running(3.5, ahead_m=0.16).filmed(), RUNNING)
    shank = result.value("shank_at_contact")
    assert 2.0 < shank < 11.0
    assert not any("under the knee" in line for line in result.report.strengths)
    assert not any(one.metric == "shank_at_contact" for one in result.findings.findings)
