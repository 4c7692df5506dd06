"""Run one command that must not outlive the process that started this one.

Usage: `python leash.py STOP_SIGNAL GRACE_S UID GID FOLDER COMMAND...`, where UID and GID may be -1
(keep) and FOLDER, if not empty, is removed when the command has ended.

Standard input is a pipe whose other end only the starter holds. When it closes, because the
starter wants the command to stop or because the starter itself was killed, the command gets
STOP_SIGNAL and, after GRACE_S seconds, SIGKILL. Linux' own `PR_SET_PDEATHSIG` was not taken: it
follows the starting thread instead of the process, and other systems do not have it.

Needs the standard library only and imports little, so it starts in about 20 ms.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run the command; return its exit code, or 128 + the signal that ended it."""
    stop_signal, grace_s, uid, gid = (int(argument) for argument in arguments[:4])
    folder, *command = arguments[4:]
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=None if uid < 0 else uid,
        group=None if gid < 0 else gid,
        extra_groups=None if uid < 0 else (),
    )
    signal.signal(signal.SIGTERM, lambda *_: child.send_signal(stop_signal))
    threading.Thread(
        target=_stop_when_let_go, args=(child, stop_signal, grace_s), daemon=True
    ).start()
    code = child.wait()
    _kill_group(child.pid)  # whatever the command itself started and left
    if folder:
        _remove(folder)
    return code if code >= 0 else 128 - code


def _stop_when_let_go(child: subprocess.Popen[bytes], stop_signal: int, grace_s: int) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    child.send_signal(stop_signal)
    try:
        child.wait(grace_s)
    except subprocess.TimeoutExpired:
        _kill_group(child.pid)


def _remove(folder: str) -> None:
    import shutil  # noqa: PLC0415 - not while the command waits to be started

    shutil.rmtree(folder, ignore_errors=True)


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
