"""Steps 2 to 4 on a generated track."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.analysis import AnalysisSettings
from shared.results import Findings, Movement, PoseSummary, Quality, Report
from worker_service.pipeline.findings import find
from worker_service.pipeline.metrics import Measurement, measure
from worker_service.pipeline.quality import judge
from worker_service.pipeline.report import build
from worker_service.pipeline.track import PoseTrack


def summary_of(track: PoseTrack) -> PoseSummary:
    """Return what step 1 would say about a generated track."""
    seen = track.present
    return PoseSummary(
        frames_total=len(track),
        frames_sampled=len(track),
        frames_with_athlete=int(seen.sum()),
        detection_rate=float(seen.mean()),
        mean_visibility=float(track.visibility[seen].mean()) if seen.any() else 0.0,
        sample_fps=track.rate_hz,
        source_fps=track.rate_hz,
        duration_s=float(np.ptp(track.t_s)),
        width=track.width_px,
        height=track.height_px,
        rotation_deg=0,
        people_seen=1,
    )


@dataclass(frozen=True)
class Analysed:
    """What steps 2 to 4 make of a generated track."""

    quality: Quality
    measurement: Measurement
    findings: Findings
    report: Report

    def value(self, key: str) -> float:
        """Return a metric's value; NaN when it is missing."""
        value = self.measurement.metrics[key].value
        return float("nan") if value is None else value

    def score(self, key: str) -> float | None:
        return self.measurement.metrics[key].score

    def at_s(self, event: str) -> float:
        """Return when an event was found; NaN when it was not."""
        times = [one.t_s for one in self.measurement.events if one.type == event]
        return times[0] if times else float("nan")


def analysed(track: PoseTrack, movement: Movement, **settings: Any) -> Analysed:
    """Put a generated track through judging, measuring, finding and reporting."""
    asked = AnalysisSettings(movement=movement, **settings)
    summary = summary_of(track)
    quality = judge(track, summary, asked)
    measurement = measure(track, quality, asked)
    findings = find(measurement, quality, asked)
    report = build(
        summary=summary,
        quality=quality,
        measurement=measurement,
        findings=findings,
        settings=asked,
    )
    return Analysed(quality, measurement, findings, report)
