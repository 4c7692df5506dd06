"""Who may do what: for each process its actions and what it does them on, in one table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from infra.accepted import accept
from infra.media_bucket import MediaBucket
from infra.queues import Queues
from shared.media.store import DOCTOR_TRIAL, RESULTS, STILLS, UPLOADS

SEE = ("s3:ListBucket",)
"""Also for a HEAD: who may not list is told "forbidden" of what is not there."""

SEE_ALL_TO_ERASE = (*SEE, "s3:ListBucketVersions", "s3:ListBucketMultipartUploads")

READ = ("s3:GetObject",)
WRITE = ("s3:PutObject",)

JOIN_PARTS = (*READ, *WRITE, "s3:ListMultipartUploadParts")
"""Complete an upload in parts, and see whether it is there."""

ERASE = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload")

SEND = ("sqs:SendMessage",)
COUNT = ("sqs:GetQueueAttributes",)
TAKE = ("sqs:ReceiveMessage", "sqs:DeleteMessage")
HIDE = ("sqs:ChangeMessageVisibility",)


@dataclass(frozen=True, slots=True)
class Rights:
    """What one process may do.

    Attributes:
        bucket: actions on the bucket itself.
        objects: by prefix, actions on the objects below it; or by the key of one.
        jobs, dead_letters, upload_events: actions on the queues.
    """

    bucket: Sequence[str] = ()
    objects: Mapping[str, Sequence[str]] = field(default_factory=dict)
    jobs: Sequence[str] = ()
    dead_letters: Sequence[str] = ()
    upload_events: Sequence[str] = ()

    def give(self, role: iam.IRole, *, media: MediaBucket, queues: Queues) -> None:
        """Write them into `role`."""
        for resource, actions in self._on(media, queues):
            if actions:
                statement = iam.PolicyStatement(actions=list(actions), resources=[resource])
                role.add_to_principal_policy(statement)

    def _on(self, media: MediaBucket, queues: Queues) -> Iterator[tuple[str, Sequence[str]]]:
        yield media.bucket.bucket_arn, self.bucket
        for place, actions in self.objects.items():
            objects = f"{place}*" if place.endswith("/") else place
            yield media.bucket.arn_for_objects(objects), actions
        yield queues.jobs.queue_arn, self.jobs
        yield queues.dead_letters.queue_arn, self.dead_letters
        yield queues.upload_events.queue_arn, self.upload_events


API = Rights(
    bucket=SEE_ALL_TO_ERASE,
    objects={
        UPLOADS: (*JOIN_PARTS, *ERASE),
        STILLS: (*READ, *WRITE, *ERASE),
        RESULTS: (*READ, *ERASE),
    },
    jobs=(*SEND, *COUNT),
    dead_letters=COUNT,
    upload_events=COUNT,
)
"""What a presigned URL allows is also taken from here: it is signed with this role."""

SWEEPER = Rights(
    bucket=SEE_ALL_TO_ERASE,
    objects={UPLOADS: (*JOIN_PARTS, *ERASE), STILLS: ERASE, RESULTS: ERASE},
    jobs=(*SEND, *COUNT),
    dead_letters=(*TAKE, *HIDE, *COUNT),
)

UPLOAD_EVENTS = Rights(
    bucket=SEE,
    objects={UPLOADS: JOIN_PARTS},
    jobs=SEND,
    upload_events=(*TAKE, *COUNT),
)
"""It is Lambda that takes the events from their queue, with this role."""

WORKER = Rights(
    bucket=SEE,
    objects={
        UPLOADS: READ,
        STILLS: READ,
        RESULTS: (*READ, *WRITE, "s3:DeleteObject", "s3:AbortMultipartUpload"),
    },
    jobs=(*SEND, *TAKE, *HIDE),
)


OPERATOR = Rights(
    bucket=(*SEE, "s3:GetBucketCORS", "s3:GetBucketNotification"),
    objects={DOCTOR_TRIAL: (*READ, *WRITE, "s3:DeleteObject")},
    jobs=(*SEND, *COUNT),
    dead_letters=(*TAKE, *HIDE, *COUNT),
    upload_events=COUNT,
)
"""Looks at everything but videos and results, and moves dead letters."""


def may_invoke(role: iam.IRole, function_arn: str) -> None:
    """Let `role` call one function: the sender of webhooks its courier; it needs nothing else."""
    statement = iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function_arn])
    role.add_to_principal_policy(statement)


def accept_prefixes(media: MediaBucket) -> None:
    """Let the rights above name prefixes; once a stack."""
    stack, plain = Stack.of(media), media.bucket.node.default_child
    assert isinstance(plain, s3.CfnBucket)  # noqa: S101 - tells mypy
    bucket = stack.get_logical_id(plain)
    for prefix in (UPLOADS, STILLS, RESULTS):
        accept(
            stack,
            f"AwsSolutions-IAM5[Resource::<{bucket}.Arn>/{prefix}*]",
            because=f"Keys below {prefix} are made of ids: a right can only name what they share.",
        )
