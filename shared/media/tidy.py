"""When a job is over, only the results its row names stay in the bucket."""

from uuid import UUID

from shared.media.store import MediaStore, all_results_prefix


def tidy(media: MediaStore, job_id: UUID, *, keep: str | None, up_to: int) -> int:
    """Remove what the job's other attempts stored; return how many objects went. Repeatable.

    `keep` is the row's `results_prefix`, None when the job has no results. `up_to` is the attempt
    the row had when it was over: a later one belongs to a job that was revived meanwhile, and is
    left alone. Attempts are never numbered anew.

    Raises:
        StorageError: S3 is away or refused; something may be left.
    """
    stored = media.keys(all_results_prefix(job_id))
    mine = [key for key in stored if _attempt(key, job_id) <= up_to]
    return media.delete([key for key in mine if keep is None or not key.startswith(keep)])


def _attempt(key: str, job_id: UUID) -> int:
    """Which attempt stored it; 0 for what none of them did."""
    number = key.removeprefix(all_results_prefix(job_id)).partition("/")[0]
    return int(number) if number.isdecimal() else 0
