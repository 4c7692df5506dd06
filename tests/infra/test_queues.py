"""The queues of the template: as the code counts on, closed, and each with its dead letters."""

from collections.abc import Mapping
from typing import Any

import pytest

from shared.settings import (
    DEAD_LETTER_RETENTION_S,
    JOB_RETENTION_S,
    MAX_RECEIVE_COUNT,
    RECEIVE_WAIT_S,
    UPLOAD_EVENT_RECEIVE_COUNT,
    UPLOAD_EVENT_VISIBILITY_S,
    VISIBILITY_TIMEOUT_S,
)
from tests.infra.conftest import resources

JOBS, UPLOAD_EVENTS = "jobs", "upload-events"
SOURCES = (JOBS, UPLOAD_EVENTS)

Resource = Mapping[str, Any]


@pytest.fixture
def queues(template, stage) -> Mapping[str, Resource]:
    """By name, without the stage's part of it."""
    prefix = f"coach-plus-{stage.name}-"
    made = resources(template, "AWS::SQS::Queue").values()
    return {one["Properties"]["QueueName"].removeprefix(prefix): one for one in made}


def test_each_queue_has_one_of_dead_letters(queues):
    assert queues.keys() == {*SOURCES, *(f"{name}-dead-letters" for name in SOURCES)}


@pytest.mark.parametrize(
    ("name", "visibility_s", "receives"),
    [
        (JOBS, VISIBILITY_TIMEOUT_S, MAX_RECEIVE_COUNT),
        (UPLOAD_EVENTS, UPLOAD_EVENT_VISIBILITY_S, UPLOAD_EVENT_RECEIVE_COUNT),
    ],
)
def test_the_numbers_are_the_codes_own(queues, name, visibility_s, receives):
    queue = queues[name]["Properties"]
    assert queue["VisibilityTimeout"] == visibility_s
    assert queue["RedrivePolicy"]["maxReceiveCount"] == receives
    assert queue["MessageRetentionPeriod"] == JOB_RETENTION_S
    assert queue["ReceiveMessageWaitTimeSeconds"] == RECEIVE_WAIT_S


@pytest.mark.parametrize("name", SOURCES)
def test_dead_letters_outlive_the_messages_they_were(queues, name):
    kept_s = queues[f"{name}-dead-letters"]["Properties"]["MessageRetentionPeriod"]
    assert kept_s == DEAD_LETTER_RETENTION_S
    assert kept_s > queues[name]["Properties"]["MessageRetentionPeriod"]


@pytest.mark.parametrize("name", SOURCES)
def test_a_queue_sets_aside_into_its_own_dead_letters(template, queues, name):
    target = queues[name]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]
    logical_id, attribute = target["Fn::GetAtt"]
    assert resources(template, "AWS::SQS::Queue")[logical_id] == queues[f"{name}-dead-letters"]
    assert attribute == "Arn"


@pytest.mark.parametrize("name", SOURCES)
def test_dead_letters_come_from_their_own_queue_only(queues, stage, name):
    allowed = queues[f"{name}-dead-letters"]["Properties"]["RedriveAllowPolicy"]
    assert allowed["redrivePermission"] == "byQueue"
    (source,) = allowed["sourceQueueArns"]
    assert source["Fn::Join"][1][-1] == f":coach-plus-{stage.name}-{name}"


def test_every_queue_is_encrypted(queues):
    assert all(queue["Properties"]["SqsManagedSseEnabled"] is True for queue in queues.values())


def test_no_queue_answers_without_tls(template):
    refusing = [
        queue["Ref"]
        for policy in resources(template, "AWS::SQS::QueuePolicy").values()
        for queue in policy["Properties"]["Queues"]
        if _refuses_plain_http(policy["Properties"]["PolicyDocument"])
    ]
    assert sorted(refusing) == sorted(resources(template, "AWS::SQS::Queue"))


def test_only_s3_may_send_from_outside_and_for_this_account_only(template):
    allowed = [
        statement
        for policy in resources(template, "AWS::SQS::QueuePolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    (statement,) = allowed
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }


def test_queues_go_with_the_stack_for_rows_are_the_truth(queues):
    assert {queue["DeletionPolicy"] for queue in queues.values()} == {"Delete"}


def _refuses_plain_http(document: Resource) -> bool:
    return any(
        statement["Effect"] == "Deny"
        and statement["Principal"] == {"AWS": "*"}
        and statement["Action"] == "sqs:*"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in document["Statement"]
    )
