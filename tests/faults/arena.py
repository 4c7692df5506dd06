"""A place of one matrix's own: database, bucket, queues, workers that meet faults, and an account.

A job met a fault; what became of it is a `Fate`, and whatever the fault was, the same is asked.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from local.aws_environment import aws_environment
from local.emulator import create_resources
from shared import migrations
from shared.files import ANALYSIS_FILES, FRAMES_NAME, RESULTS_NAME
from shared.jobs import FINAL, AttemptOutcome, Status
from shared.models import AnalysisAttempt, VideoAnalysisJob
from shared.queue.job_queue import JobQueue
from shared.results import Results
from shared.settings import DatabaseSettings
from tests.coach import Coach
from tests.faults.orders import Deed, Orders, Reached
from tests.faults.points import Point
from tests.rig.ground import Ground
from tests.rig.waiting import wait_for
from tests.rig.workers import WorkerProcess, Workers, Workplace

WATCHED = ("-m", "tests.faults.worker")

PATIENCE_S = 90.0
"""So long may an end take, after some retries and a lost lease."""

ON_THE_WAY = {
    Point.IN_HEARTBEAT: (Point.IN_POSE, Deed.HOLD),
    Point.AFTER_FAIL: (Point.MID_DOWNLOAD, Deed.FAIL),
    Point.IN_TAKE_OVER: (Point.AFTER_RESULTS_UPLOAD, Deed.FAIL),
}
"""What has to happen first: an attempt that lasts a heartbeat, one that fails, and one that fails
with everything stored."""


@dataclass(frozen=True, slots=True)
class Victim:
    """A worker that meets faults."""

    worker: WorkerProcess
    orders: Orders

    def meets(self, point: Point, deed: Deed) -> None:
        """Order one fault, and what leads there."""
        if point in ON_THE_WAY:
            self.orders.give(*ON_THE_WAY[point])
        self.orders.give(point, deed)

    def reached(self, point: Point) -> Reached:
        """What it said there."""
        said = wait_for(
            lambda: self.orders.reached(point),
            f"{self.worker.name} {point}; see {self.worker.log}",
            within_s=PATIENCE_S,
        )
        assert said is not None
        return said

    def goes_on(self, point: Point) -> None:
        """Let it go on from where it holds."""
        if point in ON_THE_WAY:
            self.orders.go(ON_THE_WAY[point][0])
        self.orders.go(point)

    @property
    def is_ready(self) -> bool:
        said = self.worker.log.read_bytes()
        return b"worker ready" in said and b"analyst ready" in said

    @property
    def is_alive(self) -> bool:
        return self.worker.process.poll() is None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one job.

    Attributes:
        attempts: its history, oldest first.
        keys: everything under `results/` that is its own.
        frames: the bytes of its frames file.
    """

    job: VideoAnalysisJob
    attempts: Sequence[AnalysisAttempt]
    keys: Sequence[str]
    frames: bytes

    @property
    def results(self) -> Results:
        return Results.model_validate(self.job.results)

    @property
    def outcomes(self) -> list[str]:
        return [attempt.outcome for attempt in self.attempts]

    def assert_completed_once(self) -> None:
        assert self.job.status == Status.COMPLETED, self.job.error_message
        assert self.outcomes.count(AttemptOutcome.COMPLETED) == 1
        assert self.outcomes[-1] == AttemptOutcome.COMPLETED
        assert AttemptOutcome.RUNNING not in self.outcomes

    def assert_not_computed_again(self, reached: Reached) -> None:
        """What was in the bucket at this point is what the row says now."""
        until = reached.attempt or len(self.attempts)  # no claim, no attempt: the job was over
        assert (self.results.provenance.attempt or 0) <= until
        later = self.attempts[until:]
        assert not any("pose" in attempt.seconds for attempt in later)

    def assert_results_whole(self) -> None:
        assert self.job.results_prefix is not None
        names = {key.removeprefix(self.job.results_prefix) for key in self.keys}
        assert names == {*ANALYSIS_FILES, RESULTS_NAME}
        file = self.results.pose.frames_file
        assert file is not None
        assert len(self.frames) == file.gzip_bytes


@dataclass(frozen=True, slots=True)
class Arena:
    """One database, one bucket, one queue, and the workers there."""

    coach: Coach
    queue: JobQueue
    dead_letters: JobQueue
    workers: Workers
    worker_tmp: Path

    def victims(self, number: int, **settings: Any) -> list[Victim]:
        """Start so many workers that can meet faults; return once all are ready."""
        started = [self._victim(**settings) for _ in range(number)]
        wait_for(
            lambda: all(victim.is_ready for victim in started),
            "workers to be ready",
            within_s=PATIENCE_S,
        )
        return started

    def plain_worker(self, **settings: Any) -> WorkerProcess:
        """Start the product's own worker on the same scratch folder."""
        return self.workers.start(worker_tmp=self.worker_tmp, **settings)

    def wait_until_final(self, jobs: Sequence[UUID]) -> None:
        """Return once nobody will change these rows any more."""
        for job_id in jobs:
            self.coach.wait_for(job_id, lambda job: job.status in FINAL, within_s=PATIENCE_S)

    def wait_until_quiet(self) -> None:
        """Return once no message is left, visible or in flight."""
        wait_for(
            lambda: self.queue.depth().total == 0, "the queue to be empty", within_s=PATIENCE_S
        )

    def fate(self, job_id: UUID) -> Fate:
        """Read everything about one job."""
        job = self.coach.jobs.get(job_id, with_results=True)
        media = self.coach.media
        keys = media.keys(f"results/{job_id}/")
        frames = f"{job.results_prefix}{FRAMES_NAME}"
        return Fate(
            job=job,
            attempts=self.coach.jobs.attempts(job_id),
            keys=keys,
            frames=media.read(frames) if frames in keys else b"",
        )

    def _victim(self, **settings: Any) -> Victim:
        folder = self.workers.folder / f"faults-{uuid4().hex[:8]}"
        folder.mkdir()
        worker = self.workers.start(
            program=WATCHED, worker_tmp=self.worker_tmp, faults=folder, **settings
        )
        return Victim(worker, Orders(folder))


@contextmanager
def arena(folder: Path, database: DatabaseSettings, endpoint: str) -> Iterator[Arena]:
    """Make an arena on an empty database; nothing of it runs afterwards."""
    name = uuid4().hex[:12]
    resources = create_resources(endpoint, bucket=f"media-{name}", queue=f"jobs-{name}")
    place = Workplace(database, resources, endpoint)
    workers = Workers(place, folder)
    with pytest.MonkeyPatch.context() as environment:
        for variable, value in aws_environment(endpoint).items():
            environment.setenv(variable, value)
        ground = Ground.at(place, folder)
    try:
        migrations.upgrade(ground.engine)
        yield Arena(
            coach=Coach.at(ground.engine, ground.media, ground.queue),
            queue=ground.queue,
            dead_letters=ground.dead_letters,
            workers=workers,
            worker_tmp=ground.scratch,
        )
    finally:
        workers.end()
        ground.engine.dispose()
