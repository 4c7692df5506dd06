import io
import json
import threading
import time

import pytest
from sqlalchemy import create_engine

from shared.attempt_store import Busy
from shared.errors import LeaseLost, NoPersonFound, QueueError
from shared.job_store import JobStore
from shared.jobs import Status
from shared.queue.job_queue import JobQueue
from shared.queue.messages import JobMessage
from shared.settings import WorkerSettings
from shared.telemetry import Metrics
from shared.worker_store import WorkerStore
from tests.builders import COACH, a_claimed_job
from tests.fakes.ecs_agent import fake_ecs_agent
from tests.rig.waiting import wait_for
from worker_service.heartbeat import LAST_BEAT_S, Heartbeat, Held
from worker_service.task_protection import EcsTaskProtection, NoTaskProtection

STAYS_S = 1.6
"""Only time shows that something stays so: longer than the second for which it was given."""


@pytest.fixture
def store(engine):
    return JobStore(engine)


@pytest.fixture
def workers(engine):
    return WorkerStore(engine)


@pytest.fixture
def metrics():
    """Metrics, and what was measured."""
    stream = io.StringIO()
    return Metrics(service="worker", stage="test", stream=stream), stream


def _receive(queue, claimed, *, visibility_s):
    queue.send(
        JobMessage(
            job_id=claimed.lease.job_id,
            session_id=claimed.job.session_id,
            sample_fps=15,
            include_frames=True,
            trace_id="t",
        )
    )
    return queue.receive(wait_s=1, visibility_s=visibility_s)


@pytest.fixture
def heart(store, workers, queue, metrics):
    def make(claimed, received, *, protection=None, jobs=store, to=queue, **settings):
        held = Held(
            jobs=jobs,
            workers=workers,
            queue=to,
            protection=protection or NoTaskProtection(),
            lease=claimed.lease,
            received=received,
            worker="w1",
        )
        return Heartbeat(
            held, WorkerSettings(**{"lease_s": 2, "heartbeat_s": 0.3, **settings}), metrics[0]
        )

    return make


def _stopped(heartbeat):
    try:
        heartbeat.check()
    except LeaseLost:
        return True
    return False


def test_a_beating_heart_keeps_lease_and_message(engine, store, queue, heart):
    claimed = a_claimed_job(engine, lease_s=1)
    received = _receive(queue, claimed, visibility_s=1)
    with heart(claimed, received) as heartbeat:
        time.sleep(STAYS_S)
        heartbeat.check()
        assert queue.receive(wait_s=0, visibility_s=1) is None
        assert isinstance(store.claim(claimed.lease.job_id, worker="w2", lease_s=9), Busy)


def test_a_beat_says_that_the_worker_lives_and_what_it_does(engine, queue, workers, heart):
    claimed = a_claimed_job(engine)
    with heart(claimed, _receive(queue, claimed, visibility_s=30)):
        wait_for(workers.alive, "a worker to be seen")
    (alive,) = workers.alive()
    assert (alive.id, alive.job_id, alive.attempt) == ("w1", claimed.lease.job_id, 1)


def test_a_beat_renews_the_task_protection(engine, queue, heart):
    claimed = a_claimed_job(engine)
    with fake_ecs_agent() as agent:
        protection = EcsTaskProtection(agent.uri)
        with heart(claimed, _receive(queue, claimed, visibility_s=30), protection=protection):
            wait_for(lambda: agent.protected, "the task to be protected")


def test_a_heart_that_lost_the_lease_says_so(engine, store, queue, heart):
    claimed = a_claimed_job(engine)
    received = _receive(queue, claimed, visibility_s=30)
    store.fail(claimed.lease, NoPersonFound())
    with heart(claimed, received, heartbeat_s=0.05) as heartbeat:
        wait_for(lambda: _stopped(heartbeat), "the heart to say so")


def test_a_cancelled_job_is_seen_between_two_beats(engine, store, queue, heart):
    claimed = a_claimed_job(engine)
    received = _receive(queue, claimed, visibility_s=30)
    with heart(claimed, received, heartbeat_s=100, lease_s=300) as heartbeat:
        store.cancel(claimed.lease.job_id, owner=COACH)
        cancelled_at = time.monotonic()
        wait_for(lambda: _stopped(heartbeat), "the heart to say so")
        assert time.monotonic() - cancelled_at < 2
    assert store.get(claimed.lease.job_id).status == Status.CANCELLED


def test_a_silent_queue_hides_no_cancel_and_holds_up_no_end(engine, store, queue, workers, heart):
    class Silent(JobQueue):
        def extend(self, received, *, visibility_s):
            asked.set()
            answers.wait(60)

    asked, answers = threading.Event(), threading.Event()
    claimed = a_claimed_job(engine)
    received = _receive(queue, claimed, visibility_s=30)
    to = Silent(queue._client, queue._url)
    try:
        with heart(claimed, received, to=to, heartbeat_s=0.05, lease_s=30) as heartbeat:
            assert asked.wait(10)
            store.cancel(claimed.lease.job_id, owner=COACH)
            cancelled_at = time.monotonic()
            wait_for(lambda: _stopped(heartbeat), "the cancel to be seen")
            assert time.monotonic() - cancelled_at < 2
            ends_at = time.monotonic()
        assert time.monotonic() - ends_at < LAST_BEAT_S + 2
    finally:
        answers.set()
    for thread in heartbeat._threads:
        thread.join(10)
    assert workers.alive() == []


def test_a_missed_beat_is_counted_and_made_up_for_soon(engine, queue, heart, metrics, store):
    class AwayOnce(JobQueue):
        def __init__(self):
            super().__init__(queue._client, queue._url)
            self.extended_at = []

        def extend(self, received, *, visibility_s):
            self.extended_at.append(time.monotonic())
            if len(self.extended_at) == 1:
                raise QueueError
            super().extend(received, visibility_s=visibility_s)

    away_once = AwayOnce()
    claimed = a_claimed_job(engine)
    received = _receive(queue, claimed, visibility_s=30)
    with heart(claimed, received, to=away_once, heartbeat_s=2, lease_s=30) as heartbeat:
        wait_for(lambda: len(away_once.extended_at) == 2, "a second try")
        heartbeat.check()
    first, second = away_once.extended_at
    assert 0.5 <= second - first < 1.5
    measured = [json.loads(line) for line in metrics[1].getvalue().splitlines()]
    assert [line["HeartbeatsMissed"] for line in measured] == [1]


def test_an_outage_of_the_database_keeps_the_message_hidden(engine, queue, heart):
    away = create_engine("postgresql+psycopg://127.0.0.1:1/x")
    claimed = a_claimed_job(engine)
    received = _receive(queue, claimed, visibility_s=1)
    with heart(claimed, received, jobs=JobStore(away)) as heartbeat:
        time.sleep(STAYS_S)
        heartbeat.check()
        assert queue.receive(wait_s=0, visibility_s=1) is None
    away.dispose()


def test_no_job_is_held_for_ever(engine, queue, heart):
    claimed = a_claimed_job(engine)
    received = _receive(queue, claimed, visibility_s=30)
    with heart(claimed, received, lease_s=0.6, job_limit_s=0.4) as heartbeat:
        heartbeat.check()
        wait_for(lambda: _stopped(heartbeat), "the heart to say so")


def test_a_bug_does_not_stop_the_heart(engine, queue, heart, store):
    class Buggy(JobStore):
        def beat(self, lease, *, lease_s):
            broken.append(1)
            raise RuntimeError

    broken: list[int] = []
    claimed = a_claimed_job(engine)
    received = _receive(queue, claimed, visibility_s=30)
    with heart(claimed, received, jobs=Buggy(engine), heartbeat_s=0.1) as heartbeat:
        wait_for(lambda: len(broken) > 1, "a second beat")
        heartbeat.check()
