"""One place that builds boto3 clients: SigV4, explicit region, short timeouts, retries."""

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from shared.settings import QueueSettings, StorageSettings, WebhookSettings
from shared.webhooks.limits import COURIER_CONNECT_TIMEOUT_S, COURIER_READ_TIMEOUT_S

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

CONNECT_TIMEOUT_S = 5
S3_READ_TIMEOUT_S = 10
"""A worker that has to stop, or a request of a coach, does not outlast a silent S3 for long."""
SQS_READ_TIMEOUT_S = 30
"""Above the 20 s long poll."""


def s3_client(settings: StorageSettings) -> "S3Client":
    """An S3 client. Without `s3v4` boto3 presigns with SigV2 in some regions."""
    own = Config(
        read_timeout=S3_READ_TIMEOUT_S,
        signature_version="s3v4",
        s3={"addressing_style": settings.s3_addressing_style},
    )
    return boto3.client(
        "s3",
        region_name=settings.aws_region,
        endpoint_url=settings.aws_endpoint_url_s3,
        config=_PATIENCE.merge(own),
    )


def sqs_client(settings: QueueSettings) -> "SQSClient":
    """An SQS client."""
    return boto3.client(
        "sqs",
        region_name=settings.aws_region,
        endpoint_url=settings.aws_endpoint_url_sqs,
        config=_PATIENCE.merge(Config(read_timeout=SQS_READ_TIMEOUT_S)),
    )


def lambda_client(settings: WebhookSettings) -> "LambdaClient":
    """A Lambda client that calls once: a function that was called may have done its work."""
    once = Config(
        connect_timeout=COURIER_CONNECT_TIMEOUT_S,
        read_timeout=COURIER_READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    return boto3.client(
        "lambda",
        region_name=settings.aws_region,
        endpoint_url=settings.aws_endpoint_url_lambda,
        config=_PATIENCE.merge(once),
    )


_PATIENCE = Config(
    connect_timeout=CONNECT_TIMEOUT_S,
    retries={"mode": "standard", "max_attempts": 3},
)
