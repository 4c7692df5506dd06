"""Which local systems run: `coach up` leaves a note, and the operator's commands read it.

A note holds the database's password, so nobody else on the machine may read it. Its writer keeps
a lock on it, which ends with the process however that ends: a note without one is stale.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from local.home import coach_home


@dataclass(frozen=True, slots=True)
class LocalSystem:
    """A running local system: its API's port, and the variables that lead to it."""

    port: int
    environment: Mapping[str, str]


@contextmanager
def announced(port: int, environment: Mapping[str, str]) -> Iterator[None]:
    """Let other commands of this user find the local system while the block runs."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    note = folder / f"{port}.json"
    draft = folder / f".{port}-{os.getpid()}"
    document = json.dumps({"port": port, "pid": os.getpid(), "environment": dict(environment)})
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(document)
        file.flush()
        draft.replace(note)
        try:
            yield
        finally:
            note.unlink(missing_ok=True)


def running_systems() -> list[LocalSystem]:
    """Return the local systems of this user that run, the latest first."""
    notes = sorted(_folder().glob("*.json"), key=_made_at, reverse=True)
    return [system for note in notes if (system := _read(note)) is not None]


def _folder() -> Path:
    return coach_home() / "running"


def _made_at(note: Path) -> int:
    with suppress(FileNotFoundError):
        return note.stat().st_mtime_ns
    return 0


def _read(note: Path) -> LocalSystem | None:
    """Read a note; None for one whose writer is gone."""
    try:
        with note.open(encoding="utf-8") as file:
            if not _is_held(file.fileno()):
                return None
            document = json.load(file)
    except FileNotFoundError:
        return None
    return LocalSystem(document["port"], document["environment"])


def _is_held(note: int) -> bool:
    try:
        fcntl.flock(note, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
