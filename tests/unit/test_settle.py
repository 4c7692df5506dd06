"""A worker that is slow over a message harms nobody who came after it."""

from collections.abc import Callable

import pytest

from shared.attempt_store import Claimed
from shared.aws import s3_client
from shared.errors import DownloadFailed, SaveFailed
from shared.job_store import JobStore
from shared.jobs import MAX_ATTEMPTS, Stage, Status
from shared.media.store import MediaStore, all_results_prefix, results_prefix
from shared.players.consent import ConsentAnew
from shared.queue.dispatch import Dispatcher
from shared.queue.job_queue import JobQueue, Received
from shared.retries import Retries
from shared.settings import WorkerSettings
from tests.builders import COACH, a_waiting_job
from worker_service.settle import Settler


class Slow(MediaStore):
    """Others get on with it before the bucket is looked through."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)

    def keys(self, prefix: str) -> list[str]:
        self.meanwhile()
        return super().keys(prefix)


@pytest.fixture
def slow(storage) -> Slow:
    return Slow(s3_client(storage), storage.s3_bucket)


@pytest.fixture
def jobs(engine) -> JobStore:
    return JobStore(engine)


@pytest.fixture
def settler(jobs, slow, queue) -> Settler:
    return Settler(jobs, slow, queue, WorkerSettings())


def received(queue: JobQueue, visibility_s: int = 300) -> Received:
    message = queue.receive(wait_s=1, visibility_s=visibility_s)
    assert message is not None
    return message


def claimed(jobs: JobStore, job_id, message: Received) -> Claimed:
    claim = jobs.claim(job_id, worker="w", lease_s=60, message_id=message.message_id)
    assert isinstance(claim, Claimed)
    return claim


def test_a_job_revived_while_its_failure_is_tidied_keeps_its_results(
    engine, jobs, queue, media, slow, settler, tmp_path
):
    file = tmp_path / "file"
    file.write_bytes(b"{}")
    job_id = a_waiting_job(engine)
    dispatcher = Dispatcher(jobs, queue)
    dispatcher.send(jobs.get(job_id))
    message = received(queue)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        lease = claimed(jobs, job_id, message).lease
        media.upload(file, results_prefix(job_id, attempt) + "frames", content_type="text/plain")
        jobs.fail(lease, SaveFailed())
    over = jobs.over(job_id)
    assert over is not None
    results = results_prefix(job_id, MAX_ATTEMPTS + 1)

    def tried_again() -> None:
        Retries(dispatcher, ConsentAnew.on(engine)).retry(job_id, owner=COACH)
        lease = claimed(jobs, job_id, received(queue)).lease
        media.upload(file, results + "frames", content_type="text/plain")
        jobs.finish(lease, results={}, results_prefix=results)

    slow.meanwhile = tried_again
    settler.over(message, job_id, over)
    assert jobs.get(job_id).status == Status.COMPLETED
    assert media.keys(all_results_prefix(job_id)) == [results + "frames"]


def test_a_job_given_back_late_keeps_the_message_by_which_it_is_in_work(
    engine, jobs, queue, settler
):
    job_id = a_waiting_job(engine)
    Dispatcher(jobs, queue).send(jobs.get(job_id))
    before = received(queue, visibility_s=0)
    late = claimed(jobs, job_id, before)
    jobs.give_back(late.lease)  # and then the worker is frozen, until another has the job
    message = received(queue)
    assert message.message_id == before.message_id
    current = claimed(jobs, job_id, message)
    settler.send_anew(before, late)
    settler.held_by_another(stray := received(queue), jobs.claim(job_id, worker="w", lease_s=60))
    assert stray.message_id != message.message_id
    jobs.fail(current.lease, DownloadFailed())
    settler.try_again_later(message, current)
    assert jobs.get(job_id).stage == Stage.RETRYING
    assert queue.depth().total == 1  # by which it is tried again
