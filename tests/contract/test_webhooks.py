"""Webhooks as an app registers and looks after them."""

import json
from base64 import b64decode
from uuid import uuid4

import pytest
from sqlalchemy import update

from api_lambda.wire.webhooks import ALL_EVENTS
from shared.database import transaction
from shared.models import WebhookDelivery
from shared.webhooks.events import WebhookEvent
from shared.webhooks.registry import MOST_WEBHOOKS

URL = "https://93.184.215.14/hook?key=1"
"""A public address, which nobody calls here: no message is ever sent by the API itself."""


@pytest.fixture
def webhook(client):
    return client.post("/webhooks", {"url": URL}).json


@pytest.fixture
def at(webhook):
    return f"/webhooks/{webhook['webhook_id']}"


def test_a_webhook_comes_back_as_it_was_registered(client):
    answer = client.post("/webhooks", {"url": URL, "events": ["job.failed", "job.failed"]})
    assert answer.status == 201
    made = answer.json
    secret = made.pop("secret")
    assert len(b64decode(secret.removeprefix("whsec_"))) == 32
    assert (made["url"], made["events"], made["active"]) == (URL, ["job.failed"], True)
    assert client.get(f"/webhooks/{made['webhook_id']}").json == made
    assert client.get("/webhooks").json == {"items": [made], "next_cursor": None}


def test_all_events_are_told_unless_some_are_chosen(webhook):
    assert webhook["events"] == ALL_EVENTS
    assert set(ALL_EVENTS) == set(WebhookEvent) - {WebhookEvent.PING}


def test_the_secret_is_shown_only_when_it_is_made(client, webhook, at):
    for answer in (
        client.get("/webhooks"),
        client.get(at),
        client.send("PATCH", at, body={"active": False}),
        client.post(f"{at}/ping"),
        client.get(f"{at}/deliveries"),
    ):
        assert answer.status < 300
        assert webhook["secret"] not in answer.body
        assert "secret" not in answer.json
    assert webhook["secret"] not in client.log.getvalue()


def test_a_new_secret_replaces_the_old_one(client, webhook, at):
    rotated = client.post(f"{at}/rotate-secret")
    assert rotated.status == 200
    assert rotated.json["secret"] != webhook["secret"]
    assert rotated.json | {"secret": "", "updated_at": ""} == webhook | {
        "secret": "",
        "updated_at": "",
    }


def test_a_change_changes_what_it_names(client, webhook, at):
    expected = {name: value for name, value in webhook.items() if name != "secret"}
    for change in (
        {"active": False},
        {"events": ["job.failed"]},
        {"url": "https://1.1.1.1:8443/x"},
        {},
    ):
        changed = client.send("PATCH", at, body=change)
        expected |= change
        assert changed.status == 200
        assert changed.json | {"updated_at": ""} == expected | {"updated_at": ""}


NOT_CALLED = [
    "http://93.184.215.14/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://me:word@93.184.215.14/",
    "https://93.184.215.14:22/",
    "https://93.184.215.14/#x",
    "https://nothing.invalid/",
    "https://2130706433/",
    "nonsense",
]
"""The guard's own tests know more of them."""


def test_an_address_that_must_not_be_called_is_refused(client, webhook, at):
    for url in NOT_CALLED:
        for method, path in (("POST", "/webhooks"), ("PATCH", at)):
            answer = client.send(method, path, body={"url": url})
            assert (answer.status, answer.code) == (409, "WEBHOOK_REFUSED"), url
            assert answer.json["user_action"] == "fix_request"
            assert url not in answer.json["detail"]
    assert [item["url"] for item in client.get("/webhooks").json["items"]] == [URL]


def test_on_ones_own_machine_any_address_may_be_called(deploy):
    client = deploy(WEBHOOK_ALLOW_PRIVATE="true")
    assert client.post("/webhooks", {"url": "http://127.0.0.1:8080/hook"}).status == 201


BAD_WEBHOOKS = [
    ({}, "#/url"),
    ({"url": ""}, "#/url"),
    ({"url": 7}, "#/url"),
    ({"url": "https://" + "a" * 3000}, "#/url"),
    ({"url": URL, "events": []}, "#/events"),
    ({"url": URL, "events": ["ping"]}, "#/events/0"),
    ({"url": URL, "events": ["job.failed"] * 11}, "#/events"),
    ({"url": URL, "secret": "mine"}, "#/secret"),
]


def test_a_webhook_that_does_not_fit_is_refused(client):
    for body, pointer in BAD_WEBHOOKS:
        answer = client.post("/webhooks", body)
        assert (answer.status, answer.code) == (422, "INVALID_REQUEST"), pointer
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    assert client.get("/webhooks").json["items"] == []


BAD_CHANGES: list[dict[str, object]] = [
    {"active": None},
    {"url": None},
    {"events": []},
    {"secret": "mine"},
]


def test_a_change_that_does_not_fit_is_refused(client, webhook, at):
    for body in BAD_CHANGES:
        assert client.send("PATCH", at, body=body).code == "INVALID_REQUEST", body
    assert client.get(at).json["updated_at"] == webhook["updated_at"]


def test_five_webhooks_are_the_most(client, stranger):
    for _ in range(MOST_WEBHOOKS):
        assert client.post("/webhooks", {"url": URL}).status == 201
    refused = client.post("/webhooks", {"url": URL})
    assert (refused.status, refused.code) == (409, "TOO_MANY_WEBHOOKS")
    assert len(client.get("/webhooks").json["items"]) == MOST_WEBHOOKS == 5
    assert stranger.post("/webhooks", {"url": URL}).status == 201


def test_a_deleted_webhook_is_gone(client, at):
    client.post(f"{at}/ping")
    deleted = client.send("DELETE", at)
    assert (deleted.status, deleted.body) == (204, "")
    assert client.send("DELETE", at).code == "WEBHOOK_NOT_FOUND"
    assert client.get(f"{at}/deliveries").code == "WEBHOOK_NOT_FOUND"
    assert client.get("/webhooks").json["items"] == []


def test_a_ping_waits_to_be_sent_and_is_listed(client, at):
    answer = client.post(f"{at}/ping")
    assert answer.status == 202
    ping = answer.json
    assert (ping["event"], ping["status"], ping["tries"], ping["job_id"]) == (
        "ping",
        "pending",
        0,
        None,
    )
    assert client.get(f"{at}/deliveries").json["items"] == [ping]


def test_deliveries_come_in_pages_newest_first(client, at):
    sent = [client.post(f"{at}/ping").json["delivery_id"] for _ in range(3)]
    first = client.get(f"{at}/deliveries", query={"limit": 2}).json
    rest = client.get(f"{at}/deliveries", query={"cursor": first["next_cursor"]}).json
    seen = [item["delivery_id"] for item in first["items"] + rest["items"]]
    assert seen == sent[::-1]
    assert rest["next_cursor"] is None
    assert client.get(f"{at}/deliveries", query={"limit": 0}).code == "INVALID_REQUEST"


@pytest.mark.parametrize("status", ["failed", "delivered"])
def test_what_is_over_can_be_sent_again(client, engine, at, status):
    sent = client.post(f"{at}/ping").json
    with transaction(engine) as rows:
        rows.execute(
            update(WebhookDelivery).values(status=status, tries=1, last_error="no_connection")
        )
    again = client.post(f"{at}/deliveries/{sent['delivery_id']}/redeliver")
    assert again.status == 202
    assert again.json["delivery_id"] == sent["delivery_id"]
    assert (again.json["status"], again.json["delivered_at"]) == ("pending", None)
    assert again.json["last_error"] == "no_connection"


def test_what_still_waits_is_left_as_it_is(client, at):
    sent = client.post(f"{at}/ping").json
    assert client.post(f"{at}/deliveries/{sent['delivery_id']}/redeliver").json == sent


@pytest.mark.parametrize("written", [str(uuid4()), "no-id"], ids=["unknown", "no id"])
def test_what_was_never_sent_is_not_found(client, at, written):
    answer = client.post(f"{at}/deliveries/{written}/redeliver")
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_anothers_delivery_is_not_sent_again_through_ones_own_webhook(client, stranger, at):
    sent = client.post(f"{at}/ping").json["delivery_id"]
    own = stranger.post("/webhooks", {"url": URL}).json["webhook_id"]
    assert stranger.post(f"/webhooks/{own}/deliveries/{sent}/redeliver").code == "NOT_FOUND"


def test_the_log_does_not_know_the_address(client, webhook, at):
    client.send("DELETE", at)
    lines = [json.loads(line) for line in client.log.getvalue().splitlines()]
    assert {"webhook_registered", "webhook_deleted"} <= {line.get("event") for line in lines}
    assert "93.184" not in client.log.getvalue()
