"""The consumer against real SQS semantics and a real database; only the analysis is a fake."""

import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import create_engine

from shared.errors import DatabaseError, DownloadFailed, NoPersonFound
from shared.job_store import JobStore
from shared.jobs import Stage, Status
from shared.messages import JobMessage
from shared.settings import WorkerSettings
from tests.builders import a_session, a_waiting_job
from worker_service.consumer import Consumer
from worker_service.job import Outcome
from worker_service.shutdown import Shutdown


@pytest.fixture
def store(engine):
    return JobStore(engine)


class FakeAttempts:
    """Ends every attempt the way it is told, through the real store."""

    def __init__(self, store, *ends):
        self._store = store
        self._ends = list(ends)
        self.attempts = []

    def __call__(self, claimed, _heartbeat):
        self.attempts.append(claimed.lease.attempt)
        end = self._ends.pop(0)
        if end is Outcome.COMPLETED:
            self._store.finish(claimed.lease, results={}, results_prefix="r/")
            return end
        if end is Outcome.RETURNED:
            self._store.give_back(claimed.lease)
            return end
        status = self._store.fail(claimed.lease, end)
        if status is Status.PROCESSING:
            return Outcome.RETRYING
        return Outcome.GIVEN_UP if end.retryable else Outcome.FAILED


@pytest.fixture
def consume(store, queue):
    def build(*ends, worker="w1", **settings):
        attempts = FakeAttempts(store, *ends)
        consumer = Consumer(
            jobs=store,
            queue=queue,
            run_attempt=attempts,
            settings=WorkerSettings(
                receive_wait_s=1, lease_s=30, heartbeat_s=10, retry_base_s=0, **settings
            ),
            worker=worker,
            shutdown=Shutdown(grace_s=0),
        )
        return consumer, attempts

    return build


def _send(queue, store, job_id):
    job = store.get(job_id)
    queue.send(
        JobMessage(
            job_id=job.id,
            session_id=job.session_id,
            sample_fps=15,
            include_frames=True,
            trace_id="t",
        )
    )


def _left(queue):
    return queue.receive(wait_s=0, visibility_s=0)


def test_a_completed_job_leaves_no_message(engine, store, queue, consume):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    consumer, attempts = consume(Outcome.COMPLETED)
    consumer.take_one()
    assert attempts.attempts == [1]
    assert _left(queue) is None
    assert store.get(job_id).status == Status.COMPLETED


def test_a_permanent_failure_leaves_no_message(engine, store, queue, consume):
    _send(queue, store, a_waiting_job(engine))
    consumer, _ = consume(NoPersonFound())
    consumer.take_one()
    assert _left(queue) is None


def test_a_passing_failure_is_tried_again_with_the_same_message(engine, store, queue, consume):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    consumer, attempts = consume(DownloadFailed(), Outcome.COMPLETED)
    consumer.take_one()
    assert store.get(job_id).stage == Stage.RETRYING
    consumer.take_one()
    assert attempts.attempts == [1, 2]
    assert _left(queue) is None


def test_a_job_given_up_ends_in_the_dead_letter_queue(engine, store, queue, dead_letters, consume):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    consumer, attempts = consume(DownloadFailed(), DownloadFailed(), DownloadFailed())
    for _ in range(5):
        consumer.take_one()
    assert attempts.attempts == [1, 2, 3]
    assert store.get(job_id).status == Status.FAILED
    assert _left(queue) is None
    assert dead_letters.receive(wait_s=1, visibility_s=0) is not None


def test_a_second_message_for_a_finished_job_is_deleted(engine, store, queue, consume):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    _send(queue, store, job_id)
    consumer, attempts = consume(Outcome.COMPLETED)
    consumer.take_one()
    consumer.take_one()
    assert attempts.attempts == [1]
    assert _left(queue) is None


def test_a_message_whose_job_another_worker_holds_waits_out_the_lease(
    engine, store, queue, consume
):
    job_id = a_waiting_job(engine)
    store.claim(job_id, worker="other", lease_s=1)
    _send(queue, store, job_id)
    consumer, attempts = consume(Outcome.COMPLETED)
    consumer.take_one()
    assert attempts.attempts == []
    assert _left(queue) is None
    time.sleep(2.1)
    consumer.take_one()
    assert attempts.attempts == [2]


def test_a_job_given_back_is_there_for_the_next_worker_at_once(engine, store, queue, consume):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    first, _ = consume(Outcome.RETURNED)
    first.take_one()
    second, attempts = consume(Outcome.COMPLETED, worker="w2")
    second.take_one()
    assert attempts.attempts == [2]
    assert store.get(job_id).status == Status.COMPLETED


def test_a_job_given_back_many_times_does_not_run_into_the_dead_letter_queue(
    engine, store, queue, dead_letters, consume
):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    for _ in range(6):
        stopping, _ = consume(Outcome.RETURNED)
        stopping.take_one()
    last, attempts = consume(Outcome.COMPLETED)
    last.take_one()
    assert attempts.attempts == [7]
    assert dead_letters.receive(wait_s=0, visibility_s=0) is None
    assert _left(queue) is None


def test_no_message_is_received_while_the_database_is_away(engine, store, queue, consume):
    _send(queue, store, a_waiting_job(engine))
    away = create_engine("postgresql+psycopg://127.0.0.1:1/x")
    consumer, _ = consume()
    cut_off = replace(consumer, jobs=JobStore(away))
    for _ in range(5):
        with pytest.raises(DatabaseError):
            cut_off.take_one()
    received = queue.receive(wait_s=1, visibility_s=0)
    assert received is not None
    assert received.receive_count == 1
    away.dispose()


@pytest.mark.parametrize("body", ["", "not json", "{}", '{"v": 2}'])
def test_an_unreadable_message_is_kept(queue, consume, body):
    queue._client.send_message(QueueUrl=queue._url, MessageBody=body or " ")
    consumer, attempts = consume()
    consumer.take_one()
    assert attempts.attempts == []


def test_the_message_of_an_unknown_job_is_kept(engine, store, queue, consume):
    queue.send(
        JobMessage(
            job_id=a_session(engine),
            session_id=a_session(engine),
            sample_fps=15,
            include_frames=True,
            trace_id="t",
        )
    )
    consumer, _ = consume()
    consumer.take_one()
    assert _left(queue) is not None


def test_nothing_is_taken_after_shutdown(engine, store, queue, consume):
    _send(queue, store, a_waiting_job(engine))
    consumer, attempts = consume(Outcome.COMPLETED)
    consumer.shutdown.request()
    consumer.take_one()
    assert attempts.attempts == []
    assert _left(queue) is not None


def test_an_outage_of_the_database_does_not_end_the_worker(engine, store, queue, consume):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    consumer, _ = consume(Outcome.COMPLETED)
    away = create_engine("postgresql+psycopg://127.0.0.1:1/x", connect_args={"connect_timeout": 1})
    cut_off = replace(consumer, jobs=JobStore(away))
    thread = threading.Thread(target=cut_off.run)
    thread.start()
    time.sleep(1.5)
    assert thread.is_alive()
    consumer.shutdown.request()
    thread.join(timeout=10)
    assert not thread.is_alive()
    away.dispose()
