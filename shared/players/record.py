"""All that is kept about a player, as one list through time: consents, sessions, jobs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Engine, select

from shared.database import transaction
from shared.erasure.store import shows
from shared.models import Consent, VideoAnalysisJob, VideoSession, Webhook, WebhookDelivery
from shared.paging import Position, newest_first
from shared.session_store import names

Kept = Consent | VideoSession | VideoAnalysisJob


class PlayerRecord:
    """What an export shows: the same that a deletion takes, and the sessions it takes them from.

    Raises `DatabaseError` from every method.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(
        self, owner: str, player_id: str, *, limit: int, after: Position | None
    ) -> Sequence[Kept]:
        """Return up to `limit` of all there is, newest first."""
        consents = select(Consent).where(Consent.owner == owner, Consent.player_id == player_id)
        sessions = select(VideoSession).where(VideoSession.owner == owner, names(player_id))
        jobs = select(VideoAnalysisJob).where(shows(owner, player_id))
        found: list[Kept] = []
        with transaction(self._engine) as rows:
            for query, table in (
                (consents, Consent),
                (sessions, VideoSession),
                (jobs, VideoAnalysisJob),
            ):
                newest = newest_first(query, table.created_at, table.id, after)
                found += rows.scalars(newest.limit(limit))
        return sorted(found, key=lambda row: (row.created_at, row.id), reverse=True)[:limit]

    def deliveries(
        self, owner: str, job_ids: Iterable[UUID]
    ) -> Mapping[UUID, Sequence[WebhookDelivery]]:
        """What the owner's webhooks were told about these jobs."""
        theirs = select(Webhook.id).where(Webhook.owner == owner)
        query = select(WebhookDelivery).where(
            WebhookDelivery.webhook_id.in_(theirs), WebhookDelivery.job_id.in_(list(job_ids))
        )
        told: defaultdict[UUID, list[WebhookDelivery]] = defaultdict(list)
        with transaction(self._engine) as rows:
            for delivery in rows.scalars(query.order_by(WebhookDelivery.created_at)):
                if delivery.job_id is not None:
                    told[delivery.job_id].append(delivery)
        return told
