"""From pictures to a job: they come through the API or by presigned URLs, then are analysed.

The upload is the job's row, queued from the first file on; asking for the analysis completes it.
Its pictures lie under `s3_key`, which is a prefix, and `inputs` names those that were accepted.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid4

from shared.analysis import AnalysisSettings
from shared.errors import JobNotFound, UploadMissing, UploadUsed
from shared.job_store import JobStore
from shared.jobs import JobKind, Status
from shared.media.store import MediaStore, stills_prefix
from shared.models import VideoAnalysisJob, VideoSession
from shared.players.consent import ConsentGate, may_show, only
from shared.queue.dispatch import Dispatcher
from shared.session_store import SessionStore
from shared.settings import UploadSettings
from shared.stills.document import (
    MANIFEST_NAME,
    Manifest,
    StillSettings,
    index_of,
)
from shared.stills.verdicts import (
    AnnouncedPicture,
    SentPicture,
    Verdict,
    accepted,
    announced,
    check_any,
    judged,
    seen,
)
from shared.telemetry import new_trace_id

AT_ONCE = 8
"""Pictures on their way to S3 at the same time."""

NOT_THERE = "This picture has not arrived."


@dataclass(frozen=True, slots=True)
class About:
    """Whose pictures these are; they may belong to no session and show nobody in particular."""

    owner: str
    session_id: UUID | None = None
    player_id: str | None = None


@dataclass(frozen=True, slots=True)
class _File:
    """Something to be stored as an input of a job."""

    name: str
    content_type: str
    content: bytes


Taken = tuple[VideoAnalysisJob, Sequence[Verdict]]


@dataclass(frozen=True, slots=True)
class StillUploads:
    """Both ways in, and the start of the analysis.

    Raises, from all: `SessionNotFound`, `PlayerNotFound` or `JobNotFound`, `ConsentRequired`,
    `StorageError`, `DatabaseError`.
    """

    sessions: SessionStore
    jobs: JobStore
    media: MediaStore
    dispatcher: Dispatcher
    consent: ConsentGate
    limits: UploadSettings

    def receive(self, about: About, pictures: Sequence[SentPicture]) -> Taken:
        """Look at each file and store the good ones.

        The row comes first: what is stored for a row that nobody uses is removed with it.

        Raises:
            TooManyFiles: more than 100.
            RequestError: none was accepted; `places` says why of each.
        """
        verdicts = judged(pictures, seen)
        job = self.jobs.create(self._new_job(about, verdicts))
        self._store(job, [_manifest(verdicts), *_files(verdicts, pictures)])
        return job, verdicts

    def announce(self, about: About, pictures: Sequence[AnnouncedPicture]) -> Taken:
        """Make a presigned URL for each picture; its type and length are signed.

        Raises:
            TooManyFiles: more than 100.
            RequestError: none was accepted; `places` says why of each.
        """
        verdicts = judged(pictures, announced)
        job = self._new_job(about, verdicts)
        checksums = [picture.checksum_sha256 for picture in pictures]
        with_urls = [
            verdict if verdict.error else self._with_url(job, verdict, checksums[verdict.index])
            for verdict in verdicts
        ]
        job = self.jobs.create(job)
        self._store(job, [_manifest(verdicts)])
        return job, with_urls

    def analyse(self, owner: str, job_id: UUID, settings: StillSettings) -> VideoAnalysisJob:
        """Check that every picture is there and hand them to the workers. Repeatable.

        Order: commit the row, send the message, store its id, as with a video.

        Raises:
            UploadMissing: `places` names the pictures that have not arrived.
            UploadUsed: they were given to the workers with other settings.
            QueueError: the row is safe, the message was not sent.
        """
        job = self._mine(owner, job_id)
        wanted = settings.model_dump(mode="json")
        if job.status == Status.QUEUED:
            self._check_consent(owner, self._session(About(owner, job.session_id)), job.may_show)
            self.jobs.uploaded(job.id, source_bytes=self._stored_bytes(job), settings=wanted)
            job = self._mine(owner, job_id)
        if job.started_at is not None and job.settings != wanted:
            raise UploadUsed
        return self.dispatcher.send_waiting(job)

    def _mine(self, owner: str, job_id: UUID) -> VideoAnalysisJob:
        job = self.jobs.get(job_id, owner=owner)
        if job.kind != JobKind.IMAGES:
            raise JobNotFound
        return job

    def _stored_bytes(self, job: VideoAnalysisJob) -> int:
        """How much there is for the workers to fetch."""
        sizes = self.media.sizes(job.s3_key)
        missing = sorted(name for name, key in job.inputs.items() if key not in sizes)
        if missing:
            indices = [index_of(name) for name in missing if name != MANIFEST_NAME]
            raise UploadMissing(
                "Not all pictures have arrived yet; see errors.",
                places={f"#/files/{index}": NOT_THERE for index in indices},
            )
        return sum(sizes[key] for key in job.inputs.values())

    def _new_job(self, about: About, verdicts: Sequence[Verdict]) -> VideoAnalysisJob:
        """Describe the row; nothing is stored yet."""
        check_any(verdicts)
        session = self._session(about)
        if about.player_id is not None:
            self.consent.players.get(about.owner, about.player_id)
        shown = may_show(session, about.player_id)
        self._check_consent(about.owner, session, shown)
        job_id = uuid4()
        prefix = stills_prefix(about.owner, job_id)
        names = [*(verdict.name for verdict in accepted(verdicts)), MANIFEST_NAME]
        life = timedelta(seconds=self.limits.upload_url_expires_s)
        return VideoAnalysisJob(
            id=job_id,
            kind=JobKind.IMAGES,
            owner=about.owner,
            session_id=about.session_id,
            player_id=only(shown),
            may_show=shown,
            trace_id=new_trace_id(),
            settings=StillSettings().model_dump(mode="json"),
            include_frames=False,
            s3_key=prefix,
            inputs={name: prefix + name.partition(".")[0] for name in names},
            declared_bytes=sum(verdict.size_bytes for verdict in accepted(verdicts)),
            upload_expires_at=datetime.now(UTC) + life,
        )

    def _store(self, job: VideoAnalysisJob, files: Sequence[_File]) -> None:
        """Store files of a new job; where S3 fails, its coach never hears of it, so it ends."""

        def store(file: _File) -> None:
            key, content = job.inputs[file.name], BytesIO(file.content)
            self.media.put(key, content, content_type=file.content_type)

        with self.jobs.cancelled_on_failure(job), ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(store, files))

    def _with_url(
        self, job: VideoAnalysisJob, verdict: Verdict, checksum_sha256: str | None
    ) -> Verdict:
        put = self.media.presign_put(
            job.inputs[verdict.name],
            expires_in_s=self.limits.upload_url_expires_s,
            content_type=verdict.content_type,
            size_bytes=verdict.size_bytes,
            checksum_sha256=checksum_sha256,
        )
        return replace(verdict, put=put)

    def _session(self, about: About) -> VideoSession | None:
        if about.session_id is None:
            return None
        return self.sessions.get(about.owner, about.session_id)

    def _check_consent(
        self, owner: str, session: VideoSession | None, shown: Sequence[str]
    ) -> None:
        said = {} if session is None else session.settings
        self.consent.check(owner, shown, AnalysisSettings.model_validate(said))


def _manifest(verdicts: Sequence[Verdict]) -> _File:
    manifest = Manifest(filenames={each.name: each.filename for each in accepted(verdicts)})
    return _File(MANIFEST_NAME, "application/json", manifest.model_dump_json().encode())


def _files(verdicts: Sequence[Verdict], pictures: Sequence[SentPicture]) -> list[_File]:
    return [
        _File(verdict.name, verdict.content_type, pictures[verdict.index].content)
        for verdict in accepted(verdicts)
    ]
