"""Structured logs and CloudWatch metrics, both as JSON lines on standard output.

Logs carry ids, never tokens, names or presigned URLs.
"""

import json
import logging
import sys
import time
from collections.abc import Mapping
from typing import IO
from uuid import uuid4

import structlog
from structlog.typing import Processor

METRIC_NAMESPACE = "CoachPlus"


def new_trace_id() -> str:
    """An id that follows a video from the API through the queue to the worker."""
    return uuid4().hex


def configure_logging(*, service: str, stage: str, level: str = "INFO") -> None:
    """Send every log line of this process, ours and other libraries', to stdout as JSON."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for talker in ("botocore", "httpx"):  # at INFO: where keys are from; URLs, presigned ones too
        logging.getLogger(talker).setLevel(logging.WARNING)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(service=service, stage=stage)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose lines are events with fields."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound


class Metrics:
    """CloudWatch metrics in Embedded Metric Format: one JSON line a call, no API call.

    Format: "Specification: Embedded metric format", Amazon CloudWatch User Guide.
    """

    def __init__(self, *, service: str, stage: str, stream: IO[str] | None = None) -> None:
        self._dimensions = {"Service": service, "Stage": stage}
        self._stream = stream or sys.stdout

    def put(self, values: Mapping[str, tuple[float, str]], **properties: str | float) -> None:
        """Emit `{name: (value, unit)}`; properties are searchable but no dimensions."""
        line = {
            "_aws": {
                "Timestamp": int(time.time() * 1000),
                "CloudWatchMetrics": [
                    {
                        "Namespace": METRIC_NAMESPACE,
                        "Dimensions": [list(self._dimensions)],
                        "Metrics": [
                            {"Name": name, "Unit": unit} for name, (_, unit) in values.items()
                        ],
                    }
                ],
            },
            **self._dimensions,
            **properties,
            **{name: value for name, (value, _) in values.items()},
        }
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()
