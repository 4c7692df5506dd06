"""The way of a video into storage: by one presigned PUT, or part by part, resumed where it breaks.

The presigned URLs open the place to whoever has them: they are never shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
from pydantic import BaseModel, Field

from cli.api_client import FIRST_PAUSE_S, TRIES, ApiClient, http_client
from cli.errors import CliError
from cli.sight import Show, Sight
from cli.words import UPLOADING

CHUNK_BYTES = 256 * 1024


class UploadFailed(CliError):
    """Storage did not take the video."""


class Part(BaseModel):
    """A piece of the video; `url` is None once storage has it."""

    part_number: int
    size_bytes: int
    url: str | None = Field(repr=False)


class Parts(BaseModel):
    """How the video is cut."""

    part_size_bytes: int
    parts: list[Part]


class Place(BaseModel):
    """Where the API lets a video go, as it answers."""

    job_id: UUID
    presigned_url: str | None = Field(repr=False)
    headers: dict[str, str] | None
    upload: Parts | None = None


@dataclass(frozen=True, slots=True)
class Storage:
    """Storage as the phone reaches it. `show` is called as bytes go."""

    api: ApiClient
    show: Show

    def take(self, video: Path, place: Place) -> None:
        """Send a video to its place.

        Raises:
            UploadFailed: the storage said no, or could not be reached.
            Refused, Unavailable: the API, asked for new URLs, said no, or is away.
        """
        self.show(Sight(UPLOADING, 0))
        if place.upload is not None:
            self._take_parts(video, place)
        elif place.presigned_url is not None:
            length = video.stat().st_size
            headers = httpx.Headers(place.headers)
            headers.setdefault("Content-Length", str(length))  # S3 takes no chunked body
            self._put(place.presigned_url, headers, self._chunks(video, 0, length))

    def _take_parts(self, video: Path, place: Place) -> None:
        """Send part after part; where one fails, ask which are missing and go on with those."""
        failed = 0
        while (part := _next(place)) is not None:
            try:
                self._put_part(video, place, part)
            except UploadFailed:
                failed += 1
                if failed == TRIES:
                    raise
                self.api.pause(FIRST_PAUSE_S * 2 ** (failed - 1))
                place = Place.model_validate(self.api.get(f"/videos/upload/{place.job_id}").json())
            else:
                part.url, failed = None, 0

    def _put_part(self, video: Path, place: Place, part: Part) -> None:
        assert place.upload is not None  # noqa: S101 - the part is one of its
        assert part.url is not None  # noqa: S101 - it is still to be sent
        start = (part.part_number - 1) * place.upload.part_size_bytes
        headers = httpx.Headers({"Content-Length": str(part.size_bytes)})
        self._put(part.url, headers, self._chunks(video, start, part.size_bytes))

    def _put(self, url: str, headers: httpx.Headers, content: Iterator[bytes]) -> None:
        try:
            with http_client(url) as storage:
                answer = storage.put(url, headers=headers, content=content)
        except httpx.TransportError as error:
            raise UploadFailed("The upload broke off. Check the connection, retry.") from error
        if answer.is_error and answer.status_code != httpx.codes.PRECONDITION_FAILED:
            raise UploadFailed(f"The storage refused the video (HTTP {answer.status_code}). Retry.")

    def _chunks(self, video: Path, start: int, length: int) -> Iterator[bytes]:
        total, sent = video.stat().st_size, 0
        with video.open("rb") as file:
            file.seek(start)
            while chunk := file.read(min(CHUNK_BYTES, length - sent)):
                yield chunk
                sent += len(chunk)
                self.show(Sight(UPLOADING, 100 * (start + sent) / total))


def _next(place: Place) -> Part | None:
    parts = place.upload.parts if place.upload is not None else []
    return next((part for part in parts if part.url is not None), None)
