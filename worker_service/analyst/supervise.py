"""One order, from telling it to hearing how it ended, within limits of time and memory."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from worker_service.analyst.child import Child, ChildEnded
from worker_service.analyst.orders import Order
from worker_service.analyst.wire import Done, Failed, Moved, NotUnderstood
from worker_service.pipeline.steps import StepProgress

CHECK_EVERY_S = 0.2
"""How often the worker asks whether the work must stop, and weighs the process."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond which an analysis has broken.

    Attributes:
        stall_s: seconds without a sign of life.
        memory_mib: of the process; held where the system tells.
    """

    stall_s: float
    memory_mib: int


class Broken(Exception):
    """The process cannot be used any more; the text says why, for a sentence."""


class NeverBegan(Broken):
    """It ended before it took the order in hand."""


class TooBig(Broken):
    """It took too much memory, which no other device would have saved."""


def carry_out(
    child: Child,
    order: Order,
    limits: Limits,
    *,
    on_progress: Callable[[StepProgress], None],
    check: Callable[[], None],
) -> Done | Failed:
    """Have an order carried out and return how it ended.

    What the callbacks raise comes out unchanged, and the process is still at work.

    Raises:
        NeverBegan: the process ended before it had the order in hand.
        Broken: the process ended, makes no sense, hangs or grew too big.
    """
    try:
        child.tell(order)
        return _listen(child, limits, on_progress=on_progress, check=check)
    except ChildEnded as error:
        kind = Broken if child.has_begun else NeverBegan
        raise kind(f"the analysis process {error}") from error
    except NotUnderstood as error:
        raise Broken("the analysis process made no sense") from error


def _listen(
    child: Child,
    limits: Limits,
    *,
    on_progress: Callable[[StepProgress], None],
    check: Callable[[], None],
) -> Done | Failed:
    heard_at = time.monotonic()
    while True:
        said = child.hear(within_s=CHECK_EVERY_S)
        if isinstance(said, Done | Failed):
            return said
        if said is not None:
            heard_at = time.monotonic()
        elif time.monotonic() - heard_at > limits.stall_s:
            raise Broken(f"no progress for {limits.stall_s:g} s")
        if isinstance(said, Moved):
            on_progress(said.progress())
        check()
        if child.memory_mib() > limits.memory_mib:
            raise TooBig(f"the analysis took more than {limits.memory_mib} MiB of memory")
