"""The entries beside the API, as Lambda calls them: wired from the environment."""

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from sqlalchemy import update

from api_lambda.courier import carry
from api_lambda.dependencies import backstage
from api_lambda.scheduled import SweepIncomplete, deliver_webhooks, sweep, upload_events
from local.caretaker import Caretaker
from local.child_environment import variables
from shared.database import transaction
from shared.job_store import JobStore
from shared.models import VideoAnalysisJob
from shared.settings import RuntimeSettings
from shared.webhooks.addresses import AddressGuard
from shared.webhooks.direct import DirectPost
from shared.webhooks.registry import WebhookRegistry
from tests.builders import COACH, a_waiting_job
from tests.fakes.lambda_api import lambda_api
from tests.fakes.receiver import receiver
from tests.rig.logging_as_before import logging_as_before
from tests.rig.waiting import wait_for

OWN_MACHINE = AddressGuard(allow_private=True)


@pytest.fixture(autouse=True)
def _logging_as_before():
    with logging_as_before():
        yield


@pytest.fixture
def deploy(database_settings, resources, aws_endpoint, monkeypatch):
    """Set the function's environment, with some of it changed."""

    def deploy(**changes: str) -> None:
        made = (RuntimeSettings(stage="test"), database_settings, resources.storage)
        environment = variables(aws_endpoint, *made, resources.queue)
        for name, value in (environment | changes).items():
            monkeypatch.setenv(name, value)

    backstage.cache_clear()
    yield deploy
    if backstage.cache_info().currsize:
        backstage().sweeper.store._engine.dispose()
    backstage.cache_clear()


@pytest.fixture
def a_forgotten_job(engine):
    """It waits for a day and was never sent."""
    job_id = a_waiting_job(engine)
    a_day_ago = datetime.now(UTC) - timedelta(days=1)
    with transaction(engine) as rows:
        rows.execute(update(VideoAnalysisJob).values(updated_at=a_day_ago))
    return job_id


def test_the_sweep_does_its_work_and_says_so(deploy, a_forgotten_job, engine, capsys):
    deploy()
    assert sweep({}, None)["sent"] == 1
    assert JobStore(engine).get(a_forgotten_job).sqs_message_id is not None
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (swept,) = (line for line in lines if line.get("event") == "swept")
    assert swept["sent"] == 1
    assert "resent" not in swept


def test_a_sweep_that_left_something_fails_at_its_end(
    deploy, a_forgotten_job, engine, resources, capsys
):
    deploy(SQS_DEAD_LETTER_QUEUE_URL=f"{resources.queue.sqs_dead_letter_queue_url}-gone")
    with pytest.raises(SweepIncomplete, match="errors: 1"):
        sweep({}, None)
    assert JobStore(engine).get(a_forgotten_job).sqs_message_id is not None
    assert '"SweeperErrors": 1' in capsys.readouterr().out


def test_a_sweep_without_the_database_fails(deploy):
    nowhere = "postgresql+psycopg://nobody:secret@127.0.0.1:9/none"
    deploy(DATABASE_URL=nowhere)
    with pytest.raises(SweepIncomplete):
        sweep({}, None)


def test_a_sweep_where_nothing_is_wrong_is_silent(deploy, capsys):
    deploy()
    assert set(sweep({}, None).values()) == {0}
    assert '"event"' not in capsys.readouterr().out


def test_upload_events_name_the_messages_that_must_come_again(deploy):
    deploy()
    records = [
        {"messageId": "test", "body": '{"Event": "s3:TestEvent"}'},
        {"messageId": "odd", "body": "no json"},
    ]
    assert upload_events({"Records": records}, None) == {
        "batchItemFailures": [{"itemIdentifier": "odd"}]
    }


class Context:
    """Lambda's, with so many seconds left."""

    def __init__(self, left_s):
        self.left_s = left_s

    def get_remaining_time_in_millis(self):
        return int(self.left_s * 1000)


@pytest.mark.parametrize("context", [None, Context(60), Context(5)], ids=["none", "60 s", "5 s"])
def test_webhooks_are_sent_by_an_entry_of_their_own(deploy, engine, context):
    deploy(WEBHOOK_ALLOW_PRIVATE="true")
    registry = WebhookRegistry(engine, OWN_MACHINE)
    with receiver() as app:
        webhook = registry.register(COACH, url=app.url, events=["job.failed"])
        registry.ping(COACH, webhook.id)
        assert deliver_webhooks({}, context)["delivered"] == 1
        assert len(app.received) == 1
    assert set(deliver_webhooks({}, context).values()) == {0}


def test_in_a_network_without_a_way_out_a_courier_posts_them(deploy, engine):
    registry = WebhookRegistry(engine, OWN_MACHINE)
    with receiver() as app, lambda_api() as aws:
        aws.functions["courier"] = carry_at_home
        deploy(
            WEBHOOK_ALLOW_PRIVATE="true",
            WEBHOOK_COURIER_FUNCTION="courier",
            AWS_ENDPOINT_URL_LAMBDA=aws.url,
        )
        webhook = registry.register(COACH, url=app.url, events=["job.failed"])
        registry.ping(COACH, webhook.id)
        assert deliver_webhooks({}, None)["delivered"] == 1
        assert len(app.received) == len(aws.events) == 1


def carry_at_home(event, context):
    """The courier, but that it may reach this machine."""
    return carry(event, guard=OWN_MACHINE, by=DirectPost())


def test_on_ones_own_machine_the_caretaker_calls_it(deploy, engine, capsys):
    deploy()  # so that this machine may not be called
    registry = WebhookRegistry(engine, OWN_MACHINE)
    with receiver() as app:
        webhook = registry.register(COACH, url=app.url, events=["job.failed"])
        registry.ping(COACH, webhook.id)
        caretaker = Caretaker(boto3.client("sqs", region_name="us-east-1"), "unused", 60)
        sending = threading.Thread(target=caretaker._send_webhooks)
        sending.start()
        (sent,) = wait_for(lambda: _over(registry, webhook.id), "the ping")
        caretaker.stopping.set()
        sending.join()
    assert (sent.status, sent.last_error, app.received) == ("failed", "refused_address", [])


def _over(registry, webhook_id):
    sent = registry.deliveries(COACH, webhook_id, limit=9, after=None)
    return [each for each in sent if each.status != "pending"]


def test_the_entries_need_no_environment_until_they_are_called():
    asked = [sys.executable, "-c", "import api_lambda.scheduled"]
    done = subprocess.run(asked, env={}, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
