"""What the kernel says about other processes."""

import os
from collections.abc import Iterator
from pathlib import Path

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def is_running(pid: int) -> bool:
    """Whether a process is at work: not gone, and not waiting to be buried."""
    stat = _stat(pid)
    return bool(stat) and stat[0] != "Z"


def children(pid: int) -> list[int]:
    """The processes that this one started and that still are."""
    return [other for other in _processes() if _stat(other)[1:2] == [str(pid)]]


def mentions(text: str) -> set[int]:
    """The other processes whose environment or command line holds this text."""
    return {pid for pid in _processes() if text.encode() in _said(pid)} - {os.getpid()}


def memory_mib(pid: int) -> float:
    """What a process holds in memory now."""
    resident_pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return resident_pages * _PAGE_BYTES / 2**20


def _processes() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))


def _stat(pid: int) -> list[str]:
    """The fields from the state on: the one before, a name in brackets, may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _said(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
