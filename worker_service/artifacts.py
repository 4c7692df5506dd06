"""What an attempt stores in the bucket: put there, found again, taken over from an earlier one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from shared.errors import ObjectMissing
from shared.job_moves import Lease
from shared.media_store import MediaStore, all_results_prefix, results_prefix
from shared.results import Results
from shared.telemetry import logger
from worker_service.pipeline.steps import FRAMES_NAME, RESULTS_NAME

log = logger(__name__)

Check = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The files of one attempt. Every method raises `StorageError` when S3 refuses or is away.

    `results.json` comes last, so where it is, the attempt's files are whole.
    """

    media: MediaStore
    lease: Lease

    @property
    def prefix(self) -> str:
        """Where they lie."""
        return results_prefix(self.lease.job_id, self.lease.attempt)

    def upload(self, folder: Path, check: Check) -> None:
        """Store what an analysis wrote into `folder`; what `check` raises ends it."""
        self.media.upload(
            folder / FRAMES_NAME,
            self.prefix + FRAMES_NAME,
            content_type="application/json",
            content_encoding="gzip",
            check=check,
        )
        self.media.upload(
            folder / RESULTS_NAME,
            self.prefix + RESULTS_NAME,
            content_type="application/json",
            check=check,
        )

    def take_over(self, check: Check) -> Results | None:
        """Copy the newest results that an earlier attempt left; None when there are none.

        A copy, because whoever stored them may be about to remove them.
        """
        for earlier in self._earlier_prefixes():
            check()
            try:
                results = Results.model_validate_json(self.media.read(earlier + RESULTS_NAME))
                for name in (FRAMES_NAME, RESULTS_NAME):
                    self.media.copy(earlier + name, self.prefix + name)
            except ValidationError:
                log.warning("stored results are not valid", prefix=earlier)
            except ObjectMissing:
                log.info("stored results went away", prefix=earlier)
            else:
                return results
        return None

    def remove(self) -> None:
        """Take away what this attempt stored."""
        self.media.delete_prefix(self.prefix)

    def _earlier_prefixes(self) -> Iterator[str]:
        """Prefixes of earlier attempts whose files are whole, newest first."""
        if self.lease.attempt == 1:
            return
        stored = set(self.media.keys(all_results_prefix(self.lease.job_id)))
        for attempt in range(self.lease.attempt - 1, 0, -1):
            prefix = results_prefix(self.lease.job_id, attempt)
            if prefix + RESULTS_NAME in stored:
                yield prefix
