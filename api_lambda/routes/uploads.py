"""The two ends of an upload; the video itself goes straight to S3 in between."""

from typing import Annotated

from fastapi import APIRouter, Body

from api_lambda.documentation import COMMON_REFUSALS, answer, asked, refusals
from api_lambda.examples import uploads as examples
from api_lambda.parameters import Api, Coach, SignedIn
from api_lambda.wire.uploads import CompleteAnswer, NewUpload, UploadAnswer, UploadDone
from shared import uploads
from shared.errors import (
    FileTooLarge,
    InvalidConfig,
    InvalidFormat,
    InvalidRequest,
    JobNotFound,
    MissingFilename,
    QueueError,
    RequestTooLarge,
    SessionNotFound,
    StorageError,
    UploadMismatch,
    UploadMissing,
)
from shared.models import VideoAnalysisJob
from shared.telemetry import logger

_log = logger(__name__)

router = APIRouter(
    prefix="/videos/upload",
    tags=["Uploads"],
    dependencies=[SignedIn],
    responses=refusals(*COMMON_REFUSALS, InvalidRequest, RequestTooLarge, StorageError),
)


@router.post(
    "/initiate",
    status_code=201,
    operation_id="initiateUpload",
    summary="Announce a video",
    responses=answer(201, examples.UPLOAD)
    | refusals(
        MissingFilename,
        InvalidFormat,
        FileTooLarge,
        SessionNotFound,
        InvalidRequest,
        InvalidConfig,
    ),
)
def initiate_upload(
    api: Api,
    coach: Coach,
    body: Annotated[NewUpload, Body(openapi_examples=asked(examples.NEW_UPLOAD))],
) -> UploadAnswer:
    """Make a job and a presigned URL that takes its video: one PUT with exactly the headers given.

    What is announced (type, size, checksum) is signed into the URL, so S3 takes nothing else.
    A second PUT is answered 412: the video is there already, and completing the upload goes on.
    """
    if body.filename is not None and not body.filename.strip():
        raise MissingFilename
    job, put = api.uploads.initiate(
        coach.owner,
        uploads.NewUpload(
            session_id=body.session_id,
            overrides=body.settings_given(),
            include_frames=body.include_frames,
            filename=body.filename,
            content_type=body.content_type,
            size_bytes=body.size_bytes,
            checksum_sha256=body.checksum_sha256,
        ),
    )
    _log.info("upload_announced", **_ids(job))
    return UploadAnswer.of(job, put, bucket=api.media.bucket)


@router.post(
    "/complete",
    status_code=202,
    operation_id="completeUpload",
    summary="Say that the video is there",
    responses=answer(202, examples.COMPLETED_UPLOAD)
    | refusals(JobNotFound, UploadMissing, UploadMismatch, StorageError, QueueError),
)
def complete_upload(
    api: Api,
    coach: Coach,
    body: Annotated[UploadDone, Body(openapi_examples=asked(examples.UPLOAD_DONE))],
) -> CompleteAnswer:
    """Check that the video arrived and hand the job to the workers. Safe to repeat."""
    job = api.uploads.complete(body.job_id, owner=coach.owner)
    _log.info("upload_completed", **_ids(job))
    return CompleteAnswer.of(job)


def _ids(job: VideoAnalysisJob) -> dict[str, str]:
    return {"job_id": str(job.id), "session_id": str(job.session_id), "trace_id": job.trace_id}
