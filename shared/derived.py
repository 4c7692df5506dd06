"""Jobs that begin from a completed analysis: nothing is uploaded for them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID, uuid4

from sqlalchemy import Select

from shared.analysis import AnalysisSettings, overridden
from shared.completed import check_ready
from shared.documents import ANALYSES
from shared.errors import (
    DatabaseError,
    JobNotFound,
    NotStored,
    PlayerNotFound,
    SessionNotFound,
)
from shared.files import POSE_NAME, RESULTS_NAME, VIDEO_INPUT
from shared.job_store import JobStore
from shared.jobs import JobKind, Stage, Status
from shared.media.store import MediaStore, stored_pose_key
from shared.models import VideoAnalysisJob
from shared.players.consent import ConsentGate
from shared.queue.dispatch import Dispatcher
from shared.renditions.document import RenderOptions
from shared.renditions.originals import original_of
from shared.renditions.store import RenditionStore, renderings_under_way
from shared.telemetry import logger, new_trace_id
from shared.uploads.videos import Uploads

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Derived:
    """Makes such jobs and tells the workers.

    Raises, from every method:
        JobNotFound: it is no analysis of a video, does not exist or is somebody else's.
        ResultsNotReady: the analysis is not completed, or never will be (`NoResults`).
        NotStored: what it saw is not there any more.
        TooManyActiveJobs: the owner has as many jobs open as allowed.
        StorageError, DatabaseError: a service is away. What was begun is cancelled.

    Once everything is stored, the job is returned as far as it is known, whatever service goes away
    then: the next sweep moves it on and sends it. A caller who were told of an error would only ask
    for it twice.
    """

    jobs: JobStore
    renditions: RenditionStore
    media: MediaStore
    dispatcher: Dispatcher
    consent: ConsentGate

    @classmethod
    def beside(cls, uploads: Uploads, renditions: RenditionStore) -> Self:
        """Work with what uploads work with."""
        return cls(uploads.jobs, renditions, uploads.media, uploads.dispatcher, uploads.consent)

    def reanalyze(self, owner: str, job_id: UUID, overrides: dict[str, Any]) -> VideoAnalysisJob:
        """Measure again what an analysis has seen, with some of its settings changed.

        The new job owns a copy of the stored pose, so either can be deleted without the other.

        Raises:
            ConsentRequired: a minor was filmed, and nobody allows the analysis now.
            pydantic.ValidationError: an override is not valid.
        """
        source = self._analysis(owner, job_id)
        wanted = overridden(source.settings, overrides)
        settings = self.consent.check(owner, source.may_show, wanted)
        pose = f"{source.results_prefix}{POSE_NAME}"
        stored = self.media.head(pose)
        if stored is None:
            raise NotStored
        new_id = uuid4()
        key = stored_pose_key(owner, new_id)
        job = self._stored(  # first the row: nothing lies in the bucket of which no row knows
            VideoAnalysisJob(
                id=new_id,
                kind=JobKind.REANALYSIS,
                settings=settings.model_dump(mode="json"),
                include_frames=source.include_frames,
                s3_key=key,
                inputs={POSE_NAME: key},
                **_of(source),
            )
        )
        with self.jobs.cancelled_on_failure(job):
            self.media.copy(pose, key)
        try:
            self.jobs.uploaded(job.id, source_bytes=stored.size_bytes, source_etag=stored.etag)
            job = self.jobs.get(job.id, owner=owner)
        except DatabaseError as error:
            log.warning("left for the sweeper to complete", job_id=str(job.id), code=error.code)
            return job
        return self.dispatcher.send_or_leave(job)

    def render(self, owner: str, job_id: UUID, options: RenderOptions) -> VideoAnalysisJob:
        """Draw an analysis into its video. The same rendering under way already is the answer.

        The new job only reads what its source stored, and goes when that is deleted.

        Raises:
            ConsentRequired: a minor was filmed, and nobody allows the analysis now.
        """
        source = self._analysis(owner, job_id)
        analysed_with = AnalysisSettings.model_validate(source.settings)
        self.consent.check(owner, source.may_show, analysed_with)
        under_way = self.renditions.under_way(source, options)
        if under_way is not None:
            return under_way
        original = original_of(source, self.jobs, self.media)
        self._check_stored(source)
        new = _rendering(source, original, options)
        job = self._stored(new, instead=renderings_under_way(source, options), reads=original.id)
        return self.dispatcher.send_or_leave(job) if job is new else job

    def _check_stored(self, source: VideoAnalysisJob) -> None:
        """Look whether there is what a rendering draws, so that it is refused now and not later."""
        for name in (POSE_NAME, RESULTS_NAME):
            if self.media.head(f"{source.results_prefix}{name}") is None:
                raise NotStored

    def _analysis(self, owner: str, job_id: UUID) -> VideoAnalysisJob:
        job = self.jobs.get(job_id, owner=owner)
        if job.kind not in ANALYSES:
            raise JobNotFound
        check_ready(job)
        return job

    def _stored(
        self,
        job: VideoAnalysisJob,
        *,
        instead: Select[VideoAnalysisJob] | None = None,
        reads: UUID | None = None,
    ) -> VideoAnalysisJob:
        try:
            return self.jobs.create(job, instead=instead, reads=reads)
        except (PlayerNotFound, SessionNotFound) as error:  # deleted in this moment, and it too
            raise JobNotFound from error


def _rendering(
    source: VideoAnalysisJob, original: VideoAnalysisJob, options: RenderOptions
) -> VideoAnalysisJob:
    return VideoAnalysisJob(
        id=uuid4(),
        kind=JobKind.RENDER,
        status=Status.PROCESSING,
        stage=Stage.WAITING,
        started_at=datetime.now(UTC),
        settings=options.model_dump(mode="json"),
        include_frames=False,
        s3_key=original.s3_key,
        source_bytes=original.source_bytes,
        inputs={
            VIDEO_INPUT: original.s3_key,
            POSE_NAME: f"{source.results_prefix}{POSE_NAME}",
            RESULTS_NAME: f"{source.results_prefix}{RESULTS_NAME}",
        },
        **_of(source),
    )


def _of(source: VideoAnalysisJob) -> dict[str, Any]:
    """What a job has in common with the analysis it begins from."""
    return {
        "owner": source.owner,
        "session_id": source.session_id,
        "player_id": source.player_id,
        "may_show": list(source.may_show),
        "source_job_id": source.id,
        "filename": source.filename,
        "trace_id": new_trace_id(),
        "upload_expires_at": datetime.now(UTC),  # nobody uploads anything
    }
