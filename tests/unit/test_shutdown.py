import time

import pytest

from worker_service.shutdown import Shutdown, ShuttingDown


def test_the_job_in_hand_may_use_its_grace_time():
    shutdown = Shutdown(grace_s=60)
    shutdown.check()
    shutdown.request()
    assert shutdown.requested
    shutdown.check()


def test_after_the_grace_time_the_job_must_go_back():
    shutdown = Shutdown(grace_s=0)
    shutdown.request()
    with pytest.raises(ShuttingDown):
        shutdown.check()


def test_a_second_request_ends_the_grace_time():
    shutdown = Shutdown(grace_s=60)
    shutdown.request()
    shutdown.request()
    with pytest.raises(ShuttingDown):
        shutdown.check()


def test_waiting_ends_when_shutdown_is_requested():
    shutdown = Shutdown(grace_s=0)
    shutdown.request()
    started = time.monotonic()
    shutdown.wait(30)
    assert time.monotonic() - started < 1
