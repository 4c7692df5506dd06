"""The whole product on one machine: database, S3 and SQS, API, worker and caretaker.

    with LocalStack(StackOptions()) as stack:
        print(stack.api_url, stack.token())

Every part binds to the loopback address and ends with this process, however it ends.
"""

import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx
from pydantic import SecretStr

from local.caretaker import CaretakerSettings
from local.child_environment import child_environment, variables
from local.emulator import aws_emulator, create_resources
from local.errors import DidNotStart
from local.identity import SUBJECT, DevIdentity
from local.logs import new_logs_folder
from local.postgres import postgres
from local.processes import LOOPBACK, Child, child, free_port, listens
from shared import migrations
from shared.database import connect
from shared.settings import (
    API_BASE_PATH,
    DatabaseSettings,
    LimitSettings,
    RuntimeSettings,
    Settings,
    Stage,
    SweepSettings,
    UploadSettings,
    WebhookSettings,
    WorkerSettings,
)

READY_WITHIN_S = 60

RECEIVE_WAIT_S = 1
"""A worker that waits for a message notices shutdown only afterwards; here that is soon."""

RETRY_BASE_S = 2.0
"""Nothing here is down for long, and somebody is watching."""

STOP_GRACE_S = 1.0
"""How long a job in hand may go on at shutdown; its queue goes away anyway."""

WEBHOOKS = WebhookSettings(webhook_allow_private=True)
"""A developer's receiver listens on this machine too."""

LIMITS = LimitSettings.none()
"""One's own machine has one user, whose tools may ask fast."""

_REPOSITORY = Path(__file__).parent.parent
_WORKER_READY = '"worker ready"'


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What may differ between two local systems.

    Attributes:
        port: of the API; a free one when None.
        engine: `synthetic` needs no model and sees one squatting person in every picture.
        pose_model: the model file for `mediapipe`.
        logs: a folder for one log file a part; a new one below `coach_home()` when None.
    """

    port: int | None = None
    engine: Literal["mediapipe", "synthetic"] = "mediapipe"
    pose_model: Path | None = None
    logs: Path | None = None


class LocalStack:
    """Starts on `with`; at its end everything stops and the data goes. The logs stay."""

    api_url: str
    logs: Path

    def __init__(self, options: StackOptions) -> None:
        self._options = options
        self._identity = DevIdentity.open()
        self._parts = ExitStack()
        self._services: tuple[Child, ...] = ()
        self._environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Start every part and wait until the API says that it reaches all of them.

        Raises:
            DidNotStart: a part did not come up; the message repeats its last words.
        """
        self.logs = self._options.logs or new_logs_folder()
        with ExitStack() as parts:
            self.api_url = self._start(parts)
            self._parts = parts.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._parts.close()

    def token(self, subject: str = SUBJECT, *, scope: str = "") -> str:
        """Return a bearer token that this API accepts."""
        return self._identity.token(subject, scope=scope)

    def check(self) -> None:
        """Raise `PartEnded` unless API, worker and caretaker run."""
        for service in self._services:
            service.check()

    def environment(self) -> dict[str, str]:
        """Return the variables under which a program reaches this very system, as its worker does.

        The database's password is among them.
        """
        return dict(self._environment)

    def _start(self, parts: ExitStack) -> str:
        port = _port(self._options.port)
        scratch = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="coach-")))
        endpoint = parts.enter_context(aws_emulator(log=self.logs / "emulator.log"))
        url = parts.enter_context(postgres(self.logs))
        database = DatabaseSettings(database_url=SecretStr(url))
        made = create_resources(endpoint)
        common = (RuntimeSettings(stage=Stage.LOCAL), database, made.storage, made.queue)
        working = self._worker_settings(scratch)

        def start(
            name: str, *command: str, knows: Sequence[Settings], takes_along: Path | None = None
        ) -> Child:
            env = child_environment(endpoint, *common, *knows)
            return parts.enter_context(self._part(name, *command, env=env, takes_along=takes_along))

        api = start(
            "api",
            "local.api",
            str(port),
            knows=(UploadSettings(), WEBHOOKS, LIMITS, self._identity.auth_settings()),
        )
        worker = start("worker", "worker_service", knows=(working,), takes_along=scratch)
        caretaker = start(
            "caretaker",
            "local.caretaker",
            knows=(UploadSettings(), WEBHOOKS, SweepSettings(), CaretakerSettings()),
        )
        self._services = (api, worker, caretaker)
        self._environment = variables(endpoint, *common, working)
        _migrate(database)  # while they are still importing
        api_url = f"http://{LOOPBACK}:{port}{API_BASE_PATH}"
        api.wait_until(lambda: _is_ready(api_url), within_s=READY_WITHIN_S)
        worker.wait_until(lambda: _says_ready(worker), within_s=READY_WITHIN_S)
        return api_url

    def _worker_settings(self, scratch: Path) -> Settings:
        return WorkerSettings(
            pose_engine=self._options.engine,
            pose_model_path=self._options.pose_model,
            worker_tmp=scratch,
            receive_wait_s=RECEIVE_WAIT_S,
            retry_base_s=RETRY_BASE_S,
            stop_grace_s=STOP_GRACE_S,
        )

    def _part(
        self, name: str, *command: str, env: dict[str, str], takes_along: Path | None
    ) -> AbstractContextManager[Child]:
        return child(
            f"The {name}",
            [sys.executable, "-m", *command],
            log=self.logs / f"{name}.log",
            env=env,
            cwd=_REPOSITORY,
            takes_along=takes_along,
        )


def _port(wanted: int | None) -> int:
    if wanted is not None and listens(wanted):
        raise DidNotStart(f"Port {wanted} is taken. Choose another one with --port.")
    return wanted or free_port()


def _migrate(database: DatabaseSettings) -> None:
    engine = connect(database)
    migrations.upgrade(engine)
    engine.dispose()


def _is_ready(api_url: str) -> bool:
    try:
        return httpx.get(f"{api_url}/health/ready", trust_env=False).is_success
    except httpx.TransportError:
        return False


def _says_ready(worker: Child) -> bool:
    return _WORKER_READY in worker.log.read_text(encoding="utf-8", errors="replace")
