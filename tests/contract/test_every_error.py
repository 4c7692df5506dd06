"""Every row of the error table: what is said, what the coach should do, and that nothing changed.

The table is held against the committed document, the error classes and docs/api.md, so that a new
error cannot be forgotten.
"""

import re
from collections.abc import Callable

import pytest

from api_lambda import idempotency
from shared.errors import CoachError, DependencyError, RequestError
from shared.settings import API_BASE_PATH
from tests.contract.error_table import TABLE, WAIT, Desk, Row
from tests.contract.error_words import told
from tests.contract.gateway import REQUEST_ID, Answer, Gateway
from tests.contract.operations import Request, operations, the_document
from tests.contract.world import snapshot
from tests.error_kinds import below

MEMBERS = {
    *("type", "title", "status", "detail", "instance"),
    *("code", "retryable", "user_action", "request_id", "errors"),
}

INTERNALS = re.compile(
    r"Traceback|Error\b|psycopg|SELECT|127\.0\.0\.1|https?://|\.py|uploads/|coach-"
)
"""What no sentence for a person may hold."""

UNTOLD = {"METHOD_NOT_ALLOWED"}
"""No operation can answer this, so the document has no place for it."""


@pytest.fixture
def desk(client, engine, media, monkeypatch) -> Desk:
    monkeypatch.setattr(idempotency, "LOOK_FOR_S", 0.2)  # nobody waits long for a twin
    return Desk(client, engine, media)


@pytest.fixture
def unchanged(engine, media, queue) -> Callable[[Row, Request, Gateway], Answer]:
    """Send a row's request, and see that the world is as it was, but for what the row says."""

    def send(row: Row, request: Request, app: Gateway) -> Answer:
        before = snapshot(engine, media, queue)
        answer = request.by(app)
        after = snapshot(engine, media, queue)
        changed = {name for name, held in before.items() if held != after[name]}
        assert changed == ({"video_analysis_jobs"} if row.changes else set())
        return answer

    return send


def _assert_told(row: Row, request: Request, answer: Answer) -> None:
    problem = answer.json
    assert (answer.status, answer.code) == (row.status, row.code), answer
    assert set(problem) == MEMBERS
    assert problem["type"] == f"/problems/{row.code.lower().replace('_', '-')}"
    assert problem["title"] == row.code.replace("_", " ").capitalize()
    assert problem["status"] == row.status
    assert problem["instance"] == API_BASE_PATH + request.path
    assert problem["request_id"] == answer.headers["x-request-id"] == REQUEST_ID
    assert problem["user_action"] == row.action
    assert problem["retryable"] is (row.action is WAIT)
    assert ("retry-after" in answer.headers) is problem["retryable"]
    assert int(answer.headers.get("retry-after", 1)) > 0
    assert tuple(error["pointer"] for error in problem["errors"]) == row.at
    for sentence in (problem["detail"], *(error["detail"] for error in problem["errors"])):
        assert sentence
        assert not INTERNALS.search(sentence), sentence


def _assert_documented(row: Row, request: Request) -> None:
    at = [each for each in operations() if each.is_at(request.method, request.path)]
    assert at or row.code in {"NOT_FOUND", *UNTOLD}
    for operation in at[:1]:
        assert row.code in operation.refusals.get(row.status, ()), f"not told at {operation}"


def test_a_refusal_says_what_to_do_and_changes_nothing(desk, unchanged, subtests):
    """One world for all rows: what one leaves behind is what the next one finds unchanged."""
    for row in TABLE:
        if not row.environment:
            with subtests.test(str(row)):
                request = row.arrange(desk)
                _assert_told(row, request, unchanged(row, request, desk.client))
                _assert_documented(row, request)


@pytest.mark.parametrize("row", [row for row in TABLE if row.environment], ids=str)
def test_a_refusal_in_another_environment(desk, unchanged, deploy, environment, monkeypatch, row):
    request = row.arrange(desk)
    for name in row.environment:
        environment.pop(name, None)
        monkeypatch.delenv(name, raising=False)
    app = deploy(**{name: value for name, value in row.environment.items() if value is not None})
    _assert_told(row, request, unchanged(row, request, app))
    _assert_documented(row, request)


def test_the_table_has_every_error_of_the_document():
    examples = the_document()["components"]["examples"].values()
    assert {row.code for row in TABLE} == {one["value"]["code"] for one in examples} | UNTOLD


def test_the_table_has_every_error_that_there_is():
    kinds: set[type[CoachError]] = {
        CoachError,
        *below(RequestError),
        *below(DependencyError),
    }
    assert {row.code for row in TABLE} == {kind.code for kind in kinds if "code" in vars(kind)}


def test_the_apps_builder_is_told_of_every_refusal():
    assert told("When it says no", "HTTP") == {row.code: str(row.status) for row in TABLE}
