"""Receipts of deletions on the wire."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from api_lambda.wire.common import Timestamp
from shared.erasure.kinds import Erased
from shared.models import DeletionReceipt


class DeletedCounts(BaseModel):
    """How much went."""

    jobs: int
    sessions_deleted: int
    sessions_changed: int = Field(description="Those that named the deleted player.")
    consents: int
    objects: int = Field(description="Stored files and older versions of them, as far as erased.")


class ReceiptAnswer(BaseModel):
    """That something was deleted; nothing in it says what, or who."""

    receipt_id: UUID
    kind: Erased
    deleted_at: Timestamp
    counts: DeletedCounts
    closed_at: Timestamp | None = Field(
        description="When it was made sure that no late file was left; null until then."
    )

    @classmethod
    def of(cls, row: DeletionReceipt) -> Self:
        return cls(
            receipt_id=row.id,
            kind=Erased(row.kind),
            deleted_at=row.created_at,
            counts=DeletedCounts.model_validate(row.counts),
            closed_at=row.closed_at,
        )
