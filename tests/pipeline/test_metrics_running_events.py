"""Foot contacts, toe-offs and strides: found where they are, and nowhere else."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from shared.results import EventType, Movement, Reason, Side
from tests.athletes import analysed, jumps, running, squats, standing, walking
from worker_service.pipeline.track import Origin, PoseTrack

RUNNING = Movement.RUNNING
FRAME_S = 1 / 60
CONTACT, TOE_OFF = EventType.FOOT_CONTACT, EventType.TOE_OFF

WAYS: dict[str, dict[str, Any]] = {
    "treadmill": {},
    "over ground": {"over_ground": True},
    "forefoot": {"strike_deg": -8.0},
    "slow": {"steps_per_minute": 150.0, "contact_s": 0.26, "speed_m_s": 2.3},
    "fast": {"steps_per_minute": 186.0, "contact_s": 0.17, "speed_m_s": 3.8, "knee_deg": 134.0},
    "limping": {"left_contact_s": 0.04, "left_step_s": 0.04, "speed_m_s": 2.5},
}


def measured(track):
    return analysed(track, RUNNING).measurement


def errors_s(scenario, *tracks):
    """How far each contact and each toe-off found lies from the nearest true one of its side."""
    errors: dict[EventType, list[float]] = {CONTACT: [], TOE_OFF: []}
    for track in tracks:
        for event in measured(track).events:
            true = [
                at_s
                for name, at_s in scenario.moments_s.items()
                if name.startswith(f"{event.side}_{event.type}")
            ]
            errors[event.type].append(min((event.t_s - at_s for at_s in true), key=abs))
    return {kind: np.abs(found) for kind, found in errors.items()}


def joined(first: PoseTrack, second: PoseTrack) -> PoseTrack:
    """One clip after the other."""
    shift_s = first.t_s[-1] + np.diff(first.t_s[-2:])[0]
    t_s = np.concatenate([first.t_s, second.t_s + shift_s])
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("xy_px", "visibility", "world_m", "origin")
    }
    return replace(first, t_s=t_s, frame=np.arange(len(t_s)), **columns)


def only(track: PoseTrack, kept: "np.ndarray") -> PoseTrack:
    """The track with some of its pictures."""
    names = ("t_s", "frame", "xy_px", "visibility", "world_m", "origin")
    return replace(track, **{name: getattr(track, name)[kept] for name in names})


def unseen(track: PoseTrack, hidden: "np.ndarray", landmarks=slice(None)) -> PoseTrack:
    """The track with landmarks lost in some pictures."""
    at = (hidden, landmarks) if isinstance(landmarks, slice) else np.ix_(hidden, landmarks)
    track.xy_px[at], track.world_m[at] = np.nan, np.nan
    track.origin[at], track.visibility[at] = Origin.MISSING, 0.0
    return track


@pytest.mark.parametrize("way", WAYS)
def test_contacts_and_toe_offs_are_found_within_a_frame(way):
    scenario = running(3.0, **WAYS[way])
    for errors in errors_s(scenario, scenario.filmed()).values():
        assert len(errors) >= 5
        assert errors.max() <= FRAME_S


@pytest.mark.parametrize("way", WAYS)
def test_jitter_leaves_nine_in_ten_contacts_and_toe_offs_within_a_frame(way):
    scenario = running(3.0, **WAYS[way])
    errors = errors_s(scenario, *(scenario.filmed(noise_px=2.5, seed=seed) for seed in range(3)))
    assert np.median(errors[CONTACT]) <= 0.75 * FRAME_S
    assert np.median(errors[TOE_OFF]) <= 0.5 * FRAME_S
    assert (errors[CONTACT] <= FRAME_S).mean() >= (0.6 if way == "forefoot" else 0.9)
    assert (errors[TOE_OFF] <= FRAME_S).mean() >= 0.95


@pytest.mark.parametrize("camera", [{"azimuth_deg": 180}, {"azimuth_deg": -90}, {"rate_hz": 30}])
def test_side_direction_and_rate_do_not_move_an_event_by_more_than_a_frame(camera):
    scenario = running(3.0)
    assert max(map(np.max, errors_s(scenario, scenario.filmed(**camera)).values())) <= FRAME_S


def test_left_and_right_take_turns():
    events = measured(running(3.0, over_ground=True).filmed()).events
    sides = [event.side for event in events if event.type is CONTACT]
    assert all(one is not other for one, other in pairwise(sides))


def test_a_stride_lasts_from_a_contact_to_the_next_of_the_same_foot():
    measurement = measured(running(3.0, steps_per_minute=160.0).filmed())
    whole = [rep for rep in measurement.reps if rep.complete]
    assert len(whole) >= 5
    assert [rep.end_s - rep.start_s for rep in whole] == pytest.approx(
        [0.75] * len(whole), abs=0.01
    )
    contacts = {(event.side, event.t_s) for event in measurement.events if event.type is CONTACT}
    assert {(rep.side, rep.start_s) for rep in whole} <= contacts


def test_the_strides_in_which_the_clip_begins_and_ends_are_incomplete():
    reps = measured(running(3.0, first_contact_s=0.3).filmed()).reps
    cut = [rep for rep in reps if not rep.complete]
    assert {rep.side for rep in cut} == set(Side)
    assert all(rep.values == {} for rep in cut)
    assert min(rep.start_s for rep in cut) == 0.0
    assert max(rep.end_s for rep in cut) == pytest.approx(3.0)
    assert [rep.index for rep in reps] == list(range(len(reps)))


@pytest.mark.parametrize("rate_hz", [15, 60])
@pytest.mark.parametrize("steps_per_minute", [90.0, 120.0])
def test_walking_is_not_running(rate_hz, steps_per_minute):
    shuffle = walking(steps_per_minute)
    march = running(
        4.0, steps_per_minute=steps_per_minute, contact_s=72 / steps_per_minute, speed_m_s=0.8
    )
    for scenario in (shuffle, march):
        measurement = measured(scenario.filmed(rate_hz=rate_hz, noise_px=1.0))
        assert measurement.events == measurement.reps == ()
        reasons = {metric.reason for metric in measurement.metrics.values()}
        assert reasons == {Reason.EVENT_NOT_FOUND, Reason.NOT_DEFINED_FOR_MOVEMENT}


@pytest.mark.parametrize("scenario", [squats(3), jumps()], ids=["squats", "jumps"])
def test_other_movements_are_not_running(scenario):
    assert measured(scenario.filmed()).events == ()


def test_only_the_running_part_of_a_clip_is_measured():
    still, run = standing(1.5, yaw_deg=90.0).filmed(), running(3.0).filmed()
    stroll = walking(duration_s=2.0).filmed()
    whole = measured(joined(joined(still, run), stroll))
    times = [event.t_s for event in whole.events]
    assert len(times) > 15
    assert min(times) >= still.t_s[-1]
    assert max(times) <= still.t_s[-1] + run.t_s[-1] + 0.35  # the step into the walk
    assert whole.metrics["cadence"].value == pytest.approx(170.0, abs=1.0)


def test_nothing_is_found_where_the_runner_has_left_the_picture():
    scenario = running(4.0, over_ground=True)
    track = scenario.filmed()
    gone = track.point("nose")[:, 0] > track.width_px
    left_s = track.t_s[gone][0]
    measurement = measured(unseen(track, gone))
    assert measurement.events
    assert max(event.t_s for event in measurement.events) < left_s
    assert measurement.metrics["contact_time"].value == pytest.approx(0.23, abs=0.01)


def test_strides_before_and_after_a_gap_do_not_make_one_long_stride():
    track = running(4.0).filmed(gaps_s=((1.7, 2.1),))
    whole = [rep for rep in measured(track).reps if rep.complete]
    assert all(rep.end_s - rep.start_s < 0.8 for rep in whole)
    assert not any(rep.start_s < 1.7 < rep.end_s and rep.start_s < 2.1 < rep.end_s for rep in whole)


def test_two_strides_are_too_few():
    metrics = measured(running(1.1).filmed()).metrics
    assert metrics["contact_time"].reason is Reason.EVENT_NOT_FOUND


def test_a_coarse_start_does_not_spoil_what_every_picture_shows_later():
    scenario = running(6.0)
    track = scenario.filmed()
    coarse = only(track, (track.t_s > 2.0) | (np.arange(len(track)) % 4 == 0))
    measurement = measured(coarse)
    assert all(event.t_s > 1.8 for event in measurement.events)
    assert measurement.metrics["contact_time"].value == pytest.approx(0.23, abs=0.01)
    assert measurement.metrics["contact_time"].n < measurement.metrics["trunk_lean"].n


def test_no_stride_is_timed_across_a_change_of_the_clips_speed():
    track = replace(running(4.0).filmed(), clock_changes_s=(2.0,))
    whole = [rep for rep in measured(track).reps if rep.complete]
    assert whole
    assert not any(rep.start_s < 2.0 < rep.end_s for rep in whole)
    everywhere = replace(track, clock_changes_s=tuple(np.arange(0.1, 4.0, 0.3)))
    assert measured(everywhere).metrics["cadence"].reason is Reason.CLOCK_CHANGES


def test_hidden_feet_are_a_reason_and_not_a_standstill():
    track = running(3.0).filmed()
    hidden = unseen(track, track.t_s > 0.4, [*range(25, 33)])
    metrics = measured(hidden).metrics
    assert metrics["cadence"].reason is Reason.LANDMARKS_HIDDEN


def test_below_12_pictures_a_second_nothing_is_said():
    metrics = measured(running(4.0).filmed(rate_hz=8)).metrics
    assert metrics["cadence"].reason is Reason.SAMPLE_RATE_TOO_LOW


def test_events_carry_the_side_of_their_foot():
    scenario = running(3.0, first_contact_s=0.2)
    first = next(event for event in measured(scenario.filmed()).events if event.type is CONTACT)
    assert first.side is Side.RIGHT
    assert first.t_s == pytest.approx(0.2, abs=FRAME_S)
