"""What the sweeper does about dead letters; the rest of them is an operator's."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from shared.errors import NoPersonFound
from shared.job_store import JobStore
from shared.jobs import AttemptOutcome, Stage, Status
from shared.queue.dispatch import Dispatcher, message_for
from shared.sweep.sweeper import Swept
from tests.builders import a_claimed_job, a_waiting_job
from tests.sweeping import a_sweeper, messages_in, set_row, used_up_job, where


@pytest.fixture
def jobs(engine):
    return JobStore(engine)


@pytest.fixture
def sweeper(engine, media, queue, dead_letters):
    return a_sweeper(engine, media, queue, dead_letters)


@pytest.fixture
def set_aside(dead_letters):
    """Puts a job's message into the dead-letter queue and returns its id."""

    def set_aside(job):
        return dead_letters.send(message_for(job))

    return set_aside


def test_a_dead_letter_whose_job_may_be_tried_was_only_lost(
    engine, sweeper, jobs, queue, dead_letters, set_aside
):
    job_id = a_waiting_job(engine)
    jobs.sent(job_id, set_aside(jobs.get(job_id)))
    assert sweeper.sweep() == Swept(letters_resent=1)
    assert messages_in(queue) == [str(job_id)]
    assert messages_in(dead_letters) == []
    assert sweeper.sweep() == Swept()


def test_a_dead_letter_of_a_worker_that_just_died_is_sent_anew(
    engine, sweeper, jobs, queue, set_aside
):
    job_id = a_waiting_job(engine)
    letter = set_aside(jobs.get(job_id))
    jobs.claim(job_id, worker="w", lease_s=-1, message_id=letter)
    assert sweeper.sweep() == Swept(letters_resent=1)
    assert messages_in(queue) == [str(job_id)]
    assert [one.outcome for one in jobs.attempts(job_id)] == [AttemptOutcome.LOST]


def test_a_dead_letter_of_a_worker_at_work_stays(engine, sweeper, jobs, dead_letters, set_aside):
    job_id = a_waiting_job(engine)
    jobs.claim(job_id, worker="w", lease_s=60, message_id=set_aside(jobs.get(job_id)))
    assert sweeper.sweep() == Swept()
    assert messages_in(dead_letters) == [str(job_id)]


def test_a_dead_letter_of_a_job_without_tries_fails_it_and_stays_for_the_operator(
    engine, sweeper, jobs, dead_letters, set_aside
):
    job_id = used_up_job(engine)
    just_now = datetime.now(UTC) - timedelta(seconds=1)
    set_row(engine, job_id, sqs_message_id=set_aside(jobs.get(job_id)), lease_until=just_now)
    assert sweeper.sweep() == Swept(failed=1)
    assert where(jobs, job_id) == (Status.FAILED, Stage.FAILED, "MAX_RETRIES")
    assert sweeper.sweep() == Swept()
    assert messages_in(dead_letters) == [str(job_id)]


def test_a_dead_letter_that_another_message_replaced_is_removed(
    engine, sweeper, jobs, queue, dead_letters, set_aside
):
    job_id = a_waiting_job(engine)
    set_aside(jobs.get(job_id))
    Dispatcher(jobs, queue).send(jobs.get(job_id))
    assert sweeper.sweep() == Swept(letters_removed=1)
    assert messages_in(queue) == [str(job_id)]
    assert messages_in(dead_letters) == []


def test_a_dead_letter_of_a_job_that_is_over_is_removed(
    engine, sweeper, jobs, dead_letters, set_aside
):
    lease = a_claimed_job(engine).lease
    set_aside(jobs.get(lease.job_id))
    jobs.fail(lease, NoPersonFound())
    assert sweeper.sweep() == Swept(letters_removed=1)
    assert messages_in(dead_letters) == []


def test_dead_letters_that_nobody_understands_stay(engine, sweeper, jobs, dead_letters, set_aside):
    stranger = jobs.get(a_waiting_job(engine))
    stranger.id = uuid4()
    set_aside(stranger)
    dead_letters._client.send_message(QueueUrl=dead_letters._url, MessageBody="no json")
    assert sweeper.sweep() == Swept()
    assert dead_letters.depth().visible == 2


def test_every_dead_letter_is_looked_at_however_many_stay(
    engine, sweeper, jobs, queue, dead_letters, set_aside
):
    for _ in range(12):
        dead_letters._client.send_message(QueueUrl=dead_letters._url, MessageBody="no json")
    job_id = a_waiting_job(engine)
    jobs.sent(job_id, set_aside(jobs.get(job_id)))
    assert sweeper.sweep() == Swept(letters_resent=1)
    assert dead_letters.depth().visible == 12
