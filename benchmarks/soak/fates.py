"""What is going to happen to each job on its way into the queue, drawn from one seed."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

LATEST_S = 12
"""A delayed or second message comes this late at most: two leases."""


class Way(StrEnum):
    """How a job comes to its message."""

    PROMPT = "message sent"
    DELAYED = "message delayed"
    LOST = "message lost after it was sent"
    SENDER_DIED = "row committed, message never sent"
    APP_DIED = "video stored, upload never completed"


SHARES = {
    Way.PROMPT: 0.70,
    Way.DELAYED: 0.10,
    Way.LOST: 0.06,
    Way.SENDER_DIED: 0.06,
    Way.APP_DIED: 0.08,
}

COPIES = {0: 0.75, 1: 0.15, 2: 0.10}
"""How many more messages a job gets, and how often."""


@dataclass(frozen=True, slots=True)
class Fate:
    """One job's: its way to its message, and the messages it gets besides."""

    way: Way
    delay_s: int
    copies_after_s: tuple[int, ...]


def chances(seed: int, of: str) -> Random:
    """Return the random numbers of one part: the same for the same seed, whoever draws first."""
    return Random(f"{seed} {of}")  # noqa: S311 - trouble, not secrets


def fates(jobs: int, seed: int) -> list[Fate]:
    """Draw every job's fate."""
    random = chances(seed, "fates")
    return [_fate(random) for _ in range(jobs)]


def _fate(random: Random) -> Fate:
    way = random.choices(list(SHARES), list(SHARES.values()))[0]
    copies = random.choices(list(COPIES), list(COPIES.values()))[0]
    return Fate(
        way=way,
        delay_s=random.randint(1, LATEST_S) if way is Way.DELAYED else 0,
        # Whoever never said that the upload is there has nobody send a message.
        copies_after_s=()
        if way is Way.APP_DIED
        else tuple(random.randint(0, LATEST_S) for _ in range(copies)),
    )
