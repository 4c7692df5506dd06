"""What is measured of a delivery beside the app's metrics, with known truth."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from shared.results import EventType, Movement, Reason, Side
from tests.athletes import analysed, delivery
from worker_service.pipeline.metrics.cricket.knee_action import KneeAction, knee_action
from worker_service.pipeline.metrics.lengths import standing_px
from worker_service.pipeline.report.wording import words
from worker_service.pipeline.signals.motion import Motion
from worker_service.pipeline.track import INDEX, Origin

BOWLING = Movement.CRICKET_BOWLING
FRONT, REAR = -90, 90
NOISE = {"noise_px": 2.5, "px_per_m": 270}  # the athlete is 500 px high


def bowled(scenario=None, *, settings=None, **camera):
    return analysed((scenario or delivery()).filmed(**camera), BOWLING, **(settings or {}))


def trust(result, key):
    return result.measurement.metrics[key].confidence


def errors(scenario, truth, seeds=20, **camera):
    """Return the median error of metrics and events over many noisy recordings."""
    found: dict[str, list[float]] = {key: [] for key in (*truth, *scenario.moments_s)}
    for seed in range(seeds):
        late_s = seed % 8 / 480
        result = bowled(scenario, seed=seed, late_s=late_s, **NOISE, **camera)
        for key, value in truth.items():
            found[key].append(result.value(key) - value)
        for kind, at_s in scenario.moments_s.items():
            found[kind].append(result.at_s(kind) - at_s)
    return {key: float(np.median(np.abs(values))) for key, values in found.items()}


@pytest.mark.parametrize(
    ("lowest", "contact", "release"), [(150, 158, 158), (150, 155, 172), (135, 155, 155)]
)
def test_from_the_side_jitter_moves_angles_by_3_degrees_and_events_by_one_picture(
    lowest, contact, release
):
    scenario = delivery(lowest, contact_deg=contact, release_deg=release, lean_deg=20.0)
    angles = {
        "front_knee_brace_score": lowest,
        "front_knee_at_contact": contact,
        "front_knee_at_release": release,
        "trunk_forward_lean_at_release": 20.0,
    }
    off = errors(scenario, angles, rate_hz=60)
    assert {key: off[key] for key in angles if off[key] > 3.0} == {}
    assert {kind: off[kind] for kind in scenario.moments_s if off[kind] > 1 / 60} == {}


@pytest.mark.parametrize("azimuth_deg", [FRONT, REAR])
def test_end_on_jitter_moves_angles_by_3_degrees_and_events_by_one_picture(azimuth_deg):
    scenario = delivery(steps=2, counter_deg=35.0, arm_deg=20.0, side_lean_deg=15.0)
    angles = {
        "trunk_side_lean_at_release": 15.0,
        "arm_angle_at_release": 5.0,
        "shoulder_counter_rotation": 35.0,
    }
    off = errors(scenario, angles, seeds=12, rate_hz=60, azimuth_deg=azimuth_deg)
    assert {key: off[key] for key in angles if off[key] > 3.0} == {}
    assert {kind: off[kind] for kind in scenario.moments_s if off[kind] > 1 / 60} == {}


def test_clean_pictures_give_the_knee_at_both_moments():
    result = bowled(delivery(150.0, contact_deg=160.0, release_deg=165.0), rate_hz=120)
    assert result.value("front_knee_at_contact") == pytest.approx(160.0, abs=2.0)
    assert result.value("front_knee_at_release") == pytest.approx(165.0, abs=2.0)
    assert result.value("front_knee_flexion_after_contact") == pytest.approx(10.0, abs=2.0)
    assert result.value("front_knee_extension_to_release") == pytest.approx(15.0, abs=2.0)


@pytest.mark.parametrize(
    ("lowest", "contact", "release", "kind"),
    [
        (140, 162, 141, KneeAction.FLEXOR),
        (150, 151, 172, KneeAction.EXTENDER),
        (140, 164, 164, KneeAction.FLEXOR_EXTENDER),
        (165, 166, 166, KneeAction.CONSTANT_BRACE),
    ],
)
def test_the_kind_of_front_leg_is_named_by_the_10_degree_rule(lowest, contact, release, kind):
    result = bowled(delivery(lowest, contact_deg=contact, release_deg=release), rate_hz=120)
    assert knee_action(result.measurement.metrics) is kind


def test_a_front_leg_near_the_10_degree_rule_is_not_named():
    result = bowled(delivery(150.0, contact_deg=161.0, release_deg=161.0), rate_hz=120)
    assert knee_action(result.measurement.metrics) is None


def test_the_kind_of_front_leg_needs_more_than_30_pictures_a_second():
    metrics = bowled(rate_hz=30).measurement.metrics
    assert metrics["front_knee_flexion_after_contact"].reason is Reason.SAMPLE_RATE_TOO_LOW
    assert metrics["contact_to_release_time"].reason is Reason.SAMPLE_RATE_TOO_LOW
    assert metrics["front_knee_at_contact"].value is not None


@pytest.mark.parametrize("azimuth_deg", [FRONT, REAR])
@pytest.mark.parametrize("mirrored", [False, True])
def test_leans_and_arm_have_the_same_sign_from_both_ends_and_for_both_arms(azimuth_deg, mirrored):
    scenario = delivery(arm_deg=25.0, side_lean_deg=15.0)
    result = bowled(scenario, azimuth_deg=azimuth_deg, mirrored=mirrored)
    assert result.value("trunk_side_lean_at_release") == pytest.approx(15.0, abs=1.0)
    assert result.value("arm_angle_at_release") == pytest.approx(10.0, abs=1.0)


def test_what_only_the_end_of_the_pitch_shows_is_missing_from_the_side():
    metrics = bowled(delivery(counter_deg=40.0)).measurement.metrics
    end_on = ("trunk_side_lean_at_release", "arm_angle_at_release", "shoulder_counter_rotation")
    assert {metrics[key].reason for key in end_on} == {Reason.VIEW_UNSUITABLE}


@pytest.mark.parametrize(("counter_deg", "mixed"), [(10.0, False), (35.0, False), (60.0, True)])
def test_a_mixed_action_is_found_when_it_is_clearly_beyond_30_degrees(counter_deg, mixed):
    scenario = delivery(steps=2, counter_deg=counter_deg)
    result = bowled(scenario, azimuth_deg=REAR, settings={"camera_view": "rear"})
    assert result.value("shoulder_counter_rotation") == pytest.approx(counter_deg, abs=2.0)
    assert ("MIXED_ACTION" in {one.code for one in result.findings.findings}) is mixed


@pytest.mark.parametrize("mirrored", [False, True])
def test_run_up_steps_alternate_and_lead_to_the_back_foot(mirrored):
    events = bowled(delivery(steps=6), mirrored=mirrored).measurement.events
    steps = [event for event in events if event.type is EventType.RUN_UP_STEP]
    back = next(event for event in events if event.type is EventType.BACK_FOOT_CONTACT)
    before = [back.t_s - 0.28 * number for number in range(len(steps), 0, -1)]
    assert len(steps) >= 5
    assert [step.t_s for step in steps] == pytest.approx(before, abs=0.02)
    taken = [step.side for step in (*steps, back)]
    assert all(one is not other for one, other in pairwise(taken))
    assert back.side is (Side.LEFT if mirrored else Side.RIGHT)


@pytest.mark.parametrize(
    ("camera", "within"), [({}, 1.5), ({"rate_hz": 30}, 1.5), ({"azimuth_deg": REAR}, 2.5)]
)
def test_the_cadence_of_a_run_up_comes_from_its_rhythm(camera, within):
    scenario = delivery(steps=8)
    found = bowled(scenario, **camera).value("run_up_cadence")
    assert found == pytest.approx(scenario.truth["steps_per_minute"], abs=within)


def test_fewer_than_three_strides_have_no_cadence():
    metric = bowled(delivery(steps=3)).measurement.metrics["run_up_cadence"]
    assert metric.reason is Reason.EVENT_NOT_FOUND


def test_lengths_are_in_standing_heights_and_in_metres_when_the_height_is_known():
    scenario = delivery(stride_m=0.75)
    height_m = standing_px(Motion.of(scenario.filmed(px_per_m=300.0))) / 300.0
    relative = bowled(scenario)
    known = bowled(scenario, settings={"athlete_height_cm": 100.0 * height_m})
    assert known.value("delivery_stride_length") == pytest.approx(0.75, rel=0.05)
    for key in ("delivery_stride_length", "release_height"):
        one, other = relative.measurement.metrics[key], known.measurement.metrics[key]
        assert (one.unit, other.unit) == ("height", "m")
        assert known.value(key) == pytest.approx(relative.value(key) * height_m, rel=0.01)
        assert (other.error_band or 0.0) > (one.error_band or 0.0) * height_m


def test_the_release_is_as_high_as_the_hand():
    scenario = delivery()
    track = scenario.filmed(rate_hz=240)
    at = int(np.abs(track.t_s - scenario.moments_s["release"]).argmin())
    tall = standing_px(Motion.of(track))
    rise = (track.point("left_heel") - track.point("right_wrist"))[at, 1] / tall
    assert bowled(scenario, rate_hz=60).value("release_height") == pytest.approx(rise, abs=0.02)


def test_a_clip_looked_at_in_full_only_around_the_delivery_gives_the_same_numbers():
    whole = delivery(steps=6).filmed(rate_hz=120)
    moments = delivery(steps=6).moments_s
    quick = (whole.t_s > moments["back_foot_contact"] - 0.4) & (
        whole.t_s < moments["release"] + 0.4
    )
    kept = quick | (whole.frame % 8 == 0)
    columns = ("t_s", "frame", "xy_px", "visibility", "world_m", "origin")
    mixed = replace(whole, **{name: getattr(whole, name)[kept] for name in columns})
    assert len(mixed) < 0.5 * len(whole)
    full, part = analysed(whole, BOWLING), analysed(mixed, BOWLING)
    for key, metric in full.measurement.metrics.items():
        assert (metric.value is None) == (part.measurement.metrics[key].value is None), key
        if metric.value is not None:
            assert part.value(key) == pytest.approx(metric.value, abs=0.02, rel=0.01), key
    for kind in moments:
        assert part.at_s(kind) == pytest.approx(full.at_s(kind), abs=0.009)


def test_run_up_steps_are_not_guessed_where_the_clip_was_only_glanced_at():
    whole = delivery(steps=6).filmed(rate_hz=120)
    back_s = delivery(steps=6).moments_s["back_foot_contact"]
    kept = (whole.t_s > back_s - 0.2) | (whole.frame % 8 == 0)
    columns = ("t_s", "frame", "xy_px", "visibility", "world_m", "origin")
    mixed = replace(whole, **{name: getattr(whole, name)[kept] for name in columns})
    events = analysed(mixed, BOWLING).measurement.events
    assert EventType.BACK_FOOT_CONTACT in {event.type for event in events}
    assert all(event.t_s > back_s - 0.35 for event in events if event.type is EventType.RUN_UP_STEP)


def test_a_knee_that_neighbouring_pictures_disagree_about_is_trusted_less():
    clear, doubtful = delivery().filmed(), delivery().filmed()
    at = int(np.abs(clear.t_s - delivery().moments_s["release"]).argmin())
    doubtful.xy_px[at, INDEX["left_knee"], 0] += 25.0
    one, other = (analysed(track, BOWLING) for track in (clear, doubtful))
    assert trust(other, "front_knee_at_release") < 0.7 * trust(one, "front_knee_at_release")


def test_a_knee_that_was_filled_in_at_release_is_taken_as_last_seen_and_trusted_less():
    scenario = delivery(150.0, contact_deg=152.0, release_deg=152.0)
    clear, hidden = scenario.filmed(rate_hz=30), scenario.filmed(rate_hz=30)
    at = int(np.abs(clear.t_s - scenario.moments_s["release"]).argmin())
    hidden.xy_px[at, INDEX["left_knee"], 0] += 60.0
    hidden.xy_px[[at - 1, at + 1], INDEX["left_knee"], 0] += 25.0
    hidden.origin[at, INDEX["left_knee"]] = Origin.INTERPOLATED
    one, other = (analysed(track, BOWLING) for track in (clear, hidden))
    key = "front_knee_at_release"
    assert other.value(key) == pytest.approx(one.value(key), abs=4.0)
    assert trust(other, key) < 0.7 * trust(one, key)


def test_a_leg_that_was_never_seen_has_no_knee():
    track = delivery().filmed()
    landed = track.t_s > delivery().moments_s["front_foot_contact"] - 0.05
    track.xy_px[landed, INDEX["left_knee"]] = np.nan
    track.origin[landed, INDEX["left_knee"]] = Origin.MISSING
    metrics = analysed(track, BOWLING).measurement.metrics
    knees = [key for key in metrics if key.startswith("front_knee")]
    assert {metrics[key].reason for key in knees} == {Reason.LANDMARKS_HIDDEN}


def test_the_report_names_the_kind_of_front_leg():
    braced = delivery(165.0, contact_deg=166.0, release_deg=166.0)
    assert "constant brace" in bowled(braced, rate_hz=120).report.summary
    assert "brace" not in bowled(braced, rate_hz=30).report.summary


def test_the_report_has_a_sentence_for_every_kind_of_front_leg():
    assert set(words().kind) == set(KneeAction)


@pytest.mark.parametrize(("age_band", "named"), [("adult", True), ("under_16", False)])
def test_the_kind_of_front_leg_is_said_of_adults_only(age_band, named):
    scenario = delivery(140, contact_deg=162, release_deg=141)
    result = bowled(scenario, rate_hz=120, settings={"age_band": age_band})
    assert bool(result.measurement.kinds) is named
    assert ("a flexor" in result.report.summary) is named
