"""Real parts for every test: PostgreSQL, moto's server over HTTP, the pose model, the sample."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, make_url, text

from shared import migrations
from shared.aws import s3_client, sqs_client
from shared.database import connect
from shared.job_queue import JobQueue
from shared.media_store import MediaStore
from shared.settings import DatabaseSettings, QueueSettings, StorageSettings

TEMPLATE = "coach_template"

settings.register_profile("same_every_time", derandomize=True)
settings.register_profile("explore")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same_every_time"))


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory) -> Iterator[str]:
    """A throw-away cluster with a migrated template database."""
    from local.postgres import postgres

    with postgres(tmp_path_factory.mktemp("postgres")) as url:
        _admin(url, f"CREATE DATABASE {TEMPLATE}")
        engine = create_engine(_named(url, TEMPLATE))
        migrations.upgrade(engine)
        engine.dispose()
        yield url


@pytest.fixture
def database_settings(postgres_url) -> Iterator[DatabaseSettings]:
    """A fresh, migrated database for one test."""
    name = f"test_{uuid4().hex[:12]}"
    _admin(postgres_url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield DatabaseSettings(database_url=SecretStr(_named(postgres_url, name)))
    _admin(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database_settings) -> Iterator[Engine]:
    engine = connect(database_settings)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def aws_endpoint() -> Iterator[str]:
    """moto's server: S3 and SQS over real HTTP."""
    from local.emulator import aws_emulator

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
def storage(aws_endpoint) -> StorageSettings:
    """A bucket of one test's own."""
    settings = StorageSettings(
        s3_bucket=f"media-{uuid4().hex[:12]}",
        aws_endpoint_url_s3=aws_endpoint,
        s3_addressing_style="path",
    )
    s3_client(settings).create_bucket(Bucket=settings.s3_bucket)
    return settings


@pytest.fixture
def queue_settings(aws_endpoint) -> QueueSettings:
    """A queue of one test's own, with a dead-letter queue behind it."""
    unnamed = QueueSettings(sqs_queue_url="", aws_endpoint_url_sqs=aws_endpoint)
    sqs = sqs_client(unnamed)
    name = f"jobs-{uuid4().hex[:12]}"
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
    redrive = f'{{"deadLetterTargetArn":"{arn["Attributes"]["QueueArn"]}","maxReceiveCount":"4"}}'
    url = sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    return unnamed.model_copy(update={"sqs_queue_url": url})


@pytest.fixture
def media(storage) -> MediaStore:
    return MediaStore(s3_client(storage), storage.s3_bucket)


@pytest.fixture
def queue(queue_settings) -> JobQueue:
    return JobQueue(sqs_client(queue_settings), queue_settings.sqs_queue_url)


@pytest.fixture(scope="session")
def pose_model_path() -> Path:
    """The pinned pose model, fetched once."""
    from local.downloads import pose_model

    return pose_model()


@pytest.fixture(scope="session")
def sample_video() -> Path:
    """The sample video, fetched once."""
    from local.sample import sample_video

    return sample_video()


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _admin(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
