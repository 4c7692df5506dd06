"""Mend a track: take out what cannot be, fill what was lost for a moment."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from worker_service.pipeline.pose.plausible import impossible
from worker_service.pipeline.pose.sides import with_own_sides
from worker_service.pipeline.signals.gaps import MAX_GAP_S, fill_gaps, short_gaps
from worker_service.pipeline.track import Origin, PoseTrack


def repaired(track: PoseTrack) -> PoseTrack:
    """Return the track without mix-ups of sides, impossible samples and gaps to `MAX_GAP_S`.

    Filled samples are marked `Origin.INTERPOLATED` and take the lower visibility of the two
    samples they lie between. Nothing is smoothed: every measurement needs its own cut-off.
    Gaps are measured in the athlete's own time, so slow motion does not shorten the limit.
    """
    return _without_gaps(_without_impossible(with_own_sides(track)))


def _without_impossible(track: PoseTrack) -> PoseTrack:
    wrong = impossible(track)
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
