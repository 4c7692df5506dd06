"""Step 2 as one call: every movement the product knows, and what measures it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.results import Movement
from worker_service.pipeline.metrics.cricket.measure import measure_batting, measure_bowling
from worker_service.pipeline.metrics.general.describe import measure_general
from worker_service.pipeline.metrics.measurement import Measurement
from worker_service.pipeline.metrics.running.measure import measure_running
from worker_service.pipeline.metrics.scene import Scene
from worker_service.pipeline.metrics.workout.measure import measure_workout

if TYPE_CHECKING:
    from shared.analysis import AnalysisSettings
    from shared.results import Quality
    from worker_service.pipeline.track import PoseTrack

_MEASURES: dict[Movement, Callable[[Scene], Measurement]] = {
    Movement.CRICKET_BATTING: measure_batting,
    Movement.CRICKET_BOWLING: measure_bowling,
    Movement.GENERAL: measure_general,
    Movement.RUNNING: measure_running,
    Movement.WORKOUT: measure_workout,
}


def measure(track: "PoseTrack", quality: "Quality", settings: "AnalysisSettings") -> Measurement:
    """Find the events of a movement and take its metrics at them.

    Every metric of the movement is in the answer: a value with its confidence and error band, or
    the reason why this recording cannot give it.
    """
    return _MEASURES[settings.movement](Scene.of(track, quality.view, settings))
