"""A delivery with known truth."""

from dataclasses import replace

import numpy as np
import pytest

from shared.results import EventType, Movement, Reason, Side
from tests.athletes import analysed, delivery, squats, standing
from worker_service.pipeline.track import INDEX

BOWLING = Movement.CRICKET_BOWLING
FEET = tuple(
    f"{side}_{part}" for side in ("left", "right") for part in ("ankle", "heel", "foot_index")
)
EVENTS = ("back_foot_contact", "front_foot_contact", "release")


def bowled(scenario=None, *, settings=None, **camera):
    return analysed((scenario or delivery()).filmed(**camera), BOWLING, **(settings or {}))


@pytest.mark.parametrize("rate_hz", [30, 60, 120, 240])
@pytest.mark.parametrize("event", EVENTS)
def test_events_are_within_one_picture_of_the_truth(rate_hz, event):
    found = bowled(rate_hz=rate_hz).at_s(event)
    assert found == pytest.approx(delivery().moments_s[event], abs=max(1 / rate_hz, 0.017))


@pytest.mark.parametrize("knee_deg", [120.0, 135.0, 150.0, 160.0])
def test_the_smallest_front_knee_is_found(knee_deg):
    assert bowled(delivery(knee_deg)).value("front_knee_brace_score") == pytest.approx(
        knee_deg, abs=1.0
    )


def test_the_front_knee_is_looked_at_where_it_is_most_bent():
    metric = bowled().measurement.metrics["front_knee_brace_score"]
    moments = delivery().moments_s
    assert moments["front_foot_contact"] < metric.at.t_s < moments["release"]
    assert metric.side is Side.LEFT


def test_events_come_in_order_with_their_sides():
    events = bowled().measurement.events
    assert [event.type for event in events] == [
        EventType.BACK_FOOT_CONTACT,
        EventType.FRONT_FOOT_CONTACT,
        EventType.RELEASE,
        EventType.FOLLOW_THROUGH,
    ]
    assert [event.side for event in events[:3]] == [Side.RIGHT, Side.LEFT, Side.RIGHT]
    assert all(abs(event.frame - event.t_s * 60) < 0.52 for event in events)


def test_the_elbow_of_the_bowling_arm_is_judged_and_not_the_one_pulled_down():
    metric = bowled().measurement.metrics["elbow_drop_score"]
    assert metric.side is Side.RIGHT
    assert metric.score == 1.0


def test_a_left_armer_is_recognised():
    events = bowled(mirrored=True).measurement.events
    assert next(e.side for e in events if e.type is EventType.RELEASE) is Side.LEFT


def test_given_handedness_wins_over_what_the_arms_do():
    result = bowled(settings={"handedness": "left"})
    assert all(m.reason is Reason.EVENT_NOT_FOUND for m in result.measurement.metrics.values())


def test_release_is_missing_when_the_arm_leaves_the_picture():
    track = delivery().filmed()
    wrist = INDEX["right_wrist"]
    high = np.abs(track.t_s - delivery().moments_s["release"]) < 0.3
    track.xy_px[high, wrist] = np.nan
    track.origin[high, wrist] = 0
    result = analysed(track, BOWLING)
    assert np.isnan(result.at_s("release"))
    reasons = {metric.reason for metric in result.measurement.metrics.values()}
    assert reasons == {Reason.LANDMARKS_HIDDEN}


def test_a_clip_cut_off_before_the_arm_is_over_has_no_release():
    cut = replace(delivery(), duration_s=delivery().moments_s["release"] - 0.01)
    metrics = bowled(cut).measurement.metrics
    assert {metric.reason for metric in metrics.values()} == {Reason.EVENT_NOT_FOUND}


def test_at_15_pictures_a_second_there_is_no_number_rather_than_a_wrong_one():
    result = bowled(rate_hz=15, settings={"camera_view": "oblique"})
    reasons = {metric.reason for metric in result.measurement.metrics.values()}
    assert reasons == {Reason.SAMPLE_RATE_TOO_LOW, Reason.VIEW_UNSUITABLE, Reason.EVENT_NOT_FOUND}
    assert result.measurement.metrics["run_up_cadence"].reason is Reason.EVENT_NOT_FOUND
    kinds = {event.type for event in result.measurement.events}
    assert kinds == {EventType.RELEASE, EventType.FOLLOW_THROUGH}


@pytest.mark.parametrize("late_s", [0.0, 0.02, 0.04])
def test_at_15_pictures_a_second_release_is_within_half_a_picture_and_less_sure(late_s):
    result = bowled(rate_hz=15, late_s=late_s)
    assert result.at_s("release") == pytest.approx(delivery().moments_s["release"], abs=0.034)
    assert all(found.confidence < 0.55 for found in result.measurement.events)


def test_at_8_pictures_a_second_nothing_is_found():
    result = bowled(rate_hz=8)
    assert result.measurement.events == ()
    reasons = {metric.reason for metric in result.measurement.metrics.values()}
    assert reasons == {Reason.SAMPLE_RATE_TOO_LOW}


def test_the_knee_is_missing_when_the_camera_looks_along_the_pitch():
    metric = bowled(azimuth_deg=90).measurement.metrics["front_knee_brace_score"]
    assert metric.reason is Reason.VIEW_UNSUITABLE


def test_a_swap_of_legs_at_release_is_not_a_bent_knee():
    track = delivery(155.0).filmed(rate_hz=30)
    swapped = track.t_s >= delivery().moments_s["release"] - 0.02
    for joint in ("hip", "knee", "ankle"):
        left, right = INDEX[f"left_{joint}"], INDEX[f"right_{joint}"]
        track.xy_px[swapped, left], track.xy_px[swapped, right] = (
            track.xy_px[swapped, right].copy(),
            track.xy_px[swapped, left].copy(),
        )
    metric = analysed(track, BOWLING).measurement.metrics["front_knee_brace_score"]
    assert metric.value == pytest.approx(155.0, abs=4.0)
    assert (
        metric.confidence
        < bowled(rate_hz=30).measurement.metrics["front_knee_brace_score"].confidence
    )


def test_two_deliveries_give_a_median_with_its_spread():
    first, second = delivery(140.0).filmed(), delivery(150.0).filmed()
    joined = joined_tracks(first, second, pause_s=1.5)
    result = analysed(joined, BOWLING)
    knee = result.measurement.metrics["front_knee_brace_score"]
    assert [rep.index for rep in result.measurement.reps] == [1, 2]
    assert knee.n == 2
    assert knee.value == pytest.approx(145.0, abs=1.0)
    assert knee.spread == pytest.approx(7.1, abs=1.0)


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [(squats(), Reason.EVENT_NOT_FOUND), (standing(), Reason.NO_MOVEMENT)],
    ids=["moves", "stands"],
)
def test_only_who_keeps_still_is_said_not_to_move(scenario, reason):
    result = bowled(scenario)
    assert result.measurement.events == ()
    assert {m.reason for m in result.measurement.metrics.values()} == {reason}
    told = result.report.model_dump_json()
    assert ("hardly moves" in told) is (reason is Reason.NO_MOVEMENT)


@pytest.mark.parametrize("azimuth_deg", [0, 90])
@pytest.mark.parametrize("arm_deg", [66.0, 78.0])
def test_a_round_arm_has_its_release(arm_deg, azimuth_deg):
    scenario = delivery(165.0, arm_deg=arm_deg, steps=4)
    result = bowled(scenario, azimuth_deg=azimuth_deg)
    for event in EVENTS:
        assert result.at_s(event) == pytest.approx(scenario.moments_s[event], abs=0.017)


@pytest.mark.parametrize(("arm_deg", "praised"), [(0.0, True), (45.0, True), (60.0, False)])
def test_only_an_arm_well_above_the_shoulder_is_praised(arm_deg, praised):
    result = bowled(delivery(165.0, arm_deg=arm_deg), azimuth_deg=90)
    assert any("bowling arm" in one for one in result.report.strengths) is praised


@pytest.mark.parametrize(("arm_deg", "low"), [(45.0, False), (60.0, False), (78.0, True)])
def test_an_arm_near_level_is_found_low(arm_deg, low):
    result = bowled(delivery(165.0, arm_deg=arm_deg), azimuth_deg=90)
    assert ("ELBOW_DROP" in {one.code for one in result.findings.findings}) is low


def test_a_value_from_one_delivery_of_two_is_half_as_sure():
    first, second = delivery(140.0).filmed(), delivery(150.0).filmed()
    for joint in ("knee", "ankle"):
        second.visibility[:, INDEX[f"left_{joint}"]] = 0.2
    tracks = joined_tracks(first, second, pause_s=1.5), first
    half, whole = (
        analysed(track, BOWLING).measurement.metrics["front_knee_brace_score"] for track in tracks
    )
    assert half.n == 1
    assert 2.0 * (half.confidence or 0.0) == pytest.approx(whole.confidence, abs=0.02)


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_trunk_leans_forward_though_the_camera_overtakes_the_bowler(mirrored):
    track = delivery(lean_deg=20.0).filmed(mirrored=mirrored)
    way = -1.0 if mirrored else 1.0
    track.xy_px[..., 0] -= way * 1500.0 * track.t_s[:, None]
    result = analysed(track, BOWLING, camera_view="side")
    assert result.value("trunk_forward_lean_at_release") == pytest.approx(20.0, abs=1.5)


def joined_tracks(first, second, *, pause_s):
    shift = first.t_s[-1] + pause_s
    columns = {
        name: np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("xy_px", "visibility", "world_m", "origin")
    }
    return replace(
        first,
        t_s=np.concatenate([first.t_s, second.t_s + shift]),
        frame=np.concatenate([first.frame, second.frame + len(first)]),
        **columns,
    )


def test_a_bowler_without_a_step_has_a_release_and_no_foot_contacts():
    track = delivery().filmed()
    landed = int(np.searchsorted(track.t_s, delivery().moments_s["front_foot_contact"])) + 1
    for name in FEET:
        track.xy_px[:, INDEX[name]] = track.xy_px[landed, INDEX[name]]
    result = analysed(track, BOWLING)
    assert result.measurement.events[0].type is EventType.RELEASE
    for key in ("head_stability_score", "front_knee_brace_score"):
        assert result.measurement.metrics[key].reason is Reason.EVENT_NOT_FOUND


def test_two_equally_quick_arms_leave_the_side_unknown():
    track = delivery().filmed()
    for joint in ("shoulder", "elbow", "wrist"):
        track.xy_px[:, INDEX[f"left_{joint}"]] = track.xy_px[:, INDEX[f"right_{joint}"]]
    metrics = analysed(track, BOWLING).measurement.metrics
    assert {metric.reason for metric in metrics.values()} == {Reason.SIDE_UNKNOWN}


def test_a_hidden_front_leg_gives_no_knee():
    track = delivery().filmed()
    for joint in ("knee", "ankle"):
        track.visibility[:, INDEX[f"left_{joint}"]] = 0.2
    metric = analysed(track, BOWLING).measurement.metrics["front_knee_brace_score"]
    assert metric.reason is Reason.LANDMARKS_HIDDEN


def test_a_planted_leg_lost_at_once_is_not_plausible():
    track = delivery().filmed()
    moments = delivery().moments_s
    late = track.t_s > moments["front_foot_contact"] + 0.06
    track.xy_px[late, INDEX["left_knee"], 0] += np.where(track.frame[late] % 4 < 2, 160.0, -160.0)
    metric = analysed(track, BOWLING).measurement.metrics["front_knee_brace_score"]
    assert metric.reason is Reason.NOT_PLAUSIBLE


def test_the_error_band_grows_when_the_view_or_the_rate_fits_less():
    def band(**camera):
        settings = {"camera_view": camera.pop("view", "side")}
        metrics = bowled(settings=settings, **camera).measurement.metrics
        return metrics["front_knee_brace_score"].error_band

    assert band() < band(rate_hz=30) < band(rate_hz=30, view="oblique")
