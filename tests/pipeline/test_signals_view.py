"""Where the camera stands."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.analysis import AnalysisSettings
from shared.results import Movement, View, ViewEstimate
from tests.athletes import analysed, delivery, standing, stroke
from worker_service.pipeline.metrics.scene import Reading, Scene, Window
from worker_service.pipeline.signals.view import estimate_view

GENERAL, BOWLING, BATTING = Movement.GENERAL, Movement.CRICKET_BOWLING, Movement.CRICKET_BATTING


@pytest.mark.parametrize(
    ("azimuth_deg", "label"),
    [(0, View.FRONT), (45, View.OBLIQUE), (90, View.SIDE), (135, View.OBLIQUE), (180, View.REAR)],
)
def test_the_chest_names_the_view_of_any_movement(azimuth_deg, label):
    track = standing().filmed(azimuth_deg=azimuth_deg)
    assert estimate_view(track, GENERAL).label is label


def test_a_mirror_does_not_turn_front_into_rear():
    assert estimate_view(standing().filmed(mirrored=True), GENERAL).label is View.FRONT


ACTIONS = [
    (delivery(120.0, steps=6), BOWLING),
    (delivery(150.0), BOWLING),
    (stroke(112.0), BATTING),
    (stroke(140.0), BATTING),
]
"""With a run-up, whose steps are wider than any stride, and without; a long and a short stride."""


@pytest.mark.parametrize(("scenario", "movement"), ACTIONS)
@pytest.mark.parametrize("azimuth_deg", range(-75, 76, 15))
@pytest.mark.parametrize("camera", [{"rate_hz": 60}, {"rate_hz": 30, "noise_px": 2.5}])
def test_the_line_of_play_names_the_view_in_cricket(scenario, movement, azimuth_deg, camera):
    view = estimate_view(scenario.filmed(azimuth_deg=azimuth_deg, **camera), movement)
    end_on = View.FRONT if azimuth_deg < 0 else View.REAR
    match abs(azimuth_deg):
        case 0 | 15:
            assert view.label is View.SIDE
        case 30 | 45:
            assert view.label is View.OBLIQUE
        case 60:
            assert view.label in {View.OBLIQUE, end_on}
            assert view.confidence < 0.6
        case _:
            assert view.label is end_on


@pytest.mark.parametrize(("scenario", "movement"), ACTIONS[::2])
def test_a_mirror_does_not_move_the_camera(scenario, movement):
    views = [
        estimate_view(scenario.filmed(azimuth_deg=-75, mirrored=mirrored), movement)
        for mirrored in (False, True)
    ]
    assert views[0] == views[1]


@pytest.mark.parametrize(("scenario", "movement"), ACTIONS[::2])
@pytest.mark.parametrize("waiting_s", [20.0, 40.0])
def test_the_view_of_an_action_does_not_depend_on_how_long_the_clip_waits_for_it(
    scenario, movement, waiting_s
):
    track = scenario.filmed(azimuth_deg=20, rate_hz=30)
    assert estimate_view(after_waiting(track, waiting_s), movement) == estimate_view(
        track, movement
    )


def after_waiting(track, waiting_s):
    """The first picture for this long, and then the movement."""
    waits = round(waiting_s * 30)
    shown = np.r_[np.zeros(waits, dtype=int), np.arange(len(track))]
    columns = ("xy_px", "visibility", "world_m", "origin")
    return replace(
        track,
        t_s=np.arange(len(shown)) / 30,
        frame=np.arange(len(shown)),
        **{name: getattr(track, name)[shown] for name in columns},
    )


def test_an_oblique_camera_takes_the_side_view_s_trust_from_the_knee():
    side, oblique = (
        analysed(delivery(120.0, steps=6).filmed(azimuth_deg=azimuth_deg), BOWLING)
        for azimuth_deg in (0, 45)
    )
    knees = [one.measurement.metrics["front_knee_at_release"] for one in (side, oblique)]
    bands = [knee.error_band or np.inf for knee in knees]
    assert bands[1] > 1.5 * bands[0]
    assert "camera_square" in {c.id for c in oblique.quality.checks if not c.passed}


@pytest.mark.parametrize("movement", [GENERAL, BOWLING, BATTING, Movement.RUNNING])
def test_a_doubtful_view_makes_what_hangs_on_it_doubtful(movement):
    track = standing().filmed(rate_hz=120)
    sure, unsure = (
        Scene.of(
            track,
            ViewEstimate(label=View.SIDE, confidence=confidence),
            AnalysisSettings(movement=movement),
        )
        for confidence in (1.0, 0.6)
    )
    reading = Reading(0.5, ("left_hip",), Window(0.5, 1.5), at_s=1.0)
    for key, spec in sure.specs.items():
        if spec.fit[View.SIDE] == 0:
            continue
        metrics = [scene.metric(key, reading).confidence or 0.0 for scene in (sure, unsure)]
        if min(spec.fit.values()) == 0:
            assert metrics[1] == pytest.approx(0.6 * metrics[0], abs=0.002)
        elif len(set(spec.fit.values())) == 1:
            assert metrics[1] == metrics[0]
        else:
            assert 0.6 * metrics[0] < metrics[1] <= metrics[0]


def test_feet_that_go_nowhere_show_no_line():
    jittered = estimate_view(standing().filmed(noise_px=2.5), BOWLING)
    assert jittered.label is View.UNKNOWN or jittered.confidence < 0.5
    assert estimate_view(standing().filmed(), BOWLING).label is View.UNKNOWN


def test_a_dense_window_does_not_outvote_the_rest_of_the_clip():
    """A third of the time from the side, in which every picture was looked at."""
    front, side = (standing(duration_s=3.0).filmed(azimuth_deg=a, rate_hz=60) for a in (0, 90))
    late = front.t_s >= 2.0
    turned = replace(front, xy_px=np.where(late[:, None, None], side.xy_px, front.xy_px))
    kept = np.flatnonzero(late | (np.arange(len(front)) % 6 == 0))
    columns = ("t_s", "frame", "xy_px", "visibility", "world_m", "origin")
    mixed = replace(turned, **{name: getattr(turned, name)[kept] for name in columns})
    view = estimate_view(mixed, GENERAL)
    assert view.label is View.FRONT
    assert view.confidence == pytest.approx(2 / 3, abs=0.05)


def test_a_view_near_a_boundary_is_less_sure():
    clear = estimate_view(standing().filmed(azimuth_deg=90), GENERAL)
    close = estimate_view(standing().filmed(azimuth_deg=58), GENERAL)
    assert close.confidence < clear.confidence


def test_a_view_that_holds_for_half_of_the_clip_is_half_sure():
    front, side = (standing().filmed(azimuth_deg=azimuth_deg) for azimuth_deg in (0, 90))
    turned = replace(
        front, xy_px=np.where(np.arange(len(front))[:, None, None] < 70, front.xy_px, side.xy_px)
    )
    estimate = estimate_view(turned, GENERAL)
    assert estimate.label is View.FRONT
    assert estimate.confidence == pytest.approx(70 / len(front), abs=0.01)


@pytest.mark.parametrize(("azimuth_deg", "label"), [(0, View.FRONT), (90, View.SIDE)])
def test_a_trunk_that_lies_has_a_width_too(azimuth_deg, label):
    track = standing().filmed(azimuth_deg=azimuth_deg)
    lying = replace(track, xy_px=track.xy_px[..., ::-1].copy())
    assert estimate_view(lying, Movement.WORKOUT).label in {
        label,
        View.REAR if label is View.FRONT else label,
    }


@given(st.floats(0, 90), st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_a_sure_view_is_right(azimuth_deg, seed):
    """Oblique is from 30 to 60 degrees from the front; a noisy track may say so with doubt."""
    track = standing(duration_s=1.0).filmed(
        azimuth_deg=azimuth_deg, noise_px=2.5, px_per_m=285.0, rate_hz=15, seed=seed
    )
    estimate = estimate_view(track, GENERAL)
    truth = View.FRONT if azimuth_deg < 32 else View.OBLIQUE if azimuth_deg < 60 else View.SIDE
    if estimate.confidence > 0.9:
        assert estimate.label is truth


def test_nobody_has_no_view():
    track = standing().filmed(gaps_s=((0.0, 9.0),))
    estimate = estimate_view(track, GENERAL)
    assert (estimate.label, estimate.confidence) == (View.UNKNOWN, 0.0)


def test_the_view_does_not_depend_on_format_or_distance():
    shares = {
        estimate_view(
            standing().filmed(azimuth_deg=40, width_px=w, height_px=h, px_per_m=px), GENERAL
        ).confidence
        for w, h, px in [(1920, 1080, 300), (1080, 1920, 300), (640, 480, 90)]
    }
    assert np.ptp(list(shares)) < 1e-9
