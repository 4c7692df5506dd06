"""The bill adds up, follows the stage's values, and counts what the template has."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from infra import prices
from infra.costs import (
    CONTAINER_INSIGHTS,
    COURIER_GIB,
    FUNCTION_GIB,
    MINUTES_A_MONTH,
    OWN_METRICS,
    Habits,
    bill,
    fixed,
    processors,
    sending_minutes,
    too_few_workers,
    workers_needed,
)
from infra.database.sizes import MEMORY_GIB
from infra.gpu_sizes import PROCESSORS_AND_GIB
from infra.stage import DEV, PROD, Stage
from tests.doc_pages import Page
from tests.infra.conftest import STAGES, resources


def changed(**changes: Any) -> Stage:
    return Stage.model_validate(dict(PROD) | changes)


def usd(stage: Stage, videos: int, part: str) -> float:
    return sum(line.usd for line in bill(stage, videos, Habits()) if line.part == part)


def test_workers_that_always_run_are_paid_for_without_a_video():
    hours = PROD.min_tasks * prices.HOURS_A_MONTH
    assert usd(PROD, 1, "workers") == pytest.approx(hours * 0.526, rel=0.02)
    assert usd(DEV, 1, "workers") < 1


def test_many_videos_cost_in_proportion():
    few, many = (bill(stage, videos, Habits()) for stage, videos in ((DEV, 10_000), (DEV, 100_000)))
    storage = [sum(line.usd for line in one if line.part == "storage") for one in (few, many)]
    assert storage[1] == pytest.approx(10 * storage[0])


def test_a_standby_doubles_the_database():
    alone = Stage.model_validate(dict(PROD) | {"multi_az": False})
    assert usd(PROD, 1, "database") == pytest.approx(2 * usd(alone, 1, "database"))


def test_the_limit_of_workers_is_told_when_it_is_too_low():
    assert not too_few_workers(PROD, 10_000, Habits())
    assert too_few_workers(PROD, 1_000_000, Habits())
    assert workers_needed(PROD, 1_000_000, Habits()) == pytest.approx(28.5, abs=0.1)


def amount(stage: Stage, videos: int, what: str, **habits: float) -> float:
    lines = bill(stage, videos, Habits(**habits))
    return next(line.amount for line in lines if line.what == what)


def test_every_instance_that_can_be_deployed_has_a_price():
    assert set(prices.INSTANCE_HOUR) == set(PROCESSORS_AND_GIB)
    for kind in PROCESSORS_AND_GIB:
        assert usd(changed(gpu_instances=(kind,)), 1, "workers") > 0


def test_every_database_that_can_be_deployed_has_a_price():
    assert set(prices.DATABASE_HOUR) == set(MEMORY_GIB)
    for kind in MEMORY_GIB:
        assert usd(changed(database_instance=kind), 1, "database") > 0


def test_twice_the_size_costs_twice():
    family = [prices.of_database(f"r7g.{size}") for size in ("large", "xlarge", "2xlarge")]
    assert family == pytest.approx([family[0], 2 * family[0], 4 * family[0]], rel=0.01)


def test_an_instance_without_a_price_is_named():
    with pytest.raises(prices.NoPrice, match=r"g9\.xlarge: add it to INSTANCE_HOUR"):
        prices.of_instance("g9.xlarge")


def test_a_price_that_is_not_known_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stages = {"club": {"like": "prod", "database_instance": "m9g.large"}}
    (tmp_path / "cdk.json").write_text(json.dumps({"context": {"stages": stages}}))
    told = CliRunner().invoke(app, ["cost", "--stage", "club"])
    assert told.exit_code == 1
    assert told.stderr == "infra/prices.py has no price of m9g.large: add it to DATABASE_HOUR.\n"


def test_a_proxy_is_paid_by_the_processors_behind_it():
    sizes = ["t4g.micro", "m7g.large", "m7g.xlarge", "r7g.2xlarge"]
    assert [processors(name) for name in sizes] == [2, 2, 4, 8]
    larger = changed(database_proxy=True, database_instance="m7g.2xlarge")
    assert amount(larger, 1, "proxy, 8 processors") == 8 * prices.HOURS_A_MONTH


def test_the_sender_stays_while_jobs_with_webhooks_are_under_way():
    assert sending_minutes(0, Habits()) == 0
    few = sending_minutes(10, Habits(webhook_share=1, under_way_s=180))
    assert few == pytest.approx(30, rel=0.01)  # three minutes each, seldom two at once
    many = sending_minutes(10_000_000, Habits())
    assert many == pytest.approx(MINUTES_A_MONTH)
    assert amount(PROD, 1000, "sender while jobs run", webhook_share=0) == 0


def test_messages_of_webhooks_are_couriers_calls():
    calls = [amount(DEV, 1000, "calls of functions", webhook_share=share) for share in (0.0, 1.0)]
    assert calls[1] - calls[0] == 1000
    assert amount(DEV, 1000, "courier of webhooks", webhook_share=1) == 1000 * COURIER_GIB


def test_workers_that_run_ask_the_queue_and_those_that_might_do_not():
    larger = changed(max_tasks=100)
    assert amount(larger, 100, "requests to SQS") == amount(PROD, 100, "requests to SQS")
    more = changed(min_tasks=3)
    asked = amount(more, 100, "requests to SQS") - amount(PROD, 100, "requests to SQS")
    assert asked == pytest.approx(prices.HOURS_A_MONTH * 180)


def test_a_nat_gateway_costs_its_hours_its_address_and_what_goes_through():
    lines = {
        line.what: line
        for line in bill(changed(nat=True), 10_000, Habits())
        if line.part == "network"
    }
    assert set(lines) == {"NAT gateway", "its public address", "through the gateway"}
    assert lines["through the gateway"].price == 0.045
    assert min(line.usd for line in lines.values()) > 0


def test_memory_of_functions_is_what_the_template_says(dev):
    sizes = {
        name: one["Properties"]["MemorySize"]
        for name, one in resources(dev, "AWS::Lambda::Function").items()
        if name.startswith("Backstage")
    }
    assert {name.removeprefix("Backstage")[:7]: size / 1024 for name, size in sizes.items()} == {
        "Sweeper": FUNCTION_GIB,
        "Webhook": FUNCTION_GIB,
        "UploadE": FUNCTION_GIB,
        "Courier": COURIER_GIB,
    }


@pytest.mark.parametrize("stage", STAGES, indirect=True)
def test_what_does_not_depend_on_videos_is_what_the_template_has(stage, template):
    endpoints = [
        endpoint
        for endpoint in resources(template, "AWS::EC2::VPCEndpoint").values()
        if endpoint["Properties"].get("VpcEndpointType") == "Interface"
    ]
    zones = sum(len(one["Properties"]["SubnetIds"]) for one in endpoints)
    alarms = resources(template, "AWS::CloudWatch::Alarm").values()
    has = fixed(stage)
    assert has.endpoint_zones == zones
    assert has.alarm_metrics == sum(map(_metrics, alarms))


def test_metrics_of_our_own_are_all_counted():
    """As many as the runbook explains; another test holds that to the code."""
    table = Page("docs/runbook.md").section("Every metric of ours")
    assert len(set(re.findall(r"`CoachPlus (\w+)`", table))) == OWN_METRICS
    assert fixed(PROD).metrics == OWN_METRICS + CONTAINER_INSIGHTS


def test_the_command_shows_each_part_for_each_number_of_videos():
    told = CliRunner().invoke(app, ["cost", "--stage", "dev"])
    assert told.exit_code == 0
    words = ["videos a month", "100", "10,000", "1,000,000", "workers", "together", "a video"]
    assert [word for word in words if word not in told.output] == []
    assert "max_tasks is 2: raise it" in told.output


def test_the_lines_add_up_to_what_is_said_at_the_end():
    told = CliRunner().invoke(app, ["cost", "--lines", "--videos", "10000"]).output
    rows = [line.split() for line in told.splitlines()]
    total = float(next(row for row in rows if row[:1] == ["together"])[-1].replace(",", ""))
    assert total == pytest.approx(sum(line.usd for line in bill(PROD, 10_000, Habits())), abs=0.01)


def test_programs_get_json():
    told = CliRunner().invoke(app, ["cost", "--json", "--videos", "100"])
    (lines,) = json.loads(told.output).values()
    assert sum(line["usd"] for line in lines) == pytest.approx(
        sum(line.usd for line in bill(PROD, 100, Habits()))
    )


def test_an_unknown_stage_is_refused_with_those_that_there_are():
    told = CliRunner().invoke(app, ["cost", "--stage", "moon"])
    assert told.exit_code == 2
    assert "dev, prod" in told.output


def test_a_stage_of_the_context_is_reckoned_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stages = {"club": {"like": "prod", "workers": "cpu"}}
    (tmp_path / "cdk.json").write_text(json.dumps({"context": {"stages": stages}}))
    told = CliRunner().invoke(app, ["cost", "--stage", "club", "--lines", "--videos", "1"])
    assert "Fargate task" in told.output


def _metrics(alarm: Mapping[str, Any]) -> int:
    return sum("MetricStat" in one for one in alarm["Properties"].get("Metrics", [])) or 1


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_page_on_deploying_says_what_the_command_says_now(stage):
    told = CliRunner().invoke(app, ["cost", "--stage", stage]).output
    assert f"```\n{told}```" in Path("docs/deploy.md").read_text(encoding="utf-8"), (
        f"put there what this says: coach cost --stage {stage}"
    )


def test_every_path_in_infra_that_the_page_on_deploying_names_is_there():
    page = Path("docs/deploy.md").read_text(encoding="utf-8")
    table = page.partition("## What it stands up")[2].partition("\n## ")[0]
    named = [name for row in table.splitlines()[4:] for name in re.findall(r"`([^`]+)`", row)[-2:]]
    paths = [name for name in named if name.endswith((".py", "/"))]
    assert len(paths) > 8
    assert [path for path in paths if not Path("infra", path.removeprefix("infra/")).exists()] == []


def test_every_output_that_the_page_on_deploying_asks_for_is_made(dev):
    page = Path("docs/deploy.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\(output (\w+)\)", page))
    assert len(asked) > 3
    assert asked <= set(dev.to_json()["Outputs"])
