"""When a job is over, only the results its row names stay in the bucket."""

from uuid import UUID

from shared.media_store import MediaStore, all_results_prefix


def tidy(media: MediaStore, job_id: UUID, keep: str | None) -> int:
    """Remove what the job's other attempts stored; return how many objects went. Repeatable.

    `keep` is the row's `results_prefix`, None when the job has no results.

    Raises:
        StorageError: S3 is away or refused; something may be left.
    """
    stored = media.keys(all_results_prefix(job_id))
    return media.delete([key for key in stored if keep is None or not key.startswith(keep)])
