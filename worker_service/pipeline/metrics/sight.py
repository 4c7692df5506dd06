"""How well some landmarks were seen during a stretch of time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker_service.pipeline.track import INDEX, Origin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.track import PoseTrack

MIN_VISIBILITY = 0.5
"""Below, the pose model itself thinks the point is rather hidden than seen."""

MIN_COVERAGE = 0.5
"""At least every second picture must show the point itself and not a filled gap."""

AROUND_S = 0.15
"""A moment is judged by the pictures this close to it, three at least."""

FULL_TRUST_HZ = 30.0
"""From here on an event is placed as well as the pose model sees it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen: mean visibility, share of pictures with detection, pictures a real second."""

    visibility: float
    coverage: float
    rate_hz: float


def look(track: "PoseTrack", landmarks: tuple[str, ...], start_s: float, end_s: float) -> Sight:
    """Return how well all these landmarks were seen from one real second to another."""
    real = track.real_s
    around_s = max(AROUND_S, 1.5 * _step_s(real, start_s))
    near = (real >= start_s - around_s) & (real <= end_s + around_s)
    if near.sum() < 2:  # noqa: PLR2004 - a rate needs two pictures
        return Sight(0.0, 0.0, 0.0)
    points = [INDEX[name] for name in landmarks]
    detected = (track.origin[near][:, points] == Origin.DETECTED).all(axis=1)
    visibility = track.visibility[near][:, points].mean(axis=1)[detected]
    steps = np.diff(real[near])
    rate_hz = float(1.0 / np.median(steps))
    expected = int(near.sum()) + _left_out(steps)
    return Sight(
        visibility=float(visibility.mean()) if detected.any() else 0.0,
        coverage=float(detected.sum() / expected),
        rate_hz=rate_hz,
    )


def _step_s(real_s: "NDArray[np.float64]", at_s: float) -> float:
    """Return the usual time between the pictures around a moment; 0 for a single picture."""
    here = int(np.searchsorted(real_s, at_s))
    steps = np.diff(real_s[max(0, here - 3) : here + 3])
    return float(np.median(steps)) if len(steps) else 0.0


def event_trust(track: "PoseTrack", landmarks: tuple[str, ...], at_s: float) -> float:
    """Return how sure the moment of an event is: by what was seen of the body around it, how often.

    Events of every movement are trusted alike; a view that places them badly weighs on top.
    """
    seen = look(track, landmarks, at_s, at_s)
    return seen.visibility * seen.coverage * min(1.0, seen.rate_hz / FULL_TRUST_HZ)


def _left_out(steps: "NDArray[np.float64]") -> int:
    """Return how many pictures are missing in steps longer than both of their neighbours.

    Where a clip changes between being glanced at and being looked at in full, none is.
    """
    before, after = np.append(0.0, steps[:-1]), np.append(steps[1:], 0.0)
    usual = np.maximum(before, after)
    holes = (usual > 0) & (steps > 1.5 * usual)
    return int(np.round(steps[holes] / usual[holes] - 1.0).sum())
