"""Messages on their way, several at once."""

from collections.abc import Callable, Collection
from queue import Empty, SimpleQueue
from threading import Thread
from uuid import UUID

from shared.webhooks.outbox import Letter
from shared.webhooks.post import Outcome


class Tries:
    """Each try has a thread of its own, which a process that must end does not wait for.

    The threads only send: what came of it is noted by whoever asks for `next_ended`, so one
    database connection is enough.
    """

    def __init__(self, try_once: Callable[[Letter], Outcome]) -> None:
        self._try_once = try_once
        self._under_way: dict[UUID, UUID] = {}
        self._ended: SimpleQueue[tuple[Letter, Outcome]] = SimpleQueue()

    def __len__(self) -> int:
        return len(self._under_way)

    @property
    def busy(self) -> Collection[UUID]:
        """The webhooks that a message is on its way to."""
        return set(self._under_way.values())

    def begin(self, letter: Letter) -> None:
        self._under_way[letter.delivery_id] = letter.webhook_id
        Thread(target=self._run, args=(letter,), daemon=True, name="webhook").start()

    def next_ended(self, *, within_s: float) -> tuple[Letter, Outcome] | None:
        """Wait for the next try to end; None when none did in time."""
        try:
            letter, outcome = self._ended.get(timeout=within_s)
        except Empty:
            return None
        del self._under_way[letter.delivery_id]
        return letter, outcome

    def _run(self, letter: Letter) -> None:
        self._ended.put((letter, self._try_once(letter)))
