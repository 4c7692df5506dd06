"""A coach asks for a failed job to be tried again: which may be, and how it comes back."""

from dataclasses import dataclass
from uuid import UUID

from shared.dispatch import Dispatcher
from shared.errors import JobNotRetryable, UserAction
from shared.job_store import JobStore
from shared.jobs import Stage, Status
from shared.models import VideoAnalysisJob

NEEDS_ANOTHER_VIDEO = frozenset({UserAction.RETAKE, UserAction.FIX_REQUEST})
"""What a failed job asks of its coach when the same video would only fail again, or never came."""


@dataclass(frozen=True, slots=True)
class Retries:
    """Gives a failed job all its tries back and tells the workers."""

    jobs: JobStore
    dispatcher: Dispatcher

    def retry(self, job_id: UUID, *, owner: str) -> VideoAnalysisJob:
        """Return the job as it stands afterwards: on its way again. Repeatable.

        Order: commit the row, send the message, store its id. A caller who saw an error may
        simply repeat; for one who does not, the next sweep sends.

        Raises:
            JobNotFound: it does not exist or is somebody else's.
            JobNotRetryable: it has not failed, or only another video can help.
            QueueError: the row is safe, the message was not sent.
        """
        job = self.jobs.get(job_id, owner=owner)
        _check(job)
        if job.status == Status.FAILED:
            self.jobs.revive(job_id)
            job = self.jobs.get(job_id, owner=owner)
        if job.stage == Stage.WAITING and job.sqs_message_id is None:
            self.dispatcher.send(job)
        return job


def _check(job: VideoAnalysisJob) -> None:
    if job.status not in {Status.FAILED, Status.PROCESSING}:
        raise JobNotRetryable
    if job.status == Status.FAILED and job.user_action in NEEDS_ANOTHER_VIDEO:
        raise JobNotRetryable(f"Trying again would not help. {job.error_message}")
