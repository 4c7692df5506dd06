"""Results on their way out: the stored document, with a way to the landmarks of every picture."""

import gzip
from typing import Any

from fastapi.responses import Response
from pydantic_core import from_json, to_json

from api_lambda.answers.still_links import with_links
from api_lambda.dependencies import Services
from shared.documents import ANALYSES
from shared.errors import NotFound, ObjectMissing
from shared.jobs import JobKind
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


def results_of(job: VideoAnalysisJob, api: Services) -> dict[str, Any]:
    """The results document of a completed job.

    That of an analysed video gets `pose.frames_url` and, if asked, `frames`; that of stills a link
    to each picture.
    """
    document = job.results or {}
    if job.kind == JobKind.IMAGES:
        return with_links(document, lambda name: _link(job, name, api))
    if job.kind not in ANALYSES:
        return document
    pose = {
        **document["pose"],
        "frames_url": _frames_url(job, api),
        "frames": _small_frames(job, api),
    }
    return {**document, "pose": pose}


def frames_link(job: VideoAnalysisJob, api: Services) -> str:
    """A link to the landmarks of every picture, gzipped.

    Raises:
        NotFound: this job kept none.
    """
    link = _frames_url(job, api)
    if link is None:
        raise NotFound("This analysis kept no frames.")
    return link


def _frames_url(job: VideoAnalysisJob, api: Services) -> str | None:
    file = _frames_file(job)
    if file is None:
        return None
    return _link(job, file["name"], api)


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
    pose = (job.results or {}).get("pose", {})  # only analysed videos have one
    file: dict[str, Any] | None = pose.get("frames_file")
    return file


def _link(job: VideoAnalysisJob, name: str, api: Services) -> str:
    return api.links.to(f"{job.results_prefix}{name}")


def _key(job: VideoAnalysisJob, file: dict[str, Any]) -> str:
    return f"{job.results_prefix}{file['name']}"
