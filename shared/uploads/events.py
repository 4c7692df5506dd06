"""S3 says that a video arrived: the backstop for an app that died before it could say so itself.

The events come through a queue. A message that must be seen again, because a service was away or
it makes no sense, is named in the answer; SQS deletes the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote_plus
from uuid import UUID

import structlog
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shared.errors import DependencyError, RequestError
from shared.media.store import uploaded_job
from shared.telemetry import logger
from shared.uploads.videos import Uploads

log = logger(__name__)


class _Object(BaseModel):
    key: str


class _S3(BaseModel):
    object: _Object


class _Record(BaseModel):
    s3: _S3


class ObjectsCreated(BaseModel):
    """An S3 event notification, as far as we read it."""

    records: list[_Record] = Field(alias="Records")

    def object_keys(self) -> list[str]:
        """The keys, which S3 writes as in a form: `+` for a space, `%` for what is unusual."""
        return [unquote_plus(record.s3.object.key) for record in self.records]


class Announcement(BaseModel):
    """What S3 sends once, when the notification is set up."""

    event: Literal["s3:TestEvent"] = Field(alias="Event")

    def object_keys(self) -> list[str]:
        """It is about no object."""
        return []


_BODY: TypeAdapter[ObjectsCreated | Announcement] = TypeAdapter(ObjectsCreated | Announcement)


@dataclass(frozen=True, slots=True)
class UploadEvents:
    """Completes the uploads that S3 tells about."""

    uploads: Uploads

    def handle(self, messages: Iterable[Mapping[str, Any]]) -> list[str]:
        """Handle SQS messages as Lambda hands them in; return the ids of those to be seen again."""
        return [message["messageId"] for message in messages if not self._handled(message)]

    def _handled(self, message: Mapping[str, Any]) -> bool:
        with structlog.contextvars.bound_contextvars(message_id=message["messageId"]):
            try:
                for key in _BODY.validate_json(message["body"]).object_keys():
                    self._arrived(key)
            except DependencyError as error:
                log.warning("upload event comes again", code=error.code)
                return False
            except ValidationError:
                log.warning("unreadable upload event left for the dead-letter queue")
                return False
            except Exception:
                log.exception("upload event broke")
                return False
        return True

    def _arrived(self, key: str) -> None:
        job_id = uploaded_job(key)
        if job_id is None:
            log.info("not an upload of ours")  # the key may hold anything
            return
        with structlog.contextvars.bound_contextvars(job_id=str(job_id)):
            self._complete(job_id)

    def _complete(self, job_id: UUID) -> None:
        try:
            job = self.uploads.settle(job_id)
        except RequestError as error:
            log.info("upload not completed", code=error.code)
        else:
            log.info("upload known", status=job.status, stage=job.stage)
