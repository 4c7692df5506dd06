"""The consumer against real SQS semantics and a real database; only the analysis is a fake."""

import io
import threading
from dataclasses import replace

import pytest
from sqlalchemy import create_engine

from shared.aws import s3_client
from shared.erasure.store import ErasureStore
from shared.errors import DatabaseError, DiskFull, DownloadFailed, NoPersonFound, QueueError
from shared.job_store import JobStore
from shared.jobs import Stage, Status
from shared.media.store import MediaStore
from shared.queue.job_queue import JobQueue
from shared.queue.messages import JobMessage
from shared.settings import WorkerSettings
from shared.telemetry import Metrics
from shared.worker_store import WorkerStore
from tests.builders import COACH, a_session, a_waiting_job
from tests.fakes.ecs_agent import REFUSAL, fake_ecs_agent
from tests.rig.waiting import wait_for
from worker_service.consumer import Consumer
from worker_service.job import Outcome
from worker_service.rest import Rest
from worker_service.settle import Settler, retry_pause_s
from worker_service.shutdown import Shutdown
from worker_service.task_protection import EcsTaskProtection, NoTaskProtection


@pytest.fixture
def store(engine):
    return JobStore(engine)


@pytest.fixture
def workers(engine):
    return WorkerStore(engine)


class FakeAttempts:
    """Ends every attempt the way it is told, through the real store."""

    def __init__(self, store, *ends):
        self._store = store
        self._ends = list(ends)
        self.attempts = []

    def __call__(self, claimed, _heartbeat):
        self.attempts.append(claimed.lease.attempt)
        end = self._ends.pop(0)
        if isinstance(end, RuntimeError):
            raise end
        if end is Outcome.COMPLETED:
            prefix = f"results/{claimed.lease.job_id}/{claimed.lease.attempt}/"
            self._store.finish(claimed.lease, results={}, results_prefix=prefix)
            return end
        if end is Outcome.RETURNED:
            self._store.give_back(claimed.lease)
            return end
        if end is Outcome.LEASE_LOST:
            return end
        if end == "deleted":
            ErasureStore(self._store._engine).delete_job(COACH, claimed.lease.job_id)
            return Outcome.CANCELLED
        if end is Outcome.CANCELLED:
            self._store.cancel(claimed.lease.job_id, owner=COACH)
            return end
        status = self._store.fail(claimed.lease, end)
        return Outcome.RETRYING if status is Status.PROCESSING else Outcome.FAILED


@pytest.fixture
def consume(store, workers, media, queue):
    def build(
        *ends,
        worker="w1",
        over=queue,
        files=media,
        protection=None,
        at_end=(),
        rest=None,
        **settings,
    ):
        attempts = FakeAttempts(store, *ends)
        chosen = WorkerSettings(
            receive_wait_s=1, lease_s=30, heartbeat_s=10, retry_base_s=0, **settings
        )
        consumer = Consumer(
            jobs=store,
            workers=workers,
            queue=over,
            settler=Settler(store, files, over, chosen),
            protection=protection or NoTaskProtection(),
            run_attempt=attempts,
            settings=chosen,
            worker=worker,
            shutdown=Shutdown(grace_s=0),
            metrics=Metrics(service="worker", stage="test", stream=io.StringIO()),
            rest=rest or Rest(),
            at_end=at_end,
            outage_pause_s=0,
            refused_pause_s=0,
        )
        return consumer, attempts

    return build


@pytest.fixture
def stored(media, tmp_path):
    """Store files of attempts; says which are left."""
    file = tmp_path / "f"
    file.write_bytes(b"x")

    def files(job_id, *attempts):
        for attempt in attempts:
            media.upload(file, f"results/{job_id}/{attempt}/x", content_type="text/plain")
        return [key.split("/")[2] for key in media.keys(f"results/{job_id}/")]

    return files


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


def test_the_message_of_a_job_that_another_worker_holds_waits_out_the_lease(
    engine, store, queue, consume
):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    seen = queue.receive(wait_s=1, visibility_s=0)
    store.claim(job_id, worker="other", lease_s=1, message_id=seen.message_id)
    consumer, attempts = consume(Outcome.COMPLETED)
    consumer.take_one()
    assert attempts.attempts == []
    assert _left(queue) is None
    wait_for(lambda: consumer.take_one() or attempts.attempts, "an attempt")
    assert attempts.attempts == [2]


def test_the_message_of_a_lost_lease_is_left_alone(engine, store, queue, consume):
    _send(queue, store, a_waiting_job(engine))
    consumer, _ = consume(Outcome.LEASE_LOST)
    consumer.take_one()
    assert (queue.depth().visible, queue.depth().in_flight) == (0, 1)


def test_a_stray_duplicate_of_a_job_in_work_is_deleted(engine, store, queue, consume):
    job_id = a_waiting_job(engine)
    store.claim(job_id, worker="other", lease_s=60, message_id="another")
    _send(queue, store, job_id)
    consumer, attempts = consume(Outcome.COMPLETED)
    consumer.take_one()
    assert attempts.attempts == []
    assert queue.depth().total == 0


def test_a_cancelled_job_leaves_neither_message_nor_files(engine, store, queue, consume, stored):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    stored(job_id, 1)
    consumer, _ = consume(Outcome.CANCELLED)
    consumer.take_one()
    assert queue.depth().total == 0
    assert stored(job_id) == []


def test_a_job_deleted_under_its_worker_leaves_no_message(engine, store, queue, consume):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    consumer, _ = consume("deleted")
    consumer.take_one()
    assert queue.depth().total == 0


def test_a_job_cancelled_after_a_failed_try_leaves_no_message(engine, store, queue, consume):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    consumer, attempts = consume(DownloadFailed())
    consumer.take_one()
    store.cancel(job_id, owner=COACH)
    consumer.take_one()
    assert attempts.attempts == [1]
    assert queue.depth().total == 0


def test_only_the_results_that_the_row_names_stay(engine, store, queue, consume, stored):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    stored(job_id, 1, 2)
    consumer, _ = consume(DownloadFailed(), Outcome.COMPLETED)
    consumer.take_one()
    assert stored(job_id) == ["1", "2"]
    consumer.take_one()
    assert stored(job_id) == ["2"]


def test_a_message_stays_until_the_bucket_is_tidy(engine, store, queue, consume, storage):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    away = storage.model_copy(update={"aws_endpoint_url_s3": "http://127.0.0.1:1"})
    consumer, _ = consume(Outcome.COMPLETED, files=MediaStore(s3_client(away), storage.s3_bucket))
    consumer.take_one()
    assert store.get(job_id).status == Status.COMPLETED
    assert queue.depth().in_flight == 1


def test_a_message_that_could_not_be_deleted_is_settled_when_it_comes_back(
    engine, store, queue, consume
):
    class DeletesNothing(JobQueue):
        def delete(self, received):
            self.extend(received, visibility_s=0)
            raise QueueError

    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    first, attempts = consume(Outcome.COMPLETED, over=DeletesNothing(queue._client, queue._url))
    first.take_one()
    second, more_attempts = consume()
    second.take_one()
    assert (attempts.attempts, more_attempts.attempts) == ([1], [])
    assert queue.depth().total == 0


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
    cut_off = replace(consumer, jobs=JobStore(away), workers=WorkerStore(away))
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


def test_an_outage_of_the_database_does_not_end_the_worker(engine, store, queue, consume, capsys):
    job_id = a_waiting_job(engine)
    _send(queue, store, job_id)
    consumer, _ = consume(Outcome.COMPLETED)
    away = create_engine("postgresql+psycopg://127.0.0.1:1/x", connect_args={"connect_timeout": 1})
    cut_off = replace(consumer, jobs=JobStore(away), workers=WorkerStore(away))
    thread = threading.Thread(target=cut_off.run)
    thread.start()
    wait_for(lambda: "waiting for a service" in capsys.readouterr().out, "the outage to be met")
    assert thread.is_alive()
    consumer.shutdown.request()
    thread.join(timeout=10)
    assert not thread.is_alive()
    away.dispose()


def test_an_end_that_cannot_be_read_at_once_is_settled_all_the_same(engine, store, queue, consume):
    class AwayOnce(JobStore):
        asked = 0

        def over(self, job_id):
            self.asked += 1
            if self.asked == 1:
                raise DatabaseError
            return super().over(job_id)

    _send(queue, store, a_waiting_job(engine))
    consumer, _ = consume(Outcome.COMPLETED)
    beats = []
    replace(consumer, jobs=AwayOnce(engine), alive=lambda: beats.append(1)).take_one()
    assert queue.depth().total == 0
    assert beats  # nothing else in there shows that the worker is alive


def test_a_worker_that_fails_jobs_by_its_own_fault_takes_none_for_a_while(
    engine, store, queue, consume, workers
):
    _send(queue, store, a_waiting_job(engine))
    rest = Rest()
    consumer, attempts = consume(Outcome.COMPLETED, rest=rest)
    for _ in range(2):
        rest.after(DiskFull())
    taking = threading.Thread(target=consumer.take_one)
    taking.start()
    wait_for(workers.alive, "the worker to say that it lives")
    consumer.shutdown.request()
    taking.join(timeout=3)
    assert not taking.is_alive()
    assert (attempts.attempts, queue.depth().visible) == ([], 1)


def test_before_each_receive_the_analysis_is_got_ready(engine, store, queue, consume):
    ready = []
    consumer, attempts = consume(Outcome.COMPLETED)
    consumer = replace(consumer, get_ready=lambda: ready.append(len(attempts.attempts)))
    _send(queue, store, a_waiting_job(engine))
    consumer.take_one()
    consumer.take_one()
    assert ready == [0, 1]


def test_a_worker_is_seen_before_it_asks_for_work_and_gone_afterwards(consume, workers):
    consumer, _ = consume()
    consumer.take_one()
    assert [worker.id for worker in workers.alive()] == ["w1"]
    consumer.shutdown.request()
    consumer.run()
    assert workers.alive() == []


def test_what_fails_at_the_end_does_not_keep_the_rest_from_being_closed(consume, workers):
    def breaks():
        raise OSError

    closed = []
    consumer, _ = consume(at_end=(breaks, lambda: closed.append("folder")))
    consumer.take_one()
    consumer.shutdown.request()
    consumer.run()
    assert closed == ["folder"]
    assert workers.alive() == []


def test_a_bug_in_an_attempt_does_not_end_the_worker(engine, store, queue, consume):
    first, second = a_waiting_job(engine), a_waiting_job(engine)
    _send(queue, store, first)
    _send(queue, store, second)
    consumer, attempts = consume(RuntimeError(), Outcome.COMPLETED)
    thread = threading.Thread(target=consumer.run)
    thread.start()
    wait_for(lambda: len(attempts.attempts) == 2, "both attempts")
    consumer.shutdown.request()
    thread.join(timeout=10)
    assert Status.COMPLETED in {store.get(first).status, store.get(second).status}


def test_the_task_is_protected_while_there_is_work_and_released_when_there_is_none(
    engine, store, queue, consume
):
    _send(queue, store, a_waiting_job(engine))
    with fake_ecs_agent() as agent:
        consumer, attempts = consume(Outcome.COMPLETED, protection=EcsTaskProtection(agent.uri))
        consumer.take_one()
        assert attempts.attempts == [1]
        assert agent.protected
        consumer.take_one()
        assert not agent.protected


def test_nothing_is_received_while_protection_is_refused(engine, store, queue, consume):
    _send(queue, store, a_waiting_job(engine))
    with fake_ecs_agent() as agent:
        agent.answer = REFUSAL
        consumer, attempts = consume(Outcome.COMPLETED, protection=EcsTaskProtection(agent.uri))
        consumer.take_one()
        assert (attempts.attempts, queue.depth().visible) == ([], 1)
        agent.answer = None
        consumer.take_one()
        assert attempts.attempts == [1]


@pytest.mark.parametrize(
    ("tries", "about_s"), [(1, 30), (2, 60), (3, 120), (5, 480), (6, 900), (40, 900)]
)
def test_the_pause_before_a_retry_doubles_up_to_its_cap(tries, about_s):
    pauses = {retry_pause_s(tries, base_s=30, cap_s=900) for _ in range(200)}
    assert 0.8 * about_s <= min(pauses) < max(pauses) <= 1.2 * about_s
