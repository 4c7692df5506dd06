import time

import pytest

from shared.errors import LeaseLost, NoPersonFound
from shared.job_store import Busy, JobStore
from shared.messages import JobMessage
from tests.builders import a_claimed_job
from worker_service.heartbeat import Heartbeat


@pytest.fixture
def store(engine):
    return JobStore(engine)


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


def _heartbeat(store, queue, claimed, received, *, every_s):
    return Heartbeat(
        jobs=store,
        queue=queue,
        lease=claimed.lease,
        received=received,
        lease_s=2,
        visibility_s=2,
        every_s=every_s,
    )


def test_a_beating_heart_keeps_lease_and_message(engine, store, queue):
    claimed = a_claimed_job(engine, lease_s=1)
    received = _receive(queue, claimed, visibility_s=1)
    with _heartbeat(store, queue, claimed, received, every_s=0.3) as heartbeat:
        time.sleep(1.6)
        heartbeat.check()
        assert queue.receive(wait_s=0, visibility_s=1) is None
        assert isinstance(store.claim(claimed.lease.job_id, worker="w2", lease_s=9), Busy)


def test_a_heart_that_lost_the_lease_says_so(engine, store, queue):
    claimed = a_claimed_job(engine)
    received = _receive(queue, claimed, visibility_s=30)
    store.fail(claimed.lease, NoPersonFound())
    with _heartbeat(store, queue, claimed, received, every_s=0.05) as heartbeat:
        time.sleep(0.5)
        with pytest.raises(LeaseLost):
            heartbeat.check()
