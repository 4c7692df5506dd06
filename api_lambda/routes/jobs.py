"""Analysis jobs: list, whole, results, frames; cancel, retry, delete."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api_lambda.answers.results import StoredJson, frames_link, results_of
from api_lambda.documentation import COMMON_REFUSALS, answer, refusals
from api_lambda.examples import jobs as examples
from api_lambda.examples.common import page_of
from api_lambda.examples.results import RESULTS
from api_lambda.idempotency import RepeatableRoute
from api_lambda.pages import JobQuery, cut
from api_lambda.parameters import Api, Coach, JobId, SignedIn
from api_lambda.routes.receipts import DELETED, deleted
from api_lambda.wire.jobs import JobAnswer, JobPage, JobSummary, StatusAnswer
from shared.completed import check_ready
from shared.documents import JobResults
from shared.errors import (
    ConsentRequired,
    InvalidRequest,
    JobNotCancellable,
    JobNotFound,
    JobNotRetryable,
    NoResults,
    NotFound,
    QueueError,
    ResultsNotReady,
    StorageError,
    TooManyActiveJobs,
)
from shared.jobs import Status
from shared.telemetry import logger

_log = logger(__name__)

router = APIRouter(
    prefix="/analysis-jobs",
    tags=["Analysis jobs"],
    dependencies=[SignedIn],
    route_class=RepeatableRoute,
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
        kind=query.kind,
        player_id=query.player_id,
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


@router.delete(
    "/{job_id}",
    status_code=204,
    operation_id="deleteJob",
    summary="Delete a job",
    responses=DELETED | refusals(JobNotFound),
)
def delete_job(api: Api, coach: Coach, job_id: JobId) -> Response:
    """Delete a job, its video, its results and the videos drawn from it. Safe to repeat.

    A worker that has it stops by itself. Reanalyses stay; they have a copy of what they need.
    """
    receipt = api.erasure.job(coach.owner, job_id)
    _log.info("job_deleted", job_id=str(job_id), receipt_id=str(receipt.id))
    return deleted(receipt)


@router.get(
    "/{job_id}/results",
    operation_id="getJobResults",
    summary="Get the results",
    response_model=JobResults,
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
    job = api.jobs.get(job_id, owner=coach.owner)
    api.uploads.forget_parts(job)
    return StatusAnswer.of(job)


@router.post(
    "/{job_id}/retry",
    status_code=202,
    operation_id="retryJob",
    summary="Try a failed job again",
    responses=answer(202, examples.RETRIED)
    | refusals(JobNotFound, JobNotRetryable, ConsentRequired, TooManyActiveJobs, QueueError),
)
def retry_job(api: Api, coach: Coach, job_id: JobId) -> StatusAnswer:
    """Have the same video analysed again, with all its tries. Safe to repeat.

    Only where that can help: a job whose `user_action` is `retake` or `fix_request` needs another
    video, so start a new upload instead.
    """
    job = api.retries.retry(job_id, owner=coach.owner)
    _log.info("job_retried", job_id=str(job_id), trace_id=job.trace_id)
    return StatusAnswer.of(job)
