"""Keep landmarkers, which come and go in threads, from growing the process."""

import ctypes

_ARENA_MAX = -8
"""glibc's `M_ARENA_MAX`, malloc.h."""


def share_one_pool() -> None:
    """Let all threads allocate from one pool; does nothing without glibc.

    Every thread has a pool of its own otherwise, and pools only grow: five minutes of video took
    1.03 GB instead of 0.74. It costs no speed that could be measured.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)


def trim() -> None:
    """Return what the allocator keeps of closed landmarkers; does nothing without glibc."""
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)
