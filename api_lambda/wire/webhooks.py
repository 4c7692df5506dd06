"""Webhooks and their deliveries on the wire."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool

from api_lambda.wire.common import Timestamp
from shared.models import Webhook, WebhookDelivery
from shared.webhooks.addresses import MAX_URL
from shared.webhooks.events import DeliveryStatus, WebhookEvent
from shared.webhooks.post import Trouble

JobEvent = Literal["job.completed", "job.failed", "job.cancelled"]

ALL_EVENTS: list[JobEvent] = ["job.completed", "job.failed", "job.cancelled"]

Events = Annotated[
    list[JobEvent],
    Field(min_length=1, max_length=10, description="What to be told."),
    AfterValidator(lambda events: list(dict.fromkeys(events))),
]

_PUBLIC = (
    r"^https://[a-z][a-z0-9]{0,30}(\.[a-z][a-z0-9]{0,30}){1,3}(:8443)?(/[A-Za-z0-9._~?=&/-]*)?$"
)
"""For the document: surely an address. A host that leads nowhere is refused all the same."""

Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_URL,
        description="Public and https, on port 443 or from 1024 up; no password, no fragment.",
        json_schema_extra={"pattern": _PUBLIC},
    ),
]


class NewWebhook(BaseModel):
    """An address that wants to be told when a job is over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Url
    events: Events = ALL_EVENTS


class WebhookChange(BaseModel):
    """What is to be different; what is left out stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Url = Field(default_factory=str)
    events: Events = Field(default_factory=list)
    active: StrictBool = Field(
        default_factory=bool,
        description="false: send nothing. What waits is sent once it is true again.",
    )

    def given(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class WebhookAnswer(BaseModel):
    """One address."""

    webhook_id: UUID
    url: str
    events: list[JobEvent]
    active: bool = Field(description="false too once the address answered 410 Gone.")
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, row: Webhook) -> Self:
        return cls.model_validate(_shown(row))


class WebhookWithSecret(WebhookAnswer):
    """One address, and what its messages are signed with: shown here and never again."""

    secret: str = Field(description="`whsec_` and a key in base64.")

    @classmethod
    def of(cls, row: Webhook) -> Self:
        return cls.model_validate({**_shown(row), "secret": row.secret})


class WebhookPage(BaseModel):
    """Some addresses, newest first."""

    items: list[WebhookAnswer]
    next_cursor: str | None = Field(description="null on the last page.")


class DeliveryAnswer(BaseModel):
    """One message to one address."""

    delivery_id: UUID = Field(description="The message's `webhook-id`.")
    event: WebhookEvent
    job_id: UUID | None
    status: DeliveryStatus
    tries: int
    last_http_status: int | None = Field(description="What the address answered last.")
    last_error: Trouble | None = Field(description="Why there was no answer.")
    next_try_at: Timestamp | None = Field(description="While it is pending.")
    created_at: Timestamp
    delivered_at: Timestamp | None

    @classmethod
    def of(cls, row: WebhookDelivery) -> Self:
        pending = row.status == DeliveryStatus.PENDING
        return cls(
            delivery_id=row.id,
            event=WebhookEvent(row.event),
            job_id=row.job_id,
            status=DeliveryStatus(row.status),
            tries=row.tries,
            last_http_status=row.last_http_status,
            last_error=Trouble(row.last_error) if row.last_error else None,
            next_try_at=row.next_try_at if pending else None,
            created_at=row.created_at,
            delivered_at=row.delivered_at,
        )


class DeliveryPage(BaseModel):
    """Some messages to one address, newest first."""

    items: list[DeliveryAnswer]
    next_cursor: str | None = Field(description="null on the last page.")


def _shown(row: Webhook) -> dict[str, Any]:
    """All but the secret."""
    return {
        "webhook_id": row.id,
        "url": row.url,
        "events": row.events,
        "active": row.active,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
