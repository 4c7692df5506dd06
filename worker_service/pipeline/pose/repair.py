"""Mend a track: take out what cannot be, fill what was lost for a moment."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.pose.plausible import impossible
from worker_service.pipeline.pose.sides import with_own_sides
from worker_service.pipeline.signals.gaps import MAX_GAP_S, fill_gaps, short_gaps
from worker_service.pipeline.track import BREAK_S, Origin, PoseTrack

SAMPLED = ("t_s", "frame", "xy_px", "visibility", "world_m", "origin")
"""Of a track's fields those with a row for every picture."""


def repaired(track: PoseTrack) -> PoseTrack:
    """Return the track without mix-ups of sides, impossible samples and gaps to `MAX_GAP_S`.

    Filled samples are marked `Origin.INTERPOLATED` and take the lower visibility of the two
    samples they lie between. Nothing is smoothed: every measurement needs its own cut-off.
    Gaps are measured in the athlete's own time, so slow motion does not shorten the limit.

    Every scene is mended by itself, and what may belong to either side of a cut is left out.
    """
    if not track.breaks_s:
        return _mended(track)
    scenes = [_mended(scene) for scene in _scenes(_without_cuts(track))]
    return _joined(track, scenes)


def _mended(track: PoseTrack) -> PoseTrack:
    own_sides = with_own_sides(track)
    return _without_gaps(_without(own_sides, impossible(own_sides)))


def _without_cuts(track: PoseTrack) -> PoseTrack:
    """Take out all samples of which nobody knows to which scene they belong."""
    near = np.abs(track.t_s[:, None] - track.breaks_s).min(axis=1) <= BREAK_S
    return _without(track, np.broadcast_to(near[:, None], track.origin.shape))


def _scenes(track: PoseTrack) -> Iterator[PoseTrack]:
    """Cut a track at its breaks; scenes without a sample are left out."""
    edges = [0, *np.searchsorted(track.t_s, track.breaks_s).tolist(), len(track)]
    for first, last in pairwise(edges):
        if last > first:
            part: dict[str, Any] = {name: getattr(track, name)[first:last] for name in SAMPLED}
            yield replace(track, **part)


def _joined(track: PoseTrack, scenes: Sequence[PoseTrack]) -> PoseTrack:
    whole: dict[str, Any] = {
        name: np.concatenate([getattr(scene, name) for scene in scenes]) for name in SAMPLED
    }
    return replace(track, **whole)


def _without(track: PoseTrack, wrong: NDArray[np.bool_]) -> PoseTrack:
    if not wrong.any():
        return track
    return replace(
        track,
        xy_px=np.where(wrong[:, :, None], np.nan, track.xy_px),
        world_m=np.where(wrong[:, :, None], np.nan, track.world_m),
        visibility=np.where(wrong, 0.0, track.visibility),
        origin=np.where(wrong, Origin.MISSING, track.origin).astype(np.uint8),
    )


def _without_gaps(track: PoseTrack) -> PoseTrack:
    xy_px, world_m = track.xy_px.copy(), track.world_m.copy()
    visibility, origin = track.visibility.copy(), track.origin.copy()
    for landmark in range(origin.shape[1]):
        known = np.asarray(track.origin[:, landmark] != Origin.MISSING)
        gaps = short_gaps(track.real_s, known, max_gap_s=MAX_GAP_S)
        if not gaps.any():
            continue
        xy_px[:, landmark] = fill_gaps(track.real_s, xy_px[:, landmark])
        world_m[:, landmark] = fill_gaps(track.real_s, world_m[:, landmark])
        visibility[gaps, landmark] = _lower_neighbour(visibility[:, landmark], known)[gaps]
        origin[gaps, landmark] = Origin.INTERPOLATED
    return replace(track, xy_px=xy_px, world_m=world_m, visibility=visibility, origin=origin)


def _lower_neighbour(values: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n,) the lower of the nearest known values before and after each sample."""
    index = np.arange(len(values))
    places = np.flatnonzero(known)
    after = np.searchsorted(places, index).clip(0, len(places) - 1)
    before = (np.searchsorted(places, index, side="right") - 1).clip(0)
    return np.asarray(np.minimum(values[places[before]], values[places[after]]))
