"""Real worker processes on the test's own database, bucket and queue."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from shared.queue.job_queue import JobQueue
from tests.coach import Coach
from tests.files.clips import four_corners, make_clip
from tests.rig.workers import WorkerProcess, Workers, Workplace


@pytest.fixture
def workplace(database_settings, resources, aws_endpoint) -> Workplace:
    """The database, bucket and queues of one test, as processes are told of them."""
    return Workplace(database_settings, resources, aws_endpoint)


@pytest.fixture
def start_worker(workplace, tmp_path) -> Iterator[Callable[..., WorkerProcess]]:
    """Start workers with short leases; all are gone at the end."""
    workers = Workers(workplace, tmp_path)
    yield workers.start
    workers.end()


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


@pytest.fixture
def coach(engine, media, queue) -> Coach:
    return Coach.at(engine, media, queue)


@pytest.fixture
def empty(queue: JobQueue) -> Callable[[], bool]:
    """Whether no message is left, in flight or visible."""
    return lambda: queue.depth().total == 0
