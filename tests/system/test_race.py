"""Many workers and one job, over and over: exactly one of them gets it."""

import json
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from shared.analysis import AnalysisSettings
from shared.attempt_store import Claimed
from shared.database import connect
from shared.files import ANALYSIS_FILES
from shared.job_store import JobStore
from shared.jobs import AttemptOutcome, Status
from shared.queue.dispatch import message_for
from tests.builders import a_session, a_waiting_job
from tests.rig.waiting import wait_for
from worker_service.pipeline.analyse import analyse
from worker_service.pipeline.pose.synthetic_engine import SyntheticEngine

pytestmark = pytest.mark.system

ROUNDS = int(os.environ.get("RACE_ROUNDS", "12"))
"""`make soak` goes through 200."""

CLAIMS = 8
"""So many threads claim one job at the same moment."""

WORKERS = 8
"""So many processes get the same message."""

INSTANT = ("-m", "tests.fakes.instant_worker")


@pytest.fixture
def start_workers(start_worker, small_clip, tmp_path):
    """Start workers whose analysis is done before it begins, all on one scratch folder."""
    answer = tmp_path / "answer"
    answer.mkdir()
    analyse(small_clip, AnalysisSettings(), engine=SyntheticEngine()).save(answer)
    scratch = tmp_path / "scratch"
    return lambda: [
        start_worker(program=INSTANT, answer=answer, worker_tmp=scratch) for _ in range(WORKERS)
    ]


@pytest.fixture
def video(media, tmp_path):
    """What every row of `a_waiting_job` says of its video: where it is and how large."""
    path = tmp_path / "video"
    path.write_bytes(b"0123456789")
    media.upload(path, "uploads/x/source", content_type="video/mp4")


def test_of_eight_that_claim_at_the_same_moment_one_wins_every_time(engine, database_settings):
    session_id = a_session(engine)
    job_ids = [a_waiting_job(engine, session_id=session_id) for _ in range(ROUNDS)]
    together = Barrier(CLAIMS, timeout=30)

    def race(worker: str) -> int:
        own = connect(database_settings)
        jobs = JobStore(own)
        won = 0
        for job_id in job_ids:
            together.wait()
            claimed = jobs.claim(job_id, worker=worker, lease_s=60, message_id=worker)
            if isinstance(claimed, Claimed):
                jobs.finish(claimed.lease, results={"by": worker}, results_prefix=worker)
                won += 1
        own.dispose()
        return won

    with ThreadPoolExecutor(CLAIMS) as pool:
        wins = list(pool.map(race, [f"w{number}" for number in range(CLAIMS)]))

    assert sum(wins) == ROUNDS
    jobs = JobStore(engine)
    for job_id in job_ids:
        job = jobs.get(job_id, with_results=True)
        assert (job.status, job.attempt) == (Status.COMPLETED, 1)
        assert job.results == {"by": job.worker}
        assert job.results_prefix == job.sqs_message_id == job.worker
        assert [one.outcome for one in jobs.attempts(job_id)] == [AttemptOutcome.COMPLETED]


def test_of_eight_workers_handed_the_same_message_one_makes_the_result_every_time(
    engine, media, queue, dead_letters, start_workers, video
):
    jobs = JobStore(engine)
    session_id = a_session(engine)
    job_ids = [a_waiting_job(engine, session_id=session_id) for _ in range(ROUNDS)]
    workers = start_workers()
    for job_id in job_ids:
        wait_for(lambda: queue.depth().visible <= WORKERS, "the workers to be through with most")
        _send_to_all(queue, message_for(jobs.get(job_id)))
    wait_for(lambda: queue.depth().total == 0, "the queue to be empty", within_s=120)

    assert [worker.terminate() for worker in workers] == [0] * WORKERS
    stored = Counter(key.rsplit("/", 1)[0] for key in media.keys("results/"))
    assert stored == {f"results/{job_id}/1": len(ANALYSIS_FILES) + 1 for job_id in job_ids}
    for job_id in job_ids:
        job = jobs.get(job_id)
        assert (job.status, job.attempt) == (Status.COMPLETED, 1)
        assert job.results_prefix == f"results/{job_id}/1/"
        assert [one.outcome for one in jobs.attempts(job_id)] == [AttemptOutcome.COMPLETED]
    assert dead_letters.depth().total == 0
    assert list(workers[0].tmp.iterdir()) == []
    assert [line for worker in workers for line in _complaints(worker)] == []
    assert len({job.worker for job in map(jobs.get, job_ids)}) > 1


def _send_to_all(queue, message):
    """As many copies as there are workers, at one stroke."""
    body = message.model_dump_json()
    copies = [{"Id": str(number), "MessageBody": body} for number in range(WORKERS)]
    queue._client.send_message_batch(QueueUrl=queue._url, Entries=copies)


def _complaints(worker):
    lines = [json.loads(line) for line in worker.log.read_text().splitlines()]
    return [line for line in lines if line.get("level") in {"warning", "error"}]
