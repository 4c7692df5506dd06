"""Every role of the stack and all that it may do, compared with what is written out here."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import pytest

from cli.operate.checks import rights as doctor
from infra import rights
from infra.rights import API, SWEEPER, UPLOAD_EVENTS, WORKER
from tests.infra.aws_calls import ACTIONS, operations_in_source
from tests.infra.conftest import listed, only, resources

SERVICES = ("api_lambda", "shared", "worker_service")
PROCESSES = (API, SWEEPER, UPLOAD_EVENTS, WORKER)

WRITE_LOGS = "logs:CreateLogStream logs:PutLogEvents"
LOGIN = "arn:aws:rds-db:REGION:ACCOUNT:dbuser:<DatabaseInstance.DbiResourceId>"
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "REGION", "AWS::AccountId": "ACCOUNT"}

IN_THE_NETWORK = {
    "*": "ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface ec2:DeleteNetworkInterface "
    "ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:UnassignPrivateIpAddresses"
}

EVERYWHERE = {
    "ApiFunctionRole": {
        **IN_THE_NETWORK,
        "<LogsApi>": WRITE_LOGS,
        f"{LOGIN}/coach_app": "rds-db:connect",
        "<MediaBucket>": "s3:ListBucket s3:ListBucketMultipartUploads s3:ListBucketVersions",
        "<MediaBucket>/uploads/*": "s3:AbortMultipartUpload s3:DeleteObject s3:DeleteObjectVersion "
        "s3:GetObject s3:ListMultipartUploadParts s3:PutObject",
        "<MediaBucket>/stills/*": "s3:AbortMultipartUpload s3:DeleteObject s3:DeleteObjectVersion "
        "s3:GetObject s3:PutObject",
        "<MediaBucket>/results/*": "s3:AbortMultipartUpload s3:DeleteObject s3:DeleteObjectVersion "
        "s3:GetObject",
        "<QueuesJobs>": "sqs:GetQueueAttributes sqs:SendMessage",
        "<QueuesDeadLetters>": "sqs:GetQueueAttributes",
        "<QueuesUploadEvents>": "sqs:GetQueueAttributes",
    },
    "BackstageSweeperRole": {
        **IN_THE_NETWORK,
        "<LogsBackstage>": WRITE_LOGS,
        f"{LOGIN}/coach_app": "rds-db:connect",
        "<MediaBucket>": "s3:ListBucket s3:ListBucketMultipartUploads s3:ListBucketVersions",
        "<MediaBucket>/uploads/*": "s3:AbortMultipartUpload s3:DeleteObject s3:DeleteObjectVersion "
        "s3:GetObject s3:ListMultipartUploadParts s3:PutObject",
        "<MediaBucket>/stills/*": "s3:AbortMultipartUpload s3:DeleteObject s3:DeleteObjectVersion",
        "<MediaBucket>/results/*": "s3:AbortMultipartUpload s3:DeleteObject s3:DeleteObjectVersion",
        "<QueuesJobs>": "sqs:GetQueueAttributes sqs:SendMessage",
        "<QueuesDeadLetters>": "sqs:ChangeMessageVisibility sqs:DeleteMessage "
        "sqs:GetQueueAttributes sqs:ReceiveMessage",
    },
    "BackstageUploadEventsRole": {
        **IN_THE_NETWORK,
        "<LogsBackstage>": WRITE_LOGS,
        f"{LOGIN}/coach_app": "rds-db:connect",
        "<MediaBucket>": "s3:ListBucket",
        "<MediaBucket>/uploads/*": "s3:GetObject s3:ListMultipartUploadParts s3:PutObject",
        "<QueuesJobs>": "sqs:SendMessage",
        "<QueuesUploadEvents>": "sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage",
    },
    "BackstageWebhooksRole": {
        **IN_THE_NETWORK,
        "<LogsBackstage>": WRITE_LOGS,
        f"{LOGIN}/coach_app": "rds-db:connect",
        "<BackstageCourier>": "lambda:InvokeFunction",
    },
    "BackstageCourierRole": {"<LogsBackstage>": WRITE_LOGS},
    "MigrationsFunctionRole": {
        **IN_THE_NETWORK,
        "<LogsBackstage>": WRITE_LOGS,
        f"{LOGIN}/coach_owner": "rds-db:connect",
    },
    "OperatorFunctionRole": {
        **IN_THE_NETWORK,
        "<LogsBackstage>": WRITE_LOGS,
        f"{LOGIN}/coach_app": "rds-db:connect",
        "<MediaBucket>": "s3:GetBucketCORS s3:GetBucketNotification s3:ListBucket",
        "<MediaBucket>/doctor/trial": "s3:DeleteObject s3:GetObject s3:PutObject",
        "<QueuesJobs>": "sqs:GetQueueAttributes sqs:SendMessage",
        "<QueuesDeadLetters>": "sqs:ChangeMessageVisibility sqs:DeleteMessage "
        "sqs:GetQueueAttributes sqs:ReceiveMessage",
        "<QueuesUploadEvents>": "sqs:GetQueueAttributes",
    },
    "WorkerRole": {
        f"{LOGIN}/coach_app": "rds-db:connect",
        "<MediaBucket>": "s3:ListBucket",
        "<MediaBucket>/uploads/*": "s3:GetObject",
        "<MediaBucket>/stills/*": "s3:GetObject",
        "<MediaBucket>/results/*": "s3:AbortMultipartUpload s3:DeleteObject s3:GetObject "
        "s3:PutObject",
        "<QueuesJobs>": "sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:ReceiveMessage "
        "sqs:SendMessage",
        "arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/*": "ecs:GetTaskProtection "
        "ecs:UpdateTaskProtection",
    },
    "WorkerTaskExecutionRole": {
        "*": "ecr:GetAuthorizationToken",
        "arn:aws:ecr:REGION:ACCOUNT:repository/cdk-hnb659fds-container-assets-ACCOUNT-REGION": (
            "ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer"
        ),
        "<LogsWorker>": WRITE_LOGS,
    },
    "NetworkFlowLogsRole": {
        "<LogsNetwork>": "logs:CreateLogStream logs:DescribeLogStreams logs:PutLogEvents"
    },
}

WITH_A_GPU = {
    "WorkerInstancesRole": {
        "*": "ecs:DiscoverPollEndpoint ecs:Poll ecs:StartTelemetrySession "
        "ecs:UpdateContainerInstancesState",
        "<WorkerClusterGpu>": "ecs:DeregisterContainerInstance ecs:RegisterContainerInstance "
        "ecs:SubmitAttachmentStateChanges ecs:SubmitContainerStateChange ecs:SubmitTaskStateChange",
    },
}


@pytest.mark.parametrize(
    ("stage", "expected"),
    [("dev", EVERYWHERE), ("prod", EVERYWHERE | WITH_A_GPU)],
    indirect=["stage"],
)
def test_every_role_may_do_what_is_written_here_and_nothing_else(template, expected):
    cluster = only(template, "AWS::ECS::Cluster")["ClusterName"]
    assert roles(template) == {
        role: {on.replace("CLUSTER", cluster): set(actions.split()) for on, actions in may.items()}
        for role, may in expected.items()
    }


def test_no_action_has_a_wildcard_and_no_role_what_aws_thinks_fit(template):
    found = {
        action
        for one in all_policies(template)
        for statement in statements(one)
        for action in listed(statement["Action"])
    }
    assert "s3:GetObject" in found
    assert [action for action in found if "*" in action] == []
    assert ":iam::aws:policy" not in str(template.to_json())


def test_rights_on_anything_are_only_those_that_iam_offers_on_nothing_else(template):
    """Each with a condition where there is one to be had."""
    for one in all_policies(template):
        for statement in statements(one):
            if "*" in listed(statement["Resource"]):
                actions = set(listed(statement["Action"]))
                assert "Condition" in statement or actions <= {
                    "ecr:GetAuthorizationToken",
                    "ecs:DiscoverPollEndpoint",
                }, actions


def test_nobody_but_cloudformation_calls_the_migrations(template):
    """It does so with the rights of who deploys: those stand in no template of ours."""
    invoked = [
        on
        for may in roles(template).values()
        for on, actions in may.items()
        if "lambda:InvokeFunction" in actions
    ]
    assert invoked == ["<BackstageCourier>"]
    permitted = resources(template, "AWS::Lambda::Permission").values()
    names = {text(one["Properties"]["FunctionName"]) for one in permitted}
    assert not [name for name in names if "Migrations" in name]


def test_all_that_the_code_calls_is_known():
    assert operations_in_source(*SERVICES) == set(ACTIONS)


def test_the_code_calls_for_every_right_and_has_one_for_every_call():
    called = {action for actions in ACTIONS.values() for action in actions}
    given = {action for process in PROCESSES for _, action in pairs(process)}
    assert given | {"lambda:InvokeFunction"} == called


def test_the_doctor_asks_for_all_rights_together():
    together = defaultdict(set)
    for process in PROCESSES:
        for on, action in pairs(process):
            together[on].add(action)
    assert together == {
        "bucket": set(doctor.BUCKET),
        **{prefix: set(actions) for prefix, actions in doctor.BY_PREFIX.items()},
        "jobs": set(doctor.JOB_QUEUE),
        "dead_letters": set(doctor.DEAD_LETTERS),
        "upload_events": set(doctor.UPLOAD_EVENTS),
    }


def pairs(process: rights.Rights) -> Iterator[tuple[str, str]]:
    """On what, and the action."""
    for one in fields(process):
        given = getattr(process, one.name)
        by_place = given if isinstance(given, Mapping) else {one.name: given}
        for on, actions in by_place.items():
            yield from ((on, action) for action in actions)


def roles(template: Any) -> Mapping[str, Mapping[str, set[str]]]:
    """By role and by what it is on, the actions that are allowed."""
    found: dict[str, dict[str, set[str]]] = {
        plain(name): defaultdict(set) for name in resources(template, "AWS::IAM::Role")
    }
    shared = resources(template, "AWS::IAM::ManagedPolicy")
    policies = {**resources(template, "AWS::IAM::Policy"), **shared}.values()
    for name, role in resources(template, "AWS::IAM::Role").items():
        theirs = [shared[arn["Ref"]] for arn in role["Properties"].get("ManagedPolicyArns", ())]
        attached = [one for one in policies if {"Ref": name} in one["Properties"].get("Roles", ())]
        for policy in (*theirs, *attached, role):
            for statement in statements(policy):
                assert statement["Effect"] == "Allow"
                for on in listed(statement["Resource"]):
                    found[plain(name)][text(on)].update(listed(statement["Action"]))
    return found


def all_policies(template: Any) -> Iterator[Mapping[str, Any]]:
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role"):
        yield from resources(template, kind).values()


def statements(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Of a policy, or of those written into a role."""
    properties = resource["Properties"]
    documents = [one["PolicyDocument"] for one in properties.get("Policies", ())]
    if "PolicyDocument" in properties:
        documents.append(properties["PolicyDocument"])
    for document in documents:
        yield from document["Statement"]


def text(value: Any) -> str:
    """A resource in words: others of the template by their names, without the CDK's hash."""
    match value:
        case {"Ref": str(name)}:
            return PSEUDO.get(name, f"<{plain(name)}>")
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"<{plain(name)}.{attribute}>".replace(".Arn>", ">")
        case {"Fn::Join": ["", list(parts)]}:
            return "".join(map(text, parts))
        case {"Fn::Sub": str(template)}:
            return re.sub(r"\$\{(.*?)\}", lambda found: text({"Ref": found[1]}), template)
    assert isinstance(value, str), value
    return value


def plain(logical_id: str) -> str:
    return re.sub(r"[0-9A-F]{8}$", "", logical_id)
