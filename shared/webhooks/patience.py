"""When a message that was not taken is sent again, and when it is given up."""

from shared.webhooks.events import WebhookEvent
from shared.webhooks.post import Outcome

MINUTE_S, HOUR_S = 60.0, 3600.0

BACK_OFF_S = (
    5.0,
    30.0,
    2 * MINUTE_S,
    10 * MINUTE_S,
    30 * MINUTE_S,
    2 * HOUR_S,
    6 * HOUR_S,
    12 * HOUR_S,
)
"""After each try that failed; about 21 hours in all."""

LONGEST_RETRY_AFTER_S = HOUR_S
"""A receiver may ask for a pause, but not for ever."""

JITTER = 0.2
"""Receivers that failed together are not asked together again."""


def pause_s(event: str, *, tries: int, outcome: Outcome, chance: float) -> float | None:
    """How long to wait after this many tries; None: it is given up.

    `chance` in 0..1 places the pause within ± `JITTER`. A ping is tried once: somebody is waiting
    to see whether the address works.
    """
    if event == WebhookEvent.PING or outcome.gone or tries > len(BACK_OFF_S):
        return None
    spread = 1 + JITTER * (2 * chance - 1)
    asked_s = min(outcome.retry_after_s, LONGEST_RETRY_AFTER_S)
    return max(BACK_OFF_S[tries - 1] * spread, asked_s)
