"""A coach asks for a failed job to be tried again: which may be, and how it comes back."""

from dataclasses import dataclass
from uuid import UUID

from shared.errors import JobNotRetryable
from shared.job_moves import another_try_may_help
from shared.jobs import Status
from shared.models import VideoAnalysisJob
from shared.players.consent import ConsentAnew
from shared.queue.dispatch import Dispatcher


@dataclass(frozen=True, slots=True)
class Retries:
    """Gives a failed job all its tries back and tells the workers."""

    dispatcher: Dispatcher
    consent: ConsentAnew

    def retry(self, job_id: UUID, *, owner: str) -> VideoAnalysisJob:
        """Return the job as it stands afterwards: on its way again. Repeatable.

        Order: commit the row, send the message, store its id. A caller who saw an error may
        simply repeat; for one who does not, the next sweep sends.

        Raises:
            JobNotFound: it does not exist or is somebody else's.
            JobNotRetryable: it has not failed, or only another video can help.
            ConsentRequired: it may show a minor, and nobody allows the analysis now.
            TooManyActiveJobs: the owner has as many open as allowed.
            QueueError: the row is safe, the message was not sent.
        """
        jobs = self.dispatcher.jobs
        job = jobs.get(job_id, owner=owner)
        _check(job)
        if job.status == Status.FAILED:
            self.consent.check(job)
            jobs.revive(job_id, asked_by=owner)
            job = jobs.get(job_id, owner=owner)
        return self.dispatcher.send_waiting(job)


def _check(job: VideoAnalysisJob) -> None:
    if job.status not in {Status.FAILED, Status.PROCESSING}:
        raise JobNotRetryable
    if job.status == Status.FAILED and not another_try_may_help(job):
        raise JobNotRetryable(f"Trying again would not help. {job.error_message}")
