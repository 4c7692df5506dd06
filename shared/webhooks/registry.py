"""Owners' webhooks: register, change, see what was sent. What is not theirs does not exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, Select, delete, func, select, update
from sqlalchemy.orm import Session

from shared.database import transaction
from shared.errors import NotFound, TooManyWebhooks, WebhookNotFound
from shared.models import Webhook, WebhookDelivery
from shared.paging import Position, newest_first
from shared.webhooks.addresses import AddressGuard
from shared.webhooks.events import DeliveryStatus, WebhookEvent
from shared.webhooks.message import ping
from shared.webhooks.signing import new_secret

MOST_WEBHOOKS = 5

_REGISTERING = 0x77656268
"""The class of our advisory locks ("webh"); the owner's hash is the other half."""


@dataclass(frozen=True, slots=True)
class WebhookRegistry:
    """Every method raises `DatabaseError` when PostgreSQL is away."""

    engine: Engine
    guard: AddressGuard

    def register(self, owner: str, *, url: str, events: Sequence[str]) -> Webhook:
        """Store an address, with a secret of its own.

        Raises:
            WebhookRefused: it is no address that we call.
            TooManyWebhooks: the owner has as many as an owner may have.
        """
        self.guard.check(url)
        webhook = Webhook(owner=owner, url=url, events=list(events), secret=new_secret())
        with transaction(self.engine) as rows:
            rows.execute(select(func.pg_advisory_xact_lock(_REGISTERING, func.hashtext(owner))))
            count = rows.scalar(select(func.count()).where(Webhook.owner == owner)) or 0
            if count >= MOST_WEBHOOKS:
                raise TooManyWebhooks
            rows.add(webhook)
            rows.flush()
            rows.refresh(webhook)
        return webhook

    def get(self, owner: str, webhook_id: UUID) -> Webhook:
        """Return one of the owner's.

        Raises:
            WebhookNotFound: it does not exist or is somebody else's.
        """
        with transaction(self.engine) as rows:
            return _found(rows, _theirs(owner, webhook_id))

    def page(self, owner: str, *, limit: int, after: Position | None) -> Sequence[Webhook]:
        """Return up to `limit` of the owner's, newest first."""
        query = select(Webhook).where(Webhook.owner == owner)
        query = newest_first(query, Webhook.created_at, Webhook.id, after)
        with transaction(self.engine) as rows:
            return rows.scalars(query.limit(limit)).all()

    def change(self, owner: str, webhook_id: UUID, **changes: Any) -> Webhook:  # noqa: ANN401 - column values
        """Change `url`, `events` or `active`, whichever are given.

        Raises:
            WebhookNotFound: it does not exist or is somebody else's.
            WebhookRefused: the new address is none that we call.
        """
        known = self.get(owner, webhook_id)
        if "url" in changes:
            self.guard.check(changes["url"])
        return self._set(known, changes) if changes else known

    def rotate_secret(self, owner: str, webhook_id: UUID) -> Webhook:
        """Sign with a new secret from now on, also what could not be delivered yet.

        Raises:
            WebhookNotFound: it does not exist or is somebody else's.
        """
        return self._set(self.get(owner, webhook_id), {"secret": new_secret()})

    def remove(self, owner: str, webhook_id: UUID) -> None:
        """Forget an address and all that was sent there.

        Raises:
            WebhookNotFound: it does not exist or is somebody else's.
        """
        gone = delete(Webhook).where(Webhook.id == webhook_id, Webhook.owner == owner)
        with transaction(self.engine) as rows:
            if rows.execute(gone.returning(Webhook.id)).first() is None:
                raise WebhookNotFound

    def ping(self, owner: str, webhook_id: UUID) -> WebhookDelivery:
        """Have a message sent that says nothing, to see whether the address works.

        Raises:
            WebhookNotFound: it does not exist or is somebody else's.
        """
        delivery = WebhookDelivery(
            webhook_id=webhook_id,
            owner=owner,
            event=WebhookEvent.PING,
            occasion=f"ping:{uuid4()}",
            payload=ping(),
        )
        staying = _theirs(owner, webhook_id).with_for_update(read=True, key_share=True)
        with transaction(self.engine) as rows:
            _found(rows, staying)
            rows.add(delivery)
            rows.flush()
            rows.refresh(delivery)
        return delivery

    def deliveries(
        self, owner: str, webhook_id: UUID, *, limit: int, after: Position | None
    ) -> Sequence[WebhookDelivery]:
        """Return up to `limit` of what was sent to the address, newest first.

        Raises:
            WebhookNotFound: it does not exist or is somebody else's.
        """
        query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
        query = newest_first(query, WebhookDelivery.created_at, WebhookDelivery.id, after)
        with transaction(self.engine) as rows:
            _found(rows, _theirs(owner, webhook_id))
            return rows.scalars(query.limit(limit)).all()

    def send_again(self, owner: str, webhook_id: UUID, delivery_id: UUID) -> WebhookDelivery:
        """Have a message that is over sent once more; one that still waits is left as it is.

        Raises:
            WebhookNotFound: the address does not exist or is somebody else's.
            NotFound: nothing like that was sent there.
        """
        which = (WebhookDelivery.id == delivery_id, WebhookDelivery.webhook_id == webhook_id)
        over = WebhookDelivery.status != DeliveryStatus.PENDING
        anew = {
            "status": DeliveryStatus.PENDING,
            "next_try_at": func.clock_timestamp(),
            "delivered_at": None,
        }
        with transaction(self.engine) as rows:
            _found(rows, _theirs(owner, webhook_id))
            rows.execute(update(WebhookDelivery).where(*which, over).values(anew))
            delivery = rows.scalar(select(WebhookDelivery).where(*which))
        if delivery is None:
            raise NotFound("There is no such delivery.")
        return delivery

    def _set(self, known: Webhook, values: dict[str, Any]) -> Webhook:
        changed = update(Webhook).where(Webhook.id == known.id).values(values).returning(Webhook)
        with transaction(self.engine) as rows:
            webhook = rows.scalar(changed)
        if webhook is None:  # deleted meanwhile
            raise WebhookNotFound
        return webhook


def _theirs(owner: str, webhook_id: UUID) -> Select[Webhook]:
    return select(Webhook).where(Webhook.id == webhook_id, Webhook.owner == owner)


def _found(rows: Session, query: Select[Webhook]) -> Webhook:
    webhook = rows.scalar(query)
    if webhook is None:
        raise WebhookNotFound
    return webhook
