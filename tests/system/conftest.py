"""Real worker processes on the test's own database, bucket and queue."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from local.aws_environment import aws_environment
from shared.job_queue import JobQueue
from shared.job_store import JobStore
from shared.media_store import MediaStore
from shared.models import VideoAnalysisJob
from shared.session_store import SessionStore
from shared.settings import UploadSettings
from shared.uploads import NewUpload, Uploads
from tests.builders import COACH, a_session
from tests.clips import four_corners, make_clip

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 60


@dataclass
class WorkerProcess:
    """A worker that can be told to stop, or killed."""

    process: subprocess.Popen[bytes]
    log: Path
    tmp: Path

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE_S)


@pytest.fixture
def start_worker(
    database_settings, storage, queue_settings, aws_endpoint, tmp_path
) -> Iterator[Callable[..., WorkerProcess]]:
    """Start workers with short leases; all are gone at the end."""
    started: list[WorkerProcess] = []

    def start(**settings: object) -> WorkerProcess:
        number = len(started)
        tmp = tmp_path / f"tmp{number}"
        tmp.mkdir()
        env = {
            **os.environ,
            **aws_environment(aws_endpoint),
            "DATABASE_URL": database_settings.database_url.get_secret_value(),
            "S3_BUCKET": storage.s3_bucket,
            "AWS_ENDPOINT_URL_S3": aws_endpoint,
            "S3_ADDRESSING_STYLE": "path",
            "SQS_QUEUE_URL": queue_settings.sqs_queue_url,
            "AWS_ENDPOINT_URL_SQS": aws_endpoint,
            "WORKER_ID": f"w{number}",
            "WORKER_TMP": str(tmp),
            "POSE_ENGINE": "synthetic",
            "RECEIVE_WAIT_S": "1",
            "LEASE_S": "3",
            "HEARTBEAT_S": "1",
            "RETRY_BASE_S": "0.2",
            **{name.upper(): str(value) for name, value in settings.items()},
        }
        log = tmp_path / f"worker{number}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "worker_service"],
                env=env,
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        started.append(WorkerProcess(process, log, tmp))
        return started[-1]

    yield start
    for worker in started:
        worker.process.kill()
        worker.process.wait()


@pytest.fixture
def start_real_worker(start_worker, pose_model_path) -> Callable[..., WorkerProcess]:
    """Start workers with the pose model: every picture takes its time."""
    return partial(start_worker, pose_engine="mediapipe", pose_model_path=pose_model_path)


@pytest.fixture(scope="session")
def small_clip(tmp_path_factory) -> Path:
    """A second and a half that only the synthetic engine sees a person in."""
    return make_clip(tmp_path_factory.mktemp("clips") / "small.mp4", frames=45)


@pytest.fixture(scope="session")
def empty_scene(tmp_path_factory) -> Path:
    """Three seconds of movement without anybody."""
    path = tmp_path_factory.mktemp("clips") / "nobody.mp4"
    return make_clip(path, frames=90, draw=four_corners(640, 480))


@dataclass(frozen=True)
class Coach:
    """Sends videos the way the app does, and looks at their jobs."""

    uploads: Uploads
    jobs: JobStore
    media: MediaStore

    def send(self, video: Path, **overrides: object) -> UUID:
        session_id = a_session(self.jobs._engine)
        job, put = self.uploads.initiate(
            COACH, NewUpload(session_id=session_id, overrides=overrides, include_frames=True)
        )
        answer = httpx.put(put.url, headers=dict(put.headers), content=video.read_bytes())
        assert answer.status_code == 200
        self.uploads.complete(job.id, owner=COACH)
        return job.id

    def wait_for(
        self,
        job_id: UUID,
        reached: Callable[[VideoAnalysisJob], bool],
        *,
        within_s: float = PATIENCE_S,
    ) -> VideoAnalysisJob:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            job = self.jobs.get(job_id, with_results=True)
            if reached(job):
                return job
            time.sleep(0.05)
        pytest.fail(f"still {job.status}/{job.stage}: {job.error_code} {job.error_message}")


@pytest.fixture
def coach(engine, media, queue) -> Coach:
    jobs = JobStore(engine)
    return Coach(Uploads(SessionStore(engine), jobs, media, queue, UploadSettings()), jobs, media)


@pytest.fixture
def empty(queue: JobQueue) -> Callable[[], bool]:
    """Whether no message is left, in flight or visible."""

    def nothing_left() -> bool:
        counts = queue._client.get_queue_attributes(
            QueueUrl=queue._url,
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
            ],
        )["Attributes"]
        return all(count == "0" for count in counts.values())

    return nothing_left
