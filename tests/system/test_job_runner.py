"""One attempt in this process: what happens when its last steps go wrong."""

import io

import pytest

from shared.errors import DatabaseError
from shared.job_store import Claimed, JobStore
from shared.jobs import Stage, Status
from shared.media_store import MediaStore
from shared.telemetry import Metrics
from tests.builders import a_waiting_job
from worker_service.job import JobRunner, Outcome
from worker_service.pipeline.pose.synthetic_engine import SyntheticEngine
from worker_service.pipeline.video.probe import VideoLimits
from worker_service.shutdown import Shutdown

pytestmark = pytest.mark.system


class SteadyHeart:
    """A heartbeat that never misses."""

    def check(self):
        pass


class UnreliableStore(JobStore):
    """Loses the answer of the first commits, and then perhaps the database altogether."""

    def __init__(self, engine, *, answers_lost, then_away=False):
        super().__init__(engine)
        self._answers_lost = answers_lost
        self._then_away = then_away

    def finish(self, lease, **kwargs):
        super().finish(lease, **kwargs)
        if self._answers_lost:
            self._answers_lost -= 1
            raise DatabaseError

    def completed_by(self, lease):
        if self._then_away:
            raise DatabaseError
        return super().completed_by(lease)


@pytest.fixture
def run(engine, media, small_clip, tmp_path):
    def attempt(jobs: JobStore, *, bucket: MediaStore = media, grace_s: float = 60):
        job_id = a_waiting_job(engine)
        claimed = jobs.claim(job_id, worker="w", lease_s=60)
        assert isinstance(claimed, Claimed)
        claimed.job.source_bytes = small_clip.stat().st_size
        media.upload(small_clip, claimed.job.s3_key, content_type="video/mp4")
        shutdown = Shutdown(grace_s=grace_s)
        runner = JobRunner(
            jobs=jobs,
            media=bucket,
            engine=SyntheticEngine(),
            limits=VideoLimits(),
            tmp=tmp_path,
            worker="w",
            shutdown=shutdown,
            metrics=Metrics(service="worker", stage="test", stream=io.StringIO()),
            commit_pauses_s=(0.0, 0.01),
        )
        return runner, claimed, shutdown

    return attempt


def _kept(media, claimed):
    return media.head(f"results/{claimed.lease.job_id}/1/frames.json.gz") is not None


def test_a_commit_whose_answer_got_lost_is_not_undone(run, engine, media):
    runner, claimed, _ = run(UnreliableStore(engine, answers_lost=1))
    assert runner.run(claimed, SteadyHeart()) is Outcome.COMPLETED
    assert JobStore(engine).get(claimed.lease.job_id).status == Status.COMPLETED
    assert _kept(media, claimed)


def test_when_nobody_knows_whether_it_was_committed_the_files_stay(run, engine, media):
    runner, claimed, _ = run(UnreliableStore(engine, answers_lost=1, then_away=True))
    with pytest.raises(DatabaseError):
        runner.run(claimed, SteadyHeart())
    assert JobStore(engine).get(claimed.lease.job_id).status == Status.COMPLETED
    assert _kept(media, claimed)


def test_results_that_could_not_be_committed_are_retried_and_leave_no_orphans(run, engine, media):
    class NeverCommits(JobStore):
        def finish(self, lease, **kwargs):
            raise DatabaseError

    runner, claimed, _ = run(NeverCommits(engine))
    assert runner.run(claimed, SteadyHeart()) is Outcome.RETRYING
    job = JobStore(engine).get(claimed.lease.job_id)
    assert (job.stage, job.error_code) == (Stage.RETRYING, "SAVE_FAILED")
    assert not _kept(media, claimed)


def test_a_lost_lease_takes_its_files_away(run, engine, media):
    class TakenOver(JobStore):
        def finish(self, lease, **kwargs):
            with engine.begin() as rows:
                rows.exec_driver_sql("UPDATE video_analysis_jobs SET attempt = attempt + 1")
            super().finish(lease, **kwargs)

    runner, claimed, _ = run(TakenOver(engine))
    assert runner.run(claimed, SteadyHeart()) is Outcome.LEASE_LOST
    assert not _kept(media, claimed)


def test_a_stop_during_the_download_gives_the_job_back(run, engine, media):
    runner, claimed, shutdown = run(JobStore(engine), grace_s=0)
    shutdown.request()
    assert runner.run(claimed, SteadyHeart()) is Outcome.RETURNED
    assert JobStore(engine).get(claimed.lease.job_id).stage == Stage.WAITING


def test_a_refused_download_does_not_repeat_what_the_storage_says(run, engine, storage, media):
    runner, claimed, _ = run(JobStore(engine))
    media.delete_prefix(claimed.job.s3_key)
    assert runner.run(claimed, SteadyHeart()) is Outcome.RETRYING
    job = JobStore(engine).get(claimed.lease.job_id)
    assert job.error_message == "Failed to download video from S3: 404 Not Found"
