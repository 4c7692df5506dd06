"""boto3's errors from S3 in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.exceptions import RetriesExceededError, S3DownloadFailedError

from shared.errors import ObjectMissing, StorageError

_GONE = frozenset({"404", "NoSuchKey", "NoSuchUpload"})
"""HEAD has no body, so its code is the bare status: a missing bucket then looks the same."""


@contextmanager
def translated() -> Iterator[None]:
    """Let only `StorageError` and `ObjectMissing` out of what is done with S3."""
    try:
        yield
    except ClientError as error:
        said = _named(error.response["ResponseMetadata"]["HTTPStatusCode"])
        kind = ObjectMissing if error.response["Error"]["Code"] in _GONE else StorageError
        raise kind(said) from error  # S3's own words may name roles and keys
    except (BotoCoreError, RetriesExceededError, S3DownloadFailedError) as error:
        raise StorageError from error


def _named(status: int) -> str:
    """Return a status with its name; what stands before S3 may say one that has none."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
