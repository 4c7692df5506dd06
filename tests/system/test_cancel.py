"""A coach cancels: the work stops within two seconds, and nothing of it is left."""

import time

import pytest

from shared.jobs import FINAL, AttemptOutcome, Stage, Status
from tests.builders import COACH
from tests.rig.waiting import wait_for

pytestmark = pytest.mark.system

SEEN_WITHIN_S = 2.0


def _at_work(job):
    return job.stage == Stage.POSE and job.frames_done > 0


def test_a_cancelled_job_stops_at_once_leaves_nothing_and_its_worker_takes_the_next(
    coach, start_real_worker, sample_video, small_clip, empty
):
    worker = start_real_worker(lease_s=60, heartbeat_s=20)
    job_id = coach.send(sample_video, sample_fps=0)
    coach.wait_for(job_id, _at_work)
    coach.jobs.cancel(job_id, owner=COACH)
    began = time.monotonic()
    wait_for(empty, "the message to be gone")
    assert time.monotonic() - began < SEEN_WITHIN_S
    assert coach.jobs.get(job_id).status == Status.CANCELLED
    assert [attempt.outcome for attempt in coach.jobs.attempts(job_id)] == [
        AttemptOutcome.CANCELLED
    ]
    assert coach.media.keys(f"results/{job_id}/") == []
    assert [path for path in worker.tmp.rglob("*") if path.parent != worker.tmp] == []
    following = coach.send(small_clip)
    assert coach.wait_for(following, lambda job: job.status in FINAL).worker == "w0"


def test_a_job_cancelled_before_a_worker_took_it_is_not_begun(
    coach, start_worker, small_clip, empty
):
    job_id = coach.send(small_clip)
    coach.jobs.cancel(job_id, owner=COACH)
    start_worker()
    wait_for(empty, "the message to be gone")
    assert coach.jobs.attempts(job_id) == []
    assert coach.jobs.get(job_id).status == Status.CANCELLED
