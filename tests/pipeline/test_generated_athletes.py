"""The truth itself: generated bodies are made of bone."""

import numpy as np
import pytest

from tests.athletes import delivery, jumps, running, squats, walking
from tests.athletes.body import SHANK, THIGH

LEGS = {("hip", "knee"): THIGH, ("knee", "ankle"): SHANK}


@pytest.mark.parametrize(
    "scenario",
    [
        delivery(),
        delivery(120.0, steps=6),
        delivery(165.0, steps=2, stride_m=0.9, lean_deg=20.0, arm_deg=60.0),
        running(),
        walking(),
        jumps(),
        squats(),
    ],
    ids=["walks in and bowls", "runs in and bowls", "long stride", "run", "walk", "jump", "squat"],
)
def test_no_thigh_and_no_shank_stretches(scenario):
    body = scenario.body(np.arange(0.0, scenario.duration_s, 1 / 60))
    for side in ("left", "right"):
        for (upper, lower), length_m in LEGS.items():
            lengths = np.linalg.norm(body[f"{side}_{upper}"] - body[f"{side}_{lower}"], axis=1)
            assert lengths == pytest.approx(length_m, abs=0.001), (side, upper)
