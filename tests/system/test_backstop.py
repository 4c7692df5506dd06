"""The caretaker as a process: what nobody moves reaches a real worker after all."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

import pytest

from shared.jobs import Status
from tests.rig.waiting import wait_for
from tests.rig.workers import WorkerProcess

pytestmark = pytest.mark.system

CARETAKER = ("-m", "local.caretaker")

AT_ONCE = {
    "sweep_every_s": 0.3,
    "sweep_unsent_s": 1,
    "sweep_silent_s": 1,
    "sweep_upload_grace_s": 0,
}


@pytest.fixture
def start_caretaker(start_worker) -> Callable[..., WorkerProcess]:
    def start(**settings: object):
        return start_worker(program=CARETAKER, **(AT_ONCE | settings))

    return start


def said(process: WorkerProcess, event: str) -> bool:
    return event in process.log.read_text()


def completed(job):
    return job.status == Status.COMPLETED


def test_a_video_whose_app_died_after_the_put_is_analysed(
    start_caretaker, start_worker, coach, small_clip
):
    start_caretaker()
    start_worker()
    job, put = coach.initiate()
    video = small_clip.read_bytes()
    assert coach.put(put, video) == HTTPStatus.OK
    done = coach.wait_for(job.id, completed)
    assert done.attempt == 1
    assert done.source_bytes == len(video)


def test_a_caretaker_without_the_database_goes_on_until_it_is_told_to_stop(
    start_caretaker, coach, upload_events
):
    nowhere = "postgresql+psycopg://nobody:secret@127.0.0.1:9/none"
    caretaker = start_caretaker(database_url=nowhere)
    _, put = coach.initiate()
    assert coach.put(put, b"video") == HTTPStatus.OK
    for event in ("sweep failed", "comes again"):
        wait_for(partial(said, caretaker, event), f"{event}: {caretaker.log}")
    assert caretaker.terminate() == 0
    assert upload_events.depth().in_flight == 1  # it was not deleted
    assert "secret" not in caretaker.log.read_text()


def test_a_job_whose_message_was_lost_is_analysed(
    start_caretaker, start_worker, coach, small_clip, queue
):
    job_id = coach.send(small_clip)
    lost = queue.receive(wait_s=1, visibility_s=30)
    queue.delete(lost)
    start_caretaker()
    start_worker()
    assert coach.wait_for(job_id, completed).sqs_message_id != lost.message_id


def test_a_job_whose_message_was_set_aside_is_analysed(
    start_caretaker, start_worker, coach, small_clip, queue, dead_letters
):
    job_id = coach.send(small_clip)
    while dead_letters.depth().visible == 0:
        queue.receive(wait_s=0, visibility_s=0)
    start_caretaker()
    start_worker()
    coach.wait_for(job_id, completed)
    # Another message may have brought the job to its end; then a later sweep takes the letter.
    wait_for(lambda: dead_letters.depth().total == 0, "the letter to go")
