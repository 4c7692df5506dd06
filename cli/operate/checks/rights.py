"""Who we are to AWS, and whether that identity may do all that the code calls."""

from collections.abc import Iterator

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cli.operate.checks.check import Check, Seen, failed, ok, skipped, warn
from cli.operate.system import System
from shared.media.store import RESULTS, STILLS, UPLOADS
from shared.queue.job_queue import JobQueue

BUCKET = ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads")
OBJECTS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:AbortMultipartUpload",
)
BY_PREFIX = {
    UPLOADS: (*OBJECTS, "s3:ListMultipartUploadParts"),
    STILLS: OBJECTS,
    RESULTS: OBJECTS,
}
JOB_QUEUE = (
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
)
DEAD_LETTERS = tuple(action for action in JOB_QUEUE if action != "sqs:SendMessage")
UPLOAD_EVENTS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""What the API, the worker, the sweeper and the operator's commands call, by what they call it on.

Their roles hold a part each (`infra/rights.py`); whoever runs the doctor holds all of it.
"""

_ONCE = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "max_attempts": 2})


def identity(system: System) -> Seen:
    """AWS knows who asks."""
    if reason := _cannot_ask(system):
        return skipped(reason)
    try:
        return ok(_caller(system))
    except (ClientError, BotoCoreError) as error:
        return failed(
            f"AWS does not know who asks ({type(error).__name__})",
            "Look at the role of the task, or sign in again.",
        )


def permissions(system: System) -> Seen:
    """IAM would allow each action on the real bucket and queues; nothing of it is done.

    IAM's simulation knows the identity's own policies and boundary, not the bucket's or queues'.
    """
    if reason := _cannot_ask(system):
        return skipped(reason)
    try:
        caller = _caller(system)
        denied = list(_denied(system, caller))
    except (ClientError, BotoCoreError) as error:
        return warn(
            f"IAM does not say what this identity may do ({_reason(error)})",
            "Ask as a role that has no path and may call iam:SimulatePrincipalPolicy on itself.",
        )
    if denied:
        return failed(f"denied: {'; '.join(denied)}", f"Allow it to {principal(caller)}.")
    return ok("may do all that the code calls on the bucket and the queues")


def _cannot_ask(system: System) -> str | None:
    """Why nobody here can be asked about identities and their rights, if so."""
    if system.inside:
        return "from inside there is no way to IAM; the stack's template gives the rights"
    return "an emulator has no IAM" if system.on_emulator else None


def principal(caller: str) -> str:
    """Return the ARN whose policies count: of a session its role, as IAM names it.

    A session does not tell the path of its role; one with a path is not found by this name.
    """
    _, partition, _, _, account, name = caller.split(":", 5)
    kind, _, rest = name.partition("/")
    if kind != "assumed-role":
        return caller
    return f"arn:{partition}:iam::{account}:role/{rest.partition('/')[0]}"


def _caller(system: System) -> str:
    sts = boto3.client("sts", region_name=system.s3.meta.region_name, config=_ONCE)
    arn: str = sts.get_caller_identity()["Arn"]
    return arn


def _denied(system: System, caller: str) -> Iterator[str]:
    """Name each refused action with what it was refused on.

    One question a resource: then an answer cannot be about another one.
    """
    iam = boto3.client("iam", region_name=system.s3.meta.region_name, config=_ONCE)
    pages = iam.get_paginator("simulate_principal_policy")
    for resource, actions in _wanted(system, caller.split(":")[1]):
        asked = pages.paginate(
            PolicySourceArn=principal(caller), ActionNames=list(actions), ResourceArns=[resource]
        )
        for page in asked:
            for result in page["EvaluationResults"]:
                if result["EvalDecision"] != "allowed":
                    yield f"{result['EvalActionName']} on {resource}"


def _wanted(system: System, partition: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    bucket = f"arn:{partition}:s3:::{system.media.bucket}"
    yield bucket, BUCKET
    for prefix, actions in BY_PREFIX.items():  # a policy may name the prefixes, so a key below each
        yield f"{bucket}/{prefix}doctor", actions
    queues: tuple[tuple[JobQueue | None, tuple[str, ...]], ...] = (
        (system.queue, JOB_QUEUE),
        (system.dead_letters, DEAD_LETTERS),
        (system.upload_events, UPLOAD_EVENTS),
    )
    for queue, actions in queues:
        if queue is not None:
            yield queue.attributes()["QueueArn"], actions


def _reason(error: ClientError | BotoCoreError) -> str:
    return (
        error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    )


CHECKS = (
    Check("identity", "S3 or SQS away", identity),
    Check(
        "permissions",
        "S3 or SQS away",
        permissions,
        needs=frozenset({"identity", "job_queue"}),
    ),
)
