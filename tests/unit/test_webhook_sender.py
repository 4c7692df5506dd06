"""From a job's end to the app's own server: told once, signed, again after a failure."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from standardwebhooks.webhooks import Webhook as ReceiversCheck
from structlog.testing import capture_logs

from shared.database import transaction
from shared.erasure.store import ErasureStore
from shared.job_store import JobStore
from shared.jobs import JobKind
from shared.models import Webhook, WebhookDelivery
from shared.telemetry import Metrics
from shared.webhooks import outbox
from shared.webhooks.addresses import AddressGuard
from shared.webhooks.direct import DirectPost
from shared.webhooks.message import about_job
from shared.webhooks.outbox import FORGOTTEN_AFTER_S, TOLD_WITHIN_S, Outbox
from shared.webhooks.patience import BACK_OFF_S
from shared.webhooks.post import Outcome, Trouble
from shared.webhooks.registry import WebhookRegistry
from shared.webhooks.sender import Delivered, Sender
from tests.builders import COACH, a_job, a_waiting_job
from tests.fakes.receiver import receiver
from tests.rig.waiting import wait_for
from tests.sweeping import set_row

OWN_MACHINE = AddressGuard(allow_private=True)
ALL = ["job.completed", "job.failed", "job.cancelled"]


@pytest.fixture
def app():
    with receiver() as listening:
        yield listening


@pytest.fixture
def registry(engine):
    return WebhookRegistry(engine, OWN_MACHINE)


@pytest.fixture
def webhook(registry, app):
    return registry.register(COACH, url=app.url, events=ALL)


@pytest.fixture
def metrics():
    return StringIO()


@pytest.fixture
def sender(engine, metrics):
    return Sender(
        outbox=Outbox(engine),
        guard=OWN_MACHINE,
        post=DirectPost(read_timeout_s=2),
        metrics=Metrics(service="test", stage="test", stream=metrics),
        parallel=8,
    )


def a_cancelled_job(engine, **kwargs):
    job_id = a_waiting_job(engine, **kwargs)
    JobStore(engine).cancel(job_id, owner=kwargs.get("owner", COACH))
    return job_id


def fail(engine, job_id, **values):
    said = {"status": "failed", "stage": "failed", "error_code": "PROCESSING_FAILED"}
    set_row(engine, job_id, **said, **{"completed_at": datetime.now(UTC)} | values)


def delivery(engine):
    """The only one there is."""
    with transaction(engine) as rows:
        return rows.scalars(select(WebhookDelivery)).one()


def time_passes(engine):
    """Everything that waits is due."""
    with transaction(engine) as rows:
        rows.execute(update(WebhookDelivery).values(next_try_at=datetime.now(UTC)))


def test_an_app_is_told_once_that_a_job_is_over(engine, sender, app, webhook):
    job_id = a_waiting_job(engine)
    assert sender.deliver() == Delivered()
    set_row(engine, job_id, player_id="p-1")
    JobStore(engine).cancel(job_id, owner=COACH)
    assert sender.deliver() == Delivered(announced=1, delivered=1)
    assert sender.deliver() == Delivered()
    (request,) = app.received
    said = ReceiversCheck(webhook.secret).verify(request.body, dict(request.headers))
    job = JobStore(engine).get(job_id)
    assert said["type"] == "job.cancelled"
    assert datetime.fromisoformat(said["timestamp"]) == job.completed_at
    assert said["timestamp"].endswith("Z")
    assert said["data"] == {
        "job_id": str(job_id),
        "session_id": str(job.session_id),
        "player_id": "p-1",
        "kind": "video",
        "status": "cancelled",
    }
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("coach-plus/")
    told = delivery(engine)
    assert app.ids == [str(told.id)]
    assert (told.status, told.tries, told.last_http_status) == ("delivered", 1, 204)
    assert told.delivered_at is not None


@pytest.mark.parametrize("kind", list(JobKind))
def test_jobs_of_every_kind_are_told_about(engine, sender, app, webhook, kind):
    job_id = a_waiting_job(engine)
    fail(engine, job_id, kind=kind)
    sender.deliver()
    said = json.loads(app.received[0].body)["data"]
    assert (said["kind"], said["error_code"]) == (kind, "PROCESSING_FAILED")


def test_only_what_was_asked_for_is_told(engine, sender, app, registry):
    registry.register(COACH, url=app.url, events=["job.completed"])
    a_cancelled_job(engine)
    assert sender.deliver() == Delivered()


def test_anothers_jobs_are_not_told_about(engine, sender, app, webhook):
    a_cancelled_job(engine, owner="coach-2")
    assert sender.deliver() == Delivered()


def test_what_ended_before_the_webhook_was_there_is_not_told(engine, sender, app, registry):
    a_cancelled_job(engine)
    registry.register(COACH, url=app.url, events=ALL)
    assert sender.deliver() == Delivered()


def test_what_ended_long_ago_is_no_news(engine, sender, app, webhook):
    then = datetime.now(UTC) - timedelta(seconds=TOLD_WITHIN_S + 60)
    with transaction(engine) as rows:
        rows.execute(update(Webhook).values(created_at=then))
    fail(engine, a_waiting_job(engine), completed_at=then)
    assert sender.deliver() == Delivered()


def test_a_webhook_that_is_switched_off_hears_later_but_a_ping_at_once(
    engine, sender, app, webhook, registry
):
    registry.change(COACH, webhook.id, active=False)
    a_cancelled_job(engine)
    registry.ping(COACH, webhook.id)
    assert sender.deliver().delivered == 1
    assert json.loads(app.received[0].body) == {
        "type": "ping",
        "timestamp": json.loads(app.received[0].body)["timestamp"],
        "data": {},
    }
    registry.change(COACH, webhook.id, active=True)
    assert sender.deliver().delivered == 1


def test_a_failed_try_is_repeated_under_the_same_id(engine, sender, app, webhook, metrics):
    app.replies = [500]
    a_cancelled_job(engine)
    assert sender.deliver() == Delivered(announced=1, postponed=1)
    waiting = delivery(engine)
    assert (waiting.status, waiting.last_http_status) == ("pending", 500)
    pause = waiting.next_try_at - datetime.now(UTC)
    assert timedelta(seconds=1) < pause < timedelta(seconds=7)
    assert sender.deliver() == Delivered()
    time_passes(engine)
    assert sender.deliver() == Delivered(delivered=1)
    assert len(set(app.ids)) == 1
    assert len(app.ids) == 2
    assert delivery(engine).tries == 2
    assert '"WebhooksPostponed": 1' in metrics.getvalue()


def test_an_address_that_is_gone_is_called_no_more(engine, sender, app, webhook, registry):
    app.replies = [410]
    a_cancelled_job(engine)
    assert sender.deliver().failed == 1
    assert not registry.get(COACH, webhook.id).active
    assert delivery(engine).status == "failed"


def test_nothing_is_told_of_a_job_that_is_deleted_meanwhile(engine, sender, webhook, monkeypatch):
    job_id = a_cancelled_job(engine)
    deletions = []

    def while_told(job):
        deletions.append(pool.submit(ErasureStore(engine).delete_job, COACH, job_id))
        with pytest.raises(TimeoutError):
            deletions[0].result(0.3)
        return about_job(job)

    monkeypatch.setattr(outbox, "about_job", while_told)
    with ThreadPoolExecutor(1) as pool:
        assert sender.outbox.announce() == 1
        deletions[0].result(10)
    with transaction(engine) as rows:
        assert rows.scalars(select(WebhookDelivery)).all() == []


def test_a_message_is_given_up_in_the_end(engine, sender, app, webhook):
    app.replies = [500]
    a_cancelled_job(engine)
    sender.outbox.announce()
    with transaction(engine) as rows:
        rows.execute(update(WebhookDelivery).values(tries=len(BACK_OFF_S)))
    assert sender.deliver() == Delivered(failed=1)
    time_passes(engine)
    assert sender.deliver() == Delivered()


def test_a_name_that_has_become_private_is_not_called(engine, sender, app, metrics):
    """DNS rebinding: public when it was registered, this machine when it is called."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    rebinding = AddressGuard(resolve=lambda host, port: next(answers))
    url = f"https://rebinding.example:{app.port}/hook"
    WebhookRegistry(engine, rebinding).register(COACH, url=url, events=ALL)
    a_cancelled_job(engine)
    careful = replace(sender, guard=rebinding)
    assert careful.deliver() == Delivered(announced=1, postponed=1)
    assert delivery(engine).last_error == Trouble.REFUSED_ADDRESS
    assert app.received == []


def test_a_try_that_breaks_is_a_failed_try(engine, sender, app, webhook):
    def breaks(host, port):
        raise RuntimeError("https://user:geheim@host/")

    with transaction(engine) as rows:
        rows.execute(update(Webhook).values(url="https://coach.example/"))
    a_cancelled_job(engine)
    broken = replace(sender, guard=AddressGuard(breaks))
    with capture_logs() as logs:
        assert broken.deliver() == Delivered(announced=1, postponed=1)
    assert delivery(engine).last_error == Trouble.INTERNAL
    assert "geheim" not in json.dumps(logs, default=str)


def test_two_senders_at_once_deliver_once(engine, sender, app, registry):
    for _ in range(5):
        registry.register(COACH, url=app.url, events=ALL)
    for _ in range(3):
        a_cancelled_job(engine)
    senders = [threading.Thread(target=sender.deliver, kwargs={"for_s": 1.5}) for _ in range(3)]
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    while sender.deliver().delivered:
        pass
    assert len(app.ids) == 15
    assert len(set(app.ids)) == 15


def test_a_sender_that_died_after_sending_is_made_up_for_under_the_same_id(
    engine, sender, app, webhook
):
    a_cancelled_job(engine)
    sender.outbox.announce()
    (letter,) = sender.outbox.take(8)
    assert sender._try_once(letter).taken  # and there it dies
    assert sender.deliver() == Delivered()  # its lease still runs
    time_passes(engine)
    assert sender.deliver() == Delivered(delivered=1)
    assert app.ids == [str(letter.delivery_id)] * 2


def test_a_sender_that_was_overtaken_notes_nothing(engine, sender, webhook):
    a_cancelled_job(engine)
    sender.outbox.announce()
    (early,) = sender.outbox.take(8)
    time_passes(engine)
    (late,) = sender.outbox.take(8)
    assert not sender.outbox.given_up(early, Outcome(500))
    assert not sender.outbox.again(early, Outcome(500), in_s=0)
    assert sender.outbox.delivered(late, Outcome(200))
    assert not sender.outbox.delivered(late, Outcome(200))
    assert delivery(engine).last_http_status == 200


def test_a_job_that_was_revived_and_ended_again_is_told_again(engine, sender, app, webhook):
    job_id = a_waiting_job(engine)
    fail(engine, job_id)
    assert sender.deliver().delivered == 1
    assert JobStore(engine).revive(job_id)
    assert sender.deliver() == Delivered()
    fail(engine, job_id)
    assert sender.deliver().delivered == 1
    assert len(set(app.ids)) == 2


def test_no_more_are_on_their_way_at_once_than_was_said(engine, sender, registry, app):
    under_way, most = [], []

    def slowly(handler):
        under_way.append(handler)
        most.append(len(under_way))
        time.sleep(0.05)
        under_way.pop()
        handler.send_response(204)
        handler.end_headers()

    app.replies = [slowly] * 5
    for _ in range(5):
        webhook = registry.register(COACH, url=app.url, events=ALL)
        registry.ping(COACH, webhook.id)
    assert replace(sender, parallel=2).deliver(for_s=1).delivered == 5
    assert max(most) == 2


def test_a_slow_receiver_holds_up_only_its_own(engine, sender, registry, app, webhook):
    with receiver() as slow:
        slow.replies = [lambda handler: time.sleep(0.3)]
        registry.register(COACH, url=slow.url, events=ALL)
        for _ in range(3):
            a_cancelled_job(engine)
        sender.deliver(for_s=0.2)
        assert len(app.received) == 3
        assert len(slow.received) == 1


def test_a_full_round_takes_no_more(engine, sender, app, registry):
    with receiver() as other:
        webhooks = [registry.register(COACH, url=other.url, events=ALL) for _ in range(5)]
        theirs = [registry.register("coach-2", url=other.url, events=ALL) for _ in range(5)]
        other.replies = [lambda handler: time.sleep(0.2)] * 8
        for each in webhooks:
            registry.ping(COACH, each.id)
        for each in theirs:
            registry.ping("coach-2", each.id)
        assert sender.deliver().failed == 8
        assert sender.deliver().delivered == 2


def test_it_goes_on_looking_while_a_job_is_under_way(engine, sender, app, webhook):
    job_id = a_waiting_job(engine)
    delivering = threading.Thread(target=sender.deliver, kwargs={"for_s": 3.5})
    delivering.start()
    time.sleep(0.2)
    JobStore(engine).cancel(job_id, owner=COACH)
    delivering.join()
    assert len(app.received) == 1


def test_more_is_expected_only_of_owners_who_want_to_hear(engine, sender, app, registry):
    outbox = sender.outbox
    job_id = a_job(engine)
    assert not outbox.expecting()
    webhook = registry.register(COACH, url=app.url, events=ALL)
    assert outbox.expecting()  # its upload may come
    set_row(engine, job_id, updated_at=datetime.now(UTC) - timedelta(hours=1))
    assert not outbox.expecting()
    a_waiting_job(engine)
    assert outbox.expecting()
    registry.change(COACH, webhook.id, active=False)
    assert not outbox.expecting()
    registry.ping(COACH, webhook.id)
    assert outbox.expecting()


def test_after_thirty_days_a_message_is_forgotten(engine, sender, app, webhook, registry):
    registry.ping(COACH, webhook.id)
    old = datetime.now(UTC) - timedelta(seconds=FORGOTTEN_AFTER_S + 60)
    with transaction(engine) as rows:
        rows.execute(update(WebhookDelivery).values(created_at=old))
    assert sender.deliver() == Delivered(forgotten=1)


def test_the_log_names_the_host_and_nothing_else_of_the_address(engine, sender, app, registry):
    secret = registry.register(COACH, url=f"{app.url}?key=geheim", events=ALL).secret
    app.replies = [500]
    a_cancelled_job(engine)
    with capture_logs() as logs:
        sender.deliver()
    (sent,) = (line for line in logs if line["event"] == "webhook sent")
    assert (sent["host"], sent["http_status"], sent["tries"]) == ("127.0.0.1", 500, 1)
    written = json.dumps(logs, default=str)
    assert "geheim" not in written
    assert secret not in written
    assert "/hook" not in written


def test_a_letter_keeps_its_secret_when_it_is_printed(engine, sender, app, webhook):
    a_cancelled_job(engine)
    sender.outbox.announce()
    (letter,) = sender.outbox.take(8)
    assert webhook.secret not in repr(letter)
    assert app.url not in repr(letter)


def test_an_idle_system_writes_nothing(sender, metrics, webhook):
    with capture_logs() as logs:
        assert sender.deliver() == Delivered()
    assert (logs, metrics.getvalue()) == ([], "")


def test_an_address_that_was_changed_meanwhile_stays_in_use(engine, sender, app, webhook, registry):
    a_cancelled_job(engine)
    sender.outbox.announce()
    (letter,) = sender.outbox.take(8)
    registry.change(COACH, webhook.id, url=f"{app.url}/new")
    sender.outbox.unwanted(letter)
    assert registry.get(COACH, webhook.id).active


def test_a_webhook_deleted_under_way_leaves_nothing(engine, sender, app, webhook, registry):
    app.replies = [lambda handler: time.sleep(0.3)]
    a_cancelled_job(engine)
    delivering = threading.Thread(target=sender.deliver)
    delivering.start()
    wait_for(lambda: app.received, "the message")
    registry.remove(COACH, webhook.id)
    delivering.join()
    with transaction(engine) as rows:
        assert rows.scalars(select(WebhookDelivery)).all() == []


def test_unknown_webhooks_have_no_work(engine, sender):
    assert sender.outbox.take(8, busy={uuid4()}) == []
