"""`python -m tests.fakes.instant_worker`: the real worker, its analyst has the answer.

The variable `ANSWER` names the folder with that answer: all files of an analysis.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared.aws import s3_client, sqs_client
from shared.database import connect
from shared.files import ANALYSIS_FILES, RESULTS_NAME
from shared.job_store import JobStore
from shared.media.store import MediaStore
from shared.queue.job_queue import JobQueue
from shared.settings import DatabaseSettings, QueueSettings, StorageSettings
from shared.telemetry import configure_logging
from shared.worker_store import WorkerStore
from worker_service.__main__ import SERVICE, Parts, serve
from worker_service.analyst.orders import Order
from worker_service.pipeline.steps import StepProgress
from worker_service.task_protection import NoTaskProtection


@dataclass(frozen=True, slots=True)
class InstantAnalyst:
    """Copies the answer, whatever the video shows."""

    answer: Path
    device: str | None = None

    def start(self) -> None:
        pass

    def analyse(
        self,
        order: Order,
        *,
        on_progress: Callable[[StepProgress], None],
        check: Callable[[], None],
    ) -> None:
        check()
        for name in (*ANALYSIS_FILES, RESULTS_NAME):
            shutil.copyfile(self.answer / name, order.folder / name)

    def close(self) -> None:
        pass


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    configure_logging(service=SERVICE, stage="test", level="INFO")
    serve(parts)


def parts() -> Parts:
    """The real ones, but for the analyst."""
    storage, queue = StorageSettings(), QueueSettings()
    database = connect(DatabaseSettings())
    return Parts(
        jobs=JobStore(database),
        workers=WorkerStore(database),
        media=MediaStore(s3_client(storage), storage.s3_bucket),
        queue=JobQueue(sqs_client(queue), queue.sqs_queue_url),
        analyst=InstantAnalyst(Path(os.environ["ANSWER"])),
        protection=NoTaskProtection(),
    )


if __name__ == "__main__":
    main()
