"""What does not move is shown, however often the sweeper tried to move it."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.aws import sqs_client
from shared.errors import QueueError
from shared.operations.overview import Lookout
from shared.operations.stuck import StuckReason
from shared.queue.job_queue import JobQueue
from shared.settings import SweepSettings
from tests.builders import a_waiting_job
from tests.sweeping import a_sweeper, set_row


class Refusing(JobQueue):
    """Takes no message, as SQS in an outage."""

    def send(self, message):
        raise QueueError


@pytest.fixture
def lookout(engine, queue):
    limits = SweepSettings()
    return Lookout(engine, queue, dead_letters=None, upload_events=None, limits=limits)


def test_a_job_that_the_sweeper_cannot_send_stays_stuck(engine, media, queue_settings, lookout):
    job_id = a_waiting_job(engine)
    set_row(engine, job_id, updated_at=datetime.now(UTC) - timedelta(hours=3))
    refusing = Refusing(sqs_client(queue_settings), queue_settings.sqs_queue_url)
    assert a_sweeper(engine, media, refusing).sweep().errors == 1
    overview = lookout.overview()
    (stuck,) = overview.stuck
    assert (stuck.job_id, stuck.reason) == (job_id, StuckReason.UNSENT)
    assert stuck.for_s > 10_000
    assert overview.oldest_waiting_s is not None
    assert overview.oldest_waiting_s > 10_000


def test_a_job_waits_no_shorter_for_being_sent(engine, media, queue, lookout):
    job_id = a_waiting_job(engine)
    set_row(engine, job_id, updated_at=datetime.now(UTC) - timedelta(hours=3))
    assert a_sweeper(engine, media, queue).sweep().sent == 1
    overview = lookout.overview()
    assert overview.stuck == ()
    assert overview.oldest_waiting_s is not None
    assert overview.oldest_waiting_s > 10_000


def test_what_the_next_sweep_will_send_is_not_stuck_yet(engine, lookout):
    job_id = a_waiting_job(engine)
    set_row(engine, job_id, updated_at=datetime.now(UTC) - timedelta(seconds=70))
    assert lookout.stuck() == ()
