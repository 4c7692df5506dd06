"""What an attempt stores in the bucket: put there, found again, taken over from an earlier one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from shared.documents import RESULTS, JobResults, files_beside
from shared.errors import ObjectMissing
from shared.files import RESULTS_NAME
from shared.job_moves import Lease
from shared.jobs import JobKind
from shared.media.store import MediaStore, all_results_prefix, results_prefix
from shared.telemetry import logger

log = logger(__name__)

Check = Callable[[], None]

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".mp4": "video/mp4",
    ".pdf": "application/pdf",
    ".png": "image/png",
}
"""How a browser is told to take a file; what is not here is plain bytes to it."""

GZIPPED = ".gz"


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The files of one attempt. Every method raises `StorageError` when S3 refuses or is away.

    `results.json` comes last, so where it is, the attempt's files are whole.
    """

    media: MediaStore
    lease: Lease
    kind: JobKind

    @property
    def prefix(self) -> str:
        """Where they lie."""
        return results_prefix(self.lease.job_id, self.lease.attempt)

    def upload(self, folder: Path, check: Check) -> None:
        """Store the files that lie in `folder`; what `check` raises ends it."""
        for path in _results_last(path for path in folder.iterdir() if path.is_file()):
            is_gzipped = path.suffix == GZIPPED
            kind = Path(path.stem).suffix if is_gzipped else path.suffix
            self.media.upload(
                path,
                self.prefix + path.name,
                content_type=TYPES.get(kind, "application/octet-stream"),
                content_encoding="gzip" if is_gzipped else None,
                check=check,
            )

    def take_over(self, check: Check) -> JobResults | None:
        """Copy the newest results that an earlier attempt left; None when there are none.

        A copy, because whoever stored them may be about to remove them.
        """
        for earlier, names in self._earlier_files():
            check()
            try:
                results = self._copied(earlier, names, check)
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

    def _copied(self, earlier: str, names: frozenset[str], check: Check) -> JobResults:
        document = self.media.read(earlier + RESULTS_NAME)
        results = RESULTS[self.kind].model_validate_json(document)
        if not files_beside(results) <= names:
            raise ObjectMissing
        for path in _results_last(Path(name) for name in names):
            check()
            self.media.copy(earlier + path.name, self.prefix + path.name)
        return results

    def _earlier_files(self) -> Iterator[tuple[str, frozenset[str]]]:
        """Prefixes of earlier attempts that stored results, newest first, and all names there."""
        if self.lease.attempt == 1:
            return
        stored = self.media.keys(all_results_prefix(self.lease.job_id))
        for attempt in range(self.lease.attempt - 1, 0, -1):
            prefix = results_prefix(self.lease.job_id, attempt)
            names = frozenset(key.removeprefix(prefix) for key in stored if key.startswith(prefix))
            if RESULTS_NAME in names:
                yield prefix, names


def _results_last(paths: Iterator[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: (path.name == RESULTS_NAME, path.name))
