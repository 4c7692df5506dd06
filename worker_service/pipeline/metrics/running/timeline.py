"""What stands on the timeline: contacts, toe-offs, and every stride with its own values."""

from typing import TYPE_CHECKING

from shared.results import Event, EventType, Metric, Repetition, Side
from worker_service.pipeline.metrics.running.stances import Stance
from worker_service.pipeline.metrics.running.strides import Stride, unfinished
from worker_service.pipeline.metrics.scene import RATE_TOLERANCE, Scene
from worker_service.pipeline.metrics.sight import event_trust, look

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENTS_HZ = 24.0
"""Below, contacts and toe-offs are good enough to tell strides apart but not to be shown."""


def show_events(scene: Scene, stances: list[Stance], strides: list[Stride]) -> list[Event]:
    """Return the contacts and toe-offs of the bout, where the rate can place them."""
    start_s, end_s = strides[0].contact_s - 1e-9, strides[-1].end_s + 1e-9
    found = [
        (kind, at_s, stance.side)
        for stance in stances
        for kind, at_s in (
            (EventType.FOOT_CONTACT, stance.contact_s),
            (EventType.TOE_OFF, stance.toe_off_s),
        )
        if at_s is not None and start_s <= at_s <= end_s
    ]
    events = (_event(scene, kind, at_s, side) for kind, at_s, side in found)
    return sorted((event for event in events if event), key=lambda event: event.t_s)


def _event(scene: Scene, kind: EventType, at_s: float, side: Side) -> Event | None:
    sole = (f"{side}_heel", f"{side}_foot_index")
    if look(scene.track, sole, at_s, at_s).rate_hz < EVENTS_HZ * RATE_TOLERANCE:
        return None
    trust = event_trust(scene.track, sole, at_s)
    return scene.clock.event(kind, at_s, confidence=trust, side=side)


def show_strides(
    scene: Scene, strides: list[Stride], per_stride: "Mapping[str, list[Metric]]"
) -> tuple[Repetition, ...]:
    """Return every stride with its own values, and what the clip shows of the first and last."""
    seen_s = scene.track.real_s[scene.track.present]
    shown = [
        _repetition(scene, stride.side, stride.contact_s, stride.end_s).model_copy(
            update={
                "values": {key: metrics[n].value for key, metrics in per_stride.items()},
                "at_s": {key: at.t_s for key, one in per_stride.items() if (at := one[n].at)},
            }
        )
        for n, stride in enumerate(strides)
    ]
    shown += [
        _repetition(scene, side, start_s, end_s).model_copy(update={"complete": False})
        for side, start_s, end_s in unfinished(strides, float(seen_s[0]), float(seen_s[-1]))
    ]
    in_order = sorted(shown, key=lambda one: one.start_s)
    return tuple(one.model_copy(update={"index": n}) for n, one in enumerate(in_order))


def _repetition(scene: Scene, side: Side, start_s: float, end_s: float) -> Repetition:
    start, end = scene.clock.moment(start_s), scene.clock.moment(end_s)
    return Repetition(index=0, start_s=start.t_s, end_s=end.t_s, side=side)
