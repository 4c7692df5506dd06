"""The job queue, by the same facts on moto's server and on the fake in memory."""

from uuid import uuid4

import pytest

from shared.errors import QueueError
from shared.queue.job_queue import Depth
from shared.queue.messages import JobMessage
from shared.settings import MAX_RECEIVE_COUNT
from tests.fakes.sqs import Clock, FakeSqs, queue_of


@pytest.fixture(params=["moto", "fake"])
def queues(request):
    """The job queue and the one for its dead letters."""
    if request.param == "moto":
        return request.getfixturevalue("queue"), request.getfixturevalue("dead_letters")
    clock = Clock()
    dead_letters = FakeSqs(clock)
    return queue_of(FakeSqs(clock, dead_letters)), queue_of(dead_letters)


@pytest.fixture
def message() -> JobMessage:
    return JobMessage(
        job_id=uuid4(), session_id=uuid4(), sample_fps=15, include_frames=True, trace_id="t"
    )


def test_what_is_sent_is_received_once(queues, message):
    queue, _ = queues
    message_id = queue.send(message)
    received = queue.receive(wait_s=1, visibility_s=30)
    assert received.message_id == message_id
    assert JobMessage.model_validate_json(received.body) == message
    assert received.receive_count == 1
    assert queue.receive(wait_s=0, visibility_s=30) is None
    assert queue.depth() == Depth(visible=0, in_flight=1, delayed=0)


def test_a_message_put_back_is_received_again(queues, message):
    queue, _ = queues
    queue.send(message)
    queue.extend(queue.receive(wait_s=1, visibility_s=30), visibility_s=0)
    assert queue.receive(wait_s=1, visibility_s=30).receive_count == 2


def test_a_deleted_message_is_gone(queues, message):
    queue, _ = queues
    queue.send(message)
    received = queue.receive(wait_s=1, visibility_s=30)
    queue.delete(received)
    queue.delete(received)
    assert queue.depth().total == 0
    with pytest.raises(QueueError):
        queue.extend(received, visibility_s=0)


def test_a_message_received_too_often_is_set_aside_under_its_own_id(queues, message):
    queue, dead_letters = queues
    message_id = queue.send(message)
    for _ in range(MAX_RECEIVE_COUNT):
        queue.extend(queue.receive(wait_s=0, visibility_s=30), visibility_s=0)
    assert queue.receive(wait_s=0, visibility_s=30) is None
    assert queue.depth().total == 0
    assert dead_letters.receive(wait_s=1, visibility_s=30).message_id == message_id


def test_several_are_received_at_once(queues, message):
    queue, _ = queues
    sent = {queue.send(message) for _ in range(3)}
    received = queue.receive_some(10, wait_s=1, visibility_s=30)
    assert {one.message_id for one in received} == sent
