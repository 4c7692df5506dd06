"""What may pass the ways out of the closed network, whoever inside asks for it.

A worker opens strangers' videos. Should one get the better of it, it can send nothing away: with
keys of its own it is not let through, and with ours it can do what our roles may.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from aws_cdk import Aws, Fn, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.rights import API, COUNT, HIDE, OPERATOR, SEND, SWEEPER, TAKE, UPLOAD_EVENTS, WORKER

CALLS: Mapping[str, Sequence[str]] = {
    "Sqs": (*SEND, *TAKE, *HIDE, *COUNT),
    "Lambda": ("lambda:InvokeFunction",),
    "EcrApi": (
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
    ),
    "EcrDkr": (
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
    ),
    "Logs": ("logs:CreateLogStream", "logs:PutLogEvents"),
    "Ecs": (
        "ecs:DeregisterContainerInstance",
        "ecs:DiscoverPollEndpoint",
        "ecs:GetTaskProtection",
        "ecs:Poll",
        "ecs:RegisterContainerInstance",
        "ecs:StartTelemetrySession",
        "ecs:SubmitAttachmentStateChanges",
        "ecs:SubmitContainerStateChange",
        "ecs:SubmitTaskStateChange",
        "ecs:UpdateContainerInstancesState",
        "ecs:UpdateTaskProtection",
    ),
}
"""By endpoint (`infra/network.py`), all that our roles may call there. The two endpoints that ECS's
agent keeps open lines to, `EcsAgent` and `EcsTelemetry`, are left as AWS makes them: nothing says
that they take a policy."""


def for_ourselves(actions: Sequence[str]) -> iam.PolicyStatement:
    """Calls by roles of this account; on what, those roles say themselves."""
    return iam.PolicyStatement(
        principals=[iam.StarPrincipal()],
        actions=list(actions),
        resources=["*"],
        conditions={"StringEquals": {"aws:PrincipalAccount": Aws.ACCOUNT_ID}},
    )


def to_bucket(bucket: s3.IBucket) -> iam.PolicyStatement:
    """Whatever one of our roles may do in the bucket."""
    processes = (API, SWEEPER, UPLOAD_EVENTS, WORKER, OPERATOR)
    actions = {
        action
        for process in processes
        for action in chain(process.bucket, *process.objects.values())
    }
    return iam.PolicyStatement(
        principals=[iam.StarPrincipal()],
        actions=sorted(actions),
        resources=[bucket.bucket_arn, bucket.arn_for_objects("*")],
    )


def to_aws_own_buckets(scope: Construct) -> Iterator[iam.PolicyStatement]:
    """Two buckets of AWS, which signs the requests to them itself.

    The layers of images ("Minimum Amazon S3 bucket permissions for Amazon ECR", Amazon ECR User
    Guide), and where CloudFormation waits for what migrations say ("Access CloudFormation using an
    interface endpoint", AWS CloudFormation User Guide). Instances start without S3: driver and
    agent are in their image.
    """
    region = Stack.of(scope).region
    yield _on_objects("s3:GetObject", bucket=f"prod-{region}-starport-layer-bucket")
    without_dashes = Fn.join("", Fn.split("-", region))
    yield _on_objects(
        "s3:PutObject", bucket=f"cloudformation-custom-resource-response-{without_dashes}"
    )


def _on_objects(action: str, *, bucket: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        principals=[iam.StarPrincipal()],
        actions=[action],
        resources=[f"arn:{Aws.PARTITION}:s3:::{bucket}/*"],
    )
