"""What the database may not do to us: keep us waiting, or tell the log what is in a row.

And how a process in AWS gets in.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, insert, make_url, text
from sqlalchemy.exc import OperationalError

from shared import migrations
from shared.attempt_store import Claimed
from shared.database import (
    IDLE_IN_TRANSACTION_S,
    Refused,
    connect,
    first_row,
    single_statement,
    transaction,
)
from shared.errors import DatabaseError
from shared.job_store import JobStore
from shared.models import VideoSession
from shared.settings import DatabaseSettings
from tests.builders import a_session, a_waiting_job
from tests.rig.tls_database import certificate_of
from tests.rig.waiting import wait_for


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


def _hang_up(engine: Engine) -> None:
    """What a failover does to every connection of ours."""
    others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with engine.connect() as connection:
        connection.execute(others)


@pytest.fixture
def other(database_settings) -> Iterator[Engine]:
    engine = connect(database_settings)
    yield engine
    engine.dispose()


def _ask_plainly(engine: Engine) -> None:
    assert first_row(engine, "SELECT %(n)s::int", {"n": 1}) == (1,)


WAYS = pytest.mark.parametrize(
    "ask", [lambda engine: JobStore(engine).check(), _ask_plainly], ids=["statement", "first row"]
)


@pytest.mark.own_database
@WAYS
def test_a_connection_that_died_while_it_lay_idle_is_replaced(database_settings, other, ask):
    engine = connect(database_settings, trusted_for_s=0.0)
    ask(engine)
    _hang_up(other)
    ask(engine)
    engine.dispose()


@pytest.mark.own_database
@WAYS
def test_one_that_died_in_use_is_an_outage_once(engine, other, ask):
    ask(engine)
    _hang_up(other)
    with pytest.raises(DatabaseError):
        ask(engine)
    ask(engine)


def test_a_first_row_that_is_not_there_is_none(engine):
    assert first_row(engine, "SELECT 1 WHERE false", {}) is None


def test_a_first_row_that_takes_too_long_or_finds_nobody_is_an_outage(hasty, database_settings):
    with pytest.raises(DatabaseError):
        first_row(hasty, "SELECT pg_sleep(60)", {})
    _ask_plainly(hasty)
    nowhere = make_url(database_settings.database_url.get_secret_value()).set(port=1)
    url = SecretStr(nowhere.render_as_string(hide_password=False))
    with pytest.raises(DatabaseError):
        first_row(connect(database_settings.model_copy(update={"database_url": url})), "", {})


def test_a_first_row_that_is_refused_is_told_without_the_values(engine):
    with pytest.raises(Refused, match=r"^DataError$"):
        first_row(engine, "SELECT %(name)s", {"name": "Ella\x00"})


def test_a_first_row_leaves_its_connection_as_it_was(engine):
    _ask_plainly(engine)
    with transaction(engine) as rows:
        rows.execute(text("CREATE TEMPORARY TABLE t (n int) ON COMMIT DROP"))
        rows.execute(text("INSERT INTO t VALUES (1)"))
    assert engine.pool.checkedout() == 0


def test_a_single_statement_leaves_no_transaction_behind(engine):
    with single_statement(engine) as connection:
        connection.execute(text("SELECT 1"))
        own = text("SELECT state FROM pg_stat_activity WHERE pid = :pid")
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with engine.connect() as onlooker:
            assert onlooker.execute(own, {"pid": pid}).scalar_one() == "idle"
    with transaction(engine) as rows:  # the next user gets a connection that has them again
        rows.execute(text("CREATE TEMPORARY TABLE t (n int) ON COMMIT DROP"))
        rows.execute(text("INSERT INTO t VALUES (1)"))
        assert rows.scalar(text("SELECT n FROM t")) == 1


ROLE = "somebody_in_aws"
REGION = "eu-west-1"


@pytest.fixture
def url_in_aws(engine, database_settings) -> Iterator[URL]:
    """The same database, over TLS, for a role whose password is in no URL."""
    trusted = str(certificate_of(engine))
    with engine.begin() as admin:
        admin.execute(text(f"CREATE ROLE {ROLE} LOGIN"))
    url = make_url(database_settings.database_url.get_secret_value())
    yield URL.create(
        url.drivername,
        username=ROLE,
        host=url.host,
        port=url.port,
        database=url.database,
        query={"sslmode": "verify-full", "sslrootcert": trusted},
    )
    with engine.begin() as admin:
        admin.execute(text(f"DROP ROLE {ROLE}"))


def _in_aws(url: URL, **more: Any) -> DatabaseSettings:
    return DatabaseSettings(
        database_url=SecretStr(url.render_as_string(hide_password=False)), aws_region=REGION, **more
    )


@pytest.fixture
def with_tokens(url_in_aws) -> Iterator[Engine]:
    engine = connect(_in_aws(url_in_aws, database_iam_login=True))
    yield engine
    engine.dispose()


@pytest.fixture
def token_of_aws(url_in_aws):
    """Makes the token of this second as AWS's own client does."""
    client = boto3.client("rds", region_name=REGION)

    def token() -> str:
        made: str = client.generate_db_auth_token(url_in_aws.host, url_in_aws.port, ROLE)
        return made

    return token


def _open_with_the_token_of_now(admin, with_tokens, token) -> tuple[str, Connection]:
    """Let in whoever has the token of this second, and log in; a second may end in between.

    Begun with the second, so that a busy machine has all of it.
    """
    for _ in range(60):
        time.sleep(1 - time.time() % 1)
        with admin.begin() as connection:
            connection.execute(text(f"ALTER ROLE {ROLE} PASSWORD '{(password := token())}'"))
        try:
            return password, with_tokens.connect()
        except OperationalError:
            continue
    pytest.fail("it never came with the token of that second")


def test_every_connection_logs_in_with_a_fresh_token_like_aws_own(
    engine, with_tokens, token_of_aws
):
    first, kept = _open_with_the_token_of_now(engine, with_tokens, token_of_aws)
    wait_for(lambda: token_of_aws() != first, "the next second")
    second, new = _open_with_the_token_of_now(engine, with_tokens, token_of_aws)
    assert first != second
    for connection in (kept, new):
        assert connection.execute(text("SELECT current_user")).scalar_one() == ROLE
        connection.close()


def test_a_token_that_is_not_taken_is_an_outage_and_stands_in_no_error(with_tokens):
    with pytest.raises(DatabaseError) as refused:
        JobStore(with_tokens).check()
    told = f"{refused.value!r} {refused.value.__cause__} {with_tokens!r}"
    assert "password authentication failed" in told
    assert "X-Amz" not in told


def test_without_credentials_the_database_is_away(with_tokens, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(DatabaseError):
        JobStore(with_tokens).check()
    with pytest.raises(DatabaseError):
        first_row(with_tokens, "SELECT 1", {})


def test_tokens_need_an_address_that_says_all_that_is_signed(url_in_aws):
    with pytest.raises(ValueError, match="host, port and user"):
        connect(_in_aws(url_in_aws._replace(port=None), database_iam_login=True))


@pytest.mark.parametrize("sslmode", [None, "disable", "prefer", "require", "verify-ca"])
def test_a_token_goes_to_nobody_but_the_database(url_in_aws, sslmode):
    url = url_in_aws.difference_update_query(["sslmode"])
    if sslmode:
        url = url.update_query_dict({"sslmode": sslmode})
    with pytest.raises(ValueError, match="needs sslmode=verify-full"):
        connect(_in_aws(url, database_iam_login=True))


@pytest.mark.parametrize(
    ("behind_a_proxy", "statement_timeout", "prepared"), [(True, "7s", 0), (False, "20s", 1)]
)
def test_behind_a_proxy_a_session_asks_for_nothing_of_its_own(
    engine, url_in_aws, behind_a_proxy, statement_timeout, prepared
):
    with engine.begin() as admin:
        admin.execute(text(f"ALTER ROLE {ROLE} PASSWORD 'known'"))
        admin.execute(text(f"ALTER ROLE {ROLE} SET statement_timeout = '7s'"))
    url = url_in_aws.set(password="known")
    own = connect(_in_aws(url, database_proxy=behind_a_proxy))
    with own.connect() as session:
        shown = session.execute(text("SHOW statement_timeout")).scalar_one()
        for _ in range(10):
            session.execute(text("SELECT 1"))
        by_name = text("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 1'")
        assert (shown, session.execute(by_name).scalar_one()) == (statement_timeout, prepared)
    own.dispose()
