"""One attempt in this process: every way it can end, with real storage and a real database."""

import io
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import DataError

from shared.attempt_store import Claimed
from shared.erasure.deletions import Erasure
from shared.erasure.store import ErasureStore
from shared.errors import (
    DatabaseError,
    LeaseLost,
    ModelUnavailable,
    NoPersonFound,
    ProcessingFailed,
    StorageError,
)
from shared.files import ANALYSIS_FILES, POSE_NAME, RESULTS_NAME
from shared.job_store import JobStore
from shared.jobs import AttemptOutcome, JobKind, Stage, Status
from shared.media.store import MediaStore
from shared.models import VideoAnalysisJob
from shared.results import Results
from shared.telemetry import Metrics
from tests.builders import COACH, a_waiting_job
from tests.fakes.analysts import InProcessAnalyst, SlowAnalyst
from tests.rig.waiting import wait_for
from worker_service.attempt import Tools
from worker_service.job import JobRunner, Outcome
from worker_service.pipeline.steps import RENDERING, Step, StepProgress
from worker_service.rest import Rest
from worker_service.scratch import Scratch
from worker_service.shutdown import Shutdown

pytestmark = pytest.mark.system


class SteadyHeart:
    """A heartbeat that never misses, until it is told that the row went to another."""

    def __init__(self):
        self.lost = False

    def check(self):
        if self.lost:
            raise LeaseLost


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

    def attempts(self, job_id):
        if self._then_away:
            raise DatabaseError
        return super().attempts(job_id)


class NeverCommits(JobStore):
    """A database that takes everything but results."""

    def finish(self, lease, **kwargs):
        raise DatabaseError


class FailingAnalyst:
    """Ends every analysis with one error."""

    device = "cpu"

    def __init__(self, error):
        self._error = error

    def start(self):
        pass

    def analyse(self, order, *, on_progress, check):
        raise self._error

    def close(self):
        pass


class Workbench:
    """A worker's parts, real but for what a test replaces, and a job for them."""

    def __init__(self, engine, media, clip, tmp_path):
        self.store = JobStore(engine)
        self.media = media
        self.scratch = Scratch(tmp_path)
        self.stream = io.StringIO()
        self.heart = SteadyHeart()
        self.rest = Rest()
        self._clip = clip
        self.job_id = a_waiting_job(engine)
        media.upload(clip, self.store.get(self.job_id).s3_key, content_type="video/mp4")

    def claim(self):
        claimed = self.store.claim(self.job_id, worker="w", lease_s=60)
        assert isinstance(claimed, Claimed)
        claimed.job.source_bytes = self._clip.stat().st_size
        return claimed

    def runner(
        self,
        *,
        jobs=None,
        media=None,
        analyst=None,
        shutdown=None,
        limit_s=60,
        patience_s=0.3,
    ):
        return JobRunner(
            tools=Tools(
                jobs or self.store,
                media or self.media,
                analyst or InProcessAnalyst(),
                self.scratch,
                "w",
            ),
            shutdown=shutdown or Shutdown(grace_s=60),
            metrics=Metrics(service="worker", stage="test", stream=self.stream),
            limit_s=limit_s,
            rest=self.rest,
            patience_s=patience_s,
        )

    def run(self, **replaced):
        return self.runner(**replaced).run(self.claim(), self.heart)

    @property
    def job(self):
        return self.store.get(self.job_id, with_results=True)

    @property
    def stored(self):
        """Which attempts have files, and which."""
        keys = self.media.keys(f"results/{self.job_id}/")
        return sorted("/".join(key.split("/")[2:]) for key in keys)

    @property
    def attempts(self):
        return [(attempt.attempt, attempt.outcome) for attempt in self.store.attempts(self.job_id)]

    @property
    def measured(self):
        lines = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        return {name: value for line in lines for name, value in line.items() if name != "_aws"}


@pytest.fixture
def bench(engine, media, small_clip, tmp_path):
    bench = Workbench(engine, media, small_clip, tmp_path)
    yield bench
    assert list(bench.scratch.path.iterdir()) == []
    bench.scratch.close()


@pytest.fixture
def erasure(engine, media):
    return Erasure(ErasureStore(engine), media)


def _files_of(attempt):
    return sorted(f"{attempt}/{name}" for name in (*ANALYSIS_FILES, RESULTS_NAME))


# --- results --------------------------------------------------------------------------------------


def test_the_history_says_what_it_ran_on_and_how_long_each_part_took(bench):
    assert bench.run() is Outcome.COMPLETED
    (attempt,) = bench.store.attempts(bench.job_id)
    assert attempt.outcome == AttemptOutcome.COMPLETED
    assert attempt.device == "cpu"
    assert set(attempt.seconds) >= {
        "download",
        "pose",
        "metrics",
        "findings",
        "report",
        "upload",
    }
    assert bench.measured["JobsCompleted"] == 1
    assert bench.measured["JobSeconds"] >= sum(attempt.seconds.values())


def test_the_order_says_whose_log_lines_they_are(bench):
    analyst = InProcessAnalyst()
    bench.run(analyst=analyst)
    (order,) = analyst.orders
    assert order.context == {
        "job_id": str(bench.job_id),
        "trace_id": "trace",
        "attempt": "1",
    }


def test_a_commit_whose_answer_got_lost_is_not_undone(bench, engine):
    assert bench.run(jobs=UnreliableStore(engine, answers_lost=1)) is Outcome.COMPLETED
    assert bench.job.status == Status.COMPLETED
    assert bench.stored == _files_of(1)


def test_when_nobody_knows_whether_it_was_committed_the_files_stay(bench, engine):
    with pytest.raises(DatabaseError):
        bench.run(jobs=UnreliableStore(engine, answers_lost=1, then_away=True))
    assert bench.job.status == Status.COMPLETED
    assert bench.stored == _files_of(1)


# --- results that are stored already --------------------------------------------------------------


def test_results_that_could_not_be_committed_are_not_computed_again(bench, engine):
    assert bench.run(jobs=NeverCommits(engine)) is Outcome.RETRYING
    assert bench.job.error_code == "SAVE_FAILED"
    bench.media.delete_prefix("uploads/")
    analyst = InProcessAnalyst()
    assert bench.run(analyst=analyst) is Outcome.COMPLETED
    assert analyst.orders == []
    assert bench.job.results_prefix == f"results/{bench.job_id}/2/"
    assert bench.stored == _files_of(1) + _files_of(2)
    assert bench.measured["ResultsReused"] == 1


def test_of_several_stored_results_the_newest_are_taken(bench, engine):
    for _ in range(2):
        bench.run(jobs=NeverCommits(engine))
    stored = bench.media.read(f"results/{bench.job_id}/2/results.json")
    assert bench.run() is Outcome.COMPLETED
    assert bench.media.read(f"results/{bench.job_id}/3/results.json") == stored


def test_stored_results_that_are_not_valid_are_computed_again(bench, engine, tmp_path):
    bench.run(jobs=NeverCommits(engine))
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    bench.media.upload(
        broken, f"results/{bench.job_id}/1/results.json", content_type="application/json"
    )
    analyst = InProcessAnalyst()
    assert bench.run(analyst=analyst) is Outcome.COMPLETED
    assert len(analyst.orders) == 1


def test_stored_results_without_their_frames_are_computed_again(bench, engine):
    bench.run(jobs=NeverCommits(engine))
    bench.media.delete_prefix(f"results/{bench.job_id}/1/frames")
    analyst = InProcessAnalyst()
    assert bench.run(analyst=analyst) is Outcome.COMPLETED
    assert len(analyst.orders) == 1


def test_an_upload_that_broke_off_is_computed_again(bench):
    class NoResultsDocument(MediaStore):
        def upload(self, path, key, **kwargs):
            if key.endswith("results.json"):
                raise StorageError
            super().upload(path, key, **kwargs)

    cut = NoResultsDocument(bench.media._client, bench.media.bucket)
    assert bench.run(media=cut) is Outcome.RETRYING
    assert bench.job.error_code == "SAVE_FAILED"
    assert bench.run() is Outcome.COMPLETED
    assert bench.attempts == [(1, AttemptOutcome.RETRYING), (2, AttemptOutcome.COMPLETED)]


# --- the commit's patience ------------------------------------------------------------------------


def test_a_commit_waits_for_the_database(bench, engine):
    class AwayForAWhile(JobStore):
        tries = 0

        def finish(self, lease, **kwargs):
            self.tries += 1
            if self.tries < 3:
                raise DatabaseError
            super().finish(lease, **kwargs)

    assert bench.run(jobs=AwayForAWhile(engine), patience_s=30) is Outcome.COMPLETED


def test_a_commit_that_waits_for_the_database_ends_with_the_grace_time(bench, engine):
    shutdown = Shutdown(grace_s=0)

    class AllAway(JobStore):
        def finish(self, lease, **kwargs):
            shutdown.request()
            raise DatabaseError

        def give_back(self, lease):
            raise DatabaseError

    began = time.monotonic()
    with pytest.raises(DatabaseError):
        bench.run(jobs=AllAway(engine), shutdown=shutdown, patience_s=3)
    assert time.monotonic() - began < 10
    assert bench.stored == _files_of(1)


# --- ends from outside ----------------------------------------------------------------------------


def test_a_lost_lease_takes_its_files_away(bench, engine):
    class TakenOver(JobStore):
        def finish(self, lease, **kwargs):
            with engine.begin() as rows:
                rows.exec_driver_sql("UPDATE video_analysis_jobs SET attempt = attempt + 1")
            super().finish(lease, **kwargs)

    assert bench.run(jobs=TakenOver(engine)) is Outcome.LEASE_LOST
    assert bench.stored == []
    assert bench.measured["LeasesLost"] == 1


def test_a_stop_during_the_download_gives_the_job_back(bench):
    shutdown = Shutdown(grace_s=0)
    shutdown.request()
    assert bench.run(shutdown=shutdown) is Outcome.RETURNED
    assert bench.job.stage == Stage.WAITING
    assert bench.attempts == [(1, AttemptOutcome.RETURNED)]


@pytest.fixture
def at_work(bench):
    """Run an attempt in a thread until its analysis is under way; ends with it."""
    released = threading.Event()
    with ThreadPoolExecutor(1) as pool:

        def begin(**replaced):
            analyst = SlowAnalyst(released)
            ending = pool.submit(bench.run, analyst=analyst, **replaced)
            wait_for(lambda: analyst.at_work, "the analysis to be under way")
            return ending

        yield begin
        released.set()


def test_a_stop_during_the_analysis_gives_the_job_back(bench, at_work):
    shutdown = Shutdown(grace_s=0)
    ending = at_work(shutdown=shutdown)
    shutdown.request()
    assert ending.result(timeout=2) is Outcome.RETURNED


def test_a_cancelled_job_leaves_no_files(bench, at_work):
    ending = at_work()
    bench.store.cancel(bench.job_id, owner=COACH)
    bench.heart.lost = True
    assert ending.result(timeout=2) is Outcome.CANCELLED
    assert bench.stored == []
    assert bench.attempts == [(1, AttemptOutcome.CANCELLED)]


def test_a_cancel_during_the_upload_leaves_no_files(bench):
    class CancelledOnTheWay(MediaStore):
        def upload(self, path, key, **kwargs):
            super().upload(path, key, **kwargs)
            bench.store.cancel(bench.job_id, owner=COACH)
            bench.heart.lost = True

    media = CancelledOnTheWay(bench.media._client, bench.media.bucket)
    assert bench.run(media=media) is Outcome.CANCELLED
    assert bench.stored == []


def test_a_job_deleted_under_its_worker_leaves_no_files(bench, at_work, erasure):
    ending = at_work()
    erasure.job(COACH, bench.job_id)
    bench.heart.lost = True
    assert ending.result(timeout=2) is Outcome.CANCELLED
    assert bench.stored == []


def test_a_job_deleted_during_the_upload_leaves_no_files(bench, erasure):
    class DeletedOnTheWay(MediaStore):
        def upload(self, path, key, **kwargs):
            super().upload(path, key, **kwargs)
            erasure.job(COACH, bench.job_id)

    media = DeletedOnTheWay(bench.media._client, bench.media.bucket)
    assert bench.run(media=media) is Outcome.CANCELLED  # its commit finds no row
    assert bench.stored == []
    assert "LeasesLost" not in bench.stream.getvalue()


def test_a_job_that_takes_too_long_is_ended_and_retried(bench, at_work):
    assert at_work(limit_s=0.6).result(timeout=5) is Outcome.RETRYING
    assert bench.job.error_code == "PROCESSING_FAILED"
    assert bench.job.error_message == "Processing failed: it took longer than 0.01 min"


# --- failures -------------------------------------------------------------------------------------


def test_a_permanent_error_ends_the_job(bench):
    assert bench.run(analyst=FailingAnalyst(NoPersonFound())) is Outcome.FAILED
    assert bench.job.error_code == "NO_PERSON_FOUND"


def test_a_passing_error_is_tried_again_and_its_device_noted(bench):
    broken = FailingAnalyst(ProcessingFailed("Processing failed: it hung"))
    assert bench.run(analyst=broken) is Outcome.RETRYING
    (attempt,) = bench.store.attempts(bench.job_id)
    assert (attempt.device, attempt.error_code) == ("cpu", "PROCESSING_FAILED")
    assert "download" in attempt.seconds
    assert bench.measured["code"] == "PROCESSING_FAILED"


def test_an_analysis_without_results_is_a_passing_failure(bench):
    class Lazy(InProcessAnalyst):
        def analyse(self, order, *, on_progress, check):
            pass

    assert bench.run(analyst=Lazy()) is Outcome.RETRYING
    assert bench.job.error_message == "Processing failed: no valid results"


def test_a_bug_names_its_kind_and_nothing_else(bench):
    assert bench.run(analyst=FailingAnalyst(KeyError("secret"))) is Outcome.RETRYING
    assert bench.job.error_message == "Processing failed: KeyError"


def test_a_refused_download_does_not_repeat_what_the_storage_says(bench):
    bench.media.delete_prefix(bench.job.s3_key)
    assert bench.run() is Outcome.RETRYING
    assert bench.job.error_message == "Failed to download video from S3: 404 Not Found"


def test_a_download_that_is_forbidden_says_so(bench):
    class Forbidden(MediaStore):
        def download(self, key, path, **_):
            raise StorageError("403 Forbidden")

    refused = Forbidden(bench.media._client, bench.media.bucket)
    assert bench.run(media=refused) is Outcome.RETRYING
    assert bench.job.error_message == "Failed to download video from S3: 403 Forbidden"


def test_a_video_that_does_not_fit_on_the_disk_is_not_downloaded(bench):
    claimed = bench.claim()
    claimed.job.source_bytes = 10**18
    assert bench.runner().run(claimed, bench.heart) is Outcome.RETRYING
    assert bench.job.error_code == "DISK_FULL"


def test_a_download_of_another_size_is_not_analysed(bench):
    claimed = bench.claim()
    claimed.job.source_bytes -= 1
    assert bench.runner().run(claimed, bench.heart) is Outcome.RETRYING
    assert bench.job.error_code == "DOWNLOAD_FAILED"


def test_progress_that_cannot_be_written_costs_nothing(bench, engine):
    class Quiet(JobStore):
        def progress(self, lease, progress):
            raise DatabaseError

    assert bench.run(jobs=Quiet(engine)) is Outcome.COMPLETED


@pytest.mark.parametrize("ending", ["give back", "fail"])
def test_an_end_that_comes_too_late_changes_nothing(bench, ending):
    claimed = bench.claim()
    bench.store.cancel(bench.job_id, owner=COACH)
    shutdown = Shutdown(grace_s=0)
    if ending == "give back":
        shutdown.request()
    runner = bench.runner(shutdown=shutdown, analyst=FailingAnalyst(NoPersonFound()))
    assert runner.run(claimed, bench.heart) is Outcome.CANCELLED
    assert bench.job.status == Status.CANCELLED


def test_a_disk_that_fills_up_harms_this_attempt_only(bench):
    class FullDisk(MediaStore):
        def download(self, key, path, **_):
            with open("/dev/full", "wb") as full:  # noqa: PTH123 - the kernel says ENOSPC here
                full.write(b"video")

    full = FullDisk(bench.media._client, bench.media.bucket)
    assert bench.run(media=full) is Outcome.RETRYING
    assert bench.job.error_code == "DISK_FULL"
    assert bench.run() is Outcome.COMPLETED


# --- outages that cost nothing --------------------------------------------------------------------


class AnswersGetLost(JobStore):
    """Every end is written, and no worker is told so at the first try."""

    def __init__(self, engine):
        super().__init__(engine)
        self._lost = set()

    def fail(self, lease, error, **kwargs):
        return self._losing("fail", super().fail(lease, error, **kwargs))

    def give_back(self, lease):
        return self._losing("give back", super().give_back(lease))

    def _losing(self, what, answer):
        if what not in self._lost:
            self._lost.add(what)
            raise DatabaseError
        return answer


def test_an_upload_waits_for_s3_rather_than_that_results_are_computed_again(bench):
    class AwayForAWhile(MediaStore):
        tries = 0

        def upload(self, path, key, **kwargs):
            self.tries += 1
            if self.tries < 3:
                raise StorageError
            super().upload(path, key, **kwargs)

    media, analyst = AwayForAWhile(bench.media._client, bench.media.bucket), InProcessAnalyst()
    assert bench.run(media=media, analyst=analyst, patience_s=30) is Outcome.COMPLETED
    assert len(analyst.orders) == 1


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(NoPersonFound(), Outcome.FAILED), (ProcessingFailed(), Outcome.RETRYING)],
)
def test_a_failure_whose_answer_got_lost_is_settled_at_once(bench, engine, error, outcome):
    analyst = FailingAnalyst(error)
    assert bench.run(jobs=AnswersGetLost(engine), analyst=analyst, patience_s=30) is outcome


def test_a_return_whose_answer_got_lost_is_settled_at_once(bench, engine):
    shutdown = Shutdown(grace_s=0)
    shutdown.request()
    lossy = AnswersGetLost(engine)
    assert bench.run(jobs=lossy, shutdown=shutdown, patience_s=30) is Outcome.RETURNED
    assert bench.job.stage == Stage.WAITING


def test_a_worker_shows_that_it_is_alive_while_it_tries_to_give_a_job_back(bench, engine):
    beats: list[int] = []
    beaten_by: list[int] = []

    class Lossy(AnswersGetLost):
        def give_back(self, lease):
            beaten_by.append(len(beats))
            return super().give_back(lease)

    shutdown = Shutdown(grace_s=0)
    shutdown.request()
    runner = bench.runner(jobs=Lossy(engine), shutdown=shutdown, patience_s=30)
    outcome = replace(runner, alive=lambda: beats.append(1)).run(bench.claim(), bench.heart)
    assert outcome is Outcome.RETURNED
    assert beaten_by[0] < beaten_by[1]


def test_files_of_a_lost_lease_are_removed_though_s3_refuses_at_first(bench, engine):
    class TakenOver(JobStore):
        def finish(self, lease, **kwargs):
            with engine.begin() as rows:
                rows.exec_driver_sql("UPDATE video_analysis_jobs SET attempt = attempt + 1")
            super().finish(lease, **kwargs)

    class RefusesOnce(MediaStore):
        refused = False

        def delete_prefix(self, prefix):
            if not self.refused:
                self.refused = True
                raise StorageError
            return super().delete_prefix(prefix)

    media = RefusesOnce(bench.media._client, bench.media.bucket)
    assert bench.run(jobs=TakenOver(engine), media=media, patience_s=30) is Outcome.LEASE_LOST
    assert bench.stored == []


def test_results_that_the_database_refuses_for_good_are_not_taken_over(bench, engine):
    class Refuses(JobStore):
        def finish(self, lease, **kwargs):
            raise DataError("UPDATE", {}, ValueError("NUL"))

    assert bench.run(jobs=Refuses(engine)) is Outcome.RETRYING
    assert bench.job.error_message == "Processing failed: DataError"
    assert bench.stored == []


# --- the claim beyond the last try ----------------------------------------------------------------


def _use_up_the_tries(engine):
    with engine.begin() as rows:
        rows.exec_driver_sql("UPDATE video_analysis_jobs SET attempt = 3")


def test_whole_results_of_the_last_try_are_committed_by_the_claim_beyond_it(bench, engine):
    bench.run(jobs=NeverCommits(engine))
    _use_up_the_tries(engine)
    analyst = InProcessAnalyst()
    assert bench.run(analyst=analyst) is Outcome.COMPLETED
    assert analyst.orders == []


def test_the_claim_beyond_the_last_try_waits_for_s3(bench, engine):
    class AwayAtFirst(MediaStore):
        asked = 0

        def keys(self, prefix):
            self.asked += 1
            if self.asked < 3:
                raise StorageError
            return super().keys(prefix)

    bench.run(jobs=NeverCommits(engine))
    _use_up_the_tries(engine)
    media = AwayAtFirst(bench.media._client, bench.media.bucket)
    assert bench.run(media=media, patience_s=30) is Outcome.COMPLETED


def test_the_claim_beyond_the_last_try_computes_nothing(bench, engine):
    _use_up_the_tries(engine)
    analyst = InProcessAnalyst()
    assert bench.run(analyst=analyst) is Outcome.FAILED
    assert bench.job.error_code == "MAX_RETRIES"
    assert analyst.orders == []


# --- the worker's own fault -----------------------------------------------------------------------


def test_a_worker_without_a_model_rests_after_two_jobs(bench):
    for _ in range(2):
        bench.run(analyst=FailingAnalyst(ModelUnavailable()))
    assert bench.rest.left_s > 0


def test_a_job_that_comes_to_its_end_ends_the_rests(bench):
    bench.run(analyst=FailingAnalyst(ModelUnavailable()))
    bench.run()
    bench.rest.after(ModelUnavailable())
    assert bench.rest.left_s == 0


# --- other kinds ----------------------------------------------------------------------------------


def _turned_into(bench, engine, kind, inputs, settings):
    """Give the bench another job: one that begins from what was stored for the one before."""
    before = bench.store.get(bench.job_id)
    job = VideoAnalysisJob(
        owner=COACH,
        kind=kind,
        session_id=before.session_id,
        source_job_id=before.id,
        trace_id="trace",
        settings=settings,
        include_frames=True,
        s3_key=next(iter(inputs.values())),
        inputs=inputs,
        source_bytes=1,
        upload_expires_at=datetime.now(UTC),
        status=Status.PROCESSING,
        stage=Stage.WAITING,
    )
    bench.job_id = bench.store.create(job).id
    bench.stream = io.StringIO()


@pytest.fixture
def reanalysis(bench, engine):
    """A bench whose job measures again what the first one saw."""
    assert bench.run() is Outcome.COMPLETED
    key = f"{bench.job.results_prefix}{POSE_NAME}"
    _turned_into(bench, engine, JobKind.REANALYSIS, {POSE_NAME: key}, {"movement": "running"})
    return bench


class Draughtsman(InProcessAnalyst):
    """Draws nothing, and says that it did."""

    def analyse(self, order, *, on_progress, check):
        self.orders.append(order)
        self.fetched = {name: path.read_bytes() for name, path in order.inputs.items()}
        for name in ("annotated.mp4", "thumbnail.jpg"):
            (order.folder / name).write_bytes(name.encode())
        film, still = (
            {"name": name, "content_type": "x/y", "size_bytes": 1, "sha256": "0"}
            for name in ("annotated.mp4", "thumbnail.jpg")
        )
        rendition = {
            "options": order.settings,
            "width": 1,
            "height": 1,
            "duration_s": 1,
            "annotated": film,
            "playback": film,
            "thumbnail": still,
            "key_frames": [],
            "timings_s": {},
        }
        (order.folder / RESULTS_NAME).write_text(json.dumps(rendition))
        on_progress(StepProgress(Step.RENDERING, 0.5, 5, 10, steps=RENDERING))
        on_progress(StepProgress(Step.RENDERING, 1.0, 10, 10, 2.5, steps=RENDERING))


@pytest.fixture
def rendering(bench, engine, tmp_path):
    """A bench whose job draws."""
    (tmp_path / "pose").write_bytes(b"a pose")
    bench.media.upload(tmp_path / "pose", "results/x/1/pose.npz", content_type="x/y")
    video = bench.store.get(bench.job_id).s3_key
    inputs = {"video": video, POSE_NAME: "results/x/1/pose.npz"}
    _turned_into(bench, engine, JobKind.RENDER, inputs, {"crf": 30})
    return bench


def test_a_stored_pose_becomes_results(reanalysis):
    assert reanalysis.run() is Outcome.COMPLETED
    results = Results.model_validate(reanalysis.job.results)
    assert results.provenance.movement == "running"
    assert "pose" not in results.provenance.timings_s
    assert reanalysis.stored == _files_of(1)


def test_the_speed_of_a_reanalysis_is_that_of_its_own_steps(reanalysis):
    reanalysis.run()
    measured = reanalysis.measured
    assert (measured["JobsCompleted"], measured["kind"]) == (1, "reanalysis")
    assert "MetricsSeconds" in measured
    assert not {"FramesPerSecond", "PoseSeconds", "JobsOnGpu"} & measured.keys()


def test_a_stored_pose_that_went_is_a_failed_download(reanalysis):
    reanalysis.media.delete_prefix("results/")
    assert reanalysis.run() is Outcome.RETRYING
    assert reanalysis.job.error_code == "DOWNLOAD_FAILED"


def test_a_rendering_is_given_its_inputs_by_name(rendering, small_clip):
    draughtsman = Draughtsman()
    assert rendering.run(analyst=draughtsman) is Outcome.COMPLETED
    assert draughtsman.fetched == {"video": small_clip.read_bytes(), POSE_NAME: b"a pose"}
    (order,) = draughtsman.orders
    assert (order.kind, order.settings) == (JobKind.RENDER, {"crf": 30})


def test_what_a_rendering_writes_is_stored_and_what_it_was_given_is_not(rendering):
    rendering.run(analyst=Draughtsman())
    assert rendering.stored == ["1/annotated.mp4", "1/results.json", "1/thumbnail.jpg"]
    assert rendering.job.results["options"]["crf"] == 30
    assert rendering.job.frames_total == 10
    assert rendering.measured["RenderingSeconds"] == 2.5


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("annotated.mp4", "video/mp4"), ("thumbnail.jpg", "image/jpeg")],
)
def test_files_are_stored_with_their_type(rendering, name, content_type):
    rendering.run(analyst=Draughtsman())
    answer = rendering.media._client.head_object(
        Bucket=rendering.media.bucket, Key=f"{rendering.job.results_prefix}{name}"
    )
    assert answer["ContentType"] == content_type


def test_a_whole_rendering_is_taken_over(rendering, engine):
    rendering.run(jobs=NeverCommits(engine), analyst=Draughtsman())
    draughtsman = Draughtsman()
    assert rendering.run(analyst=draughtsman) is Outcome.COMPLETED
    assert draughtsman.orders == []
    assert "2/annotated.mp4" in rendering.stored


def test_a_rendering_without_its_film_is_made_again(rendering, engine):
    rendering.run(jobs=NeverCommits(engine), analyst=Draughtsman())
    rendering.media.delete_prefix(f"results/{rendering.job_id}/1/annotated")
    draughtsman = Draughtsman()
    assert rendering.run(analyst=draughtsman) is Outcome.COMPLETED
    assert len(draughtsman.orders) == 1


def test_results_of_another_kind_are_none(rendering):
    class Confused(Draughtsman):
        def analyse(self, order, *, on_progress, check):
            (order.folder / RESULTS_NAME).write_text('{"schema_version": 1, "pictures": []}')

    assert rendering.run(analyst=Confused()) is Outcome.RETRYING
    assert rendering.job.error_message == "Processing failed: no valid results"
