"""The gate before measuring: can this recording carry measurements, and what to film better."""

from worker_service.pipeline.quality.gate import judge
from worker_service.pipeline.quality.questions import RELIABLE_DETECTION

__all__ = ["RELIABLE_DETECTION", "judge"]
