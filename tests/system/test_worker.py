"""Real worker processes, real SQS semantics, a real database; processes that really die."""

import json

import pytest

from shared.derived import Derived
from shared.jobs import FINAL, Stage, Status
from shared.queue.dispatch import message_for
from shared.renditions.store import RenditionStore
from shared.results import Movement, Results
from shared.worker_store import WorkerStore
from tests.builders import COACH
from tests.fakes.ecs_agent import fake_ecs_agent
from tests.rig.waiting import wait_for

pytestmark = pytest.mark.system


def _final(job):
    return job.status in FINAL


def _in_pose(job):
    return job.stage == Stage.POSE and job.frames_done > 0


def _result_attempts(media, job_id):
    return {key.split("/")[2] for key in media.keys(f"results/{job_id}/")}


def _left_in(tmp):
    """What lies in the workers' folders; a worker's own empty folder is not worth a word."""
    return [path for path in tmp.rglob("*") if path.parent != tmp]


def test_a_video_becomes_results_and_is_measured_again(coach, start_worker, small_clip, empty):
    worker = start_worker()
    job_id = coach.send(small_clip)
    job = coach.wait_for(job_id, _final)
    assert job.status == Status.COMPLETED, job.error_message
    results = Results.model_validate(job.results)
    assert results.provenance.engine == "synthetic"
    assert (results.provenance.worker, results.provenance.attempt) == ("w0", 1)
    assert (job.percent, job.attempt) == (100, 1)
    assert coach.media.head(f"{job.results_prefix}frames.json.gz") is not None
    wait_for(empty, "the message to be gone")
    coach.media.delete([job.s3_key])  # what was seen is enough
    renditions = RenditionStore(coach.jobs._engine)
    derived = Derived.beside(coach.uploads, renditions)
    again = derived.reanalyze(COACH, job_id, {"movement": "running"})
    again = coach.wait_for(again.id, _final)
    assert again.status == Status.COMPLETED, again.error_message
    results = Results.model_validate(again.results)
    assert results.provenance.movement == Movement.RUNNING
    (attempt,) = coach.jobs.attempts(again.id)
    assert attempt.seconds.keys() & {"pose", "metrics"} == {"metrics"}
    wait_for(empty, "the message to be gone")
    assert _left_in(worker.tmp) == []


def test_the_log_names_the_four_steps_with_their_seconds_and_no_signature(
    coach, start_worker, small_clip
):
    worker = start_worker()
    coach.wait_for(coach.send(small_clip), _final)
    lines = [json.loads(line) for line in worker.log.read_text().splitlines()]
    steps = {line["event"]: line["seconds"] for line in lines if "seconds" in line}
    assert list(steps) == [
        "Step 1/4: pose",
        "Step 2/4: metrics",
        "Step 3/4: findings",
        "Step 4/4: report",
    ]
    assert all(seconds >= 0 for seconds in steps.values())
    assert "Signature" not in worker.log.read_text()


def test_two_workers_handed_one_job_make_one_result(
    coach, start_real_worker, sample_video, queue, empty
):
    job_id = coach.send(sample_video, sample_fps=0)
    queue.send(message_for(coach.jobs.get(job_id)))
    start_real_worker()
    start_real_worker()
    job = coach.wait_for(job_id, _final)
    assert (job.status, job.attempt) == (Status.COMPLETED, 1)
    wait_for(empty, "the messages to be gone")
    assert _result_attempts(coach.media, job_id) == {"1"}


def test_a_worker_told_to_stop_hands_its_job_back_unharmed(coach, start_real_worker, sample_video):
    first = start_real_worker(stop_grace_s=0)
    job_id = coach.send(sample_video, sample_fps=0)
    coach.wait_for(job_id, _in_pose)
    assert first.terminate() == 0
    job = coach.jobs.get(job_id)
    assert (job.stage, job.attempts_returned) == (Stage.WAITING, 1)
    assert list(first.tmp.iterdir()) == []
    start_real_worker()
    assert coach.wait_for(job_id, _final).status == Status.COMPLETED


def test_a_worker_with_time_finishes_before_it_stops(coach, start_worker, small_clip):
    worker = start_worker(stop_grace_s=60)
    job_id = coach.send(small_clip)
    coach.wait_for(job_id, lambda job: job.attempt == 1)
    assert worker.terminate() == 0
    assert coach.jobs.get(job_id).status == Status.COMPLETED


def test_an_idle_worker_told_to_stop_leaves_no_trace(start_worker, engine):
    worker = start_worker(receive_wait_s=1)
    worker.wait_until_ready()
    workers = WorkerStore(engine)
    wait_for(workers.alive, "the worker to be seen")
    assert worker.terminate() == 0
    assert workers.alive() == []
    assert list(worker.tmp.iterdir()) == []


def test_what_a_killed_worker_left_on_the_disk_is_cleared_by_the_next(
    coach, start_real_worker, start_worker, sample_video, tmp_path
):
    first = start_real_worker(worker_tmp=tmp_path / "shared")
    coach.wait_for(coach.send(sample_video, sample_fps=0), _in_pose)
    first.kill()
    assert _left_in(first.tmp) != []
    second = start_worker(worker_tmp=tmp_path / "shared")
    second.wait_until_ready()
    wait_for(lambda: len(list(second.tmp.iterdir())) == 1, "the other's folder to be gone")


def test_an_attempt_that_takes_too_long_is_ended(coach, start_real_worker, sample_video):
    start_real_worker(job_limit_s=1.5, retry_base_s=60)
    job_id = coach.send(sample_video, sample_fps=0)
    job = coach.wait_for(job_id, lambda job: job.stage == Stage.RETRYING)
    assert job.error_message == "Processing failed: it took longer than 0.025 min"


def test_a_worker_protects_its_task_while_it_has_a_job(coach, start_worker, small_clip):
    with fake_ecs_agent() as agent:
        worker = start_worker(ecs_agent_uri=agent.uri)
        coach.wait_for(coach.send(small_clip), _final)
        assert worker.terminate() == 0
        assert {"ProtectionEnabled": True, "ExpiresInMinutes": 10} in agent.wishes
        assert not agent.protected


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "VIDEO_EMPTY"), (b"this is no video\n" * 999, "VIDEO_UNREADABLE")],
)
def test_a_file_that_is_no_video_fails_at_once(coach, start_worker, tmp_path, empty, content, code):
    file = tmp_path / "clip.mp4"
    file.write_bytes(content)
    worker = start_worker()
    job = coach.wait_for(coach.send(file), _final)
    assert (job.status, job.error_code, job.attempt) == (Status.FAILED, code, 1)
    assert job.user_action == "retake"
    wait_for(empty, "the message to be gone")
    assert _left_in(worker.tmp) == []
