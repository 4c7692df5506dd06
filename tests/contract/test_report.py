"""The report of an analysis: as data, as a page, as a PDF."""

import httpx
import pytest
from sqlalchemy import update

from api_lambda.examples.results import RESULTS
from shared.jobs import JobKind
from shared.models import VideoAnalysisJob
from shared.results import Report, Results
from tests.builders import a_waiting_job
from tests.contract.documents import a_completed_job, a_completed_job_without_frames
from worker_service.pipeline.report.printed.files import write_report_files


@pytest.fixture
def reported(engine, media, tmp_path):
    """A completed job whose worker stored the report's files."""
    job = a_completed_job(engine, media)
    write_report_files(Results.model_validate(RESULTS), tmp_path)
    for name in ("report.html", "report.pdf"):
        media.upload(
            tmp_path / name, f"results/{job}/1/{name}", content_type="application/octet-stream"
        )
    return job


def test_the_report_is_the_one_of_the_results(client, engine):
    job = a_completed_job_without_frames(engine)
    answer = client.get(f"/analysis-jobs/{job}/report")
    assert answer.status == 200
    assert answer.json["job_id"] == str(job)
    assert answer.json["movement"] == "cricket_batting"
    assert answer.json["exercise"] is None
    assert answer.json["usable"] is True
    report = Report.model_validate(answer.json["report"])
    assert report.summary == RESULTS["report"]["summary"]


def test_the_page_opens_in_a_browser(client, reported):
    answer = client.get(f"/analysis-jobs/{reported}/report", query={"format": "html"})
    assert answer.status == 307
    page = httpx.get(answer.headers["location"])
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "content-disposition" not in page.headers
    assert RESULTS["report"]["summary"] in page.text


def test_the_pdf_is_saved_under_a_name_of_its_own(client, reported):
    answer = client.get(f"/analysis-jobs/{reported}/report", query={"format": "pdf"})
    assert answer.status == 307
    pdf = httpx.get(answer.headers["location"])
    assert pdf.headers["content-type"] == "application/pdf"
    assert f'filename="coach-plus-report-{reported}.pdf"' in pdf.headers["content-disposition"]
    assert pdf.content.startswith(b"%PDF")


def test_results_of_an_older_worker_have_no_files(client, engine):
    job = a_completed_job_without_frames(engine)
    for form in ("html", "pdf"):
        answer = client.get(f"/analysis-jobs/{job}/report", query={"format": form})
        assert (answer.status, answer.code) == (404, "NOT_FOUND")
        assert "Reanalyze" in answer.json["detail"]


def test_there_is_no_report_before_the_end(client, engine):
    job = a_waiting_job(engine)
    for form in ("json", "html", "pdf"):
        answer = client.get(f"/analysis-jobs/{job}/report", query={"format": form})
        assert (answer.status, answer.code) == (409, "RESULTS_NOT_READY")


def test_only_the_analysis_of_a_video_has_a_report(client, engine):
    job = a_completed_job_without_frames(engine)
    for kind in (JobKind.RENDER, JobKind.IMAGES):
        _becomes(engine, job, kind)
        answer = client.get(f"/analysis-jobs/{job}/report")
        assert (answer.status, answer.code) == (404, "NOT_FOUND")
    _becomes(engine, job, JobKind.REANALYSIS)
    assert client.get(f"/analysis-jobs/{job}/report").status == 200


def test_a_form_that_nobody_knows_is_refused(client, engine):
    job = a_completed_job_without_frames(engine)
    for name, value in (("format", "docx"), ("form", "pdf")):
        answer = client.get(f"/analysis-jobs/{job}/report", query={name: value})
        assert (answer.status, answer.code) == (422, "INVALID_REQUEST")
        assert answer.json["errors"][0]["pointer"] == f"?{name}"


def _becomes(engine, job, kind):
    with engine.begin() as rows:
        rows.execute(update(VideoAnalysisJob).where(VideoAnalysisJob.id == job).values(kind=kind))
