"""The deployed handler, wired from the environment to a real database, S3 and SQS."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from shared.settings import DatabaseSettings, QueueSettings, StorageSettings
from tests.builders import COACH
from tests.contract import issuer
from tests.contract.gateway import Gateway
from tests.contract.issuer import Issuer
from tests.rig.api_function import api_function

STRANGER = "coach-2"

Environment = dict[str, str]


@pytest.fixture(scope="session")
def sign_in() -> Issuer:
    return Issuer()


@pytest.fixture
def environment(
    database_settings: DatabaseSettings,
    storage: StorageSettings,
    queue_settings: QueueSettings,
    sign_in: Issuer,
) -> Environment:
    """What the stack sets on the function."""
    return {
        "STAGE": "test",
        "DATABASE_URL": database_settings.database_url.get_secret_value(),
        "DATABASE_POOL_SIZE": "1",
        "S3_BUCKET": storage.s3_bucket,
        "S3_ADDRESSING_STYLE": storage.s3_addressing_style,
        "AWS_ENDPOINT_URL_S3": str(storage.aws_endpoint_url_s3),
        "SQS_QUEUE_URL": queue_settings.sqs_queue_url,
        "AWS_ENDPOINT_URL_SQS": str(queue_settings.aws_endpoint_url_sqs),
        "JWT_ISSUER": issuer.NAME,
        "JWT_AUDIENCE": issuer.AUDIENCE,
        "JWKS": sign_in.jwks(),
    }


@pytest.fixture
def deploy(
    environment: Environment, sign_in: Issuer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Gateway]]:
    """Start the Lambda function, with some of its environment changed."""
    with ExitStack() as running:

        def started(**changes: str) -> Gateway:
            for name, value in (environment | changes).items():
                monkeypatch.setenv(name, value)
            return running.enter_context(_gateway(sign_in.token(COACH)))

        yield started


@pytest.fixture
def client(deploy: Callable[[], Gateway]) -> Gateway:
    """The coach's app."""
    return deploy()


@pytest.fixture
def stranger(client: Gateway, sign_in: Issuer) -> Gateway:
    """Another coach's app."""
    return client.signed_in_with(sign_in.token(STRANGER))


@contextmanager
def _gateway(token: str) -> Iterator[Gateway]:
    with api_function() as function:
        yield Gateway(function.handler, function.log, token)
