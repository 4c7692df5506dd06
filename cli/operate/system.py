"""How the operator's commands reach a system.

By the environment, or the local one that runs. Also runs as a function of the stack, where there is
nothing of `local` (`cli/operate/inside.py`).
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from cli.errors import CliError
from shared.aws import s3_client, sqs_client
from shared.database import connect
from shared.job_store import JobStore
from shared.media.store import MediaStore
from shared.operations.dead_letters import DeadLetters
from shared.operations.overview import Lookout
from shared.players.consent import ConsentAnew
from shared.queue.dispatch import Dispatcher
from shared.queue.job_queue import JobQueue
from shared.settings import (
    DatabaseSettings,
    QueueSettings,
    RuntimeSettings,
    StorageSettings,
    SweepSettings,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

NEEDED = ("DATABASE_URL", "S3_BUCKET", "SQS_QUEUE_URL")
"""The variables without which no system can be reached."""

_inside: ContextVar[bool] = ContextVar("inside", default=False)


class NoSystem(CliError):
    """There is nothing to ask, or the environment does not lead to it."""


@dataclass(frozen=True, slots=True)
class System:
    """A system's database, bucket and queues; `name` says which one it is.

    `inside`: we are a function in its network, from where AWS's own APIs are mostly out of reach.
    """

    name: str
    engine: Engine
    s3: "S3Client"
    media: MediaStore
    queue: JobQueue
    dead_letters: JobQueue | None
    upload_events: JobQueue | None
    limits: SweepSettings
    on_emulator: bool
    inside: bool

    @property
    def jobs(self) -> JobStore:
        """The job rows."""
        return JobStore(self.engine)

    @property
    def lookout(self) -> Lookout:
        """The whole at a glance."""
        return Lookout(
            engine=self.engine,
            queue=self.queue,
            dead_letters=self.dead_letters,
            upload_events=self.upload_events,
            limits=self.limits,
        )

    @property
    def letters(self) -> DeadLetters:
        """The dead letters.

        Raises:
            NoSystem: the queue is not named.
        """
        if self.dead_letters is None:
            raise NoSystem("SQS_DEAD_LETTER_QUEUE_URL is not set.")
        dispatcher = Dispatcher(self.jobs, self.queue)
        return DeadLetters(self.dead_letters, dispatcher, ConsentAnew.on(self.engine))


@contextmanager
def from_inside() -> Iterator[None]:
    """Let commands in the block know that they run in the network of a stage."""
    before = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(before)


@contextmanager
def reached(port: int | None = None) -> Iterator[System]:
    """Yield the system that the environment names, else the local one; nothing is asked yet.

    Raises:
        NoSystem: there is none, or a variable has no usable value.
    """
    name, environment = _way(port)
    with _environment(environment):
        system = _system(name)
        try:
            yield system
        except ProgrammingError as error:  # a table or column that this version counts on
            raise CliError(
                "The database does not have the tables of this version. Run: coach doctor"
            ) from error
        finally:
            system.engine.dispose()


def _way(port: int | None) -> tuple[str, Mapping[str, str]]:
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if _inside.get():
        return f"Stage {RuntimeSettings().stage}", {}
    if port is None and not missing:
        return "The system that the environment names", {}
    from cli.running import running_systems

    systems = [one for one in running_systems() if port in {None, one.port}]
    if systems:
        return f"The local system on port {systems[0].port}", systems[0].environment
    if port is not None:
        raise NoSystem(f"No local system runs on port {port}. Start one: coach up")
    raise NoSystem(
        f"No local system runs (start one: coach up), and not set are: {', '.join(missing)}."
    )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the block, in the place of all that would lead to real AWS."""
    before = dict(os.environ)
    if variables:
        from local.aws_environment import without_aws

        wanted = without_aws() | dict(variables)
        os.environ.clear()
        os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _system(name: str) -> System:
    try:
        queues, storage, limits = QueueSettings(), StorageSettings(), SweepSettings()
        s3, sqs = s3_client(storage), sqs_client(queues)
        engine = connect(DatabaseSettings())
    except ValidationError as error:  # its own words repeat values, and some are secret
        names = ", ".join(str(complaint["loc"][-1]).upper() for complaint in error.errors())
        raise NoSystem(f"These variables have no usable value: {names}.") from error
    except BotoCoreError as error:  # AWS_PROFILE names none, say
        raise NoSystem(f"AWS cannot be asked: {error}.") from error
    except SQLAlchemyError as error:
        raise NoSystem("DATABASE_URL is not the address of a database.") from error
    except ValueError as error:  # boto3's word for an endpoint that is no URL
        raise NoSystem("An AWS_ENDPOINT_URL is not a URL.") from error
    return System(
        name=name,
        engine=engine,
        s3=s3,
        media=MediaStore(s3, storage.s3_bucket),
        queue=JobQueue(sqs, queues.sqs_queue_url),
        dead_letters=_queue(sqs, queues.sqs_dead_letter_queue_url),
        upload_events=_queue(sqs, queues.sqs_upload_events_queue_url),
        limits=limits,
        on_emulator=not s3.meta.endpoint_url.endswith((".amazonaws.com", ".amazonaws.com.cn")),
        inside=_inside.get(),
    )


def _queue(sqs: "SQSClient", url: str | None) -> JobQueue | None:
    return JobQueue(sqs, url) if url else None
