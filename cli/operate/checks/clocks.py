"""Whether our clock and theirs agree: S3 refuses a signature made at another time than its own."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy import text

from cli.operate.checks.check import Check, Seen, failed, ok, skipped, warn
from cli.operate.system import System
from cli.operate.words import lasting
from shared.database import transaction
from shared.errors import StorageError

WARN_S = 5.0
FAIL_S = 60.0

HALF_A_SECOND = timedelta(seconds=0.5)
"""A Date header is cut to the second, so on average it is that much behind."""

_ADVICE = "Set this machine's clock by NTP; presigned URLs fail with a wrong one."


def storage_clock(system: System) -> Seen:
    """Against the Date that S3 puts on every answer, refusals too."""
    before = datetime.now(UTC)
    try:
        headers = system.s3.head_bucket(Bucket=system.media.bucket)["ResponseMetadata"][
            "HTTPHeaders"
        ]
    except ClientError as error:
        headers = error.response["ResponseMetadata"]["HTTPHeaders"]
    except BotoCoreError as error:
        raise StorageError from error
    if "date" not in headers:
        return skipped("the answer carries no Date")
    return judged(ahead_s(moment_of(headers["date"]), before, datetime.now(UTC)))


def database_clock(system: System) -> Seen:
    """Against PostgreSQL's."""
    with transaction(system.engine) as rows:
        rows.execute(text("SELECT 1"))
        before = datetime.now(UTC)
        theirs = rows.execute(text("SELECT clock_timestamp()")).scalar_one()
        return judged(ahead_s(theirs, before, datetime.now(UTC)))


def moment_of(date_header: str) -> datetime:
    """Return the moment that an HTTP Date stands for, on average."""
    return parsedate_to_datetime(date_header).astimezone(UTC) + HALF_A_SECOND


def ahead_s(theirs: datetime, before: datetime, after: datetime) -> float:
    """Return by how much another clock is ahead, read somewhen between `before` and `after`."""
    return (theirs - (before + (after - before) / 2)).total_seconds()


def judged(ahead: float) -> Seen:
    """Say what a difference means."""
    away = abs(ahead)
    saw = f"{lasting(away)} {'ahead of' if ahead > 0 else 'behind'} this machine"
    if away > FAIL_S:
        return failed(saw, _ADVICE)
    return warn(saw, _ADVICE) if away > WARN_S else ok(saw)


CHECKS = (
    Check("storage_clock", "Upload refused", storage_clock),
    Check("database_clock", "Upload refused", database_clock, needs=frozenset({"database"})),
)
