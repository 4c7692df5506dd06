import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.attempt_store import Busy, Claimed, Over, Progress
from shared.errors import (
    DatabaseError,
    DownloadFailed,
    JobNotFound,
    LeaseLost,
    MaxRetries,
    NoPersonFound,
    UploadMissing,
)
from shared.job_moves import Lease
from shared.job_store import JobStore
from shared.jobs import MAX_ATTEMPTS, AttemptOutcome, Stage, Status
from tests.builders import COACH, a_claimed_job, a_job, a_session, a_waiting_job
from tests.rig.waiting import wait_for

EXPIRED = -1.0
"""A lease that ran out before it began."""


@pytest.fixture
def store(engine):
    return JobStore(engine)


def _finish(store, lease):
    store.finish(lease, results={"schema_version": 1}, results_prefix="results/x/1/")


def test_a_job_that_awaits_its_upload_cannot_be_claimed(engine, store):
    job_id = a_job(engine)
    assert not isinstance(store.claim(job_id, worker="w", lease_s=60), Claimed)
    assert store.get(job_id).status == Status.QUEUED


def test_a_claim_raises_the_attempt_and_takes_the_lease(engine, store):
    claimed = a_claimed_job(engine)
    assert claimed.lease.attempt == 1
    assert claimed.job.worker == "w1"
    assert claimed.job.stage == Stage.DOWNLOADING
    assert claimed.job.attempt_started_at is not None


def test_a_second_claim_learns_how_long_the_lease_lasts(engine, store):
    claimed = a_claimed_job(engine, lease_s=60)
    busy = store.claim(claimed.lease.job_id, worker="w2", lease_s=60)
    assert isinstance(busy, Busy)
    assert 50 < busy.remaining_s <= 60


def test_a_lease_that_ran_out_goes_to_the_next_worker(engine, store):
    first = a_claimed_job(engine, lease_s=EXPIRED)
    second = store.claim(first.lease.job_id, worker="w2", lease_s=60)
    assert isinstance(second, Claimed)
    assert second.lease.attempt == 2


def test_a_late_worker_can_write_nothing(engine, store):
    late = a_claimed_job(engine, lease_s=EXPIRED).lease
    current = store.claim(late.job_id, worker="w2", lease_s=60)
    writes = (
        lambda: store.beat(late, lease_s=60),
        lambda: store.progress(late, Progress(Stage.POSE, 50.0)),
        lambda: _finish(store, late),
        lambda: store.fail(late, NoPersonFound()),
        lambda: store.give_back(late),
    )
    for write in writes:
        with pytest.raises(LeaseLost):
            write()
    _finish(store, current.lease)
    assert store.get(late.job_id).attempt == 2


def test_a_finished_job_takes_no_further_result(engine, store):
    lease = a_claimed_job(engine).lease
    _finish(store, lease)
    with pytest.raises(LeaseLost):
        _finish(store, lease)
    assert store.claim(lease.job_id, worker="w2", lease_s=60) == Over(
        Status.COMPLETED, results_prefix="results/x/1/", attempt=1
    )


def test_eight_claims_at_once_give_one_lease(engine, store):
    job_id = a_waiting_job(engine)
    together = threading.Barrier(8)

    def claim(number):
        together.wait()
        return store.claim(job_id, worker=f"w{number}", lease_s=60)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(claim, range(8)))
    assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 1
    assert store.get(job_id).attempt == 1


def test_a_passing_error_is_retried_until_the_attempts_are_used_up(engine, store):
    job_id = a_waiting_job(engine)
    statuses = []
    for _ in range(MAX_ATTEMPTS):
        claimed = store.claim(job_id, worker="w", lease_s=60)
        statuses.append(store.fail(claimed.lease, DownloadFailed()))
    assert statuses == [Status.PROCESSING, Status.PROCESSING, Status.FAILED]
    job = store.get(job_id)
    assert (job.error_code, job.user_action) == ("DOWNLOAD_FAILED", "contact_support")
    over = Over(Status.FAILED, given_up=True, attempt=MAX_ATTEMPTS)
    assert store.claim(job_id, worker="w", lease_s=60) == over


def test_a_retrying_job_says_why(engine, store):
    lease = a_claimed_job(engine).lease
    store.fail(lease, DownloadFailed("Failed to download video from S3: 404 Not Found"))
    job = store.get(lease.job_id)
    assert job.stage == Stage.RETRYING
    assert job.error_message == "Failed to download video from S3: 404 Not Found"


def test_a_permanent_error_fails_at_once(engine, store):
    lease = a_claimed_job(engine).lease
    assert store.fail(lease, NoPersonFound()) is Status.FAILED
    assert store.get(lease.job_id).user_action == "retake"
    assert store.claim(lease.job_id, worker="w", lease_s=60) == Over(Status.FAILED, attempt=1)


def test_three_dead_workers_end_a_job(engine, store):
    job_id = a_waiting_job(engine)
    for _ in range(MAX_ATTEMPTS):
        claimed = store.claim(job_id, worker="w", lease_s=EXPIRED)
        assert isinstance(claimed, Claimed)
        assert not claimed.only_takes_over
    last = store.claim(job_id, worker="w", lease_s=60)
    assert isinstance(last, Claimed)
    assert last.only_takes_over
    assert store.fail(last.lease, MaxRetries()) is Status.FAILED
    assert store.get(job_id).error_code == "MAX_RETRIES"


def test_the_claim_that_only_takes_over_is_granted_once(engine, store):
    job_id = a_waiting_job(engine)
    for _ in range(MAX_ATTEMPTS + 1):
        assert isinstance(store.claim(job_id, worker="w", lease_s=EXPIRED), Claimed)
    over = Over(Status.FAILED, given_up=True, attempt=MAX_ATTEMPTS + 1)
    assert store.claim(job_id, worker="w", lease_s=60) == over
    assert store.get(job_id).error_code == "MAX_RETRIES"


def test_a_lease_given_back_at_the_last_claim_still_only_takes_over(engine, store):
    job_id = a_waiting_job(engine)
    for _ in range(MAX_ATTEMPTS):
        store.claim(job_id, worker="w", lease_s=EXPIRED)
    store.give_back(store.claim(job_id, worker="w", lease_s=60).lease)
    assert store.claim(job_id, worker="w", lease_s=60).only_takes_over


def test_a_lease_is_not_shorter_for_having_waited_for_a_lock(engine, store):
    lease = a_claimed_job(engine).lease
    with ThreadPoolExecutor(1) as pool, engine.begin() as connection:
        connection.execute(text("UPDATE video_analysis_jobs SET percent = 1"))
        beat = pool.submit(store.beat, lease, lease_s=60)
        wait_for(lambda: _waits_for_a_lock(engine), "the beat to wait")
        connection.execute(text("SELECT pg_sleep(0.2)"))
        released = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        connection.commit()
        beat.result(timeout=10)
    assert store.get(lease.job_id).lease_until >= released + timedelta(seconds=60)


def _waits_for_a_lock(engine) -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with engine.connect() as connection:
        return bool(connection.execute(text(waiting)).scalar_one())


def test_the_message_of_a_job_in_work_is_not_replaced(engine, store):
    claimed = a_claimed_job(engine)
    assert not store.sent(claimed.lease.job_id, "late")
    waiting = a_waiting_job(engine)
    before = store.get(waiting).updated_at
    assert store.sent(waiting, "in time")
    assert store.get(waiting).updated_at == before


def test_a_job_given_back_does_not_lose_an_attempt(engine, store):
    job_id = a_waiting_job(engine)
    for number in range(1, 2 * MAX_ATTEMPTS):
        claimed = store.claim(job_id, worker="w", lease_s=60)
        assert claimed.lease.attempt == number
        store.give_back(claimed.lease)
    assert store.get(job_id).stage == Stage.WAITING


def test_the_message_of_an_unknown_job_is_nobodys(engine, store):
    stranger = Lease(a_session(engine), 1)
    assert store.claim(stranger.job_id, worker="w", lease_s=60) == Over(None)


@given(percents=st.lists(st.floats(0, 100), min_size=1, max_size=8))
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_percent_never_goes_down_within_an_attempt(engine, store, percents):
    lease = a_claimed_job(engine).lease
    for percent in percents:
        store.progress(lease, Progress(Stage.POSE, percent))
    assert store.get(lease.job_id).percent == max(percents)


def test_the_next_attempt_starts_from_zero(engine, store):
    lease = a_claimed_job(engine).lease
    store.progress(lease, Progress(Stage.POSE, 80.0))
    store.fail(lease, DownloadFailed())
    claimed = store.claim(lease.job_id, worker="w2", lease_s=60)
    assert claimed.job.percent == 0
    assert claimed.job.error_code is None


def test_another_coachs_job_does_not_exist(engine, store):
    job_id = a_job(engine)
    with pytest.raises(JobNotFound):
        store.get(job_id, owner="coach-2")
    assert store.page("coach-2", limit=10, after=None) == []
    assert [job.id for job in store.page(COACH, limit=10, after=None)] == [job_id]


@pytest.mark.own_database
def test_a_primary_that_became_read_only_is_an_outage(engine, store):
    lease = a_claimed_job(engine).lease
    with engine.begin() as connection:
        database = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(
            text(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
        )
    engine.dispose()
    with pytest.raises(DatabaseError):
        store.beat(lease, lease_s=60)


def test_an_attempt_knows_whether_its_own_commit_got_through(engine, store):
    lost = a_claimed_job(engine, lease_s=EXPIRED).lease
    lease = store.claim(lost.job_id, worker="w2", lease_s=60).lease
    _finish(store, lease)
    assert [(one.attempt, one.outcome) for one in store.attempts(lease.job_id)] == [
        (lost.attempt, AttemptOutcome.LOST),
        (lease.attempt, AttemptOutcome.COMPLETED),
    ]


def test_an_error_that_is_no_job_error_still_ends_the_attempt(engine, store):
    lease = a_claimed_job(engine).lease
    assert store.fail(lease, UploadMissing()) is Status.FAILED
