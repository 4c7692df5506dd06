"""`python -m worker_service`: the one place that wires a worker together."""

import os
import socket

from shared.aws import s3_client, sqs_client
from shared.database import connect
from shared.job_queue import JobQueue
from shared.job_store import JobStore
from shared.media_store import MediaStore
from shared.settings import (
    DatabaseSettings,
    QueueSettings,
    RuntimeSettings,
    StorageSettings,
    WorkerSettings,
)
from shared.telemetry import Metrics, configure_logging
from worker_service.consumer import Consumer
from worker_service.engines import build_engine
from worker_service.job import JobRunner
from worker_service.pipeline.pose.device import DeviceWish
from worker_service.pipeline.video.probe import VideoLimits
from worker_service.shutdown import Shutdown


def build() -> Consumer:
    """Build a consumer from the environment."""
    runtime, settings = RuntimeSettings(), WorkerSettings()
    storage, queue_settings = StorageSettings(), QueueSettings()
    configure_logging(service="worker", stage=runtime.stage, level=runtime.log_level)
    worker = settings.worker_id or f"{socket.gethostname()}-{os.getpid()}"
    shutdown = Shutdown(grace_s=settings.stop_grace_s)
    jobs = JobStore(connect(DatabaseSettings()))
    runner = JobRunner(
        jobs=jobs,
        media=MediaStore(s3_client(storage), storage.s3_bucket),
        engine=build_engine(
            settings.pose_engine, settings.pose_model_path, DeviceWish(settings.pose_device)
        ),
        limits=VideoLimits(max_duration_s=settings.video_max_duration_s),
        tmp=settings.worker_tmp,
        worker=worker,
        shutdown=shutdown,
        metrics=Metrics(service="worker", stage=runtime.stage),
    )
    return Consumer(
        jobs=jobs,
        queue=JobQueue(sqs_client(queue_settings), queue_settings.sqs_queue_url),
        run_attempt=runner.run,
        settings=settings,
        worker=worker,
        shutdown=shutdown,
    )


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    consumer = build()
    consumer.shutdown.listen()
    consumer.run()


if __name__ == "__main__":
    main()
