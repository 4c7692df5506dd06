"""Where in an attempt something may go wrong: one table."""

from enum import StrEnum


class Point(StrEnum):
    """A place that a worker passes, in the order of an attempt that succeeds."""

    BEFORE_RECEIVE = "before receive"
    """Idle: who is held here takes no job."""

    AFTER_RECEIVE = "after receive"
    """The message is hidden from others, nothing else happened."""

    BEFORE_CLAIM = "before claim"
    """The message was read, the row not touched."""

    AFTER_CLAIM = "after claim"
    """The row is leased, no byte was fetched."""

    MID_DOWNLOAD = "mid download"
    """Some of the original lies in the scratch folder."""

    AFTER_DOWNLOAD = "after download"
    """All of it does, the analyst was not asked yet."""

    IN_POSE = "in pose"
    """Some pictures were looked at."""

    IN_METRICS = "in metrics"
    """The second step has begun."""

    IN_FINDINGS = "in findings"
    """The third step has begun."""

    IN_REPORT = "in report"
    """The fourth step has begun."""

    BEFORE_FRAMES_UPLOAD = "before frames upload"
    """All files lie in the scratch folder, none in the bucket."""

    AFTER_FRAMES_UPLOAD = "after frames upload"
    """The first of several: the attempt's files are not whole."""

    AFTER_RESULTS_UPLOAD = "after results upload"
    """The files are whole, the row knows nothing of them."""

    BEFORE_COMMIT = "before commit"
    """About to write the row."""

    AFTER_COMMIT = "after commit"
    """The row is completed, nothing was tidied, the message is still there."""

    BEFORE_DELETE = "before delete"
    """Tidied; the message is still there."""

    AFTER_DELETE = "after delete"
    """Nothing is left to do."""

    IN_HEARTBEAT = "in heartbeat"
    """About to renew the lease, while the attempt is at work in another thread."""

    AFTER_FAIL = "after fail"
    """A failed attempt was written to the row; its message was not put off yet."""

    AFTER_GIVE_BACK = "after give back"
    """A worker told to stop has written the row; the new message is not sent yet."""

    IN_TAKE_OVER = "in take-over"
    """A later attempt has copied the frames that an earlier one left, not the results."""


ASIDE = frozenset({Point.BEFORE_RECEIVE, Point.AFTER_GIVE_BACK})
"""Where no worker at work comes by."""

MATRIX = tuple(point for point in Point if point not in ASIDE)
"""Where an attempt is in hand, whatever becomes of it."""

UNCLAIMED = frozenset({Point.AFTER_RECEIVE, Point.BEFORE_CLAIM})
"""Up to here no attempt has begun."""

COMMITTED = frozenset({Point.AFTER_COMMIT, Point.BEFORE_DELETE, Point.AFTER_DELETE})
"""From here on the job is final."""

COMPUTED = COMMITTED | {Point.AFTER_RESULTS_UPLOAD, Point.BEFORE_COMMIT, Point.IN_TAKE_OVER}
"""From here on the results are in the bucket, and nobody computes them again."""

UNGUARDED = UNCLAIMED | COMMITTED | {Point.IN_HEARTBEAT, Point.AFTER_FAIL}
"""While a worker stands here nobody renews anything: its message comes back."""
