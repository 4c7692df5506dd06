"""An app's own web server on this machine, which takes webhooks and answers as it is told."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext

from local.processes import LOOPBACK

Reply = int | Callable[[BaseHTTPRequestHandler], None]
"""A status, or whatever the handler is to do."""


@dataclass(frozen=True)
class Received:
    """One request, headers with small letters."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """Its answers are `replies` one after the other, then 204."""

    port: int
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{LOOPBACK}:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        """The messages' ids, in the order in which they came."""
        return [request.headers["webhook-id"] for request in self.received]


@contextmanager
def receiver(tls: SSLContext | None = None) -> Iterator[Receiver]:
    """Listen on a free port until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers["content-length"]))
            taken.received.append(Received(self.path, headers, body))
            reply = taken.replies.pop(0) if taken.replies else 204
            if isinstance(reply, int):
                self.send_response(reply)
                self.end_headers()
            else:
                reply(self)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: object) -> None:
            """Clients that hang up or refuse the certificate are what is tested."""

    with Server((LOOPBACK, 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        taken = Receiver(server.server_address[1], "https" if tls else "http")
        serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        serving.start()
        yield taken
        server.shutdown()
        serving.join()
