import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from api_lambda.body_limit import WITH_A_FILE, BodyLimit
from shared.settings import API_BASE_PATH


async def _count(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def client() -> TestClient:
    app = Starlette(
        routes=[Route(path, _count, methods=["POST"]) for path in ("/", "/file", "/file/")],
        middleware=[Middleware(BodyLimit, max_bytes=10, larger={"/file": 20})],
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


def test_a_path_may_be_allowed_more(client):
    assert client.post("/file", content=b"x" * 20).text == "20"
    assert client.post("/file", content=b"x" * 21).status_code == 413
    assert client.post("/file/", content=b"x" * 11).status_code == 413


def test_direct_uploads_may_bring_five_megabytes_and_a_form_around_them():
    assert {path.removeprefix(API_BASE_PATH): most for path, most in WITH_A_FILE.items()} == {
        "/videos/upload": 5_065_536,
        "/images/upload": 5_065_536,
    }
