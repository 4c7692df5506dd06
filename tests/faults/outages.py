"""Services that can be taken away and brought back: PostgreSQL by stopping it, S3 and SQS by
refusing.

Both keep their address, so whoever was connected has to find the way back alone.
"""

import http.client
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum, auto
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

from pydantic import SecretStr

from local.postgres import Cluster, cluster
from local.processes import LOOPBACK
from shared.media.store import UPLOADS
from shared.settings import DatabaseSettings

RESULTS = "results/"

HELD_LIMIT_S = 60.0


class Service(StrEnum):
    """What an emulator stands for."""

    S3 = auto()
    ORIGINALS = auto()
    """S3, but only what coaches uploaded."""
    RESULTS = auto()
    """S3, but only what workers store."""
    SQS = auto()


# --- PostgreSQL ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL of one's own, which others do not miss while it is away."""

    data: Cluster
    _serving: ExitStack = field(default_factory=ExitStack)

    def start(self) -> DatabaseSettings:
        """Serve the data there is, on the port there was."""
        url = self._serving.enter_context(self.data.serve())
        return DatabaseSettings(database_url=SecretStr(url))

    def stop(self) -> None:
        """Cut all connections and take none."""
        self._serving.close()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Be away until the block ends."""
        self.stop()
        try:
            yield
        finally:
            self.start()


@contextmanager
def database(folder: Path) -> Iterator[Database]:
    """A cluster that does not serve yet; it is gone at the end."""
    with cluster(folder) as data:
        one = Database(data)
        try:
            yield one
        finally:
            one.stop()


# --- S3 and SQS ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Held:
    """PUTs that came in whole and wait at the gate: their senders wait for the answer.

    Attributes:
        arrived: one waits.
        released: they may go on.
    """

    service: Service
    arrived: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)

    def hold(self) -> None:
        """Keep one request until it may go on."""
        self.arrived.set()
        self.released.wait(HELD_LIMIT_S)


@dataclass(slots=True)
class Gate:
    """The way to an emulator; what is `refused` gets that status and goes no further."""

    endpoint: str
    refused: dict[Service, HTTPStatus] = field(default_factory=dict)
    held: Held | None = None

    @contextmanager
    def refusing(
        self, *services: Service, status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE
    ) -> Iterator[None]:
        """Refuse every request to these services until the block ends."""
        self.refused = dict.fromkeys(services, status)
        try:
            yield
        finally:
            self.refused = {}

    @contextmanager
    def holding_puts(self, service: Service) -> Iterator[Held]:
        """Hold what is put there, from its last byte on, until the block ends."""
        self.held = Held(service)
        try:
            yield self.held
        finally:
            self.held.released.set()
            self.held = None


@contextmanager
def gate(emulator: str) -> Iterator[Gate]:
    """Serve a gate in front of the emulator until the block ends."""
    behind = urlsplit(emulator).netloc
    server = _Server((LOOPBACK, 0), _Passage)
    server.gate = Gate(f"http://{LOOPBACK}:{server.server_port}")
    server.behind = behind
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.gate
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a connection that is kept alive would keep us
    request_queue_size = 128
    gate: Gate
    behind: str

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a worker that was killed hears no answer."""


class _Passage(BaseHTTPRequestHandler):
    """One connection; every request is asked whose it is."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        for service in self._services():
            if refusal := self.server.gate.refused.get(service):
                self._answer(refusal, {}, b"")
                return
        held = self.server.gate.held
        if held and self.command == "PUT" and held.service in self._services():
            held.hold()
        behind = http.client.HTTPConnection(self.server.behind, timeout=60)
        try:
            behind.request(self.command, self.path, body, dict(self.headers.items()))
            answer = behind.getresponse()
            self._answer(answer.status, dict(answer.getheaders()), answer.read())
        except (http.client.HTTPException, OSError):  # one of the two ends was killed
            self.close_connection = True
        finally:
            behind.close()

    do_DELETE = do_GET = do_HEAD = do_POST = do_PUT = pass_on  # noqa: N815 - http.server's names

    def _services(self) -> Iterator[Service]:
        if (self.headers.get("X-Amz-Target") or "").startswith("AmazonSQS."):
            yield Service.SQS
            return
        yield Service.S3
        if f"/{UPLOADS}" in self.path:
            yield Service.ORIGINALS
        if f"/{RESULTS}" in self.path:
            yield Service.RESULTS

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        kept = {
            name: value
            for name, value in headers.items()
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}
        }
        length = headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(body))
        for name, value in (kept | {"Content-Length": length}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: a request line may hold a presigned URL."""
