"""Sends what is due, several messages at a time, and looks for more while more is expected."""

import random
import time
from collections import Counter
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from shared import __version__
from shared.errors import WebhookRefused
from shared.telemetry import Metrics, logger
from shared.webhooks.addresses import AddressGuard
from shared.webhooks.message import body_of
from shared.webhooks.outbox import Letter, Outbox
from shared.webhooks.patience import pause_s
from shared.webhooks.post import Outcome, Post, Trouble
from shared.webhooks.signing import signed_headers
from shared.webhooks.tries import Tries

log = logger(__name__)

LOOK_EVERY_S = 2.0

_PLAIN_HEADERS = {"Content-Type": "application/json", "User-Agent": f"coach-plus/{__version__}"}


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one call did.

    Attributes:
        announced: messages made from jobs that ended.
        delivered: were taken by their receivers.
        postponed: were not, and are sent again.
        failed: were given up.
        forgotten: are a month old, and were removed.
    """

    announced: int = 0
    delivered: int = 0
    postponed: int = 0
    failed: int = 0
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class Sender:
    """One postman; any number of them may be under way.

    Attributes:
        parallel: how many messages are on their way at once, so how many calls of a courier.
    """

    outbox: Outbox
    guard: AddressGuard
    post: Post
    metrics: Metrics
    parallel: int

    def deliver(self, *, for_s: float = 0.0) -> Delivered:
        """Send what is due; go on for up to `for_s` while more is there or expected.

        Tries that began are waited for.

        Raises:
            DatabaseError: PostgreSQL is away; what was sent and could not be noted is sent again.
        """
        tally: Counter[str] = Counter(forgotten=self.outbox.forget())
        tries = Tries(self._try_once)
        ends = time.monotonic() + for_s
        self._begin(tries, tally)
        while tries or self._worth_waiting(ends):
            if ended := tries.next_ended(within_s=LOOK_EVERY_S):
                tally[self._note(*ended)] += 1
            if time.monotonic() < ends:
                self._begin(tries, tally)
        delivered = Delivered(**tally)
        self._tell(delivered)
        return delivered

    def _begin(self, tries: Tries, tally: Counter[str]) -> None:
        tally["announced"] += self.outbox.announce()
        if free := self.parallel - len(tries):
            for letter in self.outbox.take(free, busy=tries.busy):
                tries.begin(letter)

    def _worth_waiting(self, ends: float) -> bool:
        return time.monotonic() + LOOK_EVERY_S < ends and self.outbox.expecting()

    def _try_once(self, letter: Letter) -> Outcome:
        """Send one message; whatever happens is an outcome."""
        body = body_of(letter.payload)
        try:
            target = self.guard.check(letter.url)
            signed = signed_headers(
                letter.secret,
                message_id=str(letter.delivery_id),
                sent_at=int(time.time()),
                body=body,
            )
            return self.post.send(target, body=body, headers=_PLAIN_HEADERS | signed)
        except WebhookRefused:
            return Outcome(trouble=Trouble.REFUSED_ADDRESS)
        except Exception as error:  # noqa: BLE001 - one message must not hold up the others
            log.error("webhook broke", error=type(error).__name__)  # noqa: TRY400 - a trace may quote the URL
            return Outcome(trouble=Trouble.INTERNAL)

    def _note(self, letter: Letter, outcome: Outcome) -> str:
        """Write down how a try ended; return what it counts as."""
        log.info(
            "webhook sent",
            delivery_id=str(letter.delivery_id),
            host=urlsplit(letter.url).hostname,  # no more of it: the rest may hold a secret
            http_status=outcome.http_status,
            trouble=outcome.trouble,
            tries=letter.tries,
        )
        if outcome.taken:
            self.outbox.delivered(letter, outcome)
            return "delivered"
        chance = random.random()  # noqa: S311 - jitter, no secret
        in_s = pause_s(letter.event, tries=letter.tries, outcome=outcome, chance=chance)
        if in_s is not None:
            self.outbox.again(letter, outcome, in_s=in_s)
            return "postponed"
        self.outbox.given_up(letter, outcome)
        if outcome.gone:
            self.outbox.unwanted(letter)
        return "failed"

    def _tell(self, delivered: Delivered) -> None:
        """An idle system writes nothing."""
        counts = {name: count for name, count in asdict(delivered).items() if count}
        if counts:
            log.info("webhooks delivered", **counts)
        if counts.keys() & {"delivered", "postponed", "failed"}:
            self.metrics.put(
                {
                    "WebhooksDelivered": (delivered.delivered, "Count"),
                    "WebhooksPostponed": (delivered.postponed, "Count"),
                    "WebhooksFailed": (delivered.failed, "Count"),
                }
            )
