"""Step 2: from landmarks over time to events and quantities, each measured or missing."""

from worker_service.pipeline.metrics.measurement import Measurement, VideoClock
from worker_service.pipeline.metrics.registry import measure

__all__ = ["Measurement", "VideoClock", "measure"]
