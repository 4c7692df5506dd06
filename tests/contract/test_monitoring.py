"""What operators see, and nobody else."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from shared.errors import NoPersonFound
from shared.job_moves import AttemptNotes
from shared.job_store import JobStore
from shared.models import Webhook, WebhookDelivery
from tests.builders import a_claimed_job, a_waiting_job

ROUTES = ["/monitoring/dashboard", "/metrics"]


@pytest.fixture
def operator(client, sign_in):
    return client.signed_in_with(sign_in.token("ops-1", scope="read operator"))


@pytest.fixture
def busy(engine) -> None:
    """A system in which something happens."""
    jobs = JobStore(engine)
    for seconds in (1.0, 2.0, 3.0):
        lease = a_claimed_job(engine).lease
        notes = AttemptNotes(device="cpu", seconds={"pose": seconds, "download": 0.5})
        jobs.finish(lease, results={"schema_version": 1}, results_prefix="r/", notes=notes)
    jobs.fail(a_claimed_job(engine).lease, NoPersonFound())
    a_waiting_job(engine)
    with engine.begin() as connection:
        webhook = {"owner": "coach-1", "url": "https://app.example", "events": [], "secret": "s"}
        added = insert(Webhook).values(webhook).returning(Webhook.id)
        message = {
            "webhook_id": connection.execute(added).scalar_one(),
            "owner": "coach-1",
            "event": "ping",
            "payload": {},
        }
        for occasion, status in enumerate(["pending", "failed", "failed", "delivered"]):
            one = message | {"occasion": str(occasion), "status": status}
            connection.execute(insert(WebhookDelivery).values(one))


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("scope", [None, "", "operators", 7, ["operator"]], ids=str)
def test_for_a_coach_they_do_not_exist(client, sign_in, path, scope):
    asked = client.signed_in_with(sign_in.token(scope=scope)).get(path)
    assert (asked.status, asked.code) == (404, "NOT_FOUND")
    unknown = client.get("/monitoring/nothing").json
    assert asked.json["detail"] == unknown["detail"]


@pytest.mark.parametrize("path", ROUTES)
def test_a_stranger_has_to_sign_in(client, path):
    assert client.signed_in_with(None).get(path).code == "UNAUTHENTICATED"


@pytest.mark.usefixtures("busy")
def test_the_dashboard_says_how_the_last_hour_went(operator):
    seen = operator.get("/monitoring/dashboard").json
    assert seen["last_hour"] == {"completed": 3, "failed": 1}
    assert seen["failures"] == [{"code": "NO_PERSON_FOUND", "count": 1}]
    assert seen["step_times"] == [
        {"step": "download", "attempts": 3, "p50_s": 0.5, "p95_s": 0.5},
        {"step": "pose", "attempts": 3, "p50_s": 2.0, "p95_s": 2.9},
    ]
    assert seen["deliveries"] == {"pending": 1, "failed_last_hour": 2}
    assert seen["oldest_waiting_s"] >= 0
    assert seen["queue"] == {"waiting": 0, "in_work": 0, "delayed": 0}


@pytest.mark.usefixtures("busy")
def test_metrics_are_text_that_prometheus_reads(operator):
    answer = operator.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = {family.name: family for family in text_string_to_metric_families(answer.body)}
    assert all(name.startswith("coach_") for name in families)
    assert all(family.documentation for family in families.values())
    jobs = {
        sample.labels["stage"]: sample.value
        for sample in families["coach_jobs"].samples
        if sample.labels["status"] == "completed"
    }
    assert jobs == {"done": 3.0}
    quantiles = {
        sample.labels["quantile"]: sample.value
        for sample in families["coach_step_seconds"].samples
        if sample.labels["step"] == "pose"
    }
    assert quantiles == {"0.5": 2.0, "0.95": 2.9}
    assert {"coach_queue_messages", "coach_webhook_deliveries"} <= set(families)


def test_metrics_of_a_system_at_rest(operator):
    assert "coach_workers 0.0" in operator.get("/metrics").body.splitlines()


def test_without_its_queue_there_is_nothing_to_see(deploy, sign_in):
    blind = deploy(SQS_QUEUE_URL="http://127.0.0.1:1/1/q")
    operator = blind.signed_in_with(sign_in.token("ops-1", scope="operator"))
    for path in ROUTES:
        assert operator.get(path).code == "QUEUE_ERROR"
