"""Seven exercises as postures: how far into a repetition somebody is decides where every joint is.

The athlete faces +x. `share` runs from 0 at rest to 1 at the turn: (n,) or a number for each side
where an uneven athlete's sides differ. Metres, degrees.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shared.results import Exercise, Side
from tests.athletes.body import (
    FOREARM,
    HALF_HIPS,
    HALF_SHOULDERS,
    SHANK,
    THIGH,
    TORSO,
    UP,
    UPPER_ARM,
    Array,
    bend,
    leg_length,
    points,
)

ANKLE_M = 0.06
AHEAD, OUT = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])
SIGN = {Side.LEFT: 1.0, Side.RIGHT: -1.0}
Joints = dict[str, Array]
BySide = dict[Side, Array]


@dataclass(frozen=True)
class Form:
    """How somebody does an exercise.

    Attributes:
        depth_deg: angle of the exercise's joint at the turn; None: as usual.
        trunk_deg: lean of the trunk at the turn, from the upright towards the front.
        uneven: by which share of the way the left side goes further than the right.
        caving_deg: turn of the knees towards each other at the bottom.
        sag_deg: how far the hips of a push-up bend below the line; negative: above.
    """

    depth_deg: float | None = None
    trunk_deg: float | None = None
    uneven: float = 0.0
    caving_deg: Array | float = 0.0
    sag_deg: float = 0.0

    def depth(self, usual_deg: float) -> float:
        return usual_deg if self.depth_deg is None else self.depth_deg

    def trunk(self, usual_deg: float) -> float:
        return usual_deg if self.trunk_deg is None else self.trunk_deg

    def shares(self, share: Array) -> BySide:
        """Return how far each side is."""
        return {side: share * (1 + SIGN[side] * self.uneven / 2) for side in Side}


def squat(share: Array, form: Form, _: Side) -> Joints:
    legs = {
        side: leg_length(172.0 - (172.0 - form.depth(90.0)) * own)
        for side, own in form.shares(share).items()
    }
    back = np.radians(14.0) * share
    hips = {
        side: points(-legs[side] * np.sin(back), ANKLE_M + legs[side] * np.cos(back), 0, share)
        + SIGN[side] * HALF_HIPS * OUT
        for side in Side
    }
    cave = (np.radians(form.caving_deg) * share)[:, None]
    return _figure(
        hips,
        form.trunk(38.0) * share,
        ankles={side: _at(0.0, ANKLE_M, SIGN[side] * HALF_HIPS, share) for side in Side},
        wrists=lambda shoulders: {
            side: shoulders[side]
            + np.outer(share, [0.45, 0.05, 0])
            - np.outer(1 - share, 0.53 * UP)
            for side in Side
        },
        knees={side: np.cos(cave) * AHEAD - SIGN[side] * np.sin(cave) * OUT for side in Side},
    )


def lunge(share: Array, form: Form, front: Side) -> Joints:
    """One foot steps ahead during the first part of the way; the rear heel rises."""
    step = np.clip(share / 0.6, 0.0, 1.0)
    top, bottom = ANKLE_M + float(leg_length(172.0)), 0.56
    if form.depth_deg is not None:
        bottom = ANKLE_M + np.sqrt(float(leg_length(form.depth_deg)) ** 2 - 0.30**2)
    middle = points(0.45 * share, top + (bottom - top) * share, 0, share)
    ankles = {}
    for side in Side:
        ahead, heel = (
            (0.75 * step, 0.12 * np.sin(np.pi * step)) if side is front else (0.0, 0.12 * share)
        )
        ankles[side] = points(ahead, ANKLE_M + heel, SIGN[side] * HALF_HIPS, share)
    return _figure(
        {side: middle + SIGN[side] * HALF_HIPS * OUT for side in Side},
        form.trunk(6.0) * share,
        ankles=ankles,
        wrists=lambda shoulders: {side: shoulders[side] - 0.53 * UP for side in Side},
    )


def deadlift(share: Array, form: Form, _: Side) -> Joints:
    """Hips back, trunk down, hands hanging; the trunk's lean is what bends the hip."""
    leg = leg_length(174.0 - 44.0 * share)
    back = np.radians(17.0) * share
    middle = points(-leg * np.sin(back), ANKLE_M + leg * np.cos(back), 0, share)
    drop = {side: 0.3 * (own - share) for side, own in form.shares(share).items()}
    return _figure(
        {side: middle + SIGN[side] * HALF_HIPS * OUT for side in Side},
        form.trunk(68.0) * share,
        ankles={side: _at(0.0, ANKLE_M, SIGN[side] * HALF_HIPS, share) for side in Side},
        wrists=lambda shoulders: {side: shoulders[side] - 0.53 * UP for side in Side},
        sunk=drop,
    )


def push_up(share: Array, form: Form, _: Side) -> Joints:
    """A line from the ankles to the shoulders that turns about the toes; hands stay."""
    sag = np.radians(form.sag_deg)
    line = float(np.sqrt(0.86**2 + TORSO**2 + 2 * 0.86 * TORSO * np.cos(sag)))
    off = np.arcsin(TORSO * np.sin(sag) / line)
    rest = _rise(line, _arm(165.0) * 0.98)
    hand_x = line * np.cos(rest) + 0.02
    turn = _rise(line, _reach(hand_x, line, _arm(form.depth(80.0))))
    rise = rest + (turn - rest) * share
    hip = points(0.86 * np.cos(rise - off), 0.10 + 0.86 * np.sin(rise - off), 0, share)
    trunk = 90.0 - np.degrees(rise - off + sag)
    drop = {side: 0.25 * (own - share) for side, own in form.shares(share).items()}
    hands = {side: _at(float(hand_x), 0.05, SIGN[side] * HALF_SHOULDERS, share) for side in Side}
    return _figure(
        {side: hip + SIGN[side] * HALF_HIPS * OUT for side in Side},
        trunk,
        ankles={side: _at(0.0, 0.10, SIGN[side] * HALF_HIPS, share) for side in Side},
        wrists=lambda _: hands,
        knees=dict.fromkeys(Side, _like(-UP, share)),
        elbows=dict.fromkeys(Side, _like(-AHEAD + 0.3 * UP, share)),
        sunk=drop,
    )


def sit_up(share: Array, form: Form, _: Side) -> Joints:
    """From the back up to the knees; feet and hips stay, hands at the ears."""
    hip, trunk = _at(0.0, 0.10, 0.0, share), -84.0 + (84.0 + form.trunk(-4.0)) * share
    drop = {side: -0.3 * (own - share) for side, own in form.shares(share).items()}
    along = np.stack([np.sin(np.radians(trunk)), np.cos(np.radians(trunk)), 0 * trunk], axis=1)
    return _figure(
        {side: hip + SIGN[side] * HALF_HIPS * OUT for side in Side},
        trunk,
        ankles={side: _at(0.45, ANKLE_M, SIGN[side] * HALF_HIPS, share) for side in Side},
        wrists=lambda shoulders: {side: shoulders[side] + 0.18 * along for side in Side},
        knees=dict.fromkeys(Side, _like(UP, share)),
        elbows={side: _like(SIGN[side] * OUT + 0.3 * AHEAD, share) for side in Side},
        sunk=drop,
    )


def pull_up(share: Array, form: Form, _: Side) -> Joints:
    """Hanging from a bar a little wider than the shoulders; elbows go out and down."""
    wide = 0.06
    lengths = {
        side: _arm(170.0 - (170.0 - form.depth(60.0)) * own)
        for side, own in form.shares(share).items()
    }
    below = {side: np.sqrt(lengths[side] ** 2 - wide**2) for side in Side}
    mean = (below[Side.LEFT] + below[Side.RIGHT]) / 2
    hip = points(0.0, 2.3 - mean - TORSO, 0.0, share)
    return _figure(
        {side: hip + SIGN[side] * HALF_HIPS * OUT for side in Side},
        form.trunk(0.0) * share,
        ankles={
            side: hip + points(0.0, -float(leg_length(168.0)), SIGN[side] * HALF_HIPS, share)
            for side in Side
        },
        wrists=lambda _: {
            side: _at(0.0, 2.3, SIGN[side] * (HALF_SHOULDERS + wide), share) for side in Side
        },
        elbows={side: _like(SIGN[side] * OUT, share) for side in Side},
        sunk={side: below[side] - mean for side in Side},
    )


def jumping_jack(share: Array, form: Form, _: Side) -> Joints:
    """Arms from the thighs to overhead while a hop takes the feet apart."""
    raised = {
        side: np.radians(8.0 + (form.depth(168.0) - 8.0) * own)
        for side, own in form.shares(share).items()
    }
    aside = HALF_HIPS + 0.30 * share
    hop = 0.16 * share * (1 - share)
    leg = float(leg_length(174.0))
    height = ANKLE_M + np.sqrt(leg**2 - (aside - HALF_HIPS) ** 2) + hop
    hip = points(0.0, height, 0.0, share)

    def wrists(shoulders: BySide) -> BySide:
        return {
            side: shoulders[side]
            + 0.55 * points(0, -np.cos(raised[side]), SIGN[side] * np.sin(raised[side]), share)
            for side in Side
        }

    return _figure(
        {side: hip + SIGN[side] * HALF_HIPS * OUT for side in Side},
        form.trunk(0.0) * share,
        ankles={side: points(0.0, ANKLE_M + hop, SIGN[side] * aside, share) for side in Side},
        wrists=wrists,
    )


Posture = Callable[[Array, Form, Side], Joints]

POSTURES: dict[Exercise, Posture] = {
    Exercise.SQUAT: squat,
    Exercise.PUSH_UP: push_up,
    Exercise.LUNGE: lunge,
    Exercise.DEADLIFT: deadlift,
    Exercise.JUMPING_JACK: jumping_jack,
    Exercise.SIT_UP: sit_up,
    Exercise.PULL_UP: pull_up,
}


def _figure(
    hips: BySide,
    trunk_deg: Array,
    *,
    ankles: BySide,
    wrists: Callable[[BySide], BySide],
    knees: BySide | None = None,
    elbows: BySide | None = None,
    sunk: BySide | None = None,
) -> Joints:
    """Put a body together; `sunk`: metres by which a shoulder is lower than the trunk's end."""
    lean = np.radians(trunk_deg)
    along = np.stack([np.sin(lean), np.cos(lean), np.zeros_like(lean)], axis=1)
    chest = np.stack([np.cos(lean), -np.sin(lean), np.zeros_like(lean)], axis=1)
    neck = (hips[Side.LEFT] + hips[Side.RIGHT]) / 2 + TORSO * along
    shoulders = {side: neck + SIGN[side] * HALF_SHOULDERS * OUT for side in Side}
    if sunk:
        shoulders = {side: shoulders[side] - sunk[side][:, None] * UP for side in Side}
    hands = wrists(shoulders)
    joints = {"nose": neck + 0.22 * along + 0.10 * chest}
    for side in Side:
        joints[f"{side}_ear"] = neck + 0.22 * along + SIGN[side] * 0.07 * OUT
        joints |= {f"{side}_hip": hips[side], f"{side}_ankle": ankles[side]}
        joints |= {f"{side}_shoulder": shoulders[side], f"{side}_wrist": hands[side]}
        joints[f"{side}_heel"] = ankles[side] - 0.05 * AHEAD - ANKLE_M * UP
        joints[f"{side}_foot_index"] = ankles[side] + 0.15 * AHEAD - ANKLE_M * UP
        to_knee = knees[side] if knees else _like(AHEAD, trunk_deg)
        to_elbow = elbows[side] if elbows else _like(-AHEAD, trunk_deg)
        joints[f"{side}_knee"] = bend(hips[side], ankles[side], THIGH, SHANK, to_knee)
        joints[f"{side}_elbow"] = bend(shoulders[side], hands[side], UPPER_ARM, FOREARM, to_elbow)
    return joints


def _at(x: float, y: float, z: float, like: Array) -> Array:
    return points(x, y, z, like)


def _like(direction: Array, like: Array) -> Array:
    return np.broadcast_to(direction, (len(like), 3))


def _arm(elbow_deg: Array | float) -> Array:
    """Return the distance from shoulder to wrist of an arm with this elbow."""
    return np.sqrt(
        UPPER_ARM**2 + FOREARM**2 - 2 * UPPER_ARM * FOREARM * np.cos(np.radians(elbow_deg))
    )


def _rise(line_m: float, above_hands_m: Array | float) -> Array:
    """Angle of a push-up's line over the ground with the shoulders this far above the hands."""
    return np.arcsin((above_hands_m - 0.05) / line_m)


def _reach(hand_x: Array, line_m: float, arm_m: Array) -> Array:
    """Height of the shoulders over the hands at which the arm has this length."""
    height = arm_m
    for _ in range(20):
        ahead = line_m * np.cos(_rise(line_m, height)) - hand_x
        height = np.sqrt(arm_m**2 - ahead**2)
    return height
