"""What one owner may ask for, counted over all processes."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from shared import limits
from shared.erasure.store import ErasureStore
from shared.errors import DatabaseError, NoPersonFound, RateLimitExceeded, TooManyActiveJobs
from shared.job_store import JobStore
from shared.jobs import JobKind, Status
from shared.limits import RequestCounter
from shared.models import VideoAnalysisJob
from shared.settings import LimitSettings
from shared.sweep.rows import SweepStore
from tests.builders import COACH, a_claimed_job, a_session

NO_LIMITS = LimitSettings(max_requests_per_minute=0, max_uploads_per_day=0, max_open_jobs=0)


def _limits(**some: int) -> LimitSettings:
    return NO_LIMITS.model_copy(update=some)


def _early_in_a_minute() -> None:
    """A minute that ends within the test would forgive what is tested."""
    left_s = 60 - time.time() % 60
    if left_s < 5:
        time.sleep(left_s + 0.1)


def _counter(engine, most: int) -> RequestCounter:
    return RequestCounter(engine, _limits(max_requests_per_minute=most))


def _new_job(session_id, *, owner: str = COACH, kind: JobKind = JobKind.VIDEO) -> VideoAnalysisJob:
    return VideoAnalysisJob(
        owner=owner,
        kind=kind,
        session_id=session_id,
        trace_id="trace",
        settings={},
        include_frames=False,
        s3_key="uploads/x/source",
        upload_expires_at=datetime.now(UTC),
    )


@pytest.mark.parametrize("most", [1, 3, 47])
def test_requests_of_a_minute_are_counted_exactly_in_one_process(engine, most):
    _early_in_a_minute()
    counter = _counter(engine, most)
    for _ in range(most):
        counter.count(COACH)
    with pytest.raises(RateLimitExceeded) as refused:
        counter.count(COACH)
    assert 1 <= (refused.value.retry_after_s or 0) <= 60
    counter.count("coach-2")


def test_two_processes_share_the_minute(engine):
    _early_in_a_minute()
    one, other = _counter(engine, 4), _counter(engine, 4)
    for counter in (one, other, one, other):
        counter.count(COACH)
    for counter in (one, other):
        with pytest.raises(RateLimitExceeded):
            counter.count(COACH)


def _taken(engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT sum(requests) FROM request_counts")).scalar())


def test_a_process_takes_no_more_ahead_than_it_has_used_and_never_above_a_twentieth(engine):
    _early_in_a_minute()
    counter = _counter(engine, 300)
    asked = []
    for number in range(1, 63):
        if not counter.spare(COACH):
            counter.count(COACH)
            asked.append((number, _taken(engine)))
    assert asked == [
        (1, 1),
        (2, 2),
        (3, 4),
        (5, 8),
        (9, 16),
        (17, 31),
        (32, 46),
        (47, 61),
        (62, 76),
    ]


def test_many_processes_with_one_request_each_are_counted_one_by_one(engine):
    _early_in_a_minute()
    for _ in range(20):
        _counter(engine, 20).count(COACH)
    with pytest.raises(RateLimitExceeded):
        _counter(engine, 20).count(COACH)


def test_sixteen_threads_may_use_up_the_whole_minute_and_no_more(engine):
    _early_in_a_minute()
    counter = _counter(engine, 300)

    def ask(_: int) -> bool:
        try:
            counter.count(COACH)
        except RateLimitExceeded:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(300)))
        assert not any(pool.map(ask, range(16)))


def test_who_waits_for_a_database_that_hangs_is_told_so(engine, monkeypatch):
    monkeypatch.setattr(limits, "ASK_WITHIN_S", 0.01)
    counter = _counter(engine, 300)
    with counter._of(COACH).asking, pytest.raises(DatabaseError):
        counter.count(COACH)
    counter.count("coach-2")


def test_only_so_many_owners_are_remembered(engine, monkeypatch):
    monkeypatch.setattr(limits, "MOST_OWNERS", 1)
    _early_in_a_minute()
    counter = _counter(engine, 300)
    for owner in ("coach-2", COACH, COACH, COACH):
        counter.count(owner)
    assert counter.spare(COACH)
    assert not counter.spare("coach-2")


def test_what_was_taken_ends_with_its_minute(engine, monkeypatch):
    _early_in_a_minute()
    counter = _counter(engine, 300)
    for _ in range(3):
        counter.count(COACH)
    later = time.time() + 60
    monkeypatch.setattr(time, "time", lambda: later)
    assert not counter.spare(COACH)
    counter.count(COACH)
    assert _taken(engine) == 5  # one: nothing was used of the new minute


def test_zero_stands_for_no_limit(engine):
    engine.dispose()
    counter = _counter(engine, 0)
    counter.count(COACH)
    assert counter.spare(COACH)


def test_the_sweeper_removes_old_counts_and_keys(engine):
    _counter(engine, 1).count(COACH)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO request_counts VALUES ('x', now() - interval '2 hours', 9)")
        )
        connection.execute(
            text("INSERT INTO upload_counts VALUES ('x', now()::date - 3, 9), ('y', now(), 9)")
        )
        connection.execute(
            text(
                "INSERT INTO idempotency_keys (owner, key, request_hash, token, held_until,"
                " created_at) VALUES ('x', 'k', 'h', gen_random_uuid(), now(),"
                " now() - interval '25 hours')"
            )
        )
    SweepStore(engine).forget_requests()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT owner FROM request_counts")).scalars().all() == [
            COACH
        ]
        assert connection.execute(text("SELECT owner FROM upload_counts")).scalars().all() == ["y"]
        assert not connection.execute(text("SELECT owner FROM idempotency_keys")).all()


def test_sixteen_new_jobs_at_once_do_not_pass_the_limit_together(engine):
    session_id = a_session(engine)
    store = JobStore(engine, _limits(max_open_jobs=3))
    together = threading.Barrier(16)

    def create(_: int) -> bool:
        together.wait()
        try:
            store.create(_new_job(session_id))
        except TooManyActiveJobs:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(create, range(16))) == 3
    assert len(store.page(COACH, limit=50, after=None)) == 3


def test_a_job_that_is_over_makes_room(engine):
    session_id = a_session(engine)
    store = JobStore(engine, _limits(max_open_jobs=1))
    first = store.create(_new_job(session_id))
    with pytest.raises(TooManyActiveJobs) as refused:
        store.create(_new_job(session_id))
    assert refused.value.retry_after_s
    store.cancel(first.id, owner=COACH)
    store.create(_new_job(session_id))


def test_one_owners_jobs_do_not_count_for_another(engine):
    store = JobStore(engine, _limits(max_open_jobs=1))
    store.create(_new_job(a_session(engine)))
    store.create(_new_job(a_session(engine, owner="coach-2"), owner="coach-2"))


def test_uploads_of_a_day_are_those_since_midnight_utc(engine):
    session_id = a_session(engine)
    store = JobStore(engine, _limits(max_uploads_per_day=1))
    store.create(_new_job(session_id))
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE upload_counts SET day = (now() AT TIME ZONE 'UTC')::date - 1")
        )
    store.create(_new_job(session_id))
    with pytest.raises(RateLimitExceeded) as refused:
        store.create(_new_job(session_id))
    assert 1 <= (refused.value.retry_after_s or 0) <= 24 * 3600
    store.create(_new_job(session_id, kind=JobKind.RENDER))  # uploads nothing


def test_deleting_a_job_gives_no_upload_back(engine):
    session_id = a_session(engine)
    store = JobStore(engine, _limits(max_uploads_per_day=1))
    ErasureStore(engine).delete_job(COACH, store.create(_new_job(session_id)).id)
    with pytest.raises(RateLimitExceeded):
        store.create(_new_job(session_id))


def test_an_upload_that_is_refused_counts_nothing(engine):
    session_id = a_session(engine)
    store = JobStore(engine, _limits(max_open_jobs=1, max_uploads_per_day=2))
    first = store.create(_new_job(session_id))
    for _ in range(3):
        with pytest.raises(TooManyActiveJobs):
            store.create(_new_job(session_id))
    store.cancel(first.id, owner=COACH)
    store.create(_new_job(session_id))


def test_a_failed_job_comes_back_only_where_there_is_room_unless_an_operator_asks(engine):
    failed, lease = JobStore(engine), a_claimed_job(engine).lease
    failed.fail(lease, NoPersonFound())
    store = JobStore(engine, _limits(max_open_jobs=1))
    other = store.create(_new_job(a_session(engine)))
    with pytest.raises(TooManyActiveJobs):
        store.revive(lease.job_id, asked_by=COACH)
    assert store.get(lease.job_id).status == Status.FAILED
    store.cancel(other.id, owner=COACH)
    assert store.revive(lease.job_id, asked_by=COACH)
    assert not store.revive(lease.job_id, asked_by=COACH)  # it is open already
    failed.create(_new_job(a_session(engine)))
    operated = a_claimed_job(engine).lease
    failed.fail(operated, NoPersonFound())
    assert store.revive(operated.job_id)


def test_a_store_that_is_given_no_limits_has_the_defaults_whatever_the_environment_says(
    engine, monkeypatch
):
    monkeypatch.setenv("MAX_OPEN_JOBS", "1")
    store, session_id = JobStore(engine), a_session(engine)
    for _ in range(2):
        store.create(_new_job(session_id))
