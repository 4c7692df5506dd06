"""What an app can be told, and how far a message is: words that rows and answers share."""

from enum import StrEnum


class WebhookEvent(StrEnum):
    """What happened."""

    JOB_COMPLETED = "job.completed"
    JOB_FAILED = "job.failed"
    JOB_CANCELLED = "job.cancelled"
    PING = "ping"


class DeliveryStatus(StrEnum):
    """How far one message to one address is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
