"""The phone: films nothing, but walks a video through the API as the app does.

session → initiate → PUT to the presigned URLs → complete → poll → results and frames
"""

import base64
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from pydantic import BaseModel

from cli.api_client import ApiClient, http_client
from cli.errors import CliError, Exit
from cli.sight import Show, Sight
from cli.storage import Place, Storage
from cli.words import STAGES, what_to_do
from shared.jobs import Stage, Status

LOOK_AGAIN_S = 2.0
"""When an answer does not say when to look again."""


class JobFailed(CliError):
    """The analysis ended without results."""

    exit_code = Exit.VIDEO


class FramesMissing(CliError):
    """Storage did not give the frames."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A completed job and its results document, as it came."""

    job_id: UUID
    results: dict[str, Any]


class _Session(BaseModel):
    session_id: UUID


class _Progress(BaseModel):
    stage: Stage
    percent: float
    frames_done: int
    frames_total: int


class _Error(BaseModel):
    code: str
    message: str
    user_action: str


class _Status(BaseModel):
    status: Status
    progress: _Progress
    error: _Error | None


@dataclass(frozen=True, slots=True)
class Phone:
    """One coach's phone, signed in to `api`. `show` is called as things move on."""

    api: ApiClient
    show: Show = field(default=lambda _: None)

    def analyse(self, video: Path, settings: Mapping[str, Any]) -> Finished:
        """Send a video in and wait for its results.

        Raises:
            Refused, Unavailable: the API said no, or is away.
            UploadFailed: the storage said no.
            JobFailed: the analysis ended without results; the message is `CODE: sentence`.
        """
        session = _Session.model_validate(
            self.api.post("/sessions", {"title": video.stem or "Video", **settings})
        )
        upload = self._initiate(session.session_id, video)
        Storage(self.api, self.show).take(video, upload)
        self.api.post("/videos/upload/complete", {"job_id": str(upload.job_id)})
        self._wait(upload.job_id)
        results = self.api.get(f"/analysis-jobs/{upload.job_id}/results").json()
        return Finished(upload.job_id, results)

    def frames(self, job_id: UUID) -> bytes:
        """Return the gzip file with the landmarks of every picture."""
        redirect = self.api.get(f"/analysis-jobs/{job_id}/frames")
        link = redirect.headers["Location"]  # followed without our token: it is signed itself
        with http_client(link) as storage, storage.stream("GET", link) as answer:
            if answer.is_error:
                raise FramesMissing(f"The frames could not be fetched (HTTP {answer.status_code}).")
            return b"".join(answer.iter_raw())  # as stored: gzip

    def _initiate(self, session_id: UUID, video: Path) -> Place:
        content_type, _ = mimetypes.guess_type(video.name)
        announced = {
            "session_id": str(session_id),
            "filename": video.name,
            "content_type": content_type or "video/mp4",
            "size_bytes": video.stat().st_size,
            "checksum_sha256": _checksum(video),
            "include_frames": False,
        }
        return Place.model_validate(self.api.post("/videos/upload/initiate", announced))

    def _wait(self, job_id: UUID) -> None:
        """Look at the job as often as the API asks for, until it is final."""
        known: dict[str, str] = {}
        while True:
            answer = self.api.get(f"/analysis-jobs/{job_id}/status", headers=known)
            if answer.status_code != httpx.codes.NOT_MODIFIED:
                known = {"If-None-Match": answer.headers["ETag"]}
                job = _Status.model_validate_json(answer.content)
                self.show(_sight(job.progress))
                if job.status.final:
                    return _check_completed(job)
            self.api.pause(float(answer.headers.get("Retry-After", LOOK_AGAIN_S)))


def _check_completed(job: _Status) -> None:
    if job.status is Status.COMPLETED:
        return
    if job.error is None:
        raise JobFailed(f"The analysis was {job.status}.")
    sentence = f"{job.error.code}: {job.error.message}"
    raise JobFailed("\n".join(filter(None, (sentence, what_to_do(job.error.user_action)))))


def _sight(progress: _Progress) -> Sight:
    pictures = ""
    if progress.stage is Stage.POSE and progress.frames_total:
        pictures = f"picture {progress.frames_done} of {progress.frames_total}"
    return Sight(STAGES[progress.stage], progress.percent, pictures)


def _checksum(video: Path) -> str:
    with video.open("rb") as file:
        return base64.b64encode(hashlib.file_digest(file, "sha256").digest()).decode()
