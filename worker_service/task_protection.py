"""Asks ECS not to end this task in a scale-in or a deployment while it has a job.

The agent's answers: `protection` when it was done, `failure` with a reason when ECS says no,
`error` when ECS could not be asked ("Amazon ECS task scale-in protection endpoint", ECS Developer
Guide).
"""

import json
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from typing import Any, Protocol
from urllib.parse import urlsplit

from shared.telemetry import logger

log = logger(__name__)

PATH = "/task-protection/v1/state"

EXPIRES_MIN = 10
"""Minutes a protection lasts: a worker that died blocks a scale-in no longer than this."""

REFRESH_SHARE = 0.8
"""Of that time; later it is asked for again."""

TIMEOUT_S = 2.0
"""The agent is on the same host."""


class TaskProtection(Protocol):
    """Whether this worker may be ended from outside."""

    def acquire(self) -> bool:
        """Ask for protection; False when it was refused, and no job may be taken."""
        ...

    def refresh(self) -> None:
        """Ask again before it runs out."""
        ...

    def release(self) -> None:
        """Allow being ended."""
        ...


class NoTaskProtection:
    """Where there is no ECS, nobody ends tasks."""

    def acquire(self) -> bool:
        """Nothing to ask for."""
        return True

    def refresh(self) -> None:
        """Nothing runs out."""

    def release(self) -> None:
        """Nothing to give up."""


class EcsTaskProtection:
    """The ECS agent's endpoint.

    An agent that cannot be asked does not stop the work: a job that is interrupted only costs
    time, one that nobody takes costs a coach's patience.
    """

    def __init__(
        self,
        agent_uri: str,
        *,
        expires_min: int = EXPIRES_MIN,
        on_unavailable: Callable[[], None] = lambda: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            agent_uri: what ECS puts into `ECS_AGENT_URI`.
            expires_min: minutes that a protection lasts, 1 to 2,880.
            on_unavailable: told each time the agent could not be asked.
            now: seconds of a clock that never goes back.
        """
        address = urlsplit(agent_uri)
        self._host, self._path = address.netloc, address.path + PATH
        self._expires_min = expires_min
        self._on_unavailable = on_unavailable
        self._now = now
        self._asked_at: float | None = None
        self._said: str | None = None

    def acquire(self) -> bool:
        """Ask for protection unless it is fresh; False when it was refused."""
        return self._fresh() or self._protect()

    def refresh(self) -> None:
        """Ask again once most of the time is over; a refusal changes nothing for the job."""
        if not self._fresh():
            self._protect()

    def release(self) -> None:
        """Allow being ended, if it was not allowed."""
        if self._asked_at is not None:
            self._asked_at = None
            self._put({"ProtectionEnabled": False})

    def _fresh(self) -> bool:
        lasts_s = self._expires_min * 60 * REFRESH_SHARE
        return self._asked_at is not None and self._now() - self._asked_at < lasts_s

    def _protect(self) -> bool:
        asked_at = self._now()
        answer = self._put({"ProtectionEnabled": True, "ExpiresInMinutes": self._expires_min})
        if answer is None:
            return True
        refused = "failure" in answer
        self._asked_at = None if refused else asked_at
        return not refused

    def _put(self, wish: dict[str, bool | int]) -> dict[str, Any] | None:
        """Return the agent's answer; None when there was none that could be used."""
        try:
            answer = self._exchange(json.dumps(wish))
        except (OSError, HTTPException, ValueError, TypeError) as error:
            self._unavailable(type(error).__name__)
            return None
        if "failure" in answer:
            self._say(f"refused: {_named(answer['failure'], 'Reason')}")
        elif "protection" not in answer:
            self._unavailable(_named(answer.get("error"), "Code"))
            return None
        else:
            self._said = None
        return answer

    def _exchange(self, body: str) -> dict[str, Any]:
        connection = HTTPConnection(self._host, timeout=TIMEOUT_S)
        try:
            connection.request("PUT", self._path, body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if not isinstance(answer, dict):
            raise TypeError
        return answer

    def _unavailable(self, why: str) -> None:
        self._say(f"unavailable: {why}")
        self._on_unavailable()

    def _say(self, what: str) -> None:
        """Log each state of affairs once, not with every beat."""
        if what != self._said:
            log.warning("task protection", answer=what)
            self._said = what


def _named(part: object, field: str) -> str:
    return str(part.get(field)) if isinstance(part, dict) else "unknown"
