"""One POST to one address that was checked: no redirect, no proxy, and an end to it in any case."""

import logging
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from http.client import HTTPException
from threading import Event, Timer

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, InvalidHeader, NewConnectionError
from urllib3.util import Retry

from shared.webhooks.addresses import Target
from shared.webhooks.limits import CONNECT_TIMEOUT_S, WALL_LIMIT_S
from shared.webhooks.post import Outcome, Trouble

READ_TIMEOUT_S = 10.0
"""How long a receiver may be silent."""

MOST_IPS = 2
"""A second address is tried where the first cannot be reached, as browsers do."""


@dataclass(frozen=True, slots=True)
class DirectPost:
    """Sends from this process. `tls` None: as the system trusts."""

    tls: ssl.SSLContext | None = None
    read_timeout_s: float = READ_TIMEOUT_S
    wall_limit_s: float = WALL_LIMIT_S

    def send(self, target: Target, *, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Try once; whatever happens is an outcome."""
        said = {**headers, "Host": target.host_header, "Connection": "close"}
        outcome = Outcome(trouble=Trouble.NO_CONNECTION)
        for ip in target.ips[:MOST_IPS]:
            outcome = self._send_to(ip, target, body, said)
            if outcome.trouble is not Trouble.NO_CONNECTION:
                break
        return outcome

    def _send_to(self, ip: str, target: Target, body: bytes, headers: dict[str, str]) -> Outcome:
        connection = self._connection(ip, target)
        hung_up = Event()
        try:
            with _hanging_up(connection, after_s=self.wall_limit_s, noting=hung_up):
                return self._exchange(connection, target.path, body, headers)
        except NewConnectionError:
            return Outcome(trouble=Trouble.NO_CONNECTION)
        except (ConnectTimeoutError, TimeoutError):
            return Outcome(trouble=Trouble.TOO_SLOW)
        except (ssl.SSLError, HTTPError, HTTPException, OSError) as error:
            return Outcome(trouble=_trouble(error, hung_up=hung_up.is_set()))
        finally:
            connection.close()

    def _exchange(
        self, connection: HTTPConnection, path: str, body: bytes, headers: dict[str, str]
    ) -> Outcome:
        """Nobody needs the answer's body, so it is not read, however long it is."""
        connection.connect()
        connection.timeout = self.read_timeout_s  # set on the socket before it reads
        connection.request("POST", path, body, headers, preload_content=False)
        answer = connection.getresponse()
        outcome = Outcome(answer.status, None, _retry_after_s(answer.status, answer.headers))
        answer.close()
        return outcome

    def _connection(self, ip: str, target: Target) -> HTTPConnection:
        """Connect to the IP address; the certificate must be the host's all the same."""
        _without_urllib3s_words()
        if target.scheme == "http":
            return HTTPConnection(ip, target.port, timeout=CONNECT_TIMEOUT_S)
        return HTTPSConnection(
            ip,
            target.port,
            timeout=CONNECT_TIMEOUT_S,
            server_hostname=target.host,
            ssl_context=self.tls or _trusted(),
            cert_reqs="CERT_REQUIRED",
        )


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


@cache
def _without_urllib3s_words() -> None:
    """It would log the URL, secrets and all, of a receiver that answers with broken headers."""
    logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


@contextmanager
def _hanging_up(connection: HTTPConnection, *, after_s: float, noting: Event) -> Iterator[None]:
    """Time-outs count from byte to byte; this one ends an answer that dribbles for ever."""

    def hang_up() -> None:
        noting.set()
        if (line := connection.sock) is not None:
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)  # not TLS's own, which may wait

    timer = Timer(after_s, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _trouble(error: Exception, *, hung_up: bool) -> Trouble:
    if hung_up:
        return Trouble.TOO_SLOW
    return Trouble.TLS_FAILED if isinstance(error, ssl.SSLError) else Trouble.BROKEN_ANSWER


def _retry_after_s(status: int, headers: Mapping[str, str]) -> float:
    """What an overloaded receiver asks for; 0 where it asks for nothing that can be understood."""
    asked = headers.get("Retry-After")
    if asked is None or status not in {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }:
        return 0.0
    try:
        return float(Retry().parse_retry_after(asked))
    except (InvalidHeader, ValueError, OverflowError):
        return 0.0
