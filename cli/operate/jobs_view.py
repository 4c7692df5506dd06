"""A job and its attempts for the eye, and for programs."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from rich.console import Console

from cli.operate.layout import facts, heading, line
from cli.operate.words import lasting, stage
from shared.jobs import MAX_ATTEMPTS, AttemptOutcome, Status
from shared.models import AnalysisAttempt as Attempt
from shared.models import VideoAnalysisJob as Job

JOB_COLUMNS = (
    "id",
    "session_id",
    "status",
    "stage",
    "percent",
    "attempt",
    "attempts_returned",
    "worker",
    "lease_until",
    "error_code",
    "error_message",
    "error_retryable",
    "user_action",
    "sqs_message_id",
    "s3_key",
    "source_bytes",
    "results_prefix",
    "trace_id",
    "created_at",
    "started_at",
    "attempt_started_at",
    "completed_at",
    "updated_at",
)
"""What an operator may see of the row: no title, no file name, no results."""

ATTEMPT_COLUMNS = (
    "attempt",
    "worker",
    "device",
    "started_at",
    "ended_at",
    "outcome",
    "error_code",
    "error_message",
    "seconds",
)


def show_job(job: Job, attempts: Sequence[Attempt], console: Console) -> None:
    """Print where the job stands, then its attempts, oldest first."""
    facts(_facts(job), console)
    heading("Attempts", console)
    if not attempts:
        line("none yet", console)
    for attempt in attempts:
        _show_attempt(attempt, console)


def as_document(job: Job, attempts: Sequence[Attempt]) -> dict[str, object]:
    """Return both as JSON, by the columns' own names; times are ISO 8601 with a zone."""
    return {
        "job": {name: _plain(getattr(job, name)) for name in JOB_COLUMNS},
        "attempts": [
            {name: _plain(getattr(attempt, name)) for name in ATTEMPT_COLUMNS}
            for attempt in attempts
        ],
    }


def _facts(job: Job) -> Iterator[tuple[str, str]]:
    status = Status(job.status)
    yield "Job", str(job.id)
    doing = "" if status.final else f": {stage(job.stage)}, {job.percent:.0f} %"
    yield "Stands", f"{status}{doing}"
    yield "Since", _moment(job.completed_at or job.updated_at)
    if job.error_code is not None:
        yield "Error", f"{job.error_code}: {job.error_message}"
    if not status.final:
        used = min(job.attempt - job.attempts_returned, MAX_ATTEMPTS)  # one more may take over
        yield "Tries", f"{used} of {MAX_ATTEMPTS} used"
    if job.lease_until is not None:
        yield "Worker", f"{job.worker}, its lease ends {_moment(job.lease_until)}"
    yield "Sent in", _moment(job.created_at)
    yield "Message", job.sqs_message_id or "none"
    yield "Original", job.s3_key
    yield "Results", job.results_prefix or "none"
    yield "Trace", job.trace_id


def _show_attempt(attempt: Attempt, console: Console) -> None:
    running = attempt.outcome == AttemptOutcome.RUNNING
    ended = attempt.ended_at or datetime.now(UTC)
    took = f"{'for' if running else 'took'} {lasting((ended - attempt.started_at).total_seconds())}"
    device = f" on {attempt.device}" if attempt.device else ""
    line(f"{attempt.attempt}  {attempt.outcome}: {attempt.worker}{device}", console)
    line(f"began {attempt.started_at:%Y-%m-%d %H:%M:%S} UTC, {took}", console, depth=2)
    if attempt.seconds:
        steps = (f"{step} {seconds:.1f} s" for step, seconds in attempt.seconds.items())
        line(", ".join(steps), console, depth=2)
    if attempt.error_code is not None:
        line(f"{attempt.error_code}: {attempt.error_message}", console, depth=2)


def _moment(moment: datetime) -> str:
    away_s = (datetime.now(UTC) - moment).total_seconds()
    where = f"{lasting(away_s)} ago" if away_s >= 0 else f"in {lasting(-away_s)}"
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, {where}"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
