"""The knee of a planted leg, read from the pictures around a moment and not from filtered paths.

A foot that strikes the ground breaks every path of the leg; a filter that fits the swing smears
that break over 50 ms. A fit to the joint's own angle over a few pictures does not.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from worker_service.pipeline.metrics.geometry import bend_deg
from worker_service.pipeline.signals.known import median, rms
from worker_service.pipeline.track import INDEX, Origin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.results import Side
    from worker_service.pipeline.metrics.scene import Window
    from worker_service.pipeline.track import PoseTrack

STRAY_TORSO = 0.35
"""A planted ankle does not leave its place by this much; the pose model's swap of legs does.
(Measured: 1.0 to 1.5 torso lengths at the release of two bowling clips.)"""

FIT_S = 0.04
"""A line leans on pictures this close to a moment, the nearest most, or on the two neighbours."""

HINGE_S, HINGE_MARGIN = 0.06, 1.2
"""A hinge leans on pictures this close to the foot's contact; the farthest keep some weight."""

HINGE_PICTURES, HINGE_SHIFTS_S = 6, tuple(np.linspace(-0.012, 0.012, 13))
"""So many pictures can tell where the knee turns from stretching to yielding, this near contact."""

ROUGH_DEG = 10.0
"""Standard error of one picture at which a knee is half trusted. (Measured at release, where one
leg hides the other: 17 and 20 degrees; 4 to 6 while it is in sight.)"""

WILD_DEG = 30.0
"""Beyond, it is not the same knee in all pictures."""

LOST_S = 1 / 30
"""A leg that the model lost in one picture is drawn away already in those this close to it.
(Measured at release: 7 to 17 degrees more bent than by eye, where the labels move by 2 and 4.)"""

HOLD_S = 0.1
"""A braced knee is taken as last seen for at most this long, and trusted less the longer ago."""

LEAST_TRUST = 0.15
"""Below, the pictures do not agree on one knee and no angle is given."""

SETTLE_S = 0.2
"""How far beyond the window pictures are taken into account."""


@dataclass(frozen=True, slots=True, eq=False)
class PlantedKnee:
    """The usable pictures of one leg around its plant.

    Attributes:
        t_s: (n,) real seconds of the pictures.
        bend_deg: (n,) signed bend, 0 = straight.
        step_s: usual time between pictures.
        all_s: real seconds of all pictures, with those in which the leg was lost or mixed up.
    """

    t_s: "NDArray[np.float64]"
    bend_deg: "NDArray[np.float64]"
    step_s: float
    all_s: "NDArray[np.float64]"

    @classmethod
    def of(cls, track: "PoseTrack", side: "Side", window: "Window") -> "PlantedKnee":
        """Read the leg that plants at the start of the window and stands to its end."""
        hip, knee, ankle = (track.point(f"{side}_{part}") for part in ("hip", "knee", "ankle"))
        bend, real = bend_deg(hip, knee, ankle), track.real_s
        near = (real >= window.start_s - SETTLE_S) & (real <= window.end_s + SETTLE_S)
        near &= np.isfinite(bend)
        standing = near & (real >= window.start_s - 1e-9)
        own = near & ~_strays(track, ankle, standing) & ~_lost(track, side, standing)
        step_s = float(np.median(np.diff(real[near]))) if near.sum() > 1 else np.inf
        return cls(real[own], bend[own], step_s, real[near])

    def standing(self, contact_s: float) -> "PlantedKnee":
        """Return the pictures in which the foot surely stands.

        A contact between two pictures is known to about a quarter of the way between them, and
        one picture of the leg still stretching would bend the stance by up to 10 degrees.
        """
        later = self.t_s >= contact_s + self.step_s / 4.0
        return replace(self, t_s=self.t_s[later], bend_deg=self.bend_deg[later])

    def angle_deg(self, at_s: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """(m,) knee angle, 180 = straight, by a weighted line through the pictures around."""
        away = self.t_s[None, :] - at_s[:, None]
        weight = np.clip(1.0 - np.abs(away) / max(FIT_S, 1.25 * self.step_s), 0.0, None)
        total = weight.sum(axis=1)
        total[total <= 0] = np.nan
        centre = (weight * away).sum(axis=1) / total
        middle = (weight * self.bend_deg).sum(axis=1) / total
        off = away - centre[:, None]
        spread = (weight * off**2).sum(axis=1)
        slope = (weight * off * self.bend_deg).sum(axis=1) / np.maximum(spread, 1e-12)
        bend = np.where(np.isfinite(total), middle - slope * centre, self._last_seen_deg(at_s))
        return np.asarray(180.0 - np.abs(bend))

    def _last_seen_deg(self, at_s: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """(m,) bend in the last picture before each moment, NaN when that is too long ago."""
        if len(self.t_s) == 0:
            return np.full(len(at_s), np.nan)
        before = np.searchsorted(self.t_s, at_s, side="right") - 1
        held = (before >= 0) & (at_s - self.t_s[before] <= HOLD_S)
        return np.where(held, self.bend_deg[before], np.nan)

    def at_contact_deg(self, contact_s: float) -> float:
        """Knee angle as the foot strikes: where the stretching and the yielding leg's lines meet.

        One line through both would read the strike several degrees too bent, but is all that 30
        pictures a second allow. The lines tell when they meet, within the error of the contact.
        """
        away = self.t_s - contact_s
        near = np.abs(away) < HINGE_S
        if near.sum() < HINGE_PICTURES:
            return float(self.angle_deg(np.array([contact_s]))[0])
        hinges = [_hinge(away[near] - shift, self.bend_deg[near]) for shift in HINGE_SHIFTS_S]
        return 180.0 - abs(min(hinges)[1])

    def roughness_deg(self, start_s: float, end_s: float) -> float:
        """Standard error of one picture, told by how far it lies off the line of its neighbours."""
        if len(self.t_s) < 3:  # noqa: PLR2004
            return 0.0
        before, here, after = self.t_s[:-2], self.t_s[1:-1], self.t_s[2:]
        share = (here - before) / (after - before)
        expected = (1.0 - share) * self.bend_deg[:-2] + share * self.bend_deg[2:]
        off = (self.bend_deg[1:-1] - expected) / np.sqrt(1.0 + share**2 + (1.0 - share) ** 2)
        reach_s = max(FIT_S, 1.25 * self.step_s)
        near = (here >= start_s - reach_s) & (here <= end_s + reach_s)
        return rms(off[near]) if near.any() else 0.0

    def trust(self, start_s: float, end_s: float) -> float:
        """0..1 for what is read between two moments; 0 where it is not one leg's knee."""
        used, everything = (
            ((t_s >= start_s - HOLD_S) & (t_s <= end_s + self.step_s)).sum()
            for t_s in (self.t_s, self.all_s)
        )
        rough = self.roughness_deg(start_s, end_s)
        if rough > WILD_DEG or len(self.t_s) == 0 or everything == 0:
            return 0.0
        old_s = float(np.abs(self.t_s - end_s).min()) - self.step_s / 2.0
        fresh = 1.0 - min(1.0, max(0.0, old_s) / HOLD_S)
        return float(used / everything) * fresh / (1.0 + (rough / ROUGH_DEG) ** 2)


def _lost(track: "PoseTrack", side: "Side", standing: "NDArray[np.bool_]") -> "NDArray[np.bool_]":
    """Tell in which pictures of the stance the leg was filled in, or drawn away next to that."""
    leg = [INDEX[f"{side}_{part}"] for part in ("hip", "knee", "ankle")]
    filled = standing & (track.origin[:, leg] != Origin.DETECTED).any(axis=1)
    away_s = np.abs(track.real_s[:, None] - track.real_s[filled][None, :])
    return np.asarray(standing & (away_s <= LOST_S * 1.1).any(axis=1))


def _hinge(away_s: "NDArray[np.float64]", bend_deg: "NDArray[np.float64]") -> tuple[float, float]:
    """Return how badly two lines that meet at 0 fit, and where they meet."""
    reach_s = float(np.abs(away_s).max()) * HINGE_MARGIN
    weight = np.sqrt(1.0 - np.abs(away_s) / reach_s)
    lines = np.stack([np.ones_like(away_s), np.minimum(away_s, 0), np.maximum(away_s, 0)], axis=1)
    lines *= weight[:, None]
    fitted, *_ = np.linalg.lstsq(lines, bend_deg * weight, rcond=None)
    left_over = float(((lines @ fitted - bend_deg * weight) ** 2).sum() / (weight**2).sum())
    return left_over, float(fitted[0])


def _strays(
    track: "PoseTrack", ankle: "NDArray[np.float64]", standing: "NDArray[np.bool_]"
) -> "NDArray[np.bool_]":
    """Tell in which pictures of the stance the ankle is away from where it was planted."""
    places = np.flatnonzero(standing)
    if len(places) == 0:
        return np.zeros(len(track), dtype=bool)
    place = np.median(ankle[places[: max(3, len(places) // 2)]], axis=0)
    shoulders = track.middle("left_shoulder", "right_shoulder")
    torso = np.linalg.norm(shoulders - track.middle("left_hip", "right_hip"), axis=1)
    away = np.linalg.norm(ankle - place, axis=1) / median(torso[places])
    return np.asarray(standing & (away > STRAY_TORSO))
