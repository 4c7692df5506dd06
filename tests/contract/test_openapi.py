import json
import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api_lambda.examples import (
    catalogue,
    images,
    jobs,
    monitoring,
    players,
    reanalysis,
    receipts,
    renditions,
    report,
    results,
    sessions,
    trends,
    uploads,
    webhooks,
)
from api_lambda.examples.common import page_of
from api_lambda.problems import MEDIA_TYPE
from api_lambda.wire.catalogue import CaptureGuideAnswer, DrillList, MovementList
from api_lambda.wire.images import (
    AnalyzePictures,
    NewPictures,
    PicturesAnswer,
    PictureUrlsAnswer,
)
from api_lambda.wire.jobs import JobAnswer, JobPage, JobSummary, StatusAnswer
from api_lambda.wire.players import (
    ConsentAnswer,
    ConsentPage,
    NewConsent,
    PlayerAnswer,
    PlayerBody,
    PlayerExport,
    PlayerPage,
)
from api_lambda.wire.reanalysis import Reanalysis
from api_lambda.wire.receipts import ReceiptAnswer
from api_lambda.wire.renditions import RenderAnswer, VisualizationAnswer
from api_lambda.wire.report import ReportAnswer
from api_lambda.wire.sessions import NewSession, SessionAnswer, SessionChange, SessionPage
from api_lambda.wire.trends import TrendAnswer
from api_lambda.wire.uploads import CompleteAnswer, NewUpload, UploadAnswer, UploadDone
from api_lambda.wire.webhooks import (
    DeliveryAnswer,
    DeliveryPage,
    NewWebhook,
    WebhookAnswer,
    WebhookChange,
    WebhookPage,
    WebhookWithSecret,
)
from cli.openapi_file import FILE, written
from shared.operations.dashboard import Dashboard
from shared.renditions.document import RenderOptions
from shared.results import Results
from shared.stills.document import StillResults

OPEN = {"getHealth", "getReadiness"}


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json


@pytest.fixture
def problems(document):
    """The problems that the examples of a refusal show."""

    def shown(refusal):
        named = [link["$ref"].rsplit("/", 1)[-1] for link in refusal["examples"].values()]
        return [document["components"]["examples"][name]["value"] for name in named]

    return shown


@pytest.fixture
def operations(document):
    return {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for operation in path.values()
    }


def test_the_document_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_the_committed_document_is_the_one_that_is_served(document):
    """`cli.openapi_file` needs no services, and makes the same."""
    assert FILE.read_text(encoding="utf-8") == written(), "run: make docs"
    assert json.loads(written()) == document


def test_every_operation_has_an_id_a_summary_and_a_description(operations):
    assert len(operations) >= 14
    for name, operation in operations.items():
        assert re.fullmatch("[a-z]+[A-Za-z]+", name)
        assert operation["summary"]
        assert operation["description"]


def test_every_operation_shows_what_it_takes_and_answers(operations):
    for name, operation in operations.items():
        said = operation["responses"]
        good = [answer for status, answer in said.items() if status[0] in "23"]
        shown = any("content" in answer or "headers" in answer for answer in good)
        assert shown or "204" in said, name
        bodies = [body for answer in good for body in answer.get("content", {}).values()]
        assert all("example" in body for body in bodies), name
        if "requestBody" in operation:
            (body,) = operation["requestBody"]["content"].values()
            assert body["examples"], name


def test_every_refusal_is_documented_as_a_problem(operations, problems):
    for name, operation in operations.items():
        refused = {status for status in operation["responses"] if status[0] in "45"}
        if name not in OPEN:
            assert {"401", "500", "503"} <= refused, name
            assert operation["security"] == [{"bearerJwt": []}], name
        for status in refused - ({"503"} if name in OPEN else set()):
            content = operation["responses"][status]["content"]
            assert list(content) == [MEDIA_TYPE], (name, status)
            for problem in problems(content[MEDIA_TYPE]):
                assert problem["status"] == int(status)


def test_upload_refusals_name_every_code(operations, problems):
    codes = {
        problem["code"]
        for answer in operations["initiateUpload"]["responses"].values()
        if MEDIA_TYPE in answer["content"]
        for problem in problems(answer["content"][MEDIA_TYPE])
    }
    assert codes >= {
        "MISSING_FILENAME",
        "INVALID_FORMAT",
        "FILE_TOO_LARGE",
        "SESSION_NOT_FOUND",
        "INVALID_REQUEST",
        "INVALID_CONFIG",
        "REQUEST_TOO_LARGE",
        "DATABASE_ERROR",
        "STORAGE_ERROR",
        "UNAUTHENTICATED",
    }


def test_the_key_of_a_post_is_told_in_words_not_as_a_parameter(document, operations):
    assert "Every POST takes the header `Idempotency-Key`" in document["info"]["description"]
    posts = {said["post"]["operationId"] for said in document["paths"].values() if "post" in said}
    for name, operation in operations.items():
        told = operation["description"].endswith("Takes `Idempotency-Key`.")
        assert told == (name in posts), name
        assert all(
            one["in"] != "header" or one["name"] != "Idempotency-Key"
            for one in operation.get("parameters", [])
        ), name


def test_the_token_is_described(document):
    scheme = document["components"]["securitySchemes"]["bearerJwt"]
    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "JWT")


def test_fastapis_own_validation_errors_are_not_promised(document):
    assert "HTTPValidationError" not in document["components"]["schemas"]


@pytest.mark.parametrize(
    ("example", "model"),
    [
        (sessions.NEW_SESSION, NewSession),
        (sessions.SESSION, SessionAnswer),
        (page_of(sessions.SESSION), SessionPage),
        (sessions.SESSION_CHANGE, SessionChange),
        (players.PLAYER_BODY, PlayerBody),
        (players.PLAYER, PlayerAnswer),
        (page_of(players.PLAYER), PlayerPage),
        (players.NEW_CONSENT, NewConsent),
        (players.CONSENT, ConsentAnswer),
        (page_of(players.CONSENT), ConsentPage),
        (players.EXPORT, PlayerExport),
        (receipts.RECEIPT, ReceiptAnswer),
        (uploads.NEW_UPLOAD, NewUpload),
        (uploads.UPLOAD, UploadAnswer),
        (uploads.RESUMED, UploadAnswer),
        (uploads.UPLOAD_DONE, UploadDone),
        (uploads.COMPLETED_UPLOAD, CompleteAnswer),
        (images.PICTURES, PicturesAnswer),
        (images.NEW_PICTURES, NewPictures),
        (images.PICTURE_URLS, PictureUrlsAnswer),
        (images.ANALYZE, AnalyzePictures),
        (images.RESULTS, StillResults),
        (monitoring.DASHBOARD, Dashboard),
        (jobs.STATUS, StatusAnswer),
        (jobs.CANCELLED, StatusAnswer),
        (jobs.RETRIED, StatusAnswer),
        (page_of(jobs.JOB), JobPage),
        (reanalysis.REANALYSIS, Reanalysis),
        (report.REPORT, ReportAnswer),
        (trends.TREND, TrendAnswer),
        (catalogue.MOVEMENTS, MovementList),
        (catalogue.CAPTURE_GUIDE, CaptureGuideAnswer),
        (catalogue.DRILLS, DrillList),
        (reanalysis.REANALYZED, JobSummary),
        ({**jobs.JOB, "results": results.RESULTS}, JobAnswer),
        (results.RESULTS, Results),
        (webhooks.NEW_WEBHOOK, NewWebhook),
        (webhooks.CHANGE, WebhookChange),
        (renditions.OPTIONS, RenderOptions),
        (renditions.RENDERING, RenderAnswer),
        (renditions.VISUALIZATION, VisualizationAnswer),
        (webhooks.WEBHOOK, WebhookAnswer),
        (webhooks.WITH_SECRET, WebhookWithSecret),
        (page_of(webhooks.WEBHOOK), WebhookPage),
        (webhooks.PING, DeliveryAnswer),
        (webhooks.SENT_AGAIN, DeliveryAnswer),
        (page_of(webhooks.DELIVERY), DeliveryPage),
    ],
)
def test_examples_are_true(example, model):
    model.model_validate(example, extra="forbid")


def test_every_link_leads_to_an_operation_that_takes_what_it_gives(document, operations):
    links = [
        link
        for operation in operations.values()
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    ]
    assert len(links) > 50
    for link in links:
        operation = operations[link["operationId"]]
        taken = {parameter["name"] for parameter in operation.get("parameters", ())}
        assert link.get("parameters", {}).keys() <= taken, link
        if "requestBody" in link:
            (body,) = operation["requestBody"]["content"].values()
            model = document["components"]["schemas"][body["schema"]["$ref"].rsplit("/", 1)[-1]]
            assert link["requestBody"].keys() <= model["properties"].keys(), link
