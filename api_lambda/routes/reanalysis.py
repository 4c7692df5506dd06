"""What begins from a completed analysis: measuring again."""

from typing import Annotated

from fastapi import APIRouter, Body

from api_lambda.documentation import COMMON_REFUSALS, JOB_BEGUN, answer, asked, refusals
from api_lambda.examples import reanalysis as examples
from api_lambda.idempotency import RepeatableRoute
from api_lambda.parameters import Api, Coach, JobId, SignedIn
from api_lambda.wire.jobs import JobSummary
from api_lambda.wire.reanalysis import Reanalysis
from shared.errors import (
    ConsentRequired,
    InvalidConfig,
    InvalidRequest,
    JobNotFound,
    NoResults,
    NotStored,
    RequestTooLarge,
    ResultsNotReady,
    StorageError,
    TooManyActiveJobs,
)
from shared.telemetry import logger

_log = logger(__name__)

router = APIRouter(
    prefix="/analysis-jobs",
    tags=["Analysis jobs"],
    dependencies=[SignedIn],
    route_class=RepeatableRoute,
    responses=refusals(*COMMON_REFUSALS, InvalidRequest, RequestTooLarge),
)


@router.post(
    "/{job_id}/reanalyze",
    status_code=202,
    operation_id="reanalyzeJob",
    summary="Measure again",
    responses=answer(202, examples.REANALYZED, links=JOB_BEGUN)
    | refusals(
        JobNotFound,
        NotStored,
        ResultsNotReady,
        NoResults,
        ConsentRequired,
        InvalidRequest,
        InvalidConfig,
        TooManyActiveJobs,
        StorageError,
    ),
)
def reanalyze_job(
    api: Api,
    coach: Coach,
    job_id: JobId,
    body: Annotated[Reanalysis, Body(openapi_examples=asked(examples.REANALYSIS))],
) -> JobSummary:
    """Measure a completed analysis again, as another movement or side: a new job, done in seconds.

    Nothing is uploaded and no picture is looked at again. The old analysis stays as it is.
    """
    job = api.derived.reanalyze(coach.owner, job_id, body.settings_given())
    _log.info("job_reanalyzed", job_id=str(job.id), source_job_id=str(job_id))
    return JobSummary.of(job)
