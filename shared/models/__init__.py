"""The tables, a file for each part of the product."""

from shared.models.accounts import IdempotencyKey, RequestCount, UploadCount
from shared.models.base import Base
from shared.models.jobs import AnalysisAttempt, VideoAnalysisJob, VideoSession, Worker
from shared.models.people import Consent, DeletionReceipt, Player
from shared.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "AnalysisAttempt",
    "Base",
    "Consent",
    "DeletionReceipt",
    "IdempotencyKey",
    "Player",
    "RequestCount",
    "UploadCount",
    "VideoAnalysisJob",
    "VideoSession",
    "Webhook",
    "WebhookDelivery",
    "Worker",
]
