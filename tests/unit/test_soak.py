"""The soak's own arithmetic: the same trouble for the same seed, and when a promise is broken."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from benchmarks.soak.fates import Way, fates
from benchmarks.soak.inspection import WHOLE, Inspection
from benchmarks.soak.promises import Happened, promises
from benchmarks.soak.recovery import Recovery, Spread, recoveries
from benchmarks.soak.trouble import Kill
from shared.jobs import AttemptOutcome, Status
from shared.models import AnalysisAttempt, VideoAnalysisJob

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def _at(seconds):
    return BEGAN + timedelta(seconds=seconds)


def _attempt(job_id, number, worker, *, begun, ended, outcome):
    return AnalysisAttempt(
        job_id=job_id,
        attempt=number,
        worker=worker,
        started_at=_at(begun),
        ended_at=_at(ended),
        outcome=outcome,
    )


def test_a_seed_always_draws_the_same_fates():
    assert fates(300, seed=7) == fates(300, seed=7)
    assert fates(300, seed=7) != fates(300, seed=8)


def test_every_kind_of_trouble_is_drawn():
    drawn = fates(300, seed=7)
    assert {fate.way for fate in drawn} == set(Way)
    assert {len(fate.copies_after_s) for fate in drawn} == {0, 1, 2}


def test_recovery_runs_from_the_kill_to_the_next_claim_and_to_the_end():
    job_id = uuid4()
    attempts = [
        _attempt(job_id, 1, "w0", begun=0, ended=9, outcome=AttemptOutcome.LOST),
        _attempt(job_id, 2, "w1", begun=9, ended=11, outcome=AttemptOutcome.COMPLETED),
    ]
    found = recoveries([Kill("w0", _at(3))], attempts, {job_id: _at(11)}, {job_id})
    assert found == [Recovery(to_claim_s=6, to_final_s=8, robbed=True)]


def test_a_job_that_was_lost_before_its_worker_was_killed_does_not_count():
    job_id = uuid4()
    attempts = [
        _attempt(job_id, 1, "w0", begun=0, ended=9, outcome=AttemptOutcome.LOST),
        _attempt(job_id, 2, "w1", begun=9, ended=11, outcome=AttemptOutcome.COMPLETED),
    ]
    assert recoveries([Kill("w0", _at(20))], attempts, {job_id: _at(11)}, ()) == []


def test_a_last_attempt_has_no_next_claim():
    job_id = uuid4()
    attempts = [_attempt(job_id, 3, "w0", begun=0, ended=9, outcome=AttemptOutcome.LOST)]
    found = recoveries([Kill("w0", _at(3))], attempts, {job_id: _at(9)}, ())
    assert found == [Recovery(to_claim_s=None, to_final_s=6, robbed=False)]


def test_the_95th_percentile_is_a_time_that_was_measured():
    assert Spread.of(range(1, 21)) == Spread(least=1, median=10.5, p95=19, most=20)
    assert Spread.of([]) is None


JOB = uuid4()
PREFIX = f"results/{JOB}/1/"
HAPPENED = Happened(asked=1, lease_s=5, unlucky=frozenset(), exits={"w0": 0})
ALL_WELL = Inspection(
    jobs=[VideoAnalysisJob(id=JOB, status=Status.COMPLETED, results_prefix=PREFIX)],
    attempts=[_attempt(JOB, 1, "w0", begun=0, ended=1, outcome=AttemptOutcome.COMPLETED)],
    ends=Counter({JOB: 1}),
    stored={PREFIX: WHOLE},
    invalid=[],
    messages=0,
    dead_letters=[],
    scratch=[],
    processes=[],
    errors=[],
)


def _broken(seen):
    return {promise.what for promise in promises(HAPPENED, seen, []) if not promise.holds}


def test_every_promise_can_be_kept():
    assert _broken(ALL_WELL) == set()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"ends": Counter({JOB: 2})}, "jobs finalised twice, by the database's own count"),
        ({"attempts": []}, "jobs completed by two attempts or none"),
        ({"stored": {PREFIX: frozenset()}}, "completed jobs without all their files"),
        ({"stored": {PREFIX: WHOLE, f"results/{JOB}/2/": WHOLE}}, "orphan objects"),
        ({"invalid": [JOB]}, "results not valid or not the row's"),
        ({"messages": 1}, "messages left"),
        ({"dead_letters": [JOB]}, "dead letters of jobs that did not fail"),
        ({"scratch": ["coach-worker-x"]}, "scratch folders left"),
        ({"processes": [1]}, "processes left"),
        ({"errors": ["boom"]}, "errors in the workers' logs"),
    ],
)
def test_what_must_not_be_breaks_its_own_promise(change, what):
    assert _broken(replace(ALL_WELL, **change)) == {what}


def test_a_job_that_failed_although_its_workers_lived_breaks_a_promise():
    failed = VideoAnalysisJob(id=JOB, status=Status.FAILED, error_code="MAX_RETRIES")
    seen = replace(ALL_WELL, jobs=[failed], attempts=[], stored={})
    assert _broken(seen) == {"jobs that failed without three lost workers"}


def test_a_row_that_is_open_at_the_end_is_stuck():
    open_job = VideoAnalysisJob(id=JOB, status=Status.PROCESSING)
    seen = replace(ALL_WELL, jobs=[open_job], attempts=[], stored={})
    assert _broken(seen) == {"jobs final", "jobs stuck"}
