"""The report of an analysis: as data, as a page, as a PDF."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api_lambda.answers.results import StoredJson
from api_lambda.dependencies import Services
from api_lambda.documentation import COMMON_REFUSALS, answer, refusals
from api_lambda.examples import report as examples
from api_lambda.parameters import Api, Coach, JobId, SignedIn
from api_lambda.wire.report import ReportAnswer, ReportFormat, ReportQuery, report_of
from shared.completed import check_ready
from shared.documents import ANALYSES
from shared.errors import (
    InvalidRequest,
    JobNotFound,
    NoResults,
    NotFound,
    ResultsNotReady,
    StorageError,
)
from shared.files import REPORT_PAGE_NAME, REPORT_PDF_NAME
from shared.models import VideoAnalysisJob

FILES: Mapping[ReportFormat, str] = {
    ReportFormat.HTML: REPORT_PAGE_NAME,
    ReportFormat.PDF: REPORT_PDF_NAME,
}

router = APIRouter(
    prefix="/analysis-jobs",
    tags=["Analysis jobs"],
    dependencies=[SignedIn],
    responses=refusals(*COMMON_REFUSALS),
)


@router.get(
    "/{job_id}/report",
    operation_id="getJobReport",
    summary="Get the report",
    response_model=ReportAnswer,
    responses=answer(200, examples.REPORT)
    | answer(307, description="To the page or the PDF.", headers=("Location",))
    | refusals(JobNotFound, NotFound, ResultsNotReady, NoResults, InvalidRequest, StorageError),
)
def get_job_report(
    api: Api, coach: Coach, job_id: JobId, query: Annotated[ReportQuery, Query()]
) -> Response:
    """What a coach reads: as JSON, or with `format` as a redirect to a page or a PDF.

    The page opens in a browser, also on a phone; the PDF is saved under a name of its own.
    """
    job = api.jobs.get(job_id, owner=coach.owner, with_results=query.format is ReportFormat.JSON)
    if job.kind not in ANALYSES:
        raise NotFound("Only the analysis of a video has a report.")
    check_ready(job)
    if query.format is ReportFormat.JSON:
        return StoredJson(report_of(job.id, job.results or {}))
    return RedirectResponse(_link(job, query.format, api))


def _link(job: VideoAnalysisJob, form: ReportFormat, api: Services) -> str:
    """Return a presigned link to a stored report.

    Raises:
        NotFound: the worker that made the results stored none.
    """
    key = f"{job.results_prefix}{FILES[form]}"
    if api.media.head(key) is None:
        raise NotFound("This analysis was made before reports were stored. Reanalyze it.")
    if form is ReportFormat.HTML:
        return api.links.to(key, content_type="text/html; charset=utf-8")
    name = f"coach-plus-report-{job.id}.pdf"
    return api.links.to(key, content_type="application/pdf", download_as=name)
