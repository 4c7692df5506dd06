"""Durations, counts and states in an operator's words."""

from cli.words import STAGES
from shared.jobs import Stage
from shared.operations.overview import QueueFacts
from shared.operations.stuck import StuckReason

STUCK = {
    StuckReason.DEAD_LEASE: "its worker is gone and no other took over",
    StuckReason.UNSENT: "it waits and no message was sent for it",
    StuckReason.SILENT: "it waits for a message that the queue does not have",
}

_UNITS = (("d", 86_400), ("h", 3600), ("min", 60))


def lasting(seconds: float) -> str:
    """Return a duration in its two largest units: `3 d 4 h`, `2 h 5 min`, `40 s`, `0.3 s`."""
    if seconds < 9.95:  # noqa: PLR2004 - below, tenths are worth reading
        return f"{max(seconds, 0):.1f} s"
    left = round(seconds)
    parts: list[tuple[int, str]] = []
    for unit, length in (*_UNITS, ("s", 1)):
        count, left = divmod(left, length)
        if count or parts:
            parts.append((count, unit))
    return " ".join(f"{count} {unit}" for count, unit in parts[:2] if count)


def depth(queue: QueueFacts) -> str:
    """Return how many messages there are, and where they stand."""
    return f"{queue.waiting} waiting, {queue.in_work} in work, {queue.delayed} delayed"


def stage(name: str) -> str:
    """Return what happens to a job in this stage."""
    return STAGES[Stage(name)]
