"""Posting a message once: what a sender asks for, and how it can end."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Protocol

from shared.webhooks.addresses import Target


class Trouble(StrEnum):
    """Why no answer came. Owners read these words."""

    REFUSED_ADDRESS = "refused_address"
    NO_CONNECTION = "no_connection"
    TLS_FAILED = "tls_failed"
    TOO_SLOW = "too_slow"
    BROKEN_ANSWER = "broken_answer"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended: with a status, or with a trouble."""

    http_status: int | None = None
    trouble: Trouble | None = None
    retry_after_s: float = 0.0

    @property
    def taken(self) -> bool:
        """The receiver said so; anything else, a redirect too, is sent again."""
        return self.http_status is not None and self.http_status // 100 == 2  # noqa: PLR2004 - 2xx

    @property
    def gone(self) -> bool:
        """The receiver wants nothing more at this address."""
        return self.http_status == HTTPStatus.GONE


class Post(Protocol):
    """Posts to an address that was checked: from here (`direct.py`), or by a courier."""

    def send(self, target: Target, *, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Try once; whatever happens is an outcome."""
