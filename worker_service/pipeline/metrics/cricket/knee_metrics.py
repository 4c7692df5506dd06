"""The bowler's front knee at its two moments, and what it does in between."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from shared.results import EventType, Metric, Reason, Side
from worker_service.pipeline.metrics.cricket.legs import LEAST_TRUST, PlantedKnee
from worker_service.pipeline.metrics.cricket.readings import not_found
from worker_service.pipeline.metrics.scene import Reading, Scene, Window
from worker_service.pipeline.signals.even import EVEN_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from worker_service.pipeline.metrics.cricket.action import Action

AT_CONTACT = "front_knee_at_contact"
AT_RELEASE = "front_knee_at_release"
FLEXION = "front_knee_flexion_after_contact"
EXTENSION = "front_knee_extension_to_release"
KEYS = (AT_CONTACT, AT_RELEASE, FLEXION, EXTENSION)

_EVENTS = {AT_CONTACT: EventType.FRONT_FOOT_CONTACT, AT_RELEASE: EventType.RELEASE}


@dataclass(frozen=True, slots=True, eq=False)
class _Stance:
    """The planted knee from contact to release: its ends, its smallest angle and the way there."""

    knee: PlantedKnee
    window: Window
    contact_deg: float
    release_deg: float
    t_s: "NDArray[np.float64]"
    angle_deg: "NDArray[np.float64]"

    @classmethod
    def of(cls, scene: Scene, side: Side, window: Window) -> Self:
        knee = PlantedKnee.of(scene.track, side, window)
        t_s = np.append(np.arange(window.start_s, window.end_s, 1.0 / EVEN_HZ), window.end_s)
        return cls(
            knee=knee,
            window=window,
            contact_deg=knee.at_contact_deg(window.start_s),
            release_deg=float(knee.angle_deg(t_s[-1:])[0]),
            t_s=t_s,
            angle_deg=knee.standing(window.start_s).angle_deg(t_s),
        )

    @property
    def lowest_deg(self) -> float:
        """The smallest angle, the ends included; NaN when the leg was never seen."""
        return float(np.fmin.reduce([*self.angle_deg, self.contact_deg, self.release_deg]))

    @property
    def lowest_s(self) -> float:
        """When the knee is most bent."""
        return float(self.t_s[int(np.nan_to_num(self.angle_deg, nan=np.inf).argmin())])


def front_knee_metrics(scene: Scene, action: "Action") -> dict[str, Metric]:
    """Return the knee at contact and release, its yielding and its stretching between them."""
    side, window = action.front, action.knee
    if side is None or window is None:
        leg = _leg(side or Side.LEFT)
        return {key: not_found(scene, action, key, leg, side) for key in KEYS}
    stance = _Stance.of(scene, side, window)
    contact_s, lowest_s, release_s = window.start_s, stance.lowest_s, window.end_s
    taken = {
        AT_CONTACT: (stance.contact_deg, Window(contact_s, contact_s)),
        AT_RELEASE: (stance.release_deg, Window(release_s, release_s)),
        FLEXION: (stance.contact_deg - stance.lowest_deg, Window(contact_s, lowest_s)),
        EXTENSION: (stance.release_deg - stance.lowest_deg, Window(lowest_s, release_s)),
    }
    return {
        key: _metric(scene, stance, side, key, value, within)
        for key, (value, within) in taken.items()
    }


def _metric(
    scene: Scene, stance: _Stance, side: Side, key: str, value: float, window: Window
) -> Metric:
    trust = stance.knee.trust(window.start_s, window.end_s)
    refusal = scene.refusal(key, _leg(side), window)
    if refusal or trust < LEAST_TRUST:
        return scene.missing(key, refusal or Reason.NOT_PLAUSIBLE, side)
    event = _EVENTS.get(key)
    reading = Reading(
        value=value,
        landmarks=_leg(side),
        window=window,
        at_s=window.end_s,
        event=event,
        side=side,
        curve_t_s=stance.t_s if event else np.empty(0),
        curve=stance.angle_deg if event else np.empty(0),
        trust=trust,
    )
    return scene.metric(key, reading)


def _leg(side: Side) -> tuple[str, ...]:
    return tuple(f"{side}_{joint}" for joint in ("hip", "knee", "ankle"))
