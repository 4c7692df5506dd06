"""The root of all errors, and what a person can do about one."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

NOWHERE: Mapping[str, str] = MappingProxyType({})


class UserAction(StrEnum):
    """What the person in front of the app should do about an error."""

    RETAKE = "retake"
    FIX_REQUEST = "fix_request"
    WAIT = "wait"
    CONTACT_SUPPORT = "contact_support"
    NONE = "none"


class CoachError(Exception):
    """The root: an error with a code, an HTTP status and advice.

    Attributes:
        workers_fault: the worker itself is to blame, so it would break the next job as well.
        retry_after_s: when the same request may work, where that is known.
        places: what is wrong where, by JSON pointer into the request's body.
    """

    code: ClassVar[str] = "INTERNAL_ERROR"
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    user_action: ClassVar[UserAction] = UserAction.CONTACT_SUPPORT
    sentence: ClassVar[str] = "Something went wrong on our side."
    workers_fault: bool = False
    retry_after_s: float | None = None

    def __init__(
        self,
        sentence: str | None = None,
        *,
        retry_after_s: float | None = None,
        places: Mapping[str, str] = NOWHERE,
    ) -> None:
        super().__init__(sentence or self.sentence)
        self.retry_after_s = retry_after_s
        self.places = places
