"""Still pictures: upload them at once or by presigned URLs, then have them analysed."""

from typing import Annotated

from fastapi import APIRouter, Body, Form

from api_lambda.body_limit import MAX_DIRECT_BYTES
from api_lambda.documentation import COMMON_REFUSALS, JOB_BEGUN, answer, asked, leads_to, refusals
from api_lambda.examples import images as examples
from api_lambda.examples.uploads import COMPLETED_UPLOAD
from api_lambda.idempotency import RepeatableRoute
from api_lambda.parameters import Api, Coach, FilledIn, SignedIn
from api_lambda.wire.images import (
    AnalyzePictures,
    NewPictures,
    PicturesAnswer,
    PictureUrlsAnswer,
    SentPictures,
)
from api_lambda.wire.uploads import CompleteAnswer
from shared.errors import (
    ConsentRequired,
    CorruptedFile,
    FileTooLarge,
    InvalidConfig,
    InvalidDimensions,
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
    TooManyFiles,
    UploadMissing,
    UploadUsed,
)
from shared.models import VideoAnalysisJob
from shared.stills.uploads import About
from shared.stills.verdicts import SentPicture
from shared.telemetry import logger

_log = logger(__name__)

router = APIRouter(
    prefix="/images",
    tags=["Still pictures"],
    dependencies=[SignedIn],
    route_class=RepeatableRoute,
    responses=refusals(*COMMON_REFUSALS, StorageError),
)

_BEGINNING = (
    MissingFilename,
    InvalidFormat,
    FileTooLarge,
    TooManyFiles,
    SessionNotFound,
    PlayerNotFound,
    ConsentRequired,
    RequestTooLarge,
    InvalidRequest,
    TooManyActiveJobs,
)
"""What both ways in may refuse."""

_PICTURES = leads_to("analyzePictures", in_body=True, upload_id="#/upload_id") | leads_to(
    "getJob", "deleteJob", job_id="#/upload_id"
)


@router.post(
    "/upload",
    status_code=201,
    operation_id="uploadPictures",
    dependencies=[FilledIn],
    summary="Upload pictures",
    responses=answer(201, examples.PICTURES, links=_PICTURES)
    | refusals(*_BEGINNING, InvalidDimensions, CorruptedFile),
)
def upload_pictures(
    api: Api,
    coach: Coach,
    form: Annotated[
        SentPictures,
        Form(
            media_type="multipart/form-data",
            openapi_examples=asked(examples.SENT_PICTURES),
        ),
    ],
) -> PicturesAnswer:
    """Send up to 100 pictures, 5,000,000 bytes together: JPEG, PNG or TIFF, 64 to 8192 px a side.

    Each file is judged by its content and for itself: `files` says which were accepted. Where none
    was, the whole upload is refused with the first file's error, and `errors` has one for each.
    For larger pictures there is `initiatePictures`; behind API Gateway, where base64 makes a third
    more of a request, from about 4,500,000 bytes on.
    """
    if sum(file.size or 0 for file in form.files) > MAX_DIRECT_BYTES:
        raise FileTooLarge(f"A form holds {MAX_DIRECT_BYTES} bytes of pictures at most.")
    about = About(coach.owner, form.session_id, form.player_id)
    pictures = [SentPicture(file.filename, file.file.read()) for file in form.files]
    job, verdicts = api.stills.receive(about, pictures)
    _log.info("pictures_uploaded", files=len(verdicts), **_ids(job))
    return PicturesAnswer.of(job, verdicts)


@router.post(
    "/upload/initiate",
    status_code=201,
    operation_id="initiatePictures",
    summary="Announce pictures",
    responses=answer(201, examples.PICTURE_URLS, links=_PICTURES) | refusals(*_BEGINNING),
)
def initiate_pictures(
    api: Api,
    coach: Coach,
    body: Annotated[NewPictures, Body(openapi_examples=asked(examples.NEW_PICTURES))],
) -> PictureUrlsAnswer:
    """Get a presigned URL for each of up to 100 pictures, up to 50 MB each.

    One PUT for each, with exactly the headers given: type and length are signed. What the pictures
    really are is found out when they are analysed, and told for each in the results.
    """
    about = About(coach.owner, body.session_id, body.player_id)
    job, verdicts = api.stills.announce(about, [file.announced() for file in body.files])
    _log.info("pictures_announced", files=len(verdicts), **_ids(job))
    return PictureUrlsAnswer.of(job, verdicts)


@router.post(
    "/analyze",
    status_code=202,
    operation_id="analyzePictures",
    summary="Analyse pictures",
    responses=answer(202, COMPLETED_UPLOAD, links=JOB_BEGUN)
    | refusals(
        JobNotFound,
        UploadMissing,
        UploadUsed,
        ConsentRequired,
        RequestTooLarge,
        InvalidRequest,
        InvalidConfig,
        QueueError,
    ),
)
def analyze_pictures(
    api: Api,
    coach: Coach,
    body: Annotated[AnalyzePictures, Body(openapi_examples=asked(examples.ANALYZE))],
) -> CompleteAnswer:
    """Hand the accepted pictures of an upload to the workers. Safe to repeat with the same body.

    All of them must be there; `errors` names those that are not, by their place in the upload.
    Then watch the job as any other: `getJobStatus`, `getJobResults`.
    """
    job = api.stills.analyse(coach.owner, body.upload_id, body.settings())
    _log.info("pictures_handed_over", **_ids(job))
    return CompleteAnswer.of(job)


def _ids(job: VideoAnalysisJob) -> dict[str, str]:
    return {"job_id": str(job.id), "trace_id": job.trace_id}
