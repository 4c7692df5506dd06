"""Puts a job's message into the queue and notes it on the row: the one way a job gets there."""

from dataclasses import dataclass

from shared.analysis import DEFAULT_SAMPLE_FPS
from shared.errors import DependencyError
from shared.job_store import JobStore
from shared.jobs import JobKind, Stage
from shared.models import VideoAnalysisJob
from shared.queue.job_queue import JobQueue
from shared.queue.messages import JobMessage
from shared.telemetry import logger

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Send, then store the message's id; whoever dies between the two sends it twice, not never."""

    jobs: JobStore
    queue: JobQueue

    def send(self, job: VideoAnalysisJob) -> str | None:
        """Return the id of the message that now carries the job.

        None when a worker has taken the job meanwhile, by the message it had before: what was sent
        is then a stray, which is deleted where it arrives.

        Raises:
            QueueError: it was not sent; the row is unchanged and is sent by the next sweep.
            DatabaseError: it was sent, the row does not know.
        """
        message_id = self.queue.send(message_for(job))
        return message_id if self.jobs.sent(job.id, message_id) else None

    def send_waiting(self, job: VideoAnalysisJob) -> VideoAnalysisJob:
        """Send a job that waits without a message; return it as it stands then. Repeatable.

        Raises:
            As `send`.
        """
        if job.stage != Stage.WAITING or job.sqs_message_id is not None:
            return job
        self.send(job)
        return self.jobs.get(job.id, owner=job.owner)

    def send_or_leave(self, job: VideoAnalysisJob) -> VideoAnalysisJob:
        """As `send_waiting`; while a service is away, sending is left to the next sweep."""
        try:
            return self.send_waiting(job)
        except DependencyError as error:
            log.warning("left for the sweeper to send", job_id=str(job.id), code=error.code)
            return job


def message_for(job: VideoAnalysisJob) -> JobMessage:
    """The queue message of a job. A job without a sampling rate carries the usual one."""
    return JobMessage(
        v=1 if job.kind == JobKind.VIDEO else 2,
        job_id=job.id,
        session_id=job.session_id,
        sample_fps=job.settings.get("sample_fps", DEFAULT_SAMPLE_FPS),
        include_frames=job.include_frames,
        trace_id=job.trace_id,
    )
