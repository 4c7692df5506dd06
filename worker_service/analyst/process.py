"""The worker's side of an analyst: orders for a process, and the CPU where the GPU is lost."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.errors import JobError, ModelUnavailable, ProcessingFailed
from shared.jobs import JobKind
from shared.telemetry import logger
from worker_service.analyst.keeper import MOST_ANALYSES, Keeper
from worker_service.analyst.orders import Order
from worker_service.analyst.supervise import Broken, Limits, NeverBegan, TooBig, carry_out
from worker_service.analyst.wire import Done, Failed
from worker_service.pipeline.pose.device import Device, DeviceWish
from worker_service.pipeline.steps import StepProgress

log = logger(__name__)

PROGRAM = (sys.executable, "-m", "worker_service.analyst")
"""Called with the file descriptor of its socket and its worker's process id."""

DEVICE_VARIABLE = "POSE_DEVICE"

LOOKING = frozenset({JobKind.VIDEO, JobKind.IMAGES})
"""What a pose model is used for; no other work fails for want of a GPU."""


@dataclass(frozen=True, slots=True)
class _Ending:
    """How one try ended.

    Attributes:
        error: None where the files are written.
        blames_gpu: a GPU that was lost, or never worked, would explain it.
        is_broken: it ended in a way that no video deserves.
        never_began: no process took the order in hand, so the video has no part in it.
    """

    error: JobError | None = None
    blames_gpu: bool = False
    is_broken: bool = False
    never_began: bool = False


class AnalystProcess:
    """An `Analyst` in a process of its own, started by `start` or by the first order.

    Use it in one thread, the one that lives longest: on Linux the process ends with the thread
    that started it.
    """

    def __init__(
        self,
        *,
        stall_limit_s: float,
        memory_limit_mib: int,
        on_fallback: Callable[[str], None] = lambda _: None,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = PROGRAM,
        most_analyses: int = MOST_ANALYSES,
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            stall_limit_s: seconds without progress after which an analysis has hung.
            memory_limit_mib: of the process; held where there is a /proc.
            on_fallback: told why, when the CPU is tried in the place of a GPU that may be lost.
            environment: of the process, less what is secret; by default this process' own.
            program: what to start.
            most_analyses: made by one process.
        """
        self._limits = Limits(stall_limit_s, memory_limit_mib)
        self._on_fallback = on_fallback
        self._keeper = Keeper(
            program,
            os.environ if environment is None else environment,
            memory_limit_mib=memory_limit_mib,
            most_analyses=most_analyses,
        )
        self._device: str | None = None

    @property
    def device(self) -> str | None:
        """What the last order ran on: `cpu` or `gpu`; None when that is not known."""
        return self._device

    @property
    def pid(self) -> int | None:
        """The id of the process, for who wants to watch it; None while there is none."""
        return self._keeper.pid

    def start(self) -> None:
        """See to it that a sound process is there or on its way; call it while there is time.

        Replaces one that ended, or has served long enough.
        """
        try:
            self._keeper.at_hand()
        except OSError as error:
            log.warning("the analysis process does not start", reason=error.strerror)

    def analyse(
        self,
        order: Order,
        *,
        on_progress: Callable[[StepProgress], None],
        check: Callable[[], None],
    ) -> None:
        """Carry out one order, as `Analyst` says.

        Where the wish is `auto` and a lost GPU would explain how it ended, it is done again on
        the CPU at once.
        """

        def attempt() -> _Ending:
            ending = self._attempt(order, on_progress=on_progress, check=check)
            if not ending.never_began:
                return ending
            log.warning("nobody took the order, asking again", reason=str(ending.error))
            return self._attempt(order, on_progress=on_progress, check=check)

        ending = attempt()
        looks = order.kind in LOOKING or ending.never_began  # the model is opened at its start
        if ending.error and ending.blames_gpu and looks and self._wish is DeviceWish.AUTO:
            ending = self._on_the_cpu(str(ending.error), attempt)
        if ending.error:
            raise ending.error

    def close(self) -> None:
        """End the process; the next order starts another."""
        self._keeper.end()

    @property
    def _wish(self) -> DeviceWish:
        return DeviceWish(self._keeper.environment.get(DEVICE_VARIABLE, DeviceWish.AUTO))

    def _on_the_cpu(self, reason: str, attempt: Callable[[], _Ending]) -> _Ending:
        """Try the CPU, and stay there, unless the video breaks that as well."""
        self._on_fallback(reason)
        self._wish_for(DeviceWish.CPU)
        ending = attempt()
        if ending.is_broken:
            self._wish_for(DeviceWish.AUTO)
        return ending

    def _wish_for(self, wish: DeviceWish) -> None:
        self._keeper.end()
        self._keeper.environment[DEVICE_VARIABLE] = wish

    def _attempt(
        self,
        order: Order,
        *,
        on_progress: Callable[[StepProgress], None],
        check: Callable[[], None],
    ) -> _Ending:
        try:
            child = self._keeper.hire()
        except OSError as error:
            why = f"the analysis process does not start: {error.strerror}"
            return _broken(why, never_began=True)
        try:
            said = carry_out(child, order, self._limits, on_progress=on_progress, check=check)
        except Broken as error:
            self._keeper.kill()
            self._device = child.ready.device if child.ready else None
            tried_gpu = child.ready is None or self._device == Device.GPU
            return _broken(
                str(error),
                blames_gpu=tried_gpu and not isinstance(error, TooBig),
                never_began=isinstance(error, NeverBegan),
            )
        except BaseException:
            self._keeper.kill()
            raise
        self._device = said.device
        return _Ending() if isinstance(said, Done) else _failed(said)


def _broken(why: str, *, blames_gpu: bool = False, never_began: bool = False) -> _Ending:
    error = ProcessingFailed(f"{ProcessingFailed.sentence}: {why}")
    error.workers_fault = never_began
    return _Ending(error, blames_gpu=blames_gpu, is_broken=True, never_began=never_began)


def _failed(said: Failed) -> _Ending:
    blames_gpu = said.device == Device.GPU and (
        not said.foreseen or said.code == ModelUnavailable.code
    )
    return _Ending(said.error(), blames_gpu=blames_gpu, is_broken=not said.foreseen)
