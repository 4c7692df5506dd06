import socket
import time

import pytest

from shared import __version__

NOBODY = "http://127.0.0.1:1"
ALL_OK = {"database": "ok", "bucket": "ok", "queue": "ok"}


@pytest.fixture
def silent_address():
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_health_names_the_version(client):
    assert client.get("/health").json == {"status": "ok", "version": __version__}


def test_ready_when_everything_answers(client):
    answer = client.signed_in_with(None).get("/health/ready")
    assert (answer.status, answer.json) == (200, {"status": "ok", "parts": ALL_OK})


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("database", {"DATABASE_URL": "postgresql+psycopg://coach@127.0.0.1:1/coach"}),
        ("bucket", {"S3_BUCKET": "was-deleted"}),
        ("queue", {"SQS_QUEUE_URL": f"{NOBODY}/1/q"}),
    ],
)
def test_not_ready_when_a_part_is_away(deploy, part, change):
    answer = deploy(**change).get("/health/ready")
    assert answer.status == 503
    assert answer.json == {"status": "unavailable", "parts": ALL_OK | {part: "unavailable"}}


def test_a_part_that_hangs_is_not_waited_for(deploy, silent_address):
    client = deploy(AWS_ENDPOINT_URL_S3=silent_address)
    started_at = time.monotonic()
    answer = client.get("/health/ready")
    assert time.monotonic() - started_at < 4
    assert answer.json["parts"] == ALL_OK | {"bucket": "unavailable"}
