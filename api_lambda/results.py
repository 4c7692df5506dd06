"""Results on their way out: the stored document, with a way to the landmarks of every picture."""

import gzip
from typing import Any

from fastapi.responses import Response
from pydantic_core import from_json, to_json

from api_lambda.dependencies import Services
from shared.errors import NoResults, NotFound, ObjectMissing, ResultsNotReady
from shared.jobs import Status
from shared.models import VideoAnalysisJob

MAX_INLINE_BYTES = 1_000_000
"""Of JSON. Lambda answers at most 6 MB; beyond this the frames stay behind their link."""


class StoredJson(Response):
    """JSON that was validated when it was stored, and is not validated again.

    Written by pydantic's encoder, which takes a fraction of the standard library's time.
    """

    media_type = "application/json"

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - whatever JSON can say
        return to_json(content)


def check_ready(job: VideoAnalysisJob) -> None:
    """Pass only completed jobs.

    Raises:
        ResultsNotReady: the analysis goes on.
        NoResults: it ended without any; the sentence says how.
    """
    match Status(job.status):
        case Status.COMPLETED:
            return
        case Status.FAILED:
            raise NoResults(f"The analysis failed, so there are no results. {job.error_message}")
        case Status.CANCELLED:
            raise NoResults("The analysis was cancelled, so there are no results.")
        case _:
            raise ResultsNotReady


def results_of(job: VideoAnalysisJob, api: Services) -> dict[str, Any]:
    """The results document of a completed job, with `pose.frames_url` and, if asked, `frames`."""
    document = job.results or {}
    pose = {
        **document["pose"],
        "frames_url": _frames_url(job, api),
        "frames": _small_frames(job, api),
    }
    return {**document, "pose": pose}


def frames_link(job: VideoAnalysisJob, api: Services) -> str:
    """A link to the landmarks of every picture, gzipped.

    Raises:
        NotFound: this analysis kept none.
    """
    link = _frames_url(job, api)
    if link is None:
        raise NotFound("This analysis kept no frames.")
    return link


def _frames_url(job: VideoAnalysisJob, api: Services) -> str | None:
    file = _frames_file(job)
    if file is None:
        return None
    return api.media.presign_get(_key(job, file), expires_in_s=api.download_url_expires_s)


def _small_frames(job: VideoAnalysisJob, api: Services) -> dict[str, Any] | None:
    """The landmarks themselves when the coach asked for them and they are small enough."""
    file = _frames_file(job)
    if file is None or not job.include_frames or file["json_bytes"] > MAX_INLINE_BYTES:
        return None
    try:
        packed = api.media.read(_key(job, file))
    except ObjectMissing:  # cleared away; the results themselves still stand
        return None
    frames: dict[str, Any] = from_json(gzip.decompress(packed))
    return frames


def _frames_file(job: VideoAnalysisJob) -> dict[str, Any] | None:
    file: dict[str, Any] | None = (job.results or {})["pose"].get("frames_file")
    return file


def _key(job: VideoAnalysisJob, file: dict[str, Any]) -> str:
    return f"{job.results_prefix}{file['name']}"
