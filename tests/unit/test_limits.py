import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from api_lambda.limits import BodyLimit


async def _count(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def client() -> TestClient:
    app = Starlette(
        routes=[Route("/", _count, methods=["POST"])],
        middleware=[Middleware(BodyLimit, max_bytes=10)],
    )
    return TestClient(app)


def test_a_body_up_to_the_limit_passes(client):
    assert client.post("/", content=b"x" * 10).text == "10"


def test_a_declared_length_above_it_is_refused(client):
    assert client.post("/", content=b"x" * 11).status_code == 413


def test_a_length_that_only_turns_out_while_reading_is_refused(client):
    assert client.post("/", content=iter([b"x" * 6, b"x" * 6])).status_code == 413


@pytest.mark.parametrize("written", ["-1", "many", ""])
def test_a_length_that_is_no_number_is_counted_instead(client, written):
    headers = {"content-length": written}
    assert client.post("/", content=b"x" * 11, headers=headers).status_code == 413
