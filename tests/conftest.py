"""Real parts for every test: PostgreSQL, moto's server over HTTP, the pose model, the sample."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings
from pydantic import SecretStr
from sqlalchemy import Engine

from local import sample
from local.aws_environment import REGION
from local.downloads import pose_model
from local.emulator import Resources, aws_emulator, create_resources
from local.postgres import postgres
from shared.aws import s3_client, sqs_client
from shared.database import connect
from shared.media.store import MediaStore
from shared.queue.job_queue import JobQueue
from shared.settings import DatabaseSettings, QueueSettings, StorageSettings
from tests.rig.databases import Databases

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

pytest.register_assert_rewrite("tests.faults", "tests.coach", "tests.hostile")

settings.register_profile("same_every_time", derandomize=True)
settings.register_profile("explore")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same_every_time"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with a long file at the end.

    The order of files is kept otherwise, and that of tests within a file.
    """
    items.sort(key=lambda item: item.get_closest_marker("system") is None)


@pytest.fixture(scope="session")
def databases(tmp_path_factory) -> Iterator[Databases]:
    """A throw-away cluster with migrated databases."""
    with postgres(tmp_path_factory.mktemp("postgres")) as url, Databases(url) as made:
        yield made


@pytest.fixture
def database_settings(databases, request) -> Iterator[DatabaseSettings]:
    """A migrated database without a row, for one test.

    Tests take turns in the same one. What changes more than rows is marked `own_database`.
    """
    own = request.node.get_closest_marker("own_database") is not None
    with databases.own() if own else databases.shared() as url:
        yield DatabaseSettings(database_url=SecretStr(url))


@pytest.fixture
def engine(database_settings) -> Iterator[Engine]:
    engine = connect(database_settings)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def aws_endpoint() -> Iterator[str]:
    """moto's server: S3 and SQS over real HTTP."""
    with aws_emulator() as endpoint:
        yield endpoint


@pytest.fixture(autouse=True)
def _emulator_credentials(monkeypatch) -> None:
    """No test can reach a real account."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture
def resources(aws_endpoint) -> Resources:
    """A bucket and the queues of one test's own."""
    name = uuid4().hex[:12]
    return create_resources(aws_endpoint, bucket=f"media-{name}", queue=f"jobs-{name}")


@pytest.fixture
def storage(resources: Resources) -> StorageSettings:
    return resources.storage


@pytest.fixture
def queue_settings(resources: Resources) -> QueueSettings:
    return resources.queue


@pytest.fixture
def media(storage) -> MediaStore:
    return MediaStore(_s3(str(storage.aws_endpoint_url_s3)), storage.s3_bucket)


@pytest.fixture
def queue(queue_settings) -> JobQueue:
    return _queue(queue_settings, queue_settings.sqs_queue_url)


@pytest.fixture
def dead_letters(queue_settings) -> JobQueue:
    """The dead-letter queue behind `queue`."""
    return _queue(queue_settings, queue_settings.sqs_dead_letter_queue_url)


@pytest.fixture
def upload_events(queue_settings) -> JobQueue:
    """Where the bucket tells about uploads."""
    return _queue(queue_settings, queue_settings.sqs_upload_events_queue_url)


def _queue(settings: QueueSettings, url: str | None) -> JobQueue:
    assert url is not None
    return JobQueue(_sqs(str(settings.aws_endpoint_url_sqs)), url)


@cache
def _s3(endpoint: str) -> "S3Client":
    """Kept from test to test, as a process of ours keeps its own."""
    return s3_client(
        StorageSettings(
            s3_bucket="any",
            aws_region=REGION,
            aws_endpoint_url_s3=endpoint,
            s3_addressing_style="path",
        )
    )


@cache
def _sqs(endpoint: str) -> "SQSClient":
    return sqs_client(
        QueueSettings(sqs_queue_url="any", aws_region=REGION, aws_endpoint_url_sqs=endpoint)
    )


@pytest.fixture(scope="session")
def pose_model_path() -> Path:
    """The pinned pose model, fetched once."""
    return pose_model()


@pytest.fixture(scope="session")
def sample_video() -> Path:
    """The sample video, fetched once."""
    return sample.sample_video()
