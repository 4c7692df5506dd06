"""Find whom a coach pointed at."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.analysis import SubjectHint
from worker_service.pipeline.pose.sightings import Sightings

NEAR_S = 0.5
"""A box holds for so long before and after the moment it was drawn at."""

SAME = 0.1
"""Two boxes that share this part of what both cover mean one person, wherever their middles."""


def pointed_at(
    hint: SubjectHint,
    sightings: Sightings,
    people: Sequence[NDArray[np.int64]],
    size_px: tuple[int, int],
) -> int | None:
    """Return which of these people, each given by rows, a box is drawn around; None for nobody.

    Of several it is the one whose own box has most in common with it.
    """
    corner = np.array([hint.x, hint.y])
    box = np.array([corner, corner + [hint.width, hint.height]]) * size_px
    shared = [_shared(box, _boxes(sightings, rows, hint.t_s)) for rows in people]
    if not shared or max(shared) == 0.0:
        return None
    return int(np.argmax(shared))


def _boxes(sightings: Sightings, rows: NDArray[np.int64], t_s: float) -> NDArray[np.floating]:
    """(k, 2, 2) upper left and lower right of one person around a time."""
    near = np.abs(sightings.t_s[sightings.picture[rows]] - t_s) <= NEAR_S
    xy_px = sightings.xy_px[rows[near]]
    return np.stack([xy_px.min(axis=1), xy_px.max(axis=1)], axis=1)


def _shared(box: NDArray[np.floating], boxes: NDArray[np.floating]) -> float:
    """Mean area in common over area covered by either; 0 where the box means somebody else."""
    if not len(boxes):
        return 0.0
    common = np.minimum(box[1], boxes[:, 1]) - np.maximum(box[0], boxes[:, 0])
    both = np.prod(np.maximum(common, 0.0), axis=1)
    either = np.prod(box[1] - box[0]) + np.prod(boxes[:, 1] - boxes[:, 0], axis=1) - both
    share = float(np.mean(both / np.maximum(either, 1.0)))
    middles = boxes.mean(axis=1)
    met = _holds(box[None], middles) | _holds(boxes, box.mean(axis=0)[None])
    return share if share >= SAME or met.any() else 0.0


def _holds(boxes: NDArray[np.floating], points: NDArray[np.floating]) -> NDArray[np.bool_]:
    inside = (boxes[:, 0] <= points) & (points <= boxes[:, 1])
    return np.asarray(inside.all(axis=1))
