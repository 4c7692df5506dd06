"""The bucket of videos, pictures and results."""

import math
from collections.abc import Sequence

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.keeping import outlives_its_stack
from infra.stage import Stage
from shared.media.bucket import (
    CORS_EXPOSED_HEADERS,
    CORS_MAX_AGE_S,
    CORS_METHODS,
    CORS_REQUEST_HEADERS,
    UPLOAD_EVENTS,
)
from shared.media.store import DOCTOR, STILLS, UPLOADS
from shared.settings import DAY_S, LONGEST_URL_LIFE_S

UNFINISHED_DAYS = math.ceil(LONGEST_URL_LIFE_S / DAY_S) + 1
"""The sweeper gives up what an app never finished; this is for parts that nobody knows of. A day
longer than a URL can live: what began in time may end."""

OLD_VERSION_DAYS = 7
"""How long something deleted or overwritten by mistake can be brought back: a weekend and the
week's first days. Deletions that a coach asked for erase every version at once."""

ACCESS_LOG = "media/"
_TLS = 1.2
_S3 = "s3.amazonaws.com"


class MediaBucket(Construct):
    """The bucket, its access log, and its word to the queue of upload events.

    Attributes: `bucket`, `access_log`.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, upload_events: sqs.IQueue
    ) -> None:
        super().__init__(scope, construct_id)
        self._removal = outlives_its_stack(stage)
        self.access_log = self._bucket(
            "AccessLog", rules=[s3.LifecycleRule(expiration=Duration.days(stage.log_days))]
        )
        self.bucket = self._bucket(
            "Bucket", rules=_lifecycle(stage), versioned=True, cors=_cors(stage)
        )
        self._log_access()
        self._announce_uploads(upload_events)

    def _bucket(
        self,
        construct_id: str,
        *,
        rules: list[s3.LifecycleRule],
        versioned: bool = False,
        cors: Sequence[s3.CorsRule] = (),
    ) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            construct_id,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=_TLS,
            lifecycle_rules=rules,
            versioned=versioned,
            cors=list(cors),
            removal_policy=self._removal,
        )
        if bucket.policy is not None:  # a bucket that is kept stays as closed as it was
            bucket.policy.apply_removal_policy(self._removal)
        return bucket

    def _log_access(self) -> None:
        """Let S3 write the log, by policy: these buckets have no access control lists."""
        _plain(self.bucket).logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=self.access_log.bucket_name, log_file_prefix=ACCESS_LOG
        )
        self.access_log.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
                actions=["s3:PutObject"],
                resources=[self.access_log.arn_for_objects(f"{ACCESS_LOG}*")],
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {"aws:SourceArn": self.bucket.bucket_arn},
                },
            )
        )

    def _announce_uploads(self, queue: sqs.IQueue) -> None:
        """Tell the queue of every original that arrives.

        S3 tries the queue out when the bucket is made, so its policy comes first; and the policy
        names the account, for the bucket has no name yet.
        """
        allowed = queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(_S3)],
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        if allowed.policy_dependable is not None:
            self.bucket.node.add_dependency(allowed.policy_dependable)
        below = s3.CfnBucket.NotificationFilterProperty(
            s3_key=s3.CfnBucket.S3KeyFilterProperty(
                rules=[s3.CfnBucket.FilterRuleProperty(name="prefix", value=UPLOADS)]
            )
        )
        _plain(
            self.bucket
        ).notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(
                    event=event, queue=queue.queue_arn, filter=below
                )
                for event in UPLOAD_EVENTS
            ]
        )


def _cors(stage: Stage) -> list[s3.CorsRule]:
    """Without web pages there is no rule: apps need none."""
    if not stage.cors_origins:
        return []
    rule = s3.CorsRule(
        allowed_origins=list(stage.cors_origins),
        allowed_methods=[s3.HttpMethods[method] for method in CORS_METHODS],
        allowed_headers=list(CORS_REQUEST_HEADERS),
        exposed_headers=list(CORS_EXPOSED_HEADERS),
        max_age=CORS_MAX_AGE_S,
    )
    return [rule]


def _lifecycle(stage: Stage) -> list[s3.LifecycleRule]:
    return [
        s3.LifecycleRule(
            id="leftovers",
            abort_incomplete_multipart_upload_after=Duration.days(UNFINISHED_DAYS),
            noncurrent_version_expiration=Duration.days(OLD_VERSION_DAYS),
            expired_object_delete_marker=True,
        ),
        _gone_after(1, DOCTOR),
        *_originals_gone_after(stage.video_days),
    ]


def _originals_gone_after(days: int | None) -> list[s3.LifecycleRule]:
    return [] if days is None else [_gone_after(days, UPLOADS), _gone_after(days, STILLS)]


def _gone_after(days: int, prefix: str) -> s3.LifecycleRule:
    return s3.LifecycleRule(id=prefix.rstrip("/"), prefix=prefix, expiration=Duration.days(days))


def _plain(bucket: s3.Bucket) -> s3.CfnBucket:
    plain = bucket.node.default_child
    assert isinstance(plain, s3.CfnBucket)  # noqa: S101 - tells mypy
    return plain
