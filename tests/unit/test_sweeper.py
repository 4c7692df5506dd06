"""What nobody moves is moved on: by real queries, real queues, a real bucket."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from uuid import UUID, uuid4

import httpx
import pytest

from shared.analysis import AgeBand
from shared.attempt_store import Claimed
from shared.aws import s3_client, sqs_client
from shared.errors import DownloadFailed, NoPersonFound
from shared.job_moves import Lease
from shared.job_store import JobStore
from shared.jobs import MAX_ATTEMPTS, AttemptOutcome, Stage, Status
from shared.media.store import MediaStore, all_results_prefix, results_prefix
from shared.players.store import PlayerStore
from shared.queue.dispatch import Dispatcher
from shared.queue.job_queue import JobQueue
from shared.settings import SweepSettings, UploadSettings
from shared.sweep.rows import _how_many_open
from shared.sweep.sweeper import Swept
from shared.uploads.videos import NewUpload, Uploads
from shared.worker_store import WorkerStore
from tests.builders import COACH, a_claimed_job, a_job, a_session, a_waiting_job
from tests.sweeping import a_sweeper, messages_in, set_row, used_up_job, where

LONG_AGO = timedelta(days=1)


@pytest.fixture
def jobs(engine):
    return JobStore(engine)


@pytest.fixture
def uploads(engine, media, queue):
    return Uploads.on(engine, media, queue, UploadSettings(max_upload_bytes=1000))


@pytest.fixture
def emf():
    return StringIO()


@pytest.fixture
def sweeper(engine, uploads, queue, dead_letters, emf):
    return a_sweeper(engine, uploads.media, queue, dead_letters, limits=uploads.limits, stream=emf)


@pytest.fixture
def change(engine):
    """Changes a row in ways that only time does."""
    return partial(set_row, engine)


@pytest.fixture
def a_used_up_job(engine):
    return partial(used_up_job, engine)


@pytest.fixture
def left_alone(change):
    """Lets a job lie untouched for so long."""

    def left_alone(job_id: UUID, idle: timedelta = LONG_AGO) -> UUID:
        change(job_id, updated_at=datetime.now(UTC) - idle, pushed_at=None)
        return job_id

    return left_alone


@pytest.fixture
def dead(change):
    """Lets a lease run out so long ago."""

    def dead(lease: Lease, since: timedelta = LONG_AGO) -> UUID:
        change(lease.job_id, lease_until=datetime.now(UTC) - since)
        return lease.job_id

    return dead


@pytest.fixture
def a_file(media, tmp_path):
    """Stores an object and returns its key."""

    def store(key: str) -> str:
        path = tmp_path / "file"
        path.write_bytes(b"12345")
        media.upload(path, key, content_type="application/json")
        return key

    return store


def spoken(emf) -> dict[str, object]:
    """The newest value of every metric."""
    lines = [json.loads(line) for line in emf.getvalue().splitlines()]
    return {name: value for line in lines for name, value in line.items()}


def sent(jobs, queue, job_id) -> str | None:
    return Dispatcher(jobs, queue).send(jobs.get(job_id))


def test_where_nothing_is_wrong_nothing_is_done(engine, sweeper, queue, dead_letters):
    a_job(engine)
    a_waiting_job(engine)
    a_claimed_job(engine)
    assert sweeper.sweep() == Swept()
    assert messages_in(queue) == messages_in(dead_letters) == []


def test_a_job_whose_message_was_never_sent_is_sent_once(engine, sweeper, jobs, queue, left_alone):
    job_id = left_alone(a_waiting_job(engine))
    assert sweeper.sweep() == Swept(sent=1)
    assert sweeper.sweep() == Swept()
    assert messages_in(queue) == [str(job_id)]
    assert jobs.get(job_id).sqs_message_id is not None


def test_a_sender_is_given_time_before_the_sweeper_sends(engine, sweeper, left_alone):
    left_alone(a_waiting_job(engine), timedelta(seconds=30))
    assert sweeper.sweep() == Swept()


def test_a_job_whose_message_was_lost_is_sent_again(engine, sweeper, jobs, queue, left_alone):
    job_id = a_waiting_job(engine)
    jobs.sent(job_id, "lost")
    left_alone(job_id)
    assert sweeper.sweep() == Swept(resent=1)
    assert messages_in(queue) == [str(job_id)]


def test_a_job_that_is_to_be_tried_again_is_not_forgotten(engine, sweeper, jobs, queue, left_alone):
    lease = a_claimed_job(engine).lease
    jobs.fail(lease, DownloadFailed())
    jobs.sent(lease.job_id, "lost")
    left_alone(lease.job_id)
    assert sweeper.sweep() == Swept(resent=1)
    assert messages_in(queue) == [str(lease.job_id)]


def test_while_the_queue_holds_messages_none_is_taken_for_lost(
    engine, sweeper, jobs, queue, left_alone
):
    silent, other = a_waiting_job(engine), a_waiting_job(engine)
    jobs.sent(silent, "somewhere behind")
    sent(jobs, queue, other)
    left_alone(silent, timedelta(hours=1))
    assert sweeper.sweep() == Swept()
    hidden = queue.receive(wait_s=0, visibility_s=30)
    assert hidden is not None
    assert sweeper.sweep() == Swept()


def test_after_two_hours_a_job_is_sent_again_behind_any_queue_but_not_at_every_sweep(
    engine, sweeper, jobs, queue, left_alone
):
    silent, other = a_waiting_job(engine), a_waiting_job(engine)
    jobs.sent(silent, "lost")
    sent(jobs, queue, other)
    left_alone(silent, timedelta(hours=2, minutes=1))
    assert sweeper.sweep() == Swept(resent=1)
    assert messages_in(queue) == sorted([str(silent), str(other)])
    assert sweeper.sweep() == Swept()


def test_a_job_that_no_worker_took_for_days_fails(engine, sweeper, jobs, queue, change):
    job_id = a_waiting_job(engine)
    sent(jobs, queue, job_id)
    change(job_id, started_at=datetime.now(UTC) - timedelta(days=5))
    assert sweeper.sweep() == Swept(timed_out=1)
    assert where(jobs, job_id) == (Status.FAILED, Stage.FAILED, "QUEUE_TIMEOUT")


def test_a_job_that_is_tried_anew_after_days_has_all_its_time_again(engine, sweeper, jobs, change):
    lease = a_claimed_job(engine).lease
    change(lease.job_id, started_at=datetime.now(UTC) - timedelta(days=5))
    jobs.fail(lease, NoPersonFound())
    assert jobs.revive(lease.job_id)
    assert sweeper.sweep() == Swept()


def test_a_job_whose_worker_vanished_waits_again_and_the_try_counts(
    engine, sweeper, jobs, queue, dead
):
    job_id = dead(a_claimed_job(engine).lease)
    assert sweeper.sweep() == Swept(reclaimed=1)
    assert where(jobs, job_id) == (Status.PROCESSING, Stage.WAITING, None)
    assert messages_in(queue) == [str(job_id)]
    assert [one.outcome for one in jobs.attempts(job_id)] == [AttemptOutcome.LOST]
    assert jobs.get(job_id).attempts_returned == 0


def test_a_lease_is_dead_when_two_sweeps_found_it_so(engine, sweeper, jobs, dead, change):
    """A database that was away for long finds every lease over, and the workers alive."""
    lease = a_claimed_job(engine).lease
    dead(lease)
    careful = replace(sweeper, settings=SweepSettings())
    assert careful.sweep() == Swept()
    jobs.beat(lease, lease_s=60)  # it lives
    dead(lease, timedelta(minutes=20))
    seen = datetime.now(UTC) - timedelta(minutes=40)  # under the lease before
    change(lease.job_id, pushed_at=seen)
    assert careful.sweep() == Swept()
    change(lease.job_id, pushed_at=datetime.now(UTC) - timedelta(seconds=31))
    assert careful.sweep() == Swept(reclaimed=1)


def test_after_the_last_try_one_more_worker_may_take_over(engine, sweeper, jobs, queue, dead):
    lease = a_claimed_job(engine, lease_s=-1).lease
    for _ in range(MAX_ATTEMPTS - 1):
        assert isinstance(jobs.claim(lease.job_id, worker="w", lease_s=-1), Claimed)
    dead(lease)
    assert sweeper.sweep() == Swept(reclaimed=1)
    assert messages_in(queue) == [str(lease.job_id)]
    claimed = jobs.claim(lease.job_id, worker="w", lease_s=-1)
    assert isinstance(claimed, Claimed)
    assert claimed.only_takes_over
    dead(lease)
    assert sweeper.sweep() == Swept(failed=1)


def test_a_lease_that_just_ran_out_is_left_to_the_next_worker(engine, sweeper, dead):
    dead(a_claimed_job(engine).lease, timedelta(seconds=60))
    assert sweeper.sweep() == Swept()


def test_a_job_that_lost_its_last_worker_fails_and_leaves_no_files(
    sweeper, jobs, media, a_used_up_job, a_file
):
    job_id = a_used_up_job()
    neighbour = uuid4()
    for attempt in (1, 2, 3, 4):
        a_file(results_prefix(job_id, attempt) + "frames.json.gz")
    kept = a_file(results_prefix(neighbour, 1) + "results.json")
    assert sweeper.sweep() == Swept(failed=1)
    assert where(jobs, job_id) == (Status.FAILED, Stage.FAILED, "MAX_RETRIES")
    assert {one.outcome for one in jobs.attempts(job_id)} == {AttemptOutcome.LOST}
    assert media.keys("results/") == [kept]


def test_more_jobs_than_a_batch_are_done_by_the_next_sweeps(engine, sweeper, queue, left_alone):
    waiting = sorted(str(left_alone(a_waiting_job(engine))) for _ in range(5))
    small = replace(sweeper, settings=SweepSettings(sweep_batch=2))
    assert [small.sweep().sent for _ in range(4)] == [2, 2, 1, 0]
    assert messages_in(queue) == waiting


def an_upload(engine, uploads, change, content: bytes | None, **declared):
    """An upload whose URL ran out a day ago; what was put there, if anything."""
    job, put = uploads.initiate(
        COACH,
        NewUpload(session_id=a_session(engine), overrides={}, include_frames=True, **declared),
    )
    if content is not None:
        assert httpx.put(put.url, headers=dict(put.headers), content=content).is_success
    long_ago = datetime.now(UTC) - LONG_AGO
    change(job.id, upload_expires_at=long_ago, updated_at=long_ago)
    return job


def test_a_video_that_came_without_a_word_is_analysed(
    engine, sweeper, uploads, jobs, queue, change
):
    job = an_upload(engine, uploads, change, b"video")
    assert sweeper.sweep() == Swept(uploads_completed=1)
    assert where(jobs, job.id) == (Status.PROCESSING, Stage.WAITING, None)
    assert messages_in(queue) == [str(job.id)]


def test_an_upload_that_never_came_fails(engine, sweeper, uploads, jobs, change):
    job = an_upload(engine, uploads, change, None)
    assert sweeper.sweep() == Swept(uploads_failed=1)
    assert where(jobs, job.id) == (Status.FAILED, Stage.FAILED, "UPLOAD_EXPIRED")
    assert jobs.get(job.id).user_action == "fix_request"
    assert sweeper.sweep() == Swept()


@pytest.mark.parametrize("content", [b"another", b"x" * 1001])
def test_an_upload_that_is_not_the_announced_one_fails_and_goes(
    engine, sweeper, uploads, jobs, media, change, content
):
    job = an_upload(engine, uploads, change, content)
    if len(content) < 1000:
        change(job.id, declared_bytes=5, updated_at=datetime.now(UTC) - LONG_AGO)
    assert sweeper.sweep() == Swept(uploads_failed=1)
    assert where(jobs, job.id) == (Status.FAILED, Stage.FAILED, "UPLOAD_MISMATCH")
    assert jobs.get(job.id).error_message.endswith("Start a new upload.")
    assert media.head(job.s3_key) is None


def test_the_video_of_a_minor_without_consent_fails_and_goes(
    engine, sweeper, uploads, jobs, media, change
):
    job = an_upload(engine, uploads, change, b"video")
    PlayerStore(engine).put(COACH, "p-1", name=None, age_band=AgeBand.UNDER_13)
    assert sweeper.sweep() == Swept(uploads_failed=1)
    assert where(jobs, job.id) == (Status.FAILED, Stage.FAILED, "CONSENT_REQUIRED")
    assert media.head(job.s3_key) is None


def test_an_upload_still_has_the_grace_time(engine, sweeper, uploads, jobs, change):
    job = an_upload(engine, uploads, change, None)
    change(
        job.id,
        upload_expires_at=datetime.now(UTC) - timedelta(seconds=60),
        updated_at=datetime.now(UTC) - LONG_AGO,
    )
    assert sweeper.sweep() == Swept()
    assert jobs.get(job.id).stage == Stage.AWAITING_UPLOAD


def test_workers_not_heard_for_a_day_are_forgotten(engine, sweeper):
    workers = WorkerStore(engine)
    workers.seen("here")
    workers.seen("gone")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE workers SET seen_at = now() - interval '25 hours' WHERE id = 'gone'"
        )
    assert sweeper.sweep() == Swept(workers_forgotten=1)
    assert [worker.id for worker in workers.alive()] == ["here"]


def test_without_s3_jobs_end_all_the_same_and_their_files_go_later(
    engine, sweeper, uploads, storage, a_used_up_job, left_alone, change, a_file
):
    jobs, media = uploads.jobs, uploads.media
    used_up, waiting = a_used_up_job(), left_alone(a_waiting_job(engine))
    a_file(results_prefix(used_up, 1) + "frames.json.gz")
    overdue = an_upload(engine, uploads, change, None)
    away = MediaStore(s3_client(storage), "there-is-no-such-bucket")
    broken = replace(sweeper, uploads=replace(uploads, media=away), media=away)
    assert broken.sweep() == Swept(sent=1, failed=1, errors=1)
    assert jobs.get(used_up).status == Status.FAILED
    assert jobs.get(overdue.id).status == Status.QUEUED
    assert jobs.get(waiting).sqs_message_id is not None
    long_ago = datetime.now(UTC) - LONG_AGO
    change(used_up, completed_at=long_ago, updated_at=long_ago, pushed_at=None)
    assert sweeper.sweep() == Swept(tidied=1)
    assert media.keys(all_results_prefix(used_up)) == []


def test_without_sqs_nothing_is_lost(
    engine, sweeper, uploads, jobs, queue, queue_settings, left_alone, dead
):
    waiting, orphan = left_alone(a_waiting_job(engine)), dead(a_claimed_job(engine).lease)
    gone = JobQueue(sqs_client(queue_settings), queue_settings.sqs_queue_url + "-gone")
    sending = Dispatcher(jobs, gone)
    broken = replace(sweeper, uploads=replace(uploads, dispatcher=sending), dispatcher=sending)
    swept = broken.sweep()
    assert (swept.sent, swept.reclaimed, swept.errors) == (0, 0, 3)
    for job_id in (waiting, orphan):
        assert jobs.get(job_id).sqs_message_id is None
        left_alone(job_id)
    assert sweeper.sweep() == Swept(sent=2)
    assert messages_in(queue) == sorted((str(waiting), str(orphan)))


def test_a_job_that_cannot_be_sent_holds_up_no_other(engine, sweeper, queue, left_alone, change):
    odd = a_waiting_job(engine)
    change(odd, settings={"sample_fps": "fast"})
    left_alone(odd, timedelta(days=2))
    fine = left_alone(a_waiting_job(engine))
    assert sweeper.sweep() == Swept(sent=1, errors=1)
    assert messages_in(queue) == [str(fine)]


def test_sweepers_at_the_same_time_do_nothing_twice(
    engine, sweeper, jobs, queue, a_used_up_job, left_alone, dead
):
    waiting = {left_alone(a_waiting_job(engine)) for _ in range(12)}
    orphans = {dead(a_claimed_job(engine).lease) for _ in range(6)}
    used_up = {a_used_up_job() for _ in range(4)}
    small = replace(sweeper, settings=SweepSettings(sweep_batch=5, sweep_sure_s=0))
    with ThreadPoolExecutor(4) as pool:
        rounds = list(pool.map(lambda _: small.sweep(), range(16)))
    assert sum(swept.sent for swept in rounds) == len(waiting)
    assert sum(swept.reclaimed for swept in rounds) == len(orphans)
    assert sum(swept.failed for swept in rounds) == len(used_up)
    assert sum(swept.errors for swept in rounds) == 0
    assert messages_in(queue) == sorted(str(job_id) for job_id in waiting | orphans)


def test_a_sweep_says_what_it_did_in_numbers(engine, sweeper, emf, left_alone):
    left_alone(a_waiting_job(engine))
    sweeper.sweep()
    said = spoken(emf)
    assert said["SweeperSent"] == 1
    assert said["SweeperErrors"] == said["SweeperUploadsFailed"] == 0


def test_a_sweep_says_how_many_jobs_want_a_worker(engine, sweeper, emf, dead):
    sweeper.sweep()
    assert spoken(emf)["JobsOpen"] == 0
    a_job(engine)  # its upload is still to come
    a_waiting_job(engine)
    dead(a_claimed_job(engine).lease)
    JobStore(engine).cancel(a_waiting_job(engine), owner=COACH)
    sweeper.sweep()
    assert spoken(emf)["JobsOpen"] == 2


def test_workers_are_wanted_also_where_a_sweep_can_do_nothing(engine, sweeper, queue_settings, emf):
    a_waiting_job(engine)
    gone = JobQueue(sqs_client(queue_settings), queue_settings.sqs_queue_url + "-gone")
    broken = replace(sweeper, dispatcher=Dispatcher(sweeper.dispatcher.jobs, gone))
    assert broken.sweep().errors == 1
    assert spoken(emf)["JobsOpen"] == 1


def test_open_jobs_are_counted_by_an_index(engine):
    """Also when millions are over: the table itself is not read."""
    count = _how_many_open().compile(engine, compile_kwargs={"literal_binds": True})
    with engine.begin() as rows:
        rows.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = "".join(rows.exec_driver_sql(f"EXPLAIN {count}").scalars())
    assert "Seq Scan" not in plan
    assert "ix_jobs_open" in plan or "ix_jobs_owner_open" in plan  # either of the partial ones
