"""Analysis jobs: list, whole, status, results, frames; cancel and retry."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import RedirectResponse, Response

from api_lambda.documentation import COMMON_REFUSALS, answer, refusals
from api_lambda.examples import jobs as examples
from api_lambda.examples.common import page_of
from api_lambda.examples.results import RESULTS
from api_lambda.pages import JobQuery, cut
from api_lambda.parameters import Api, Coach, JobId, SignedIn
from api_lambda.results import StoredJson, check_ready, frames_link, results_of
from api_lambda.wire.jobs import JobAnswer, JobPage, JobSummary, StatusAnswer
from shared.errors import (
    InvalidRequest,
    JobNotCancellable,
    JobNotFound,
    JobNotRetryable,
    NoResults,
    NotFound,
    QueueError,
    ResultsNotReady,
    StorageError,
)
from shared.jobs import Status
from shared.results import Results
from shared.telemetry import logger

POLL_AFTER_S = 2
"""How often an app should look at a job that is still open."""

_log = logger(__name__)

router = APIRouter(
    prefix="/analysis-jobs",
    tags=["Analysis jobs"],
    dependencies=[SignedIn],
    responses=refusals(*COMMON_REFUSALS),
)


@router.get(
    "",
    operation_id="listJobs",
    summary="List jobs",
    responses=answer(200, page_of(examples.JOB)) | refusals(InvalidRequest),
)
def list_jobs(api: Api, coach: Coach, query: Annotated[JobQuery, Query()]) -> JobPage:
    """Your jobs, newest first, without their results."""
    found = api.jobs.page(
        coach.owner,
        limit=query.limit + 1,
        after=query.cursor,
        session_id=query.session_id,
        status=query.status,
    )
    page, next_cursor = cut(found, query.limit)
    return JobPage(items=[JobSummary.of(row) for row in page], next_cursor=next_cursor)


@router.get(
    "/{job_id}",
    operation_id="getJob",
    summary="Get a job",
    response_model=JobAnswer,
    responses=answer(200, {**examples.JOB, "results": RESULTS})
    | refusals(JobNotFound, StorageError),
)
def get_job(api: Api, coach: Coach, job_id: JobId) -> StoredJson:
    """One of your jobs, whole, with `results` once it is completed."""
    job = api.jobs.get(job_id, owner=coach.owner, with_results=True)
    results = results_of(job, api) if job.status == Status.COMPLETED else None
    return StoredJson({**JobSummary.of(job).model_dump(mode="json"), "results": results})


@router.get(
    "/{job_id}/status",
    operation_id="getJobStatus",
    summary="Watch a job",
    response_model=StatusAnswer,
    responses=answer(200, examples.STATUS, headers=("ETag", "Retry-After"))
    | answer(304, description="Nothing has changed since `If-None-Match`.")
    | refusals(JobNotFound),
)
def get_job_status(
    api: Api,
    coach: Coach,
    job_id: JobId,
    if_none_match: Annotated[
        str | None, Header(description="The `ETag` of the last answer.")
    ] = None,
) -> Response:
    """The little an app needs while it waits. `Retry-After` says when to look again."""
    job = api.jobs.get(job_id, owner=coach.owner)
    body = StatusAnswer.of(job).model_dump_json().encode()
    headers = {"ETag": f'W/"{sha256(body).hexdigest()[:16]}"', "Cache-Control": "no-cache"}
    if not Status(job.status).final:
        headers["Retry-After"] = str(POLL_AFTER_S)
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get(
    "/{job_id}/results",
    operation_id="getJobResults",
    summary="Get the results",
    response_model=Results,
    responses=answer(200, RESULTS)
    | refusals(JobNotFound, ResultsNotReady, NoResults, StorageError),
)
def get_job_results(api: Api, coach: Coach, job_id: JobId) -> StoredJson:
    """Metrics, findings and report of a completed job, and a link to its frames."""
    job = api.jobs.get(job_id, owner=coach.owner, with_results=True)
    check_ready(job)
    return StoredJson(results_of(job, api))


@router.get(
    "/{job_id}/frames",
    status_code=307,
    operation_id="getJobFrames",
    summary="Get the frames",
    response_class=RedirectResponse,
    responses=answer(
        307,
        description="To the landmarks of every picture: gzipped JSON, one column a quantity.",
        headers=("Location",),
    )
    | refusals(JobNotFound, NotFound, ResultsNotReady, NoResults),
)
def get_job_frames(api: Api, coach: Coach, job_id: JobId) -> RedirectResponse:
    """Where the landmarks of every picture lie, as a redirect to a presigned link."""
    job = api.jobs.get(job_id, owner=coach.owner, with_results=True)
    check_ready(job)
    return RedirectResponse(frames_link(job, api))


@router.post(
    "/{job_id}/cancel",
    status_code=202,
    operation_id="cancelJob",
    summary="Cancel a job",
    responses=answer(202, examples.CANCELLED) | refusals(JobNotFound, JobNotCancellable),
)
def cancel_job(api: Api, coach: Coach, job_id: JobId) -> StatusAnswer:
    """Stop a job that you do not want any more. Safe to repeat, and final.

    A worker that has it notices within two seconds and takes away what it stored.
    """
    api.jobs.cancel(job_id, owner=coach.owner)
    _log.info("job_cancelled", job_id=str(job_id))
    return StatusAnswer.of(api.jobs.get(job_id, owner=coach.owner))


@router.post(
    "/{job_id}/retry",
    status_code=202,
    operation_id="retryJob",
    summary="Try a failed job again",
    responses=answer(202, examples.RETRIED) | refusals(JobNotFound, JobNotRetryable, QueueError),
)
def retry_job(api: Api, coach: Coach, job_id: JobId) -> StatusAnswer:
    """Have the same video analysed again, with all its tries. Safe to repeat.

    Only where that can help: a job whose `user_action` is `retake` or `fix_request` needs another
    video, so start a new upload instead.
    """
    job = api.retries.retry(job_id, owner=coach.owner)
    _log.info("job_retried", job_id=str(job_id), trace_id=job.trace_id)
    return StatusAnswer.of(job)
