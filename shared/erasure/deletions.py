"""Deletes what a coach has to be able to delete: rows at once, files as soon as S3 lets go of them.

Who is refused by S3, or dies over it, leaves the files to the sweeper. It looks there again
anyway when no upload and no worker can be left that might still store one, and closes the
receipt.
"""

from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from shared.erasure.store import ErasureStore
from shared.errors import StorageError
from shared.media.store import MediaStore
from shared.models import DeletionReceipt
from shared.telemetry import logger

log = logger(__name__)

AT_ONCE_S = 8.0
"""How long a request may spend on files; API Gateway waits 30 s."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Deletions. Every method raises `DatabaseError`; one that deletes can be repeated."""

    store: ErasureStore
    media: MediaStore

    def job(self, owner: str, job_id: UUID) -> DeletionReceipt:
        """Delete a job and the videos drawn from it. Reanalyses stay: they own what they read.

        Raises:
            JobNotFound: it is not there, and never was the owner's.
        """
        return self._at_once(self.store.delete_job(owner, job_id))

    def session(self, owner: str, session_id: UUID) -> DeletionReceipt:
        """Delete a session with all its jobs.

        Raises:
            SessionNotFound: it is not there, and never was the owner's.
        """
        return self._at_once(self.store.delete_session(owner, session_id))

    def player(self, owner: str, player_id: str) -> DeletionReceipt:
        """Delete a player everywhere.

        Raises:
            PlayerNotFound: nobody of this id, and there never was.
        """
        return self._at_once(self.store.delete_player(owner, player_id))

    def empty(self, receipt: DeletionReceipt, *, within_s: float, for_good: bool = False) -> bool:
        """Erase what lies in a receipt's places, for `within_s`; whether all is gone now.

        `for_good`: nothing can arrive there any more, so the receipt is closed.

        Raises:
            StorageError: S3 is away or refused; what went until then is noted.
        """
        began, objects, left = monotonic(), 0, list(receipt.leftovers)
        try:
            while left and monotonic() - began < within_s:
                objects += self.media.erase_prefix(left[0])
                left.pop(0)
        except StorageError:
            left.append(left.pop(0))  # next time the others come first
            raise
        finally:
            self.store.emptied(receipt, left=left, objects=objects, for_good=for_good)
        return not left

    def _at_once(self, receipt: DeletionReceipt) -> DeletionReceipt:
        if receipt.pushed_at is None and receipt.closed_at is None:
            try:
                self.empty(receipt, within_s=AT_ONCE_S)
            except StorageError as error:
                log.warning("files left for the sweeper", code=error.code)
        return receipt
