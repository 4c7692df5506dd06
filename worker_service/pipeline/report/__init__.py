"""Step 4: the report in plain words."""

from worker_service.pipeline.report.builder import build

__all__ = ["build"]
