"""Jumps as the results show them: moments, repetitions, time in the air and height."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from shared.results import Event, EventType, Metric, Reason, Repetition
from worker_service.pipeline.metrics.general.flights import SOLES, Flight, find_flights
from worker_service.pipeline.metrics.general.free_fall import GRAVITY_M_S2
from worker_service.pipeline.metrics.general.stretch import HIPS
from worker_service.pipeline.metrics.repetitions import combine
from worker_service.pipeline.metrics.scene import Reading, Window
from worker_service.pipeline.metrics.sight import event_trust

if TYPE_CHECKING:
    from worker_service.pipeline.metrics.scene import Scene

FOLLOWED = (*SOLES, *HIPS)


@dataclass(frozen=True, slots=True, eq=False)
class Jumps:
    """The flights of a clip in which time runs evenly."""

    scene: "Scene"
    flights: tuple[Flight, ...]

    @classmethod
    def of(cls, scene: "Scene") -> Self:
        height_cm = scene.settings.athlete_height_cm
        found = find_flights(scene.motion, height_cm / 100.0 if height_cm else None)
        changes = scene.track.clock_changes_real_s
        even = [
            flight
            for flight in found
            if not any(flight.take_off_s <= change_s <= flight.landing_s for change_s in changes)
        ]
        return cls(scene, tuple(even))

    def events(self) -> list[Event]:
        """Return take-off and landing of every flight."""
        return [
            self._event(kind, at_s)
            for flight in self.flights
            for kind, at_s in (
                (EventType.TAKE_OFF, flight.take_off_s),
                (EventType.LANDING, flight.landing_s),
            )
        ]

    def repetitions(self) -> tuple[Repetition, ...]:
        """Return every flight with its own values."""
        clock = self.scene.clock
        return tuple(
            Repetition(
                index=index,
                start_s=clock.moment(flight.take_off_s).t_s,
                end_s=clock.moment(flight.landing_s).t_s,
                values={key: metric.value for key, metric in self._measured(flight).items()},
                at_s={key: one.at.t_s for key, one in self._measured(flight).items() if one.at},
            )
            for index, flight in enumerate(self.flights)
        )

    def metrics(self) -> dict[str, Metric]:
        """Return the median over all flights."""
        keys = ("flight_time", "jump_height")
        if not self.flights:
            return {key: self.scene.missing(key, Reason.EVENT_NOT_FOUND) for key in keys}
        each = [self._measured(flight) for flight in self.flights]
        return {key: combine(self.scene.specs[key], [one[key] for one in each]) for key in keys}

    def _measured(self, flight: Flight) -> dict[str, Metric]:
        """Time in the air, and the height a body reaches that rises and falls for as long."""
        time = self.scene.metric("flight_time", _reading(flight, flight.duration_s))
        return {"flight_time": time, "jump_height": self._height(flight, time)}

    def _height(self, flight: Flight, time: Metric) -> Metric:
        """A height is as good as the time it is computed from."""
        if not flight.level:
            return self.scene.missing("jump_height", Reason.NOT_DEFINED_FOR_MOVEMENT)
        if time.reason:
            return self.scene.missing("jump_height", time.reason)
        height_m = GRAVITY_M_S2 * flight.duration_s**2 / 8.0
        return self.scene.metric("jump_height", _reading(flight, height_m))

    def _event(self, kind: EventType, at_s: float) -> Event:
        trust = event_trust(self.scene.track, FOLLOWED, at_s)
        return self.scene.clock.event(kind, at_s, confidence=trust)


def _reading(flight: Flight, value: float) -> Reading:
    window = Window(flight.take_off_s, flight.landing_s)
    return Reading(value, FOLLOWED, window, flight.take_off_s, EventType.TAKE_OFF)
