"""Somebody is slow at a bad moment: who holds a lock, S3 with an answer, a worker at an end."""

import signal
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from shared.database import transaction
from shared.jobs import FINAL, AttemptOutcome, Status
from shared.models import VideoAnalysisJob
from shared.players.consent import ConsentAnew
from shared.queue.dispatch import Dispatcher
from shared.retries import Retries
from tests.builders import COACH
from tests.faults.arena import Arena, arena
from tests.faults.orders import Deed
from tests.faults.outages import Gate, Service, gate
from tests.faults.points import Point

pytestmark = pytest.mark.system

LOCK_TIMEOUT_S = 0.5

SEEN_WITHIN_S = 2.0
"""A cancel reaches an attempt at work so soon."""


@pytest.fixture
def way(aws_endpoint) -> Iterator[Gate]:
    with gate(aws_endpoint) as open_gate:
        yield open_gate


@pytest.fixture
def place(tmp_path, database_settings, way) -> Iterator[Arena]:
    with arena(tmp_path, database_settings, way.endpoint) as made:
        yield made


@contextmanager
def locked(engine: Engine, jobs: Collection[UUID]) -> Iterator[None]:
    """Hold rows, as a session does that somebody forgot."""
    with transaction(engine) as rows:
        rows.execute(
            select(VideoAnalysisJob.id).where(VideoAnalysisJob.id.in_(jobs)).with_for_update()
        )
        yield


def test_a_locked_row_keeps_no_worker_from_stopping(place, engine, small_clip):
    crew = dict(
        zip(
            (Point.IN_POSE, Point.BEFORE_COMMIT),
            place.victims(2, database_lock_timeout_s=LOCK_TIMEOUT_S, stop_grace_s=1),
            strict=True,
        )
    )
    for point, victim in crew.items():
        victim.meets(point, Deed.HOLD)
    jobs = [place.coach.send(small_clip) for _ in crew]
    for point, victim in crew.items():
        victim.reached(point)
    with locked(engine, jobs):
        for point, victim in crew.items():
            victim.goes_on(point)
            victim.worker.process.send_signal(signal.SIGTERM)
        exits = [victim.worker.process.wait(timeout=30) for victim in crew.values()]
    assert exits == [0, 0]
    place.plain_worker()
    place.wait_until_final(jobs)
    place.wait_until_quiet()
    for job_id in jobs:
        fate = place.fate(job_id)
        fate.assert_completed_once()
        fate.assert_results_whole()


def test_a_locked_row_does_not_hold_the_worker_that_claims_it(place, engine, small_clip):
    (victim,) = place.victims(1, database_lock_timeout_s=LOCK_TIMEOUT_S)
    victim.meets(Point.BEFORE_CLAIM, Deed.HOLD)
    job_id = place.coach.send(small_clip)
    victim.reached(Point.BEFORE_CLAIM)
    victim.meets(Point.BEFORE_RECEIVE, Deed.HOLD)
    with locked(engine, [job_id]):
        victim.goes_on(Point.BEFORE_CLAIM)
        victim.reached(Point.BEFORE_RECEIVE)
    victim.goes_on(Point.BEFORE_RECEIVE)
    place.wait_until_final([job_id])
    place.fate(job_id).assert_completed_once()


def test_results_that_s3_answers_for_after_a_cancel_do_not_stay(place, way, small_clip):
    (victim,) = place.victims(1)
    victim.meets(Point.BEFORE_FRAMES_UPLOAD, Deed.HOLD)
    job_id = place.coach.send(small_clip)
    victim.reached(Point.BEFORE_FRAMES_UPLOAD)
    with way.holding_puts(Service.RESULTS) as held:
        victim.goes_on(Point.BEFORE_FRAMES_UPLOAD)
        assert held.arrived.wait(30)
        place.coach.jobs.cancel(job_id, owner=COACH)
        time.sleep(SEEN_WITHIN_S)  # nothing outside tells when the worker has seen it
    place.wait_until_quiet()
    fate = place.fate(job_id)
    assert fate.job.status == Status.CANCELLED
    assert fate.outcomes == [AttemptOutcome.CANCELLED]
    assert fate.keys == []


def test_a_retry_in_the_middle_of_an_ending_keeps_its_files(place, way, small_clip):
    (slow,) = place.victims(1)
    slow.meets(Point.BEFORE_RECEIVE, Deed.HOLD)
    slow.orders.give(Point.AFTER_FAIL, Deed.HOLD, nth=3)
    job_id = place.coach.send(small_clip)
    with way.refusing(Service.ORIGINALS, status=HTTPStatus.NOT_FOUND):
        slow.goes_on(Point.BEFORE_RECEIVE)
        slow.reached(Point.AFTER_FAIL)
    dispatcher = Dispatcher(place.coach.jobs, place.queue)
    Retries(dispatcher, ConsentAnew.on(place.coach.jobs._engine)).retry(job_id, owner=COACH)
    place.plain_worker()
    place.coach.wait_for(job_id, lambda job: job.status in FINAL)
    slow.orders.give(Point.BEFORE_RECEIVE, Deed.HOLD)
    slow.orders.go(Point.AFTER_FAIL)
    slow.reached(Point.BEFORE_RECEIVE)
    fate = place.fate(job_id)
    fate.assert_completed_once()
    fate.assert_results_whole()
