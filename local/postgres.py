"""A real PostgreSQL that exists only as long as it is needed."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from local.errors import DidNotStart
from local.postgres_programs import PostgresPrograms, find_programs
from local.processes import LOOPBACK, Account, child, free_port, reachable_by_others

USER = "coach"

THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "timezone": "UTC",
}
"""Nothing here has to survive a power cut."""

PUBLIC_FOLDERS = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - a fresh folder is made inside

_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
"""All that PostgreSQL sees of our environment."""


@contextmanager
def postgres(
    folder: Path, *, port: int | None = None, programs: PostgresPrograms | None = None
) -> Iterator[str]:
    """Yield the SQLAlchemy URL of an empty cluster on the loopback address, removed at the end.

    `DATABASE_URL` in the environment wins and is used as it is. PostgreSQL refuses to run as
    root, so for root it runs as `nobody`. Its log, `postgres.log`, is in `folder`; so is the
    data, or in the system's folder for temporary files where `nobody` could not reach `folder`.

    Raises:
        DidNotStart: no PostgreSQL was found, or it did not come up.
    """
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    with cluster(folder, port=port, programs=programs) as one, one.serve_once() as url:
        yield url


@contextmanager
def cluster(
    folder: Path, *, port: int | None = None, programs: PostgresPrograms | None = None
) -> Iterator["Cluster"]:
    """Yield an empty cluster that does not serve yet, removed at the end; as `postgres` otherwise.

    Raises:
        DidNotStart: no PostgreSQL was found, or the cluster could not be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    account = _account()
    with _home(folder, account) as home:
        made = Cluster(
            programs=_runnable(programs or find_programs(), home, account),
            data=home / "data",
            account=account,
            logs=folder,
            port=port or free_port(),
            password=secrets.token_urlsafe(16),
        )
        made.initialise()
        yield made


@dataclass(frozen=True, slots=True)
class Cluster:
    """The data of one PostgreSQL; it may be served, stopped and served again."""

    programs: PostgresPrograms
    data: Path
    account: Account | None
    logs: Path
    port: int
    password: str = field(repr=False)

    @contextmanager
    def serve(self, *, takes_along: Path | None = None) -> Iterator[str]:
        """Serve until the block ends; its connections are then cut.

        Raises:
            DidNotStart: it did not come up.
        """
        settings = {
            **THROW_AWAY,
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with child(
            "PostgreSQL",
            [str(self.programs.postgres), "-D", str(self.data), *options],
            log=self.logs / "postgres.log",
            env=_ENVIRONMENT,
            cwd=self.data,
            account=self.account,
            stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back
            takes_along=takes_along,
        ) as server:
            address = f"{USER}:{self.password}@{LOOPBACK}:{self.port}/postgres?sslmode=disable"
            server.wait_until(lambda: _answers(f"postgresql://{address}"))
            yield f"postgresql+psycopg://{address}"

    def serve_once(self) -> AbstractContextManager[str]:
        """Serve, and take the data along even where we are killed and cannot remove it."""
        return self.serve(takes_along=self.data.parent)

    def initialise(self) -> None:
        """Make the data; once.

        Raises:
            DidNotStart: it could not be made.
        """
        secret = self.data.with_name("password")
        secret.touch(0o600)
        secret.write_text(self.password, encoding="utf-8")
        if self.account:
            os.chown(secret, self.account.uid, self.account.gid)
        options = (
            "--no-sync",
            "--no-locale",
            "--encoding=UTF8",
            "--auth=scram-sha-256",
            f"--username={USER}",
            f"--pwfile={secret}",
        )
        done = subprocess.run(
            [self.programs.initdb, "-D", self.data, *options],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd=self.data.parent,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=() if self.account else None,
        )
        secret.unlink()
        if done.returncode:
            raise DidNotStart(f"initdb failed.\n{done.stdout}{done.stderr}".rstrip())


def _account() -> Account | None:
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


@contextmanager
def _home(folder: Path, account: Account | None) -> Iterator[Path]:
    """A new folder that the account owns and can reach; no other folder's owner or mode changes."""
    home = Path(tempfile.mkdtemp(prefix="postgres-", dir=_place(folder) if account else folder))
    try:
        if account:
            os.chown(home, account.uid, account.gid)
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _place(folder: Path) -> Path:
    """The folder itself, or a public one where the unprivileged account cannot reach it."""
    for place in (folder, Path(tempfile.gettempdir()), *PUBLIC_FOLDERS):
        if place.is_dir() and reachable_by_others(place):
            return place
    raise DidNotStart(
        f"PostgreSQL may not run as root, and no other account can reach {folder}. "
        "Run as another user, or set DATABASE_URL."
    )


def _runnable(programs: PostgresPrograms, home: Path, account: Account | None) -> PostgresPrograms:
    """The programs themselves, or a copy of them where the account cannot reach them."""
    if account and not reachable_by_others(programs.postgres):
        return programs.copied_into(home / "programs")
    return programs


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
