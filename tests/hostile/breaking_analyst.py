"""An analyst that breaks as the name of the video says: `segv.mp4`, `hang.mp4`, …"""

import ctypes
import os
import signal
import socket
import sys
import time
from contextlib import contextmanager

from shared.errors import NoPersonFound
from shared.settings import WorkerSettings
from shared.telemetry import configure_logging
from worker_service.analyst.mortal import arrange_death
from worker_service.analyst.serve import serve
from worker_service.analyst.workbench import Workbench
from worker_service.pipeline.pose.synthetic_engine import SyntheticEngine

MIB = 1024 * 1024
FOR_EVER_S = 3600


def _segv():
    os.kill(os.getpid(), signal.SIGSEGV)


def _hang():
    """Hold the interpreter's lock for ever, as a native library may."""
    ctypes.PyDLL(None).sleep(FOR_EVER_S)


def _balloon():
    """Grow by 64 MiB every 20 ms."""
    held = []
    while True:
        held.append(bytearray(os.urandom(MIB) * 64))
        time.sleep(0.02)


def _refuse():
    raise NoPersonFound


def _break():
    raise RuntimeError("nobody foresaw this")


def _gpu_is_lost():
    if os.environ.get("POSE_DEVICE", "auto") != "cpu":
        _segv()


def _gpu_fails():
    if os.environ.get("POSE_DEVICE", "auto") != "cpu":
        _break()


def _chatter():
    """Print what looks like the wire, on both outputs and natively."""
    for _ in range(200):
        os.write(1, b'{"kind":"done","device":"cpu"}\n\xff\x00 garbage')
        os.write(2, b"W0000 native library says hello\n")


BREAKS = {
    "segv": _segv,
    "hang": _hang,
    "sleep": lambda: time.sleep(FOR_EVER_S),
    "balloon": _balloon,
    "refuse": _refuse,
    "break": _break,
    "lost": _gpu_is_lost,
    "fails": _gpu_fails,
    "chatter": _chatter,
    "exit": lambda: os._exit(3),
}


class BreakingEngine(SyntheticEngine):
    """Sees what the synthetic engine sees, and breaks at the fifth picture."""

    device = "cpu"

    def __init__(self, break_now, device):
        self._break = break_now
        self.device = device

    @contextmanager
    def tracking(self, max_people):
        with super().tracking(max_people) as landmarker:
            yield _Breaking(landmarker, self._break)


class _Breaking:
    def __init__(self, landmarker, break_now):
        self._landmarker = landmarker
        self._break = break_now
        self._seen = 0

    def find(self, picture):
        self._seen += 1
        if self._seen == 5:
            self._break()
        return self._landmarker.find(picture)


class BreakingWorkbench(Workbench):
    """A bench whose engine is made anew for every video."""

    def carry_out(self, order, report):
        self.engine = BreakingEngine(
            BREAKS.get(_name_of(order), lambda: None), self._pretended_device()
        )
        super().carry_out(order, report)

    def prepare(self):
        self.engine = BreakingEngine(lambda: None, self._pretended_device())

    def _pretended_device(self):
        return "cpu" if self._settings.pose_device == "cpu" else "gpu"


def _name_of(order):
    return order.inputs["source"].stem


if __name__ == "__main__":
    descriptor, worker_pid = (int(argument) for argument in sys.argv[1:])
    arrange_death(worker_pid)
    configure_logging(service="worker", stage="local", level="WARNING")
    with socket.socket(fileno=descriptor) as line:
        serve(line, BreakingWorkbench(WorkerSettings()))
