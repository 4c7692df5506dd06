"""The worker's own place on the disk: private, bounded, and empty between jobs."""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shared.errors import DiskFull
from shared.settings import MIB
from shared.telemetry import logger

log = logger(__name__)

PREFIX = "coach-worker-"

MARGIN_BYTES = 64 * MIB
"""What must be free beside the video: its results, and a little for everybody else."""

TRIES = 10
"""To have a folder and its lock: another worker may clear it away in between, now and then."""

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Scratch:
    """A folder that only this process may read, held by a lock for as long as it lives.

    The lock goes with the process, however that ends; a folder whose lock nobody holds belongs to
    a worker that died, and whoever finds it removes it.
    """

    def __init__(self, parent: Path) -> None:
        """Take a new folder below `parent`, and clear away what dead workers left there."""
        self._parent = parent
        self.path, self._lock = _own_folder(parent)
        self._remove_orphans()

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """An empty folder for one job, gone at the end whatever happens.

        Raises:
            DiskFull: the body ran out of room.
        """
        self._remove_orphans()
        self._empty_or_new()
        try:
            yield Path(tempfile.mkdtemp(dir=self.path))
        except OSError as error:
            if error.errno in NO_ROOM:
                raise DiskFull from error
            raise
        finally:
            self._empty()

    def need(self, size_bytes: int) -> None:
        """Raise `DiskFull` unless so much fits, with a margin."""
        if shutil.disk_usage(self.path).free < size_bytes + MARGIN_BYTES:
            raise DiskFull

    def close(self) -> None:
        """Remove the folder and let go of it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)

    def _empty_or_new(self) -> None:
        """Have an empty folder, also where somebody cleared the whole one away."""
        if not self.path.exists():
            os.close(self._lock)
            self.path, self._lock = _own_folder(self._parent)
        self._empty()

    def _empty(self) -> None:
        with suppress(FileNotFoundError):
            for left in self.path.iterdir():
                shutil.rmtree(left, ignore_errors=True)

    def _remove_orphans(self) -> None:
        for folder in self._parent.glob(f"{PREFIX}*"):
            if folder != self.path:
                _remove_if_free(folder)


def _own_folder(parent: Path) -> tuple[Path, int]:
    """Make a folder and lock it; again, should another worker clear it away in between.

    Raises:
        OSError: folders can be made here, but not locked.
    """
    for _ in range(TRIES):
        path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = _locked(path)
        if lock is not None and path.exists():
            return path, lock
        if lock is not None:
            os.close(lock)
        with suppress(OSError):
            path.rmdir()
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK), str(parent))


def _locked(folder: Path) -> int | None:
    """Lock a folder without waiting; None when somebody has it, or it is gone."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _remove_if_free(folder: Path) -> None:
    lock = _locked(folder)
    if lock is None:
        return
    with suppress(OSError):
        shutil.rmtree(folder)
        log.info("removed what a dead worker left", folder=folder.name)
    os.close(lock)
