import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api_lambda.examples import jobs, results, sessions, uploads
from api_lambda.examples.common import page_of
from api_lambda.problems import MEDIA_TYPE
from api_lambda.wire.jobs import JobAnswer, JobPage, StatusAnswer
from api_lambda.wire.sessions import NewSession, SessionAnswer, SessionPage
from api_lambda.wire.uploads import CompleteAnswer, NewUpload, UploadAnswer, UploadDone
from shared.results import Results

OPEN = {"getHealth", "getReadiness"}


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json


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


def test_every_operation_has_an_id_a_summary_and_a_description(operations):
    assert len(operations) == 14
    for name, operation in operations.items():
        assert re.fullmatch("[a-z]+[A-Za-z]+", name)
        assert operation["summary"]
        assert operation["description"]


def test_every_operation_shows_what_it_takes_and_answers(operations):
    for name, operation in operations.items():
        good = [answer for status, answer in operation["responses"].items() if status[0] in "23"]
        assert any("content" in answer or "headers" in answer for answer in good), name
        bodies = [answer["content"]["application/json"] for answer in good if "content" in answer]
        assert all("example" in body for body in bodies), name
        if "requestBody" in operation:
            assert operation["requestBody"]["content"]["application/json"]["examples"], name


def test_every_refusal_is_documented_as_a_problem(operations):
    for name, operation in operations.items():
        refused = {status for status in operation["responses"] if status[0] in "45"}
        if name not in OPEN:
            assert {"401", "500", "503"} <= refused, name
            assert operation["security"] == [{"bearerJwt": []}], name
        for status in refused - ({"503"} if name in OPEN else set()):
            content = operation["responses"][status]["content"]
            assert list(content) == [MEDIA_TYPE], (name, status)
            for example in content[MEDIA_TYPE]["examples"].values():
                assert example["value"]["status"] == int(status)


def test_upload_refusals_name_every_code(operations):
    codes = {
        example["value"]["code"]
        for answer in operations["initiateUpload"]["responses"].values()
        for example in answer["content"].get(MEDIA_TYPE, {}).get("examples", {}).values()
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
        (uploads.NEW_UPLOAD, NewUpload),
        (uploads.UPLOAD, UploadAnswer),
        (uploads.UPLOAD_DONE, UploadDone),
        (uploads.COMPLETED_UPLOAD, CompleteAnswer),
        (jobs.STATUS, StatusAnswer),
        (jobs.CANCELLED, StatusAnswer),
        (jobs.RETRIED, StatusAnswer),
        (page_of(jobs.JOB), JobPage),
        ({**jobs.JOB, "results": results.RESULTS}, JobAnswer),
        (results.RESULTS, Results),
    ],
)
def test_examples_are_true(example, model):
    model.model_validate(example, extra="forbid")
