"""The dashboard: without holes, and every metric on it or in an alarm is really written."""

import re
from dataclasses import fields
from functools import cache
from itertools import product

import pytest

from api_lambda.dependencies import BACKSTAGE
from api_lambda.dependencies import SERVICE as API
from shared.sweep import sweeper
from shared.telemetry import METRIC_NAMESPACE
from tests.doc_pages import Page
from tests.infra.watching import Seen, Watched, shown, watched
from tests.source import emitted_metrics
from worker_service.__main__ import SERVICE as WORKER

RUNBOOK = Page("docs/runbook.md")

FULL = 24

DIMENSIONS = {
    "AWS/ApiGateway": {"ApiId": "AWS::ApiGatewayV2::Api"},
    "AWS/ECS": {"ClusterName": "AWS::ECS::Cluster", "ServiceName": "AWS::ECS::Service"},
    "AWS/Lambda": {"FunctionName": "AWS::Lambda::Function"},
    "AWS/RDS": {"DBInstanceIdentifier": "AWS::RDS::DBInstance"},
    "AWS/SQS": {"QueueName": "AWS::SQS::Queue"},
    "ECS/ContainerInsights": {
        "ClusterName": "AWS::ECS::Cluster",
        "ServiceName": "AWS::ECS::Service",
    },
}
"""By namespace what metrics are kept by, and what of the template names it. Another set of
dimensions is another metric: one that nobody writes."""

WRITERS = {"API": API, "backstage": BACKSTAGE, "worker": WORKER}
"""Services as the runbook calls them."""


@pytest.fixture
def template(assembly, stage) -> Watched:
    return watched(assembly.template_of(stage.name), stage.name)


@pytest.fixture
def every(template) -> list[Seen]:
    """Every metric of alarms and dashboard."""
    on_the_dashboard = [seen for widget in template.widgets for seen in shown(widget)]
    in_alarms = [seen for alarm in template.alarms.values() for seen in alarm.metrics]
    assert len(on_the_dashboard) > len(in_alarms) > 20
    return on_the_dashboard + in_alarms


def test_metrics_of_ours_are_written_by_the_service_that_is_asked(every, stage):
    emitted, written_by = _emitted(), _written_by()
    for seen in every:
        if seen.namespace == METRIC_NAMESPACE:
            assert seen.name in emitted, seen.name
            assert seen.dimensions == {"Service": written_by[seen.name], "Stage": stage.name}, (
                seen.name
            )


def test_metrics_of_aws_are_asked_for_by_the_dimensions_they_have(every, template):
    for seen in every:
        if seen.namespace != METRIC_NAMESPACE:
            asked = {name: template.kind(value) for name, value in seen.dimensions.items()}
            assert asked == DIMENSIONS[seen.namespace], str(seen)


def test_widgets_lie_beside_each_other_without_holes(template):
    places = [
        (widget["x"] + x, widget["y"] + y)
        for widget in template.widgets
        for x, y in product(range(widget["width"]), range(widget["height"]))
    ]
    below = max(y for _, y in places) + 1
    assert sorted(places) == sorted(product(range(FULL), range(below)))


def test_every_widget_has_a_title_of_its_own(template):
    titles = [one["properties"].get("title") for one in template.widgets if one["type"] != "text"]
    assert None not in titles
    assert len(titles) == len(set(titles)) > 20


def test_every_alarm_is_on_top(template):
    first = template.widgets[0]
    assert (first["type"], first["y"]) == ("alarm", 0)
    assert len(first["properties"]["alarms"]) == len(template.alarms)


def test_the_dashboard_leads_into_the_runbook(template):
    (text,) = [one["properties"]["markdown"] for one in template.widgets if one["type"] == "text"]
    links = re.findall(r"\]\(docs/runbook\.md#([^)]+)\)", text)
    assert len(links) == 5
    assert set(links) - RUNBOOK.anchors == set()


def test_uploads_are_counted_in_the_log_of_the_api(template, stage):
    (log,) = [one["properties"] for one in template.widgets if one["type"] == "log"]
    asked = re.findall(r"SOURCE '([^']+)'", log["query"])
    assert asked == [f"/coach-plus/{stage.name}/api"]
    groups = template.of_kind("AWS::Logs::LogGroup").values()
    assert asked[0] in [group["LogGroupName"] for group in groups]


def _written_by() -> dict[str, str]:
    """Each metric's service, as the runbook's last table has it."""
    table = RUNBOOK.section("Every metric of ours")
    return {
        name: WRITERS[row[1]]
        for row in re.findall(r"^\| (`CoachPlus.+?) \| \S+ \| (\w+) \|", table, re.MULTILINE)
        for name in re.findall(r"`CoachPlus (\w+)`", row[0])
    }


@cache
def _emitted() -> set[str]:
    """What the code writes; the names of steps and of a sweep's counts are made when it runs."""
    names = emitted_metrics()
    assert "*Seconds" in names
    sweeps = {sweeper._metric(count.name) for count in fields(sweeper.Swept)}
    return names | sweeps | {f"{step}Seconds" for step in ("Pose", "Metrics", "Findings", "Report")}
