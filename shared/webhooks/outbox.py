"""The messages that are still to be sent, as rows: made from jobs that ended, sent at least once.

A sender takes a message by moving its next try into the future. One that dies over it is made up
for when that time comes; until then no other sender gets it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    Update,
    and_,
    any_,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.types import String

from shared.database import transaction
from shared.job_moves import from_now
from shared.jobs import FINAL, Status
from shared.models import VideoAnalysisJob as Job
from shared.models import Webhook, WebhookDelivery
from shared.settings import DAY_S
from shared.webhooks.events import DeliveryStatus, WebhookEvent
from shared.webhooks.limits import LEASE_S
from shared.webhooks.message import about_job
from shared.webhooks.post import Outcome

TOLD_WITHIN_S = DAY_S
"""A job that ended longer ago is no news: nobody was there to send it."""

FORGOTTEN_AFTER_S = 30 * DAY_S

DUE_SOON_S = 35.0
"""The second pause between tries, and a little more: the first retries do not wait for a call."""

UPLOAD_EXPECTED_S = 600.0
"""So long after its last sign of life a job that awaits its upload is waited for."""

ANNOUNCED_AT_ONCE = 500

Id = WebhookDelivery.id


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that this sender took, and with it the right to note how its try ended."""

    delivery_id: UUID
    webhook_id: UUID
    event: str
    tries: int
    payload: dict[str, Any]
    url: str = field(repr=False)
    secret: str = field(repr=False)


class Outbox:
    """Deliveries. Every method raises `DatabaseError` when PostgreSQL is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def announce(self) -> int:
        """Make the messages about jobs that ended, once for each end; return how many."""
        with transaction(self._engine) as rows:
            news = rows.execute(_untold()).all()
            if not news:
                return 0
            made = insert(WebhookDelivery).values(
                [
                    {
                        "webhook_id": webhook_id,
                        "owner": job.owner,
                        "event": f"job.{job.status}",
                        "occasion": occasion,
                        "job_id": job.id,
                        "payload": about_job(job),
                    }
                    for job, webhook_id, occasion in news
                ]
            )
            told = made.on_conflict_do_nothing().returning(WebhookDelivery.id)
            return len(rows.execute(told).all())

    def take(self, most: int, *, busy: Collection[UUID] = ()) -> Sequence[Letter]:
        """Take up to `most` messages that are due, one for each address that is not `busy`.

        So a slow receiver holds up its own messages only.
        """
        with transaction(self._engine) as rows:
            due = rows.scalars(_due(most, busy)).all()
            taken = rows.execute(_taken(due)).all()
        return [Letter(*values) for values in taken]

    def delivered(self, letter: Letter, outcome: Outcome) -> bool:
        """It was taken. False when another sender has the message by now."""
        return self._note(
            letter, outcome, status=DeliveryStatus.DELIVERED, delivered_at=func.clock_timestamp()
        )

    def again(self, letter: Letter, outcome: Outcome, *, in_s: float) -> bool:
        """It was not taken, and is sent again after a while."""
        return self._note(letter, outcome, next_try_at=from_now(in_s))

    def given_up(self, letter: Letter, outcome: Outcome) -> bool:
        """It was not taken, and is not sent again."""
        return self._note(letter, outcome, status=DeliveryStatus.FAILED)

    def unwanted(self, letter: Letter) -> None:
        """Its receiver is gone for good. An address that was changed meanwhile stays in use."""
        same = and_(Webhook.id == letter.webhook_id, Webhook.url == letter.url)
        with transaction(self._engine) as rows:
            rows.execute(update(Webhook).where(same).values(active=False))

    def expecting(self) -> bool:
        """Whether there will soon be something to send."""
        with transaction(self._engine) as rows:
            return bool(rows.scalar(select(or_(_jobs_open(), _due_soon()))))

    def forget(self) -> int:
        """Remove what is long over; return how many."""
        old = WebhookDelivery.created_at < _ago(FORGOTTEN_AFTER_S)
        with transaction(self._engine) as rows:
            return len(rows.execute(delete(WebhookDelivery).where(old).returning(Id)).all())

    def _note(self, letter: Letter, outcome: Outcome, **values: Any) -> bool:  # noqa: ANN401 - column values
        """Only the latest try may say how it went."""
        mine = and_(
            WebhookDelivery.id == letter.delivery_id,
            WebhookDelivery.tries == letter.tries,
            WebhookDelivery.status == DeliveryStatus.PENDING,
        )
        said = {"last_http_status": outcome.http_status, "last_error": outcome.trouble}
        noted = update(WebhookDelivery).where(mine).values(**said, **values).returning(Id)
        with transaction(self._engine) as rows:
            return rows.execute(noted).first() is not None


def _untold() -> Select[Job, UUID, str]:
    """Ends of jobs that an address wants to hear of and has not.

    A revived job that ends again has another end, so the time belongs to the occasion. Its row is
    held: a deletion waits, and then finds the message.
    """
    at = func.extract("epoch", Job.completed_at)
    occasion = func.concat(cast(Job.id, String), ":", Job.status, ":", at)
    told = exists().where(
        WebhookDelivery.webhook_id == Webhook.id, WebhookDelivery.occasion == occasion
    )
    return (
        select(Job, Webhook.id, occasion)
        .join(Webhook, Webhook.owner == Job.owner)
        .where(
            Webhook.active,
            func.concat("job.", Job.status) == any_(Webhook.events),
            Job.status.in_(FINAL),
            Job.completed_at > _ago(TOLD_WITHIN_S),
            Job.completed_at >= Webhook.created_at,
            ~told,
        )
        .order_by(Job.completed_at)
        .limit(ANNOUNCED_AT_ONCE)
        .with_for_update(of=(Webhook, Job), read=True, key_share=True, skip_locked=True)
    )


def _is_due() -> ColumnElement[bool]:
    return and_(
        WebhookDelivery.status == DeliveryStatus.PENDING,
        WebhookDelivery.next_try_at <= _ago(0),
    )


def _may_be_sent() -> ColumnElement[bool]:
    """What waits for an address that is switched off goes on waiting; a ping tries it out."""
    return or_(Webhook.active, WebhookDelivery.event == WebhookEvent.PING)


def _due(most: int, busy: Collection[UUID]) -> Select[UUID]:
    first_of_each = (
        select(Id)
        .join(Webhook)
        .where(_is_due(), _may_be_sent(), Webhook.id.not_in(busy))
        .ext(distinct_on(WebhookDelivery.webhook_id))
        .order_by(WebhookDelivery.webhook_id, WebhookDelivery.next_try_at)
    )
    return (
        select(Id)
        .where(Id.in_(first_of_each), _is_due())
        .order_by(WebhookDelivery.next_try_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )


def _taken(due: Sequence[UUID]) -> Update:
    return (
        update(WebhookDelivery)
        .where(Id.in_(due), Webhook.id == WebhookDelivery.webhook_id)
        .values(tries=WebhookDelivery.tries + 1, next_try_at=from_now(LEASE_S))
        .returning(
            Id,
            WebhookDelivery.webhook_id,
            WebhookDelivery.event,
            WebhookDelivery.tries,
            WebhookDelivery.payload,
            Webhook.url,
            Webhook.secret,
        )
    )


def _jobs_open() -> ColumnElement[bool]:
    under_way = or_(
        Job.status == Status.PROCESSING,
        and_(Job.status == Status.QUEUED, Job.updated_at > _ago(UPLOAD_EXPECTED_S)),
    )
    return exists().where(Job.owner == Webhook.owner, Webhook.active, under_way)


def _due_soon() -> ColumnElement[bool]:
    return exists().where(
        WebhookDelivery.webhook_id == Webhook.id,
        _may_be_sent(),
        WebhookDelivery.status == DeliveryStatus.PENDING,
        WebhookDelivery.next_try_at < _ago(-DUE_SOON_S),
    )


def _ago(seconds: float) -> ColumnElement[datetime]:
    """Before this transaction began: one fixed moment, so that an index finds what is near it."""
    return func.now() - timedelta(seconds=seconds)
