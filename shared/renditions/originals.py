"""The video that an analysis was made from, however many analyses lie between."""

from shared.errors import ObjectMissing
from shared.job_store import JobStore
from shared.jobs import JobKind
from shared.media.store import MediaStore
from shared.models import VideoAnalysisJob


def original_of(job: VideoAnalysisJob, jobs: JobStore, media: MediaStore) -> VideoAnalysisJob:
    """Return the job whose upload this job goes back to; that upload lies under its `s3_key`.

    Raises:
        ObjectMissing: the video, or a job on the way to it, was deleted.
        JobNotFound: one was deleted at this moment.
        StorageError, DatabaseError: a service is away.
    """
    while job.kind != JobKind.VIDEO:
        if job.source_job_id is None:
            raise ObjectMissing
        job = jobs.get(job.source_job_id, owner=job.owner)
    if media.head(job.s3_key) is None:
        raise ObjectMissing
    return job
