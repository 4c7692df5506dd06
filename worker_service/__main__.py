"""`python -m worker_service`: the one place that wires a worker together."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from shared.aws import s3_client, sqs_client
from shared.database import connect
from shared.job_store import JobStore
from shared.media.store import MediaStore
from shared.queue.job_queue import JobQueue
from shared.settings import (
    DatabaseSettings,
    QueueSettings,
    RuntimeSettings,
    StorageSettings,
    WorkerSettings,
)
from shared.telemetry import Metrics, configure_logging
from shared.worker_store import WorkerStore
from worker_service.analyst.orders import Analyst
from worker_service.analyst.process import AnalystProcess
from worker_service.attempt import Tools
from worker_service.consumer import Consumer
from worker_service.job import JobRunner
from worker_service.pulse import Pulse
from worker_service.rest import Rest
from worker_service.scratch import Scratch
from worker_service.settle import Settler
from worker_service.shutdown import Shutdown, end_process
from worker_service.task_protection import EcsTaskProtection, NoTaskProtection, TaskProtection

SERVICE = "worker"


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything by which a worker reaches what lies outside of it."""

    jobs: JobStore
    workers: WorkerStore
    media: MediaStore
    queue: JobQueue
    analyst: Analyst
    protection: TaskProtection


def parts_from_environment() -> Parts:
    """Build the real parts. The analyst comes first: it takes longest to get ready."""
    analyst = _analyst(WorkerSettings(), _metrics())
    storage, queue = StorageSettings(), QueueSettings()
    database = connect(DatabaseSettings())
    return Parts(
        jobs=JobStore(database),
        workers=WorkerStore(database),
        media=MediaStore(s3_client(storage), storage.s3_bucket),
        queue=JobQueue(sqs_client(queue), queue.sqs_queue_url),
        analyst=analyst,
        protection=_protection(WorkerSettings(), _metrics()),
    )


def assemble(parts: Parts, shutdown: Shutdown) -> Consumer:
    """Put a worker together from its parts and the settings in the environment."""
    settings, metrics = WorkerSettings(), _metrics()
    worker = settings.worker_id or f"{socket.gethostname()}-{os.getpid()}"
    scratch, rest, pulse = Scratch(settings.worker_tmp), Rest(), Pulse(settings.worker_pulse)
    runner = JobRunner(
        tools=Tools(parts.jobs, parts.media, parts.analyst, scratch, worker),
        shutdown=shutdown,
        metrics=metrics,
        rest=rest,
        limit_s=settings.job_limit_s,
        patience_s=settings.lease_s,
        alive=pulse,
    )
    return Consumer(
        jobs=parts.jobs,
        workers=parts.workers,
        queue=parts.queue,
        settler=Settler(parts.jobs, parts.media, parts.queue, settings),
        protection=parts.protection,
        run_attempt=runner.run,
        settings=settings,
        worker=worker,
        shutdown=shutdown,
        metrics=metrics,
        rest=rest,
        get_ready=parts.analyst.start,
        alive=pulse,
        at_end=(parts.analyst.close, scratch.close),
    )


def serve(make_parts: Callable[[], Parts]) -> None:
    """Run a worker until SIGTERM or SIGINT, which may come while its parts are being made."""
    shutdown = Shutdown(grace_s=WorkerSettings().stop_grace_s)
    shutdown.listen()
    assemble(make_parts(), shutdown).run()
    end_process()


def main() -> None:
    """Be the worker that the environment describes."""
    runtime = RuntimeSettings()
    configure_logging(service=SERVICE, stage=runtime.stage, level=runtime.log_level)
    serve(parts_from_environment)


def _analyst(settings: WorkerSettings, metrics: Metrics) -> AnalystProcess:
    analyst = AnalystProcess(
        stall_limit_s=settings.stall_limit_s,
        memory_limit_mib=settings.memory_limit_mib,
        on_fallback=lambda reason: metrics.put({"GpuFallbacks": (1, "Count")}, reason=reason),
    )
    analyst.start()
    return analyst


def _protection(settings: WorkerSettings, metrics: Metrics) -> TaskProtection:
    if settings.ecs_agent_uri is None:
        return NoTaskProtection()
    return EcsTaskProtection(
        settings.ecs_agent_uri,
        on_unavailable=lambda: metrics.put({"ProtectionUnavailable": (1, "Count")}),
    )


def _metrics() -> Metrics:
    return Metrics(service=SERVICE, stage=RuntimeSettings().stage)


if __name__ == "__main__":
    main()
