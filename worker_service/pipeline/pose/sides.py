"""Undo left-right mix-ups: stretches in which the model took each arm or leg for the other.

Legs that cross in a stride go on at their speed as labelled; legs that were mixed up would have
turned round on the spot. See `courses.py` for how that is weighed.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.pose import body
from worker_service.pipeline.pose.courses import Floats, changed_over
from worker_service.pipeline.track import INDEX, PoseTrack

DEPTH_WEIGHT = 0.07
"""A step in depth tells this part of what one across the picture does: the model guesses depth,
and mixes up the legs in the picture without changing their depths (both bowling clips)."""

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class LimbPair:
    """Two limbs that are mixed up as a whole.

    Attributes:
        landmarks: (2, m) left and right landmarks that change over together.
        judged: (2, k) the landmarks they are followed by.
        pull: (k,) usual acceleration of these, in body lengths per second squared.
    """

    landmarks: NDArray[np.int64]
    judged: NDArray[np.int64]
    pull: Floats


def _limbs(judged: dict[str, float], *others: str) -> LimbPair:
    def sides(parts: tuple[str, ...]) -> NDArray[np.int64]:
        return np.array([[INDEX[f"{side}_{part}"] for part in parts] for side in ("left", "right")])

    return LimbPair(
        landmarks=sides((*judged, *others)),
        judged=sides(tuple(judged)),
        pull=np.array(list(judged.values())),
    )


LEGS = _limbs({"hip": 13.0, "knee": 40.0, "ankle": 60.0, "heel": 60.0, "foot_index": 60.0})
ARMS = _limbs({"shoulder": 13.0, "elbow": 50.0, "wrist": 90.0}, "pinky", "index", "thumb")


def with_own_sides(track: PoseTrack) -> PoseTrack:
    """Return the track with arms and legs changed back wherever they were mixed up."""
    for limbs in (LEGS, ARMS):
        track = _changed_back(track, limbs, mixed_up(track, limbs))
    return track


def mixed_up(track: PoseTrack, limbs: LimbPair) -> NDArray[np.bool_]:
    """(n,) in which pictures each limb of a pair was taken for the other."""
    length_px = float(np.nanmedian(body.length(track.xy_px))) if track.present.any() else 0.0
    if not length_px > body.TINY_PX:
        return np.zeros(len(track), dtype=bool)
    depth = track.world_m[:, limbs.judged, 2:] / BODY_LENGTH_M * DEPTH_WEIGHT
    places = np.concatenate([track.xy_px[:, limbs.judged] / length_px, depth], axis=-1)
    return changed_over(track.real_s, places, limbs.pull)


BODY_LENGTH_M = 1.36
"""Trunk plus leg of the model's own body, which is about 1.7 m tall."""


def _changed_back(track: PoseTrack, limbs: LimbPair, pictures: NDArray[np.bool_]) -> PoseTrack:
    if not pictures.any():
        return track
    rows = np.flatnonzero(pictures)[:, None]
    left, right = limbs.landmarks

    def swapped(values: NDArray[T]) -> NDArray[T]:
        changed = values.copy()
        changed[rows, left], changed[rows, right] = values[rows, right], values[rows, left]
        return changed

    return replace(
        track,
        xy_px=swapped(track.xy_px),
        visibility=swapped(track.visibility),
        world_m=swapped(track.world_m),
        origin=swapped(track.origin),
    )
