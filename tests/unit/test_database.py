"""What the database may not do to us: keep us waiting, or tell the log what is in a row."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, insert, text

from shared import migrations
from shared.attempt_store import Claimed
from shared.database import IDLE_IN_TRANSACTION_S, Refused, connect, transaction
from shared.errors import DatabaseError
from shared.job_store import JobStore
from shared.models import VideoSession
from tests.builders import a_session, a_waiting_job
from tests.waiting import wait_for


@pytest.fixture
def hasty(database_settings) -> Iterator[Engine]:
    """An engine that waits for nobody."""
    limits = {"database_lock_timeout_s": 0.1, "database_statement_timeout_s": 0.5}
    engine = connect(database_settings.model_copy(update=limits))
    yield engine
    engine.dispose()


def test_a_row_that_somebody_keeps_locked_is_an_outage_not_the_end(engine, hasty):
    jobs, job_id = JobStore(hasty), a_waiting_job(engine)
    with engine.connect() as connection:
        connection.execute(text("UPDATE video_analysis_jobs SET percent = 1"))
        with pytest.raises(DatabaseError):
            jobs.claim(job_id, worker="w", lease_s=60)
        connection.rollback()
    assert isinstance(jobs.claim(job_id, worker="w", lease_s=60), Claimed)


def test_a_statement_that_never_ends_is_an_outage(hasty):
    with pytest.raises(DatabaseError), transaction(hasty) as rows:
        rows.execute(text("SELECT pg_sleep(60)"))


def test_nobody_keeps_a_lock_by_vanishing(engine):
    with engine.connect() as connection:
        shown = connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
    assert shown == f"{IDLE_IN_TRANSACTION_S // 60}min"


def test_migrations_take_turns_however_long_it_takes(hasty, engine):
    with ThreadPoolExecutor(1) as pool, engine.begin() as other:
        other.execute(text(f"SELECT pg_advisory_xact_lock({migrations._LOCK})"))
        turn = pool.submit(migrations.upgrade, hasty)
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        wait_for(lambda: other.execute(text(waiting)).scalar_one(), "the second to wait")
        other.execute(text("SELECT pg_sleep(1)"))  # past both limits
        assert not turn.done()
        other.commit()
        turn.result(timeout=30)


def test_what_is_refused_is_told_without_the_row(engine):
    session = {
        "id": a_session(engine),
        "owner": "coach-1",
        "title": "Ella's knee",
        "player_ids": [],
        "settings": {},
    }
    with pytest.raises(Refused) as refused, transaction(engine) as rows:
        rows.execute(insert(VideoSession).values(session))
    assert str(refused.value) == "UniqueViolation video_sessions video_sessions_pkey"
    assert refused.value.__suppress_context__


def test_a_value_that_no_column_takes_is_told_without_it(engine):
    with pytest.raises(Refused, match=r"^DataError$"), transaction(engine) as rows:
        rows.execute(text("SELECT :name"), {"name": "Ella\x00"})
