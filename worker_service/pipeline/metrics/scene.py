"""One clip as the metrics see it, and the one place where a reading becomes a metric."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from shared.results import EventType, Metric, Reason, Series, Side, View
from worker_service.pipeline.metrics.measurement import Measurement, VideoClock
from worker_service.pipeline.metrics.sight import MIN_COVERAGE, MIN_VISIBILITY, look
from worker_service.pipeline.metrics.table import MetricSpec, metric_specs
from worker_service.pipeline.signals.motion import BY_MOVEMENT, STRIKE, Motion
from worker_service.pipeline.track import BREAK_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.analysis import AnalysisSettings
    from shared.results import ViewEstimate
    from worker_service.pipeline.track import PoseTrack

RATE_TOLERANCE = 0.95
"""A 59.94 Hz recording is a 60 Hz recording, and a dropped picture is no reason to refuse."""

NEAR_CLOCK_CHANGE_S = 0.15
"""A moment this close to a change of the clip's speed is smoothed with pictures of both speeds."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of real seconds; a moment when both ends are equal."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A value as it was read off the body, before anyone asked whether it can be trusted.

    Attributes:
        value: in the unit of the metric's row in the table; NaN where it could not be computed.
        landmarks: the points it was read from.
        window: when they had to be seen.
        at_s: the real second to look at.
        curve_t_s, curve: the quantity over real time, for a chart and for worst frames.
        trust: share of the window that the reading itself found plausible.
    """

    value: float
    landmarks: tuple[str, ...]
    window: Window
    at_s: float
    event: EventType | None = None
    side: Side | None = None
    curve_t_s: "NDArray[np.float64]" = field(default_factory=lambda: np.empty(0))
    curve: "NDArray[np.float64]" = field(default_factory=lambda: np.empty(0))
    trust: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A track, the same on the even clock, and what its view and movement allow.

    Attributes:
        view, view_confidence: where the camera stands, and how sure that is.
        specs: the metrics of the movement.
    """

    track: "PoseTrack"
    motion: Motion
    clock: VideoClock
    view: View
    view_confidence: float
    settings: "AnalysisSettings"
    specs: dict[str, MetricSpec]

    @classmethod
    def of(cls, track: "PoseTrack", view: "ViewEstimate", settings: "AnalysisSettings") -> Self:
        specs = metric_specs(settings.movement)
        scene = cls(
            track,
            Motion.of(track, BY_MOVEMENT.get(settings.movement, STRIKE)),
            VideoClock.of(track),
            view.label,
            view.confidence,
            settings,
            specs,
        )
        if settings.is_adult:
            return scene
        return replace(scene, specs={key: spec.unjudged() for key, spec in specs.items()})

    def nothing(self, reason: Reason) -> Measurement:
        """Return a measurement in which every metric is missing for one reason."""
        metrics = {key: self.missing(key, reason) for key in self.specs}
        return Measurement((), (), (), metrics, self.clock)

    def missing(self, key: str, reason: Reason, side: Side | None = None) -> Metric:
        """Return a metric without a value."""
        return Metric.missing(reason, unit=self.specs[key].unit, side=side)

    def refusal(self, key: str, landmarks: tuple[str, ...], window: Window) -> Reason | None:
        """Return why this clip cannot carry this metric in this window, or None if it can."""
        spec = self.specs[key]
        seen = look(self.track, landmarks, window.start_s, window.end_s)
        if spec.fit[self.view] <= 0:
            return Reason.VIEW_UNSUITABLE
        if _holds(window, self.track.breaks_real_s, BREAK_S / self.clock.slow_motion_factor):
            return Reason.SCENE_CUT
        if self._clock_changes(spec, window):
            return Reason.CLOCK_CHANGES
        if seen.rate_hz < spec.min_rate_hz * RATE_TOLERANCE:
            return Reason.SAMPLE_RATE_TOO_LOW
        if seen.visibility < MIN_VISIBILITY or seen.coverage < MIN_COVERAGE:
            return Reason.LANDMARKS_HIDDEN
        return None

    def _clock_changes(self, spec: MetricSpec, window: Window) -> bool:
        """Whether the clip's speed spoils a reading: of two speeds, nobody knows which is real.

        Angles and distances only suffer where a window or its smoothing has pictures of both.
        """
        around_s = NEAR_CLOCK_CHANGE_S if window.start_s == window.end_s else 0.0
        changes_s = self.track.clock_changes_real_s
        return (spec.timed and bool(changes_s)) or _holds(window, changes_s, around_s)

    def _view_fit(self, spec: MetricSpec) -> float:
        """How well the view can show a metric; as far as it is doubtful, how well the worst can."""
        if self.view is View.UNKNOWN:
            return spec.fit[self.view]
        sure = self.view_confidence
        return sure * spec.fit[self.view] + (1.0 - sure) * min(spec.fit.values())

    def metric(self, key: str, reading: Reading) -> Metric:
        """Return the metric of a reading, or say why the clip cannot carry it.

        Confidence = visibility x coverage x view fit x sample-rate fit. The view fits as far as it
        is sure: what every view shows alike loses nothing to a doubtful one. The rate fits fully
        from twice the least rate on; below, the error band grows as the fit falls.
        """
        refusal = self.refusal(key, reading.landmarks, reading.window)
        if refusal or not np.isfinite(reading.value):
            return self.missing(key, refusal or Reason.LANDMARKS_HIDDEN, reading.side)
        spec, value = self.specs[key], float(reading.value)
        seen = look(self.track, reading.landmarks, reading.window.start_s, reading.window.end_s)
        rate_fit = min(1.0, 0.5 + 0.25 * seen.rate_hz / spec.min_rate_hz)
        trust = seen.visibility * seen.coverage * reading.trust * self._view_fit(spec) * rate_fit
        return Metric(
            value=round(value, 4),
            unit=spec.unit,
            score=spec.score(value),
            side=reading.side,
            at=self.clock.moment(reading.at_s, reading.event),
            n=1,
            confidence=round(trust, 3),
            error_band=round(spec.band(self.view) / rate_fit, 4),
            reference=spec.reference,
            series=self._series(reading),
        )

    def _series(self, reading: Reading) -> Series | None:
        """Read the curve at the sampled pictures it spans."""
        if len(reading.curve) == 0:
            return None
        known = np.isfinite(reading.curve)
        times = self.clock.pictures(float(reading.curve_t_s[0]), float(reading.curve_t_s[-1]))
        if not known.any() or len(times) == 0:
            return None
        real = times / self.clock.slow_motion_factor
        values = np.interp(real, reading.curve_t_s[known], reading.curve[known])
        return Series(
            t_s=[round(float(t), 4) for t in times],
            values=[round(float(value), 4) for value in values],
        )


def _holds(window: Window, moments_s: tuple[float, ...], around_s: float) -> bool:
    """Whether a moment lies within a window, or this close to it."""
    return any(window.start_s - around_s <= at_s <= window.end_s + around_s for at_s in moments_s)
