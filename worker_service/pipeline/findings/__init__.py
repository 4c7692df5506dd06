"""Step 3: from values to findings, by rules that are data."""

from worker_service.pipeline.findings.engine import find

__all__ = ["find"]
