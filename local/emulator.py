"""S3 and SQS on this machine: moto's server, and the bucket and queues the product needs in it."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from local.aws_environment import ACCESS_KEY, REGION, SECRET_KEY, aws_environment, without_aws
from local.processes import LOOPBACK, child, free_port, listens
from shared.media.bucket import (
    CORS_EXPOSED_HEADERS,
    CORS_MAX_AGE_S,
    CORS_METHODS,
    CORS_REQUEST_HEADERS,
    UPLOAD_EVENTS,
)
from shared.media.store import UPLOADS
from shared.settings import (
    DEAD_LETTER_RETENTION_S,
    JOB_RETENTION_S,
    MAX_RECEIVE_COUNT,
    RECEIVE_WAIT_S,
    UPLOAD_EVENT_RECEIVE_COUNT,
    UPLOAD_EVENT_VISIBILITY_S,
    VISIBILITY_TIMEOUT_S,
    QueueSettings,
    StorageSettings,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

BUCKET = "coach-media"
QUEUE = "coach-jobs"

_DIRECT = Config(proxies={})
"""A proxy named in the environment does not reach this machine's own ports."""

_REPOSITORY = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Resources:
    """Where the services find what was made for them."""

    storage: StorageSettings
    queue: QueueSettings


@contextmanager
def aws_emulator(port: int | None = None, *, log: Path | None = None) -> Iterator[str]:
    """Yield the endpoint URL of an S3 and SQS server on the loopback address.

    It is a process of its own, so transfers do not fight for our interpreter lock. What is in it
    lives in its memory and is gone afterwards.

    Raises:
        DidNotStart: it did not come up.
    """
    if log is None:
        with (
            tempfile.TemporaryDirectory(prefix="emulator-") as folder,
            aws_emulator(port, log=Path(folder) / "emulator.log") as endpoint,
        ):
            yield endpoint
        return
    port = port or free_port()
    endpoint = f"http://{LOOPBACK}:{port}"
    with child(
        "The S3 and SQS emulator",
        [sys.executable, "-m", "local.moto_server", str(port)],
        log=log,
        env=without_aws() | aws_environment(endpoint),
        cwd=_REPOSITORY,
    ) as server:
        server.wait_until(lambda: listens(port))
        yield endpoint


def create_resources(
    endpoint: str, *, bucket: str = BUCKET, queue: str = QUEUE, region: str = REGION
) -> Resources:
    """Make the bucket and the queues, and tell the one about the other, as the stack does in AWS.

    The clients carry their own worthless credentials, so this needs no environment.
    """
    s3, sqs = _clients(endpoint, region)
    jobs = _create_queue(
        sqs, region, queue, visibility_s=VISIBILITY_TIMEOUT_S, receive_count=MAX_RECEIVE_COUNT
    )
    events = _create_queue(
        sqs,
        region,
        f"{queue}-upload-events",
        visibility_s=UPLOAD_EVENT_VISIBILITY_S,
        receive_count=UPLOAD_EVENT_RECEIVE_COUNT,
    )
    _create_bucket(s3, bucket)
    _announce_uploads(s3, bucket, _arn(events.url, region))
    return Resources(
        storage=StorageSettings(
            s3_bucket=bucket,
            aws_region=region,
            aws_endpoint_url_s3=endpoint,
            s3_addressing_style="path",
        ),
        queue=QueueSettings(
            sqs_queue_url=jobs.url,
            sqs_dead_letter_queue_url=jobs.dead_letter_url,
            sqs_upload_events_queue_url=events.url,
            aws_region=region,
            aws_endpoint_url_sqs=endpoint,
        ),
    )


@cache
def _clients(endpoint: str, region: str) -> "tuple[S3Client, SQSClient]":
    """Kept: a session reads its descriptions of S3 and SQS from many files, for 0.2 s."""
    account = boto3.Session(
        aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY, region_name=region
    )
    return (
        account.client("s3", endpoint_url=endpoint, config=_DIRECT),
        account.client("sqs", endpoint_url=endpoint, config=_DIRECT),
    )


@dataclass(frozen=True, slots=True)
class _Queue:
    url: str
    dead_letter_url: str


def _create_queue(
    sqs: "SQSClient", region: str, name: str, *, visibility_s: int, receive_count: int
) -> _Queue:
    dead_letter_url = sqs.create_queue(
        QueueName=f"{name}-dead-letters",
        Attributes={"MessageRetentionPeriod": str(DEAD_LETTER_RETENTION_S)},
    )["QueueUrl"]
    redrive = {
        "deadLetterTargetArn": _arn(dead_letter_url, region),
        "maxReceiveCount": receive_count,
    }
    url = sqs.create_queue(
        QueueName=name,
        Attributes={
            "VisibilityTimeout": str(visibility_s),
            "MessageRetentionPeriod": str(JOB_RETENTION_S),
            "ReceiveMessageWaitTimeSeconds": str(RECEIVE_WAIT_S),
            "RedrivePolicy": json.dumps(redrive),
        },
    )["QueueUrl"]
    return _Queue(url, dead_letter_url)


def _arn(url: str, region: str) -> str:
    """The queue's full name, made of what its address says: asking would double the requests."""
    account, name = url.split("/")[-2:]
    return f"arn:aws:sqs:{region}:{account}:{name}"


def _create_bucket(s3: "S3Client", bucket: str) -> None:
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_cors(
        Bucket=bucket,
        CORSConfiguration={
            "CORSRules": [
                {
                    "AllowedOrigins": ["*"],
                    "AllowedMethods": CORS_METHODS,
                    "AllowedHeaders": CORS_REQUEST_HEADERS,
                    "ExposeHeaders": CORS_EXPOSED_HEADERS,
                    "MaxAgeSeconds": CORS_MAX_AGE_S,
                }
            ]
        },
    )


def _announce_uploads(s3: "S3Client", bucket: str, events_arn: str) -> None:
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": events_arn,
                    "Events": UPLOAD_EVENTS,
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": UPLOADS}]}},
                }
            ]
        },
    )
