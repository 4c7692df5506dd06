"""Dead letters: what redriving does to each, what purging leaves, and what a crash costs."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from shared.analysis import AgeBand
from shared.attempt_store import Claimed
from shared.aws import sqs_client
from shared.database import transaction
from shared.errors import DownloadFailed, QueueError, VideoUnreadable
from shared.job_store import JobStore
from shared.jobs import MAX_ATTEMPTS, Stage, Status
from shared.models import VideoAnalysisJob
from shared.operations.dead_letters import DeadLetters
from shared.players.consent import ConsentAnew
from shared.players.store import PlayerStore
from shared.queue.dispatch import Dispatcher, message_for
from shared.queue.job_queue import JobQueue, Received
from shared.queue.letters import Redrive
from shared.queue.messages import JobMessage
from tests.builders import COACH, a_claimed_job, a_waiting_job


@pytest.fixture
def jobs(engine) -> JobStore:
    return JobStore(engine)


@pytest.fixture
def letters(engine, jobs, queue, dead_letters) -> DeadLetters:
    return DeadLetters(dead_letters, Dispatcher(jobs, queue), ConsentAnew.on(engine))


@pytest.fixture
def a_letter(engine, jobs, dead_letters) -> Callable[..., str]:
    """Put a letter about a job where SQS would; by default it is the job's own message."""

    def put(job_id: UUID, *, current: bool = True) -> str:
        message_id: str = dead_letters.send(message_for(jobs.get(job_id)))
        if current:
            with transaction(engine) as rows:
                rows.execute(
                    update(VideoAnalysisJob)
                    .where(VideoAnalysisJob.id == job_id)
                    .values(sqs_message_id=message_id)
                )
        return message_id

    return put


@pytest.fixture
def a_failed_job(engine, jobs) -> Callable[..., UUID]:
    def fail(error=None) -> UUID:
        """A job that used up its tries, or ended with `error` at the first."""
        job_id = a_waiting_job(engine)
        for _ in range(1 if error else MAX_ATTEMPTS):
            claimed = jobs.claim(job_id, worker="w1", lease_s=60)
            assert isinstance(claimed, Claimed)
            jobs.fail(claimed.lease, error or DownloadFailed())
        assert jobs.get(job_id).status == Status.FAILED
        return job_id

    return fail


def messages(queue: JobQueue) -> list[Received]:
    return queue.receive_some(10, wait_s=0, visibility_s=0)


def job_ids(queue: JobQueue) -> list[UUID]:
    return [JobMessage.model_validate_json(one.body).job_id for one in messages(queue)]


def test_a_failed_job_gets_all_its_tries_back(letters, jobs, queue, a_failed_job, a_letter):
    job_id = a_failed_job()
    a_letter(job_id)
    (settled,) = letters.redrive()
    assert settled.removed
    assert settled.plan.redrive is Redrive.REVIVE
    job = jobs.get(job_id)
    assert (job.status, job.stage, job.error_code) == (Status.PROCESSING, Stage.WAITING, None)
    (sent,) = messages(queue)
    assert sent.message_id == job.sqs_message_id
    for _ in range(MAX_ATTEMPTS):
        claimed = jobs.claim(job_id, worker="w1", lease_s=60)
        assert isinstance(claimed, Claimed)
        jobs.fail(claimed.lease, DownloadFailed())
    assert letters.look() == []


def test_a_job_that_may_show_a_minor_stays_without_consent(
    letters, engine, jobs, a_failed_job, a_letter
):
    job_id = a_failed_job()
    a_letter(job_id)
    PlayerStore(engine).put(COACH, "p-1", age_band=AgeBand.UNDER_13)
    (settled,) = letters.redrive()
    assert (settled.removed, settled.plan.redrive) == (False, Redrive.KEEP)
    assert jobs.get(job_id).status == Status.FAILED


def test_a_job_whose_message_was_lost_is_sent_again(letters, engine, jobs, queue, a_letter):
    job_id = a_waiting_job(engine)
    lost = a_letter(job_id)
    (settled,) = letters.redrive()
    assert settled.plan.redrive is Redrive.RESEND
    assert job_ids(queue) == [job_id]
    assert jobs.get(job_id).sqs_message_id not in {None, lost}


def test_a_letter_of_a_job_that_ended_well_is_removed(letters, engine, jobs, queue, a_letter):
    completed = a_claimed_job(engine)
    jobs.finish(completed.lease, results={"x": 1}, results_prefix="results/x/1/")
    cancelled = a_waiting_job(engine)
    jobs.cancel(cancelled, owner=COACH)
    a_letter(completed.job.id)
    a_letter(cancelled)
    settled = list(letters.redrive())
    assert {one.plan.why for one in settled} == {
        "its job is completed already",
        "its job is cancelled already",
    }
    assert all(one.removed for one in settled)
    assert job_ids(queue) == []


def test_a_video_that_cannot_be_analysed_is_not_tried_again(letters, queue, a_failed_job, a_letter):
    a_letter(a_failed_job(VideoUnreadable()))
    (settled,) = letters.redrive()
    assert (settled.plan.redrive, settled.removed) == (Redrive.REMOVE, True)
    assert job_ids(queue) == []


def test_a_stray_copy_is_removed_and_the_job_left_alone(letters, engine, jobs, queue, a_letter):
    job_id = a_waiting_job(engine)
    Dispatcher(jobs, queue).send(jobs.get(job_id))
    a_letter(job_id, current=False)
    (settled,) = letters.redrive()
    assert (settled.plan.redrive, settled.removed) == (Redrive.REMOVE, True)
    assert job_ids(queue) == [job_id]


def test_two_letters_of_one_failed_job_send_it_once(letters, queue, a_failed_job, a_letter):
    job_id = a_failed_job()
    a_letter(job_id, current=False)
    a_letter(job_id)
    settled = list(letters.redrive())
    assert [one.plan.redrive for one in settled] == [Redrive.REMOVE, Redrive.REVIVE]
    assert job_ids(queue) == [job_id]


def test_a_job_that_a_worker_holds_is_left_alone(letters, engine, jobs, a_letter):
    a_letter(a_claimed_job(engine).job.id)
    (settled,) = letters.redrive()
    assert not settled.removed
    assert len(letters.look()) == 1


def test_a_job_out_of_tries_is_left_to_the_sweeper(letters, engine, jobs, a_letter):
    job_id = a_waiting_job(engine)
    with transaction(engine) as rows:
        rows.execute(update(VideoAnalysisJob).values(attempt=MAX_ATTEMPTS + 1))
    a_letter(job_id)
    (settled,) = letters.redrive()
    assert not settled.removed
    assert jobs.get(job_id).status == Status.PROCESSING


def test_letters_that_nobody_can_act_on_stay(letters, queue_settings, resources):
    sqs = sqs_client(queue_settings)
    unknown = JobMessage(
        job_id=uuid4(), session_id=uuid4(), sample_fps=10, include_frames=False, trace_id="t"
    )
    for body in ("no job at all", unknown.model_dump_json()):
        sqs.send_message(QueueUrl=resources.queue.sqs_dead_letter_queue_url, MessageBody=body)
    assert [one.removed for one in letters.redrive()] == [False, False]
    assert {one.job_id for one in letters.look()} == {None, unknown.job_id}


def test_only_the_asked_job_is_redriven(letters, queue, a_failed_job, a_letter):
    asked, other = a_failed_job(), a_failed_job()
    a_letter(asked)
    a_letter(other)
    assert [one.letter.job_id for one in letters.redrive(asked)] == [asked]
    assert job_ids(queue) == [asked]
    assert [one.job_id for one in letters.look()] == [other]


def test_more_letters_than_one_answer_of_sqs_holds(letters, engine, queue, a_letter):
    waiting = {a_waiting_job(engine) for _ in range(23)}
    for job_id in waiting:
        a_letter(job_id)
    assert {one.job_id for one in letters.look()} == waiting
    assert {one.letter.job_id for one in letters.redrive()} == waiting
    assert letters.look() == []


def test_looking_leaves_every_letter_where_it_was(letters, dead_letters, a_failed_job, a_letter):
    message_id = a_letter(a_failed_job())
    for _ in range(2):
        (letter,) = letters.look()
        assert letter.message.message_id == message_id
    assert dead_letters.depth().visible == 1


def test_a_letter_is_hidden_from_others_while_it_is_looked_at(letters, a_failed_job, a_letter):
    a_letter(a_failed_job())
    ours = letters.redrive()
    next(ours)
    assert letters.look() == []


class Refusing(JobQueue):
    """Takes no message, as SQS in an outage."""

    def send(self, message: JobMessage) -> str:
        raise QueueError


def test_a_crash_before_sending_is_finished_by_a_second_run(
    letters, jobs, queue, a_failed_job, a_letter
):
    job_id = a_failed_job()
    a_letter(job_id)
    away = Refusing(queue._client, queue._url)
    with pytest.raises(QueueError):
        list(replace(letters, dispatcher=Dispatcher(jobs, away)).redrive())
    assert jobs.get(job_id).stage == Stage.WAITING  # revived, and its letter still there
    (settled,) = letters.redrive()
    assert settled.removed
    assert job_ids(queue) == [job_id]


class Clinging(JobQueue):
    """Gives no message away, as SQS in an outage."""

    def delete(self, received: Received) -> None:
        raise QueueError


def test_a_crash_before_the_letter_goes_sends_the_job_once(
    letters, queue, dead_letters, a_failed_job, a_letter
):
    job_id = a_failed_job()
    a_letter(job_id)
    clinging = Clinging(dead_letters._client, dead_letters._url)
    with pytest.raises(QueueError):
        list(replace(letters, queue=clinging).redrive())
    (settled,) = letters.redrive()
    assert (settled.plan.redrive, settled.removed) == (Redrive.REMOVE, True)
    assert job_ids(queue) == [job_id]


def test_purging_leaves_failed_rows_failed(letters, jobs, queue, a_failed_job, a_letter):
    job_id = a_failed_job()
    a_letter(job_id)
    (settled,) = letters.purge()
    assert settled.removed
    assert jobs.get(job_id).status == Status.FAILED
    assert letters.look() == []
    assert job_ids(queue) == []


def test_purging_keeps_what_an_open_job_depends_on(letters, engine, a_failed_job, a_letter):
    waiting = a_waiting_job(engine)
    a_letter(waiting)
    a_letter(a_failed_job())
    assert {one.letter.job_id: one.removed for one in letters.purge()}[waiting] is False
    assert [one.job_id for one in letters.look()] == [waiting]


def test_only_the_asked_job_is_purged(letters, a_failed_job, a_letter):
    asked, other = a_failed_job(), a_failed_job()
    a_letter(asked)
    a_letter(other)
    assert len(list(letters.purge(asked))) == 1
    assert [one.job_id for one in letters.look()] == [other]


def test_a_letter_that_is_none_can_be_purged(letters, queue_settings, resources):
    sqs_client(queue_settings).send_message(
        QueueUrl=resources.queue.sqs_dead_letter_queue_url, MessageBody="no job at all"
    )
    (settled,) = letters.purge()
    assert settled.removed
    assert letters.look() == []
