"""Where the camera stands."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.results import Movement, View
from tests.athletes import delivery, standing, stroke
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


def test_the_line_of_play_names_the_view_of_a_delivery():
    assert estimate_view(delivery().filmed(), BOWLING).label is View.SIDE
    assert estimate_view(delivery().filmed(azimuth_deg=90), BOWLING).label in {
        View.FRONT,
        View.REAR,
    }


def test_a_batter_whose_chest_faces_the_camera_is_seen_from_the_side():
    assert estimate_view(stroke().filmed(), BATTING).label is View.SIDE
    assert estimate_view(stroke().filmed(azimuth_deg=-90), BATTING).label is View.FRONT
    assert estimate_view(stroke().filmed(azimuth_deg=90), BATTING).label is View.REAR


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
