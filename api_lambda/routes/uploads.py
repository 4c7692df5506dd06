"""The ends of an upload; a video itself goes straight to S3 in between, but for small clips."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Body, Form
from starlette.convertors import StringConvertor, register_url_convertor

from api_lambda.body_limit import MAX_DIRECT_BYTES, TOO_LARGE_FOR_A_FORM
from api_lambda.documentation import COMMON_REFUSALS, JOB_BEGUN, answer, asked, leads_to, refusals
from api_lambda.examples import uploads as examples
from api_lambda.idempotency import RepeatableRoute
from api_lambda.parameters import Api, Coach, FilledIn, JobId, SignedIn
from api_lambda.wire.common import NOT_BLANK
from api_lambda.wire.uploads import (
    MAX_FILENAME,
    AnyUpload,
    CompleteAnswer,
    NewUpload,
    SmallUpload,
    UploadAnswer,
    UploadDone,
)
from shared.errors import (
    ConsentRequired,
    FileTooLarge,
    InvalidConfig,
    InvalidFormat,
    InvalidRequest,
    JobNotFound,
    MissingFilename,
    PlayerNotFound,
    QueueError,
    RequestTooLarge,
    SessionNotFound,
    StorageError,
    TooManyActiveJobs,
    UploadMismatch,
    UploadMissing,
)
from shared.models import VideoAnalysisJob
from shared.telemetry import logger
from shared.uploads import videos as uploads
from shared.uploads.video_type import HEAD_BYTES, video_type

_log = logger(__name__)

router = APIRouter(
    prefix="/videos/upload",
    tags=["Uploads"],
    dependencies=[SignedIn],
    route_class=RepeatableRoute,
    responses=refusals(*COMMON_REFUSALS, StorageError),
)

_BEGINNING = (
    MissingFilename,
    InvalidFormat,
    FileTooLarge,
    SessionNotFound,
    PlayerNotFound,
    ConsentRequired,
    RequestTooLarge,
    InvalidRequest,
    InvalidConfig,
    TooManyActiveJobs,
)


_UPLOAD = (
    JOB_BEGUN
    | leads_to("resumeUpload", job_id="#/job_id")
    | leads_to("completeUpload", in_body=True, job_id="#/job_id")
)


class _Upload(StringConvertor):
    """Any text in a path but the names of this topic's own actions, which are no ids."""

    regex = "(?!(?:initiate|complete)$)[^/]+"


register_url_convertor("upload", _Upload())


@router.post(
    "",
    status_code=202,
    operation_id="uploadVideo",
    dependencies=[FilledIn],
    summary="Send a small clip",
    responses=answer(202, examples.COMPLETED_UPLOAD, links=JOB_BEGUN) | refusals(*_BEGINNING),
)
def upload_video(
    api: Api,
    coach: Coach,
    form: Annotated[
        SmallUpload,
        Form(
            media_type="multipart/form-data",
            openapi_examples=asked(examples.SMALL_UPLOAD),
        ),
    ],
) -> CompleteAnswer:
    """Send a clip of up to 5,000,000 bytes and have it analysed: one call instead of three.

    What the file is, is seen from its content. Behind API Gateway a request arrives with at most
    about 4,500,000 bytes (a Lambda function takes 6 MB, and base64 makes a third more of it);
    a larger clip goes by `initiateUpload`.
    """
    video = form.file
    if (video.size or 0) > MAX_DIRECT_BYTES:
        raise FileTooLarge(TOO_LARGE_FOR_A_FORM)
    kind = video_type(video.file.read(HEAD_BYTES))
    video.file.seek(0)
    announced = _announced(
        form,
        filename=(video.filename or "").replace("\0", "")[:MAX_FILENAME],
        content_type=kind,
        size_bytes=video.size,
    )
    job = api.uploads.take(coach.owner, announced, video.file)
    _log.info("video_taken", **_ids(job))
    return CompleteAnswer.of(job)


@router.post(
    "/initiate",
    status_code=201,
    operation_id="initiateUpload",
    summary="Announce a video",
    responses=answer(201, examples.UPLOAD, links=_UPLOAD) | refusals(*_BEGINNING),
)
def initiate_upload(
    api: Api,
    coach: Coach,
    body: Annotated[NewUpload, Body(openapi_examples=asked(examples.NEW_UPLOAD))],
) -> UploadAnswer:
    """Make a job and a presigned URL that takes its video: one PUT with exactly the headers given.

    What is announced (type, size, checksum) is signed into the URL, so S3 takes nothing else.
    A second PUT is answered 412: the video is there already, and completing the upload goes on.

    Above 100,000,000 bytes, or with `multipart`, the answer has `upload` instead: one URL for each
    part of the video, to be PUT without further headers. `resumeUpload` says later which parts
    arrived.
    """
    if body.filename is not None and not re.search(NOT_BLANK, body.filename):
        raise MissingFilename
    announced = _announced(
        body,
        filename=body.filename,
        content_type=body.content_type,
        size_bytes=body.size_bytes,
        checksum_sha256=body.checksum_sha256,
        multipart=body.multipart,
    )
    begin = api.uploads.initiate_in_parts if announced.goes_in_parts else api.uploads.initiate
    job, place = begin(coach.owner, announced)
    _log.info("upload_announced", **_ids(job))
    return UploadAnswer.of(job, place, bucket=api.media.bucket)


@router.get(
    "/{job_id:upload}",
    operation_id="resumeUpload",
    summary="Go on with an upload",
    responses=answer(200, examples.RESUMED) | refusals(JobNotFound),
)
def resume_upload(api: Api, coach: Coach, job_id: JobId) -> UploadAnswer:
    """What is left to send of a video, with new URLs that hold as long as the first ones did.

    Of an upload in parts, those that arrived are `done`. A checksum is not signed again. Where
    `presigned_url` and `upload` are both null nothing is left to send: call `completeUpload` while
    `status` is `queued`; with any other status the upload is over, and `getJob` tells the rest.
    """
    job, place = api.uploads.resume(job_id, owner=coach.owner)
    _log.info("upload_resumed", **_ids(job))
    return UploadAnswer.of(job, place, bucket=api.media.bucket)


@router.post(
    "/complete",
    status_code=202,
    operation_id="completeUpload",
    summary="Say that the video is there",
    responses=answer(202, examples.COMPLETED_UPLOAD, links=JOB_BEGUN)
    | refusals(
        JobNotFound,
        UploadMissing,
        UploadMismatch,
        ConsentRequired,
        RequestTooLarge,
        InvalidRequest,
        StorageError,
        QueueError,
    ),
)
def complete_upload(
    api: Api,
    coach: Coach,
    body: Annotated[UploadDone, Body(openapi_examples=asked(examples.UPLOAD_DONE))],
) -> CompleteAnswer:
    """Check that the video arrived and hand the job to the workers. Safe to repeat.

    An upload in parts is put together here; one whose parts are not all there is answered with
    the numbers of those that are missing.
    """
    job = api.uploads.complete(body.job_id, owner=coach.owner, parts=body.etags)
    _log.info("upload_completed", **_ids(job))
    return CompleteAnswer.of(job)


def _announced(body: AnyUpload, **video: Any) -> uploads.NewUpload:  # noqa: ANN401 - its fields
    return uploads.NewUpload(
        session_id=body.session_id,
        player_id=body.player_id,
        overrides=body.settings_given(),
        include_frames=body.include_frames,
        **video,
    )


def _ids(job: VideoAnalysisJob) -> dict[str, str]:
    return {"job_id": str(job.id), "session_id": str(job.session_id), "trace_id": job.trace_id}
