"""What becomes of a message. While the row may still need it, it stays in the queue."""

import random
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from shared.attempt_store import Busy, Claimed, Over
from shared.errors import QueueError, StorageError
from shared.job_store import JobStore
from shared.media.store import MediaStore
from shared.media.tidy import tidy
from shared.queue.dispatch import Dispatcher
from shared.queue.job_queue import JobQueue, Received
from shared.settings import WorkerSettings
from shared.telemetry import logger

log = logger(__name__)

JITTER = 0.2
"""Jobs that failed together do not come back together."""

LONGEST_HIDING_S = 43_200
"""SQS hides no message for longer."""

UNTIDY_PAUSE_S = 60
"""After the bucket could not be tidied, the message comes back so soon."""


@dataclass(frozen=True, slots=True)
class Settler:
    """Deletes, hides or replaces the message in hand.

    A message that cannot be settled because SQS is away comes back and is settled then.
    """

    jobs: JobStore
    media: MediaStore
    queue: JobQueue
    settings: WorkerSettings

    def over(self, received: Received, job_id: UUID, over: Over) -> None:
        """The job is final: tidy first, so that no file outlives the last message about it.

        What a deleted job left in the bucket is in its receipt, and goes with that.
        """
        if over.deleted:
            log.info("job was deleted, message deleted")
            self._delete(received)
        elif over.status is not None and not self._tidied(job_id, over):
            self._hide(received, min(UNTIDY_PAUSE_S, self.settings.visibility_s))
        elif over.status is None or over.given_up:
            log.warning("left for the dead-letter queue", status=over.status)
            self._hide(received, 0)
        else:
            log.info("job is final, message deleted", status=over.status)
            self._delete(received)

    def held_by_another(self, received: Received, busy: Busy) -> None:
        """Another worker has the job: by this very message, or this one is a stray duplicate."""
        if busy.message_id not in {None, received.message_id}:
            log.info("stray duplicate deleted", carried_by=busy.message_id)
            self._delete(received)
            return
        log.info("another worker has the job", remaining_s=round(busy.remaining_s))
        self._hide(received, min(round(busy.remaining_s) + 1, LONGEST_HIDING_S))

    def try_again_later(self, received: Received, claimed: Claimed) -> None:
        """The attempt failed for a passing reason."""
        pause_s = retry_pause_s(
            claimed.lease.attempt - claimed.job.attempts_returned,
            base_s=self.settings.retry_base_s,
            cap_s=self.settings.retry_cap_s,
        )
        log.info("trying again later", pause_s=pause_s)
        self._hide(received, pause_s)

    def send_anew(self, received: Received, claimed: Claimed) -> None:
        """Replace the message of a job given back: stops must not use up its receives.

        Raises:
            QueueError: nothing was sent; the sweeper does it.
            DatabaseError: it was sent, the row does not know.
        """
        if Dispatcher(self.jobs, self.queue).send(claimed.job):
            self._delete(received)
        else:  # we were slow: another worker may have taken the job by the message in our hands
            log.info("message left alone, the job has moved on")

    def _tidied(self, job_id: UUID, over: Over) -> bool:
        try:
            tidy(self.media, job_id, keep=over.results_prefix, up_to=over.attempt)
        except StorageError:
            log.warning("not tidied; the message comes back")
            return False
        return True

    def _hide(self, received: Received, seconds: int) -> None:
        with suppress(QueueError):  # it stays hidden as it is, and then comes back
            self.queue.extend(received, visibility_s=seconds)

    def _delete(self, received: Received) -> None:
        try:
            self.queue.delete(received)
        except QueueError:
            log.warning("message not deleted; it comes back")


def retry_pause_s(tries: int, *, base_s: float, cap_s: float) -> int:
    """Seconds until the next try after `tries` were made: doubling, bounded, a little random."""
    spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, hides nothing
    return round(min(base_s * 2.0 ** (tries - 1), cap_s) * spread)
