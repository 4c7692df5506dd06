"""A courier that breaks is a failed try; one that is misused posts nothing; it knows nothing."""

import json
import subprocess
import sys
import time
from dataclasses import asdict, replace

import boto3
import pytest
from botocore.config import Config
from structlog.testing import capture_logs

from api_lambda.courier import CourierBroke, post
from local.processes import LOOPBACK, free_port
from shared.webhooks.addresses import AddressGuard
from shared.webhooks.courier import Courier
from shared.webhooks.direct import DirectPost
from shared.webhooks.limits import (
    CONNECT_TIMEOUT_S,
    COURIER_ADDRESSES,
    COURIER_LIMIT_S,
    COURIER_START_S,
    LEASE_S,
    NAME_TIMEOUT_S,
    POST_LIMIT_S,
    TRY_LIMIT_S,
)
from shared.webhooks.parcel import Parcel
from shared.webhooks.post import Outcome, Trouble
from tests.fakes.lambda_api import LambdaApi, answers, breaks, client_of, lambda_api, refuses
from tests.fakes.receiver import receiver

COURIER = "courier"
TARGET = AddressGuard(lambda host, port: ["93.184.215.14"]).check("https://coach.example/geheim")
BROKEN = Outcome(trouble=Trouble.INTERNAL)

WORDS = {"errorMessage": "https://coach.example/geheim", "errorType": "ValueError"}
RAIN = b'{"http_status": null, "trouble": "rain", "retry_after_s": 0}'
TOO_LONG = {"errorMessage": "Task timed out after 25.00 seconds", "errorType": "Sandbox.Timedout"}


@pytest.fixture(scope="module")
def api():
    with lambda_api() as listening:
        yield listening


@pytest.fixture(scope="module")
def client(api):
    return client_of(api)


@pytest.fixture(autouse=True)
def _nothing_came_yet(api):
    api.functions, api.faults, api.events = {COURIER: post}, [], []


def send(courier, target=TARGET):
    """Returns the outcome, and why the log says that the courier failed."""
    with capture_logs() as logs:
        outcome = courier.send(target, body=b"geheim", headers={"webhook-signature": "geheim"})
    assert "geheim" not in json.dumps(logs)
    return outcome, [line["reason"] for line in logs if line["event"] == "courier failed"]


def hang_up(handler):
    handler.close_connection = True


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (refuses(429, "TooManyRequestsException"), "TooManyRequestsException"),
        (refuses(403, "AccessDeniedException"), "AccessDeniedException"),
        (refuses(502, "EC2ThrottledException"), "EC2ThrottledException"),
        (breaks(WORDS), "ValueError"),
        (breaks(TOO_LONG), "Sandbox.Timedout"),
        (breaks(None), "unknown error"),
        (answers(b"no json"), "unreadable answer"),
        (answers(b"null"), "unreadable answer"),
        (answers(b'{"http_status": 200}'), "unreadable answer"),
        (answers(RAIN), "unreadable answer"),
        (hang_up, "ConnectionClosedError"),
    ],
)
def test_a_courier_that_breaks_is_a_failed_try_of_ours(api, client, fault, reason):
    api.faults = [fault]
    assert send(Courier(client, COURIER)) == (BROKEN, [reason])
    assert len(api.events) == 1  # the outbox tries again, nobody else


def test_a_courier_that_does_not_answer_is_given_up(api):
    impatient = boto3.client(
        "lambda",
        region_name="us-east-1",
        endpoint_url=api.url,
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=Config(read_timeout=0.1, retries={"total_max_attempts": 1}),
    )
    api.faults = [lambda handler: time.sleep(0.5)]
    assert send(Courier(impatient, COURIER)) == (BROKEN, ["ReadTimeoutError"])


def test_a_courier_that_is_not_there_is_a_failed_try(client):
    assert send(Courier(client, "nobody")) == (BROKEN, ["ResourceNotFoundException"])
    nowhere = client_of(LambdaApi(free_port()))
    assert send(Courier(nowhere, COURIER)) == (BROKEN, ["EndpointConnectionError"])


@pytest.mark.parametrize(
    "changes",
    [
        {"ips": (LOOPBACK,)},
        {"ips": ("169.254.170.2",)},
        {"ips": ("93.184.215.14", "10.0.0.1")},
        {"ips": ()},
        {"host": LOOPBACK, "ips": (LOOPBACK,)},
        {"host": LOOPBACK},
        {"port": 22},
        {"port": 0},
        {"scheme": "http"},
        {"host": "coach.example/@"},
        {"path": "no/slash"},
        {"path": "/\r\nHost: other.example"},
    ],
)
def test_a_caller_who_did_not_check_is_refused(client, changes):
    refused = Outcome(trouble=Trouble.REFUSED_ADDRESS)
    assert send(Courier(client, COURIER), replace(TARGET, **changes)) == (refused, [])


def test_a_server_in_the_couriers_own_machine_is_not_called(client):
    with receiver() as app:
        target = AddressGuard(allow_private=True).check(app.url)
        assert send(Courier(client, COURIER), target)[0].trouble == Trouble.REFUSED_ADDRESS
        assert app.received == []


@pytest.mark.parametrize(
    "event",
    [
        {},
        [],
        Parcel(TARGET, b"", {}).packed() | {"target": {"host": "geheim"}},
        Parcel(TARGET, b"", {}).packed() | {"body": "geheim!"},
        Parcel(TARGET, b"", {}).packed() | {"headers": "geheim"},
        Parcel(TARGET, b"", {}).packed() | {"target": asdict(TARGET) | {"ips": [1572394766]}},
    ],
)
def test_what_is_no_parcel_breaks_without_a_word_of_it(event):
    """Lambda logs the message of what escapes."""
    with pytest.raises(CourierBroke, match=r"^\w*Error$"):
        post(event, None)


def test_a_parcel_arrives_as_it_was_packed():
    parcel = Parcel(TARGET, b"\x00\xff", {"webhook-id": "m1"})
    assert Parcel.unpacked(json.loads(json.dumps(parcel.packed()))) == parcel
    assert "geheim" not in repr(parcel)


def test_the_courier_starts_with_little():
    """It is called from a cold start, and it has no business with the rest."""
    heavy = ("boto3", "fastapi", "mangum", "pydantic", "sqlalchemy", "structlog")
    asked = f"import sys, api_lambda.courier; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", asked], env={}, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"


def test_each_waits_longer_than_the_one_it_waits_for(client):
    told = client.meta.config
    assert told.read_timeout == COURIER_START_S + COURIER_LIMIT_S
    assert DirectPost().wall_limit_s + CONNECT_TIMEOUT_S == POST_LIMIT_S < COURIER_LIMIT_S
    reached_s = COURIER_ADDRESSES * told.connect_timeout
    assert NAME_TIMEOUT_S + reached_s + told.read_timeout == TRY_LIMIT_S < LEASE_S


def test_a_sender_that_waits_for_a_row_and_a_connection_still_ends_in_time(database_settings):
    waits_s = (
        database_settings.database_connect_timeout_s + database_settings.database_lock_timeout_s
    )
    assert waits_s < LEASE_S - TRY_LIMIT_S
