"""A load client that costs little itself: prepared bytes over kept-open sockets, one a client.

A process of its own: `python -m benchmarks.load` reads one `Load` as JSON, writes one `Answered`.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from threading import Barrier

from pydantic import BaseModel

_HEAD_END = b"\r\n\r\n"


class Load(BaseModel):
    """What to send: the requests in turn, until every client has sent `each` of them."""

    port: int
    requests: list[str]
    clients: int
    each: int


class Answered(BaseModel):
    """How long every answer took, and all of them together."""

    ms: list[float]
    wall_s: float

    @property
    def per_second(self) -> float:
        """Answers a second, over all clients."""
        return len(self.ms) / self.wall_s

    def percentile_ms(self, percent: int) -> float:
        """The time within which so many answers came."""
        return sorted(self.ms)[min(len(self.ms) - 1, len(self.ms) * percent // 100)]


def put_load(load: Load) -> Answered:
    """Run the client beside us and return what it measured."""
    client = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=load.model_dump_json(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Answered.model_validate_json(client.stdout)


def http_request(
    method: str, path: str, *, token: str, body: bytes = b"", headers: Sequence[str] = ()
) -> str:
    """A whole request, ready to be sent again and again."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Authorization: Bearer {token}", *headers]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines) + "\r\n\r\n" + body.decode()


def _measure(load: Load) -> Answered:
    together = Barrier(load.clients + 1)
    shares = [
        list(islice(cycle(load.requests), number * load.each, (number + 1) * load.each))
        for number in range(load.clients)
    ]
    with ThreadPoolExecutor(load.clients) as pool:
        clients = [pool.submit(_client, load.port, share, together) for share in shares]
        together.wait()
        started_at = time.perf_counter()
        ms = [one for client in clients for one in client.result()]
        return Answered(ms=ms, wall_s=time.perf_counter() - started_at)


def _client(port: int, requests: Sequence[str], together: Barrier) -> list[float]:
    prepared = [request.encode() for request in requests]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        together.wait()
        return [_exchange(connection, request) for request in prepared]


def _exchange(connection: socket.socket, request: bytes) -> float:
    started_at = time.perf_counter()
    connection.sendall(request)
    received = b""
    while _HEAD_END not in received:
        received += _more(connection)
    head, _, body = received.partition(_HEAD_END)
    missing = _content_length(head) - len(body)
    while missing > 0:
        missing -= len(_more(connection))
    took_ms = 1000 * (time.perf_counter() - started_at)
    if not head.startswith(b"HTTP/1.1 2"):
        raise ConnectionError(head.splitlines()[0].decode())
    return took_ms


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise ConnectionError("the server hung up")
    return part


def _content_length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.split(b"\r\n", 1)[0] or 0)


if __name__ == "__main__":
    print(_measure(Load.model_validate_json(sys.stdin.read())).model_dump_json())
