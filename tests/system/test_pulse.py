"""The pulse of real workers: busy, waiting and hanging."""

import os
import signal
import time

import pytest

from tests.faults.arena import arena
from tests.faults.orders import Deed
from tests.faults.points import Point
from tests.rig.processes import children
from tests.rig.waiting import wait_for
from worker_service.pulse import LOST_AFTER_S, is_felt

pytestmark = pytest.mark.system

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def pulse(tmp_path):
    return tmp_path / "worker.pulse"


def forget(pulse):
    """Make it as old as that of a worker that hangs."""
    wait_for(lambda: is_felt(pulse), "a pulse")
    then = time.time() - LOST_AFTER_S - 60
    os.utime(pulse, (then, then))


def test_a_worker_whose_database_is_away_is_healthy(start_worker, pulse):
    worker = start_worker(database_url=NOWHERE, worker_pulse=pulse)
    wait_for(lambda: b"waiting for a service" in worker.log.read_bytes(), "an outage to be seen")
    forget(pulse)
    wait_for(lambda: is_felt(pulse), "its pulse")


def test_a_worker_whose_analysis_takes_long_is_healthy(start_worker, coach, small_clip, pulse):
    worker = start_worker(worker_pulse=pulse, lease_s=60)
    wait_for(lambda: b"analyst ready" in worker.log.read_bytes(), "the analyst to be ready")
    (analyst,) = children(worker.process.pid)
    os.kill(analyst, signal.SIGSTOP)
    job_id = coach.send(small_clip)
    wait_for(lambda: coach.jobs.get(job_id).stage == "downloading", "a worker to take the job")
    forget(pulse)
    wait_for(lambda: is_felt(pulse), "its pulse")


def test_a_worker_that_hangs_is_not_though_its_heart_beats(
    tmp_path, database_settings, aws_endpoint, small_clip, pulse
):
    with arena(tmp_path, database_settings, aws_endpoint) as place:
        (victim,) = place.victims(1, worker_pulse=pulse, lease_s=3, heartbeat_s=0.5)
        victim.meets(Point.IN_POSE, Deed.HOLD)
        job_id = place.coach.send(small_clip)
        victim.reached(Point.IN_POSE)
        forget(pulse)

        def lease():
            until = place.coach.jobs.get(job_id).lease_until
            assert until is not None
            return until

        held_until = lease()
        wait_for(lambda: lease() > held_until, "a heartbeat")
        assert not is_felt(pulse)
