"""What is stored or left when its job is over already goes later, and what ends a job does not wait
for the bucket."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.aws import s3_client
from shared.errors import NoPersonFound, StorageError, UploadMismatch
from shared.job_store import JobStore
from shared.jobs import JobKind, Status
from shared.media.store import MediaStore, all_results_prefix, results_prefix
from shared.queue.dispatch import message_for
from shared.settings import UploadSettings
from shared.sweep.rows import SweepStore
from shared.sweep.sweeper import Swept
from tests.builders import COACH, a_claimed_job, a_job, a_waiting_job
from tests.sweeping import a_sweeper, set_row, used_up_job


class Refusing(MediaStore):
    """Deletes nothing of one job."""

    job_id: object = None

    def delete(self, keys):
        if any(str(self.job_id) in key for key in keys):
            raise StorageError
        return super().delete(keys)


@pytest.fixture
def jobs(engine):
    return JobStore(engine)


@pytest.fixture
def refusing(storage):
    return Refusing(s3_client(storage), storage.s3_bucket)


@pytest.fixture
def sweeper(engine, media, queue, dead_letters):
    return a_sweeper(engine, media, queue, dead_letters)


@pytest.fixture
def stored(media, tmp_path):
    """Stores a file of an attempt and returns its key."""
    path = tmp_path / "file"
    path.write_bytes(b"{}")

    def stored(job_id, attempt):
        key = results_prefix(job_id, attempt) + "frames.json.gz"
        media.upload(path, key, content_type="application/json")
        return key

    return stored


@pytest.fixture
def long_over(engine):
    """Lets so much time pass since the job's end."""

    def long_over(job_id, since=timedelta(hours=2)):
        then = datetime.now(UTC) - since
        set_row(engine, job_id, completed_at=then, updated_at=then, pushed_at=None)
        return job_id

    return long_over


@pytest.fixture
def a_cancelled_job(engine, jobs):
    def cancelled():
        job_id = a_claimed_job(engine).lease.job_id
        jobs.cancel(job_id, owner=COACH)
        return job_id

    return cancelled


def test_a_file_that_landed_after_the_end_goes_once_no_worker_can_be_left(
    sweeper, media, stored, a_cancelled_job, long_over
):
    job_id = a_cancelled_job()
    stored(job_id, 1)
    assert sweeper.sweep() == Swept()
    long_over(job_id, timedelta(hours=1))  # an attempt may last so long, and its lease longer
    assert sweeper.sweep() == Swept()
    long_over(job_id)
    assert sweeper.sweep() == Swept(tidied=1)
    assert media.keys(all_results_prefix(job_id)) == []
    assert sweeper.sweep() == Swept()


def test_the_results_of_a_completed_job_stay(engine, sweeper, jobs, media, stored, long_over):
    job_id = a_waiting_job(engine)
    for _ in range(2):
        claimed = jobs.claim(job_id, worker="w", lease_s=-1)
    kept = stored(job_id, 2)
    jobs.finish(claimed.lease, results={}, results_prefix=results_prefix(job_id, 2))
    stored(job_id, 1)  # by the worker that had lost it
    long_over(job_id)
    assert sweeper.sweep() == Swept(tidied=1)
    assert media.keys(all_results_prefix(job_id)) == [kept]


def test_a_letter_may_go_before_the_bucket_is_tidy(
    sweeper, jobs, media, dead_letters, stored, a_cancelled_job, long_over
):
    job_id = a_cancelled_job()
    stored(job_id, 1)
    dead_letters.send(message_for(jobs.get(job_id)))
    assert sweeper.sweep() == Swept(letters_removed=1)
    long_over(job_id)
    assert sweeper.sweep() == Swept(tidied=1)
    assert media.keys(all_results_prefix(job_id)) == []


def test_one_job_that_s3_refuses_to_tidy_holds_up_no_other(
    engine, queue, refusing, stored, a_cancelled_job, long_over
):
    sweeper = a_sweeper(engine, refusing, queue)
    odd, fine = long_over(a_cancelled_job()), long_over(a_cancelled_job())
    stored(odd, 1)
    stored(fine, 1)
    refusing.job_id = odd
    assert sweeper.sweep() == Swept(tidied=1, errors=1)
    assert [key for job_id in (odd, fine) for key in refusing.keys(all_results_prefix(job_id))]
    assert refusing.keys(all_results_prefix(fine)) == []
    assert sweeper.sweep() == Swept()  # not at every sweep
    refusing.job_id = None
    long_over(odd)
    assert sweeper.sweep() == Swept(tidied=1)


def test_jobs_end_though_their_files_cannot_be_removed_yet(engine, queue, jobs, refusing, stored):
    gone = [used_up_job(engine) for _ in range(3)]
    refusing.job_id = gone[0]
    stored(gone[0], 1)
    assert a_sweeper(engine, refusing, queue).sweep() == Swept(failed=3)
    assert {jobs.get(job_id).status for job_id in gone} == {Status.FAILED}


def test_files_go_only_after_the_end_is_committed(engine, queue, jobs, storage, stored):
    seen = []

    class Watching(MediaStore):
        def delete(self, keys):
            seen.append(jobs.get(job_id).status)
            return super().delete(keys)

    job_id = used_up_job(engine)
    stored(job_id, 1)
    watching = Watching(s3_client(storage), storage.s3_bucket)
    assert a_sweeper(engine, watching, queue).sweep() == Swept(failed=1)
    assert seen == [Status.FAILED]


def test_a_wrong_upload_that_could_not_be_removed_goes_later(
    engine, sweeper, media, stored, long_over
):
    job_id = a_waiting_job(engine)
    wrong = stored(job_id, 0).replace("results/", "uploads/")
    media.copy(results_prefix(job_id, 0) + "frames.json.gz", wrong)
    set_row(
        engine,
        job_id,
        status=Status.FAILED,
        stage="failed",
        error_code=UploadMismatch.code,
        s3_key=wrong,
    )
    long_over(job_id)
    assert sweeper.sweep() == Swept(tidied=1)
    assert media.head(wrong) is None


@pytest.mark.parametrize("kind", [JobKind.VIDEO, JobKind.IMAGES])
def test_what_was_sent_for_nothing_is_gone_for_good(engine, sweeper, jobs, media, long_over, kind):
    """Where the bucket keeps versions, too, and where it comes after the end."""
    media._client.put_bucket_versioning(
        Bucket=media.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    job_id = a_job(engine)
    key = f"uploads/x/{job_id}/"
    set_row(engine, job_id, kind=kind, s3_key=key)
    jobs.cancel(job_id, owner=COACH)
    media.put(key + "1", b"late", content_type="video/mp4")
    long_over(job_id)
    assert sweeper.sweep() == Swept(tidied=1)
    assert media.erase_prefix(key) == 0


def test_a_rendering_that_never_began_leaves_what_it_would_have_read(
    engine, sweeper, jobs, media, long_over
):
    original = f"uploads/x/{a_job(engine)}/source"
    media.put(original, b"video", content_type="video/mp4")
    job_id = a_job(engine)
    set_row(engine, job_id, kind=JobKind.RENDER, s3_key=original, inputs={"video": original})
    jobs.cancel(job_id, owner=COACH)
    long_over(job_id)
    assert sweeper.sweep() == Swept(tidied=1)
    assert media.head(original) is not None


def test_the_last_look_waits_for_the_last_url(engine, media, queue, a_cancelled_job, long_over):
    patient = a_sweeper(engine, media, queue, limits=UploadSettings(upload_url_expires_s=86_400))
    job_id = long_over(a_cancelled_job())
    assert patient.sweep() == Swept()
    long_over(job_id, timedelta(hours=26))
    assert patient.sweep() == Swept(tidied=1)


def test_a_job_revived_meanwhile_is_looked_at_again_after_its_next_end(
    engine, sweeper, jobs, media, stored, long_over
):
    lease = a_claimed_job(engine).lease
    jobs.fail(lease, NoPersonFound())
    failed = jobs.get(lease.job_id)
    assert jobs.revive(lease.job_id)
    SweepStore(engine).tidied(failed)  # by a sweeper that read the row before
    assert jobs.get(lease.job_id).tidied_at is None
    jobs.cancel(lease.job_id, owner=COACH)
    stored(lease.job_id, 1)
    long_over(lease.job_id)
    assert sweeper.sweep() == Swept(tidied=1)
    assert media.keys(all_results_prefix(lease.job_id)) == []
