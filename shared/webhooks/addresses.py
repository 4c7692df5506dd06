"""Where a webhook may lead: public https addresses, so that nobody sends us into a private network.

A host name is looked up when a webhook is registered and again for every call, and the call goes
to the very addresses that were checked: a name that means something else a moment later (DNS
rebinding) gains nothing.
"""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import SplitResult, urlsplit

from shared.errors import WebhookRefused
from shared.webhooks.limits import NAME_TIMEOUT_S
from shared.webhooks.public import is_public

MAX_URL = 2048
HTTPS_PORT = 443
FIRST_FREE_PORT = 1024
"""Below lie the services of an operating system, mail and remote shells among them."""

NOT_PUBLIC = "The host must lead to public addresses, and to nothing else."
"""Said for a name without an address too: nobody learns here which names a private DNS knows."""

_PRINTABLE = re.compile(r"[!-~]+")
_LABELS = re.compile(
    r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?"
)
_NUMERIC_END = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$")
"""`2130706433`, `0x7f.1`, `127.1`: what some resolvers read as an IPv4 address."""

Resolve = Callable[[str, int], Sequence[str]]
"""From host name and port to IP addresses; raises `OSError` where there are none."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was checked. `ips` are where the connection may go, first choice first.

    Attributes:
        host: as written, for certificate and `Host` header; never looked up again.
        path: with its query, which may hold a secret of the receiver: not for logs.
    """

    scheme: str
    host: str
    port: int
    path: str
    ips: tuple[str, ...]

    @property
    def host_header(self) -> str:
        """As HTTP wants it: IPv6 in brackets, the usual port left out."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _default_port(self.scheme) else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        """The address again, which leads here."""
        return f"{self.scheme}://{self.host_header}{self.path}"


def system_dns(host: str, port: int, *, timeout_s: float = NAME_TIMEOUT_S) -> Sequence[str]:
    """Ask the system, for a limited time: a hostile name server may never answer.

    Raises:
        OSError: no address, or no answer.
    """
    answers: SimpleQueue[Sequence[str] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(address[0]) for *_, address in found])
        except (OSError, UnicodeError) as error:
            answers.put(OSError(str(error)))

    Thread(target=ask, daemon=True, name="webhook-dns").start()
    try:
        answer = answers.get(timeout=timeout_s)
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Checks addresses. `allow_private` is for one's own machine: any address, and http too."""

    resolve: Resolve = system_dns
    allow_private: bool = False

    def check(self, url: str) -> Target:
        """Return where `url` leads.

        Raises:
            WebhookRefused: it is no address that we call. The sentence says why.
        """
        if len(url) > MAX_URL:
            raise WebhookRefused(f"The address is longer than {MAX_URL} characters.")
        return self._target(_split(url), self.resolve)

    def check_again(self, target: Target) -> None:
        """Hold what somebody else checked to the same rules, and to the addresses found then.

        Its name is not looked up: it may mean something else by now.

        Raises:
            WebhookRefused: no check of ours can have led to it.
        """
        if self._target(_split(target.url), lambda *_: target.ips) != target:
            raise WebhookRefused("This is not an address.")

    def _target(self, parts: SplitResult, resolve: Resolve) -> Target:
        schemes = ("https", "http") if self.allow_private else ("https",)
        if parts.scheme not in schemes:
            raise WebhookRefused("The address must begin with https://.")
        port = self._port(parts)
        host = _host(parts)
        query = f"?{parts.query}" if parts.query else ""
        path = f"{parts.path or '/'}{query}"
        return Target(parts.scheme, host, port, path, self._ips(host, port, resolve))

    def _port(self, parts: SplitResult) -> int:
        port = _default_port(parts.scheme) if parts.port is None else parts.port
        if port == HTTPS_PORT or port >= FIRST_FREE_PORT or (self.allow_private and port > 0):
            return port
        raise WebhookRefused(f"The port must be {HTTPS_PORT}, or {FIRST_FREE_PORT} and above.")

    def _ips(self, host: str, port: int, resolve: Resolve) -> tuple[str, ...]:
        found = [host] if _is_ip(host) else _looked_up(host, port, resolve)
        if not found or not (self.allow_private or all(map(is_public, found))):
            raise WebhookRefused(NOT_PUBLIC)
        return tuple(sorted(dict.fromkeys(found), key=lambda ip: ":" in ip))  # IPv4 first


def _looked_up(host: str, port: int, resolve: Resolve) -> Sequence[str]:
    try:
        return resolve(host, port)
    except OSError:
        raise WebhookRefused(NOT_PUBLIC) from None


def _split(url: str) -> SplitResult:
    """Take the address apart, once: nothing else ever reads it, so nothing reads it otherwise."""
    if not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise WebhookRefused("The address must be plain ASCII; write other characters encoded.")
    if "#" in url:
        raise WebhookRefused("The address may not have a fragment.")
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname  # read here, since they may not be readable
    except ValueError:
        raise WebhookRefused("This is not an address.") from None
    if "@" in parts.netloc:
        raise WebhookRefused("The address may not hold a user name or password.")
    return parts


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if _is_ip(host) and (":" in host) is ("[" in parts.netloc):
        return host
    if "[" in parts.netloc:
        raise WebhookRefused("This is not an address.")
    if len(host) > 253 or not _LABELS.fullmatch(host) or _NUMERIC_END.search(host):  # noqa: PLR2004 - RFC 1035
        raise WebhookRefused("This is not the name of a host.")
    return host


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _default_port(scheme: str) -> int:
    return HTTPS_PORT if scheme == "https" else 80
