"""Athletes on the wire, what was allowed for them, and all that is kept about one."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from api_lambda.wire.common import NOT_BLANK, Storable, Timestamp, without_defaults
from api_lambda.wire.jobs import JobSummary
from api_lambda.wire.sessions import SessionAnswer
from shared.analysis import AgeBand
from shared.models import Consent, Player, WebhookDelivery
from shared.players.scopes import ConsentScope
from shared.players.store import NewConsent as Given
from shared.webhooks.events import DeliveryStatus

FIRST_YEAR, LAST_YEAR = 2, 9998


def _kept(time: datetime) -> datetime:
    if not FIRST_YEAR <= time.year <= LAST_YEAR:  # so that it is a time in every zone
        message = "This time is too far away."
        raise ValueError(message)
    return time.astimezone(UTC)


def _written(time: object) -> object:
    if not (isinstance(time, str) and re.match(r"\d{4}-\d\d-\d\d[Tt ]", time)):
        message = "Write a time as in 2027-08-31T00:00:00Z."
        raise ValueError(message)
    return time


Moment = Annotated[AwareDatetime, AfterValidator(_kept), BeforeValidator(_written)]
"""RFC 3339; a bare number could be meant as seconds or as milliseconds."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NOT_BLANK),
    Storable,
]


class PlayerBody(BaseModel):
    """What is known about an athlete; what is left out stays as it is, null takes it back."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=without_defaults)

    name: Name | None = None
    age_band: AgeBand | None = Field(
        default=None, description="A minor is analysed only with a guardian's consent."
    )

    def said(self) -> dict[str, Any]:
        """Only what the body named."""
        return self.model_dump(exclude_unset=True)


class PlayerAnswer(BaseModel):
    """One athlete."""

    player_id: str
    name: str | None
    age_band: AgeBand | None
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, row: Player) -> Self:
        return cls(
            player_id=row.id,
            name=row.name,
            age_band=AgeBand(row.age_band) if row.age_band else None,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class PlayerPage(BaseModel):
    """Some athletes, newest first."""

    items: list[PlayerAnswer]
    next_cursor: str | None = Field(description="null on the last page.")


class NewConsent(BaseModel):
    """That somebody allows something to be done with an athlete's videos."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scope: ConsentScope
    given_by: Name = Field(description="Who allows it.")
    relationship: Name = Field(description="What they are to the athlete: mother, club, self.")
    given_at: Moment | None = Field(default=None, description="null: now.")
    expires_at: Moment | None = Field(default=None, description="null: until it is revoked.")

    def given(self) -> Given:
        return Given(
            scope=self.scope,
            given_by=self.given_by,
            relationship=self.relationship,
            given_at=self.given_at,
            expires_at=self.expires_at,
        )


class ConsentAnswer(BaseModel):
    """One consent; it stays on record when it is revoked."""

    consent_id: UUID
    scope: ConsentScope
    given_by: str
    relationship: str
    given_at: Timestamp
    expires_at: Timestamp | None
    revoked_at: Timestamp | None
    active: bool = Field(description="Given, not expired, not revoked: as of now.")
    created_at: Timestamp

    @classmethod
    def of(cls, row: Consent) -> Self:
        now = datetime.now(UTC)
        begun = row.given_at <= max(now, row.created_at)  # our clock may be behind the database's
        over = row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now)
        return cls(
            consent_id=row.id,
            scope=ConsentScope(row.scope),
            given_by=row.given_by,
            relationship=row.relationship,
            given_at=row.given_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            active=begun and not over,
            created_at=row.created_at,
        )


class ConsentPage(BaseModel):
    """Some consents, newest first."""

    items: list[ConsentAnswer]
    next_cursor: str | None = Field(description="null on the last page.")


class ExportedFile(BaseModel):
    """One stored file of a job."""

    name: str
    url: str


class ExportedDelivery(BaseModel):
    """That one of your webhooks was told about a job, or is to be."""

    delivery_id: UUID
    event: str
    status: DeliveryStatus
    created_at: Timestamp
    delivered_at: Timestamp | None

    @classmethod
    def of(cls, row: WebhookDelivery) -> Self:
        return cls(
            delivery_id=row.id,
            event=row.event,
            status=DeliveryStatus(row.status),
            created_at=row.created_at,
            delivered_at=row.delivered_at,
        )


class ExportedJob(BaseModel):
    """A job with every file of it; `results.json` among them holds its results."""

    job: JobSummary
    files: list[ExportedFile]
    deliveries: list[ExportedDelivery]


class PlayerExport(BaseModel):
    """What is kept about one athlete, newest first.

    Several pages where it is much: each holds some of the consents, sessions and jobs.
    """

    player: PlayerAnswer
    consents: list[ConsentAnswer]
    sessions: list[SessionAnswer] = Field(description="Those that name them.")
    jobs: list[ExportedJob] = Field(
        description="Those about them, and those about nobody named that may show them."
    )
    exported_at: Timestamp
    links_expire_in_s: int
    next_cursor: str | None = Field(description="null on the last page.")
