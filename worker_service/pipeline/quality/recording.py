"""What a recording answers when it is asked about its quality; NaN where it cannot tell."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shared.results import Movement
from worker_service.pipeline.metrics.lengths import SEGMENTS_OF_HEIGHT
from worker_service.pipeline.pose import body
from worker_service.pipeline.signals.known import percentile
from worker_service.pipeline.signals.rates import densest_rate_hz, steps_s

if TYPE_CHECKING:
    from shared.analysis import AnalysisSettings
    from shared.results import PoseSummary, ViewEstimate
    from worker_service.pipeline.pose.footage import Footage
    from worker_service.pipeline.track import PoseTrack

UNHURRIED = (Movement.GENERAL, Movement.WORKOUT)
"""Movements without a fast moment that everything hangs on."""

FAST_S = 0.5
"""In any other, the rate that counts is the one kept up for so long where the track is densest:
the second pass looks at every picture there."""

FULL_LENGTH = 90
"""Percentile of the body's length that counts as the whole: foreshortened, it looks shorter, and
jitter makes it longer."""

MOSTLY_MOVING = 75
"""Percentile of the camera's speed: a jolt is no pan, and a pan need not last for all of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Everything that is known before measuring. `footage` is None where no picture was seen."""

    track: "PoseTrack"
    summary: "PoseSummary"
    settings: "AnalysisSettings"
    view: "ViewEstimate"
    footage: "Footage | None"

    def duration_s(self) -> float:
        """Real seconds from the first to the last picture."""
        return float(np.ptp(self.track.real_s)) if len(self.track) else 0.0

    def short_side_px(self) -> float:
        """Of the upright picture."""
        return float(min(self.summary.width, self.summary.height))

    def share_with_athlete(self) -> float:
        """Pictures that show the athlete."""
        return self.summary.detection_rate

    def athlete_height_px(self) -> float:
        """Standing height by the lengths of trunk and leg, in any posture; 0 when never seen."""
        lengths_px = body.length(self.track.xy_px).astype(np.float64)
        length_px = percentile(lengths_px, FULL_LENGTH, steps_s(self.track.real_s))
        return length_px / SEGMENTS_OF_HEIGHT if np.isfinite(length_px) else 0.0

    def visibility(self) -> float:
        """Mean over the joints."""
        return self.summary.mean_visibility

    def rate_hz(self) -> float:
        """Pictures a real second: where they are densest in fast movements, else usually."""
        unhurried = self.settings.movement in UNHURRIED
        return densest_rate_hz(
            self.track.real_s, for_s=self.duration_s() / 2 if unhurried else FAST_S
        )

    def clock_changes(self) -> float:
        """How often the clip changes its speed."""
        return float(len(self.track.clock_changes_s))

    def lit_share(self) -> float:
        """Part of the picture that is not black, usually."""
        return 1.0 - self._usual("dark")

    def white_share(self) -> float:
        """Part of the picture that is burnt out, usually."""
        return self._usual("white")

    def sharpness(self) -> float:
        """0 to 1 sharp, usually."""
        return 1.0 - self._usual("blur")

    def camera_speed(self) -> float:
        """Picture widths a second that the background moves."""
        return self._usual("camera_speed", MOSTLY_MOVING)

    def cuts(self) -> float:
        """How many scenes follow the first one."""
        return float(len(self.footage.cuts_s)) if self.footage else float("nan")

    def _usual(self, name: str, percent: float = 50.0) -> float:
        if self.footage is None:
            return float("nan")
        looked_at = getattr(self.footage, name)
        return percentile(looked_at, percent, np.ones(len(looked_at)))
