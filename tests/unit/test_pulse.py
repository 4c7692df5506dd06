"""A container's health: how long ago the worker's main thread came round."""

import os
import subprocess
import sys
import time

import pytest

from worker_service.pulse import LOST_AFTER_S, VARIABLE, Pulse, is_felt


@pytest.fixture
def path(tmp_path):
    return tmp_path / "worker.pulse"


def asked(path):
    """What the container's health check says: 0 is healthy."""
    program = [sys.executable, "-m", "worker_service.pulse"]
    return subprocess.run(program, env={VARIABLE: str(path)}, check=False).returncode


def let_it_be_old(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_a_worker_that_has_not_begun_is_not_healthy(path):
    assert asked(path) == 1


def test_a_worker_that_just_came_round_is_healthy(path):
    Pulse(path)()
    assert asked(path) == 0


def test_a_worker_that_was_silent_for_too_long_is_not(path):
    Pulse(path)()
    let_it_be_old(path, LOST_AFTER_S + 5)
    assert asked(path) == 1


def test_what_is_old_becomes_fresh_when_the_thread_comes_round_again(path):
    Pulse(path)()
    let_it_be_old(path, LOST_AFTER_S + 5)
    Pulse(path)()
    assert is_felt(path)


def test_nothing_is_touched_where_nobody_asks(tmp_path):
    Pulse(None)()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_does_not_stop_the_work(tmp_path):
    missing = tmp_path / "no such folder" / "worker.pulse"
    Pulse(missing)()
    assert not is_felt(missing)
