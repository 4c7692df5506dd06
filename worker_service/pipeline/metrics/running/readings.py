"""What is read off every stride, by metric."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from shared.results import EventType
from worker_service.pipeline.metrics.running.one_stride import OneStride
from worker_service.pipeline.metrics.scene import Reading, Window

LOADED = 2 / 3
"""Share of a contact in which the leg takes up the landing; after it the knee bends to leave."""

FEET = ("left_heel", "right_heel", "left_foot_index", "right_foot_index")
TRUNK = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")


def _duration(one: OneStride, window: Window, event: EventType) -> Reading:
    side, value = one.stride.side, window.end_s - window.start_s
    return Reading(value, FEET, window, window.start_s, event, side)


def _contact_time(one: OneStride) -> Reading:
    return _duration(one, one.stance, EventType.FOOT_CONTACT)


def _flight_time(one: OneStride) -> Reading:
    window = Window(one.stride.toe_off_s, one.stride.other_contact_s)
    return _duration(one, window, EventType.TOE_OFF)


def _duty_factor(one: OneStride) -> Reading:
    return one.over(one.whole, one.stride.duty, FEET)


def _rise_px(one: OneStride) -> float:
    """Range of the trunk's height over a stride, less what it gains from start to end."""
    _, height = one.during(one.whole, one.body.height_px)
    if len(height) == 0:
        return float("nan")
    return float(np.ptp(height - np.linspace(height[0], height[-1], len(height))))


def _vertical_oscillation(one: OneStride) -> Reading:
    return one.over(one.whole, _rise_px(one) / one.body.torso_px, TRUNK)


def _bounce_height(one: OneStride) -> Reading:
    return one.over(one.whole, _rise_px(one) / one.standing_px, TRUNK)


def _trunk_lean(one: OneStride) -> Reading:
    _, lean = one.during(one.stance, one.body.trunk)
    return one.over(one.stance, float(lean.mean()) if len(lean) else float("nan"), TRUNK)


def _knee_at_contact(one: OneStride) -> Reading:
    return one.at(EventType.FOOT_CONTACT, one.limbs.knee, one.named("hip", "knee", "ankle"))


def _knee_in_stance(one: OneStride) -> Reading:
    leg = one.named("hip", "knee", "ankle")
    until_s = one.stance.start_s + LOADED * (one.stance.end_s - one.stance.start_s)
    loaded = Window(one.stance.start_s, until_s)
    return one.lowest(loaded, one.limbs.knee, leg)


def _shank_at_contact(one: OneStride) -> Reading:
    return one.at(EventType.FOOT_CONTACT, one.limbs.shank, one.named("knee", "ankle"))


def _overstride(one: OneStride) -> Reading:
    reach = one.limbs.reach_px / one.limbs.leg_px
    return one.at(EventType.FOOT_CONTACT, reach, one.named("hip", "ankle"))


def _hip_extension(one: OneStride) -> Reading:
    behind = one.limbs.hip - 180.0
    return one.at(EventType.TOE_OFF, behind, (*TRUNK, *one.named("knee")))


def _arm_swing(one: OneStride) -> Reading:
    _, arm = one.during(one.whole, one.limbs.arm)
    span = float(np.ptp(arm)) if len(arm) else float("nan")
    return one.over(one.whole, span, (*TRUNK, *one.named("elbow")))


def _elbow_angle(one: OneStride) -> Reading:
    _, elbow = one.during(one.whole, one.limbs.elbow)
    mean = float(elbow.mean()) if len(elbow) else float("nan")
    return one.over(one.whole, mean, one.named("shoulder", "elbow", "wrist"))


def _arm_cross_body(one: OneStride) -> Reading:
    """Farthest that the hand gets beyond the body's middle, in shoulder widths."""
    hand = ("left_shoulder", "right_shoulder", *one.named("wrist"))
    short = one.lowest(one.whole, -one.limbs.crossing_px / one.body.shoulders_px, hand)
    return replace(short, value=-short.value)


READINGS: Mapping[str, Callable[[OneStride], Reading]] = MappingProxyType(
    {
        "contact_time": _contact_time,
        "flight_time": _flight_time,
        "duty_factor": _duty_factor,
        "vertical_oscillation": _vertical_oscillation,
        "bounce_height": _bounce_height,
        "trunk_lean": _trunk_lean,
        "knee_at_contact": _knee_at_contact,
        "knee_in_stance": _knee_in_stance,
        "shank_at_contact": _shank_at_contact,
        "overstride": _overstride,
        "hip_extension_at_toe_off": _hip_extension,
        "arm_swing": _arm_swing,
        "elbow_angle": _elbow_angle,
        "arm_cross_body": _arm_cross_body,
    }
)
"""By the metric's key in `tables/running.toml`; one value a stride, of its side."""
