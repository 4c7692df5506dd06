"""The queues: reachable, set as the code counts on, and nothing set aside."""

import json

from cli.operate.checks.check import Check, Seen, failed, ok, skipped, warn
from cli.operate.system import System
from cli.operate.words import depth, lasting
from shared.operations.overview import queue_facts
from shared.settings import (
    DEAD_LETTER_RETENTION_S,
    JOB_RETENTION_S,
    MAX_RECEIVE_COUNT,
    VISIBILITY_TIMEOUT_S,
)

AS_THE_STACK = "Set it as the stack does: deploy again, and change no queue by hand."


def job_queue(system: System) -> Seen:
    """It answers."""
    return ok(f"answers: {depth(queue_facts(system.queue.depth()))}")


def job_queue_settings(system: System) -> Seen:
    """Visibility, retention and redrive are the code's own numbers."""
    attributes = system.queue.attributes()
    policy = json.loads(attributes.get("RedrivePolicy", "{}"))
    wanted: dict[str, tuple[object, object]] = {
        "visibility": (attributes.get("VisibilityTimeout"), VISIBILITY_TIMEOUT_S),
        "retention": (attributes.get("MessageRetentionPeriod"), JOB_RETENTION_S),
        "receives before it is set aside": (policy.get("maxReceiveCount"), MAX_RECEIVE_COUNT),
    }
    if system.dead_letters is not None:
        theirs = system.dead_letters.attributes()["QueueArn"]
        wanted["dead-letter queue"] = (policy.get("deadLetterTargetArn"), theirs)
    wrong = [
        f"{name} is {found or 'not set'}, not {right}"
        for name, (found, right) in wanted.items()
        if str(found) != str(right)
    ]
    if wrong:
        return failed("; ".join(wrong), AS_THE_STACK)
    return ok(
        f"visibility {VISIBILITY_TIMEOUT_S} s, retention {lasting(JOB_RETENTION_S)}, "
        f"set aside after {MAX_RECEIVE_COUNT} receives"
    )


def dead_letters(system: System) -> Seen:
    """There are none, and those to come are kept long enough."""
    if system.dead_letters is None:
        return skipped("SQS_DEAD_LETTER_QUEUE_URL is not set")
    retention = system.dead_letters.attributes()["MessageRetentionPeriod"]
    if retention != str(DEAD_LETTER_RETENTION_S):
        return failed(f"retention is {retention}, not {DEAD_LETTER_RETENTION_S}", AS_THE_STACK)
    if count := system.dead_letters.depth().total:
        return warn(f"{count} set aside", "Look at them: coach dlq list")
    return ok(f"none; they would be kept {lasting(DEAD_LETTER_RETENTION_S)}")


def upload_events(system: System) -> Seen:
    """It answers."""
    if system.upload_events is None:
        return skipped("SQS_UPLOAD_EVENTS_QUEUE_URL is not set")
    return ok(f"answers: {depth(queue_facts(system.upload_events.depth()))}")


CHECKS = (
    Check("job_queue", "S3 or SQS away", job_queue),
    Check(
        "job_queue_settings", "S3 or SQS away", job_queue_settings, needs=frozenset({"job_queue"})
    ),
    Check("dead_letters", "Dead letters", dead_letters),
    Check("upload_events", "S3 or SQS away", upload_events),
)
