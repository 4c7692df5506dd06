"""What there is to see of an analysed video: the original, and what was rendered of it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.completed import check_ready
from shared.documents import ANALYSES
from shared.errors import JobNotFound, NotRendered, ObjectMissing
from shared.job_store import JobStore
from shared.jobs import JobKind
from shared.media.store import MediaStore
from shared.models import VideoAnalysisJob
from shared.renditions.document import Rendition, StoredFile
from shared.renditions.originals import original_of
from shared.renditions.store import RenditionStore


class Film(StrEnum):
    """Which video of an analysis."""

    ANNOTATED = "annotated"
    PLAYBACK = "playback"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A completed rendering and where its files lie."""

    document: Rendition
    prefix: str

    def key(self, file: StoredFile) -> str:
        """Return where one of its files lies."""
        return f"{self.prefix}{file.name}"


@dataclass(frozen=True, slots=True)
class Visible:
    """What there is to see.

    Attributes:
        analysis: what it shows.
        original_key: None when the upload is gone.
        rendered: the newest that is completed; None before there is one.
        newest: the rendering asked for last, however far it is.
    """

    analysis: VideoAnalysisJob
    original_key: str | None
    rendered: Rendered | None
    newest: VideoAnalysisJob | None


@dataclass(frozen=True, slots=True)
class Screening:
    """Finds what a coach may look at.

    Raises, from every method:
        JobNotFound: it shows no video, does not exist or is somebody else's.
        ResultsNotReady: it is not completed, or never will be (`NoResults`).
        StorageError, DatabaseError: a service is away.
    """

    jobs: JobStore
    renditions: RenditionStore
    media: MediaStore

    def of(self, owner: str, job_id: UUID) -> Visible:
        """Return all there is to see of an analysis, or of one rendering of it."""
        analysis, newest, shown = self._named(owner, job_id)
        try:
            original_key = original_of(analysis, self.jobs, self.media).s3_key
        except ObjectMissing:
            original_key = None
        return Visible(analysis, original_key, _rendered(shown), newest)

    def film_key(self, owner: str, job_id: UUID, film: Film) -> str:
        """Return where one video lies.

        Raises:
            ObjectMissing: the original was deleted.
            NotRendered: there is no rendering yet.
        """
        analysis, _, shown = self._named(owner, job_id)
        if film is Film.ORIGINAL:
            return original_of(analysis, self.jobs, self.media).s3_key
        rendered = _rendered(shown)
        if rendered is None:
            raise NotRendered
        document = rendered.document
        return rendered.key(document.annotated if film is Film.ANNOTATED else document.playback)

    def _named(
        self, owner: str, job_id: UUID
    ) -> tuple[VideoAnalysisJob, VideoAnalysisJob | None, VideoAnalysisJob | None]:
        """Return an analysis, its newest rendering, and the one to be shown, with its results."""
        job = self.jobs.get(job_id, owner=owner, with_results=True)
        if job.kind == JobKind.RENDER and job.source_job_id is not None:
            check_ready(job)
            return self.jobs.get(job.source_job_id, owner=owner), job, job
        if job.kind not in ANALYSES:
            raise JobNotFound
        check_ready(job)
        newest = self.renditions.newest(job)
        return job, newest, self.renditions.newest_completed(job)


def _rendered(job: VideoAnalysisJob | None) -> Rendered | None:
    if job is None or job.results_prefix is None:
        return None
    return Rendered(Rendition.model_validate(job.results), job.results_prefix)
