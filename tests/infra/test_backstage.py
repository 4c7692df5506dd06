"""Sweeper, upload events and webhooks as the template has them."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Template

from shared.settings import UPLOAD_EVENT_VISIBILITY_S
from shared.webhooks.limits import COURIER_ADDRESSES, COURIER_LIMIT_S, LEASE_S
from tests.infra.conftest import function, only, resources

SWEEPER = "api_lambda.scheduled.sweep"
UPLOAD_EVENTS = "api_lambda.scheduled.upload_events"
SENDER = "api_lambda.scheduled.deliver_webhooks"
COURIER = "api_lambda.courier.post"
MIGRATIONS = "api_lambda.on_deploy.migrate"

MINUTE_S = 60


@pytest.mark.parametrize("handler", [SWEEPER, SENDER])
def test_a_clock_calls_every_minute_and_nobody_calls_again(template, handler):
    logical_id, _ = function(template, handler)
    arn = {"Fn::GetAtt": [logical_id, "Arn"]}
    (clock,) = (
        rule["Properties"]
        for rule in resources(template, "AWS::Events::Rule").values()
        if rule["Properties"]["Targets"][0]["Arn"] == arn
    )
    assert (clock["ScheduleExpression"], clock["State"]) == ("rate(1 minute)", "ENABLED")
    once = {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": MINUTE_S}
    assert [target["RetryPolicy"] for target in clock["Targets"]] == [once]
    name = {"Ref": logical_id}
    config = only(template, "AWS::Lambda::EventInvokeConfig", FunctionName=name)
    assert config.items() >= once.items()
    permission = only(template, "AWS::Lambda::Permission", FunctionName=arn)
    assert permission["Principal"] == "events.amazonaws.com"
    assert "SourceArn" in permission


def test_a_sweep_is_over_when_the_next_one_comes(template):
    assert function(template, SWEEPER)[1]["Timeout"] < MINUTE_S


def test_a_sweep_has_a_call_of_its_own_where_the_account_has_calls_to_spare(dev, prod):
    assert function(prod, SWEEPER)[1]["ReservedConcurrentExecutions"] == 1
    assert "ReservedConcurrentExecutions" not in function(dev, SWEEPER)[1]


def test_a_sender_looks_for_messages_until_the_next_one_does(template):
    _, sender = function(template, SENDER)
    assert sender["Timeout"] - LEASE_S == MINUTE_S


def test_lambdas_endpoint_has_as_many_addresses_as_a_sender_has_time_for(template):
    (endpoint,) = (
        made["Properties"]
        for made in resources(template, "AWS::EC2::VPCEndpoint").values()
        if json.dumps(made["Properties"]["ServiceName"]).endswith('.lambda"]]}')
    )
    assert len(endpoint["SubnetIds"]) <= COURIER_ADDRESSES


def test_slow_receivers_leave_calls_to_others_in_a_small_account(dev, prod):
    """Of ten at once: two senders, each with its couriers; the rest is for API and sweeper."""
    sent_at_once = int(_sender_is_told(dev)["WEBHOOK_PARALLEL"])
    assert 2 * (1 + sent_at_once) <= 6
    assert int(_sender_is_told(prod)["WEBHOOK_PARALLEL"]) == 8


def _sender_is_told(template: Template) -> dict[str, Any]:
    told: dict[str, Any] = function(template, SENDER)[1]["Environment"]["Variables"]
    return told


def test_upload_events_are_read_ten_at_a_time_and_come_again_one_by_one(template):
    mapping = only(template, "AWS::Lambda::EventSourceMapping")
    logical_id, reader = function(template, UPLOAD_EVENTS)
    assert mapping["FunctionName"] == {"Ref": logical_id}
    assert mapping["BatchSize"] == 10
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 2 <= mapping["ScalingConfig"]["MaximumConcurrency"] <= 5
    assert reader["Timeout"] * 6 <= UPLOAD_EVENT_VISIBILITY_S
    queue = reader["Environment"]["Variables"]["SQS_UPLOAD_EVENTS_QUEUE_URL"]["Ref"]
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}


def test_the_courier_has_no_network_and_no_settings(template):
    _, courier = function(template, COURIER)
    assert courier.keys().isdisjoint({"VpcConfig", "Environment"})
    assert courier["Timeout"] == COURIER_LIMIT_S


def test_the_sender_knows_the_courier_and_nobody_is_let_in_to_it(template):
    courier, _ = function(template, COURIER)
    _, sender = function(template, SENDER)
    assert sender["Environment"]["Variables"]["WEBHOOK_COURIER_FUNCTION"] == {"Ref": courier}
    named = template.find_resources(
        "AWS::Lambda::Permission",
        {"Properties": {"FunctionName": {"Fn::GetAtt": [courier, "Arn"]}}},
    )
    assert named == {}


@pytest.mark.parametrize("handler", [SWEEPER, UPLOAD_EVENTS, SENDER])
def test_what_needs_the_database_is_in_the_network(template, handler):
    _, inside = function(template, handler)
    assert inside["VpcConfig"]["SubnetIds"]


def test_backstage_waits_for_the_tables(template):
    migrations, _ = function(template, MIGRATIONS)
    for handler in (SWEEPER, UPLOAD_EVENTS, SENDER, COURIER):
        logical_id, _ = function(template, handler)
        waits_for = resources(template, "AWS::Lambda::Function")[logical_id]["DependsOn"]
        assert migrations in waits_for
