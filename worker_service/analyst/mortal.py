"""What an analyst process arranges about its own death, first thing."""

import ctypes
import faulthandler
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
"""linux/prctl.h."""

FIRST_TO_GO = "1000"
"""The highest `oom_score_adj`: the kernel out of memory ends this process, not its worker."""


def arrange_death(worker_pid: int) -> None:
    """Die with the worker, before it when memory runs out, and leave no gigabytes behind.

    Signals that ask processes to stop are the worker's business: it tells its analyst.
    """
    for asked_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked_to_stop, signal.SIG_IGN)
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    if sys.platform == "linux":
        _die_with(worker_pid)


def _die_with(worker_pid: int) -> None:
    """Have the kernel end this process when the thread that started it is gone.

    It does so even in native code that never comes back. One that was gone before this call is
    told by the process id of the parent.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != worker_pid:
        sys.exit("the worker is gone")
