"""To be written."""

from shared.results import Reason
from worker_service.pipeline.metrics.measurement import Measurement
from worker_service.pipeline.metrics.scene import Scene


def measure_running(scene: Scene) -> Measurement:
    """Return nothing yet."""
    return scene.nothing(Reason.NOT_DEFINED_FOR_MOVEMENT)
