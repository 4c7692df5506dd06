import os
import socket
import subprocess
import sys
import time

import pytest

from tests.rig.workers import ROOT, Workplace
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


LEAVES_A_TRANSFER = """
import sys
from pathlib import Path
from shared.aws import s3_client
from shared.media.store import MediaStore
from shared.settings import StorageSettings
from worker_service.shutdown import ShuttingDown, Shutdown, end_process

shutdown = Shutdown(grace_s=0.5)
shutdown.request()
try:
    MediaStore(s3_client(StorageSettings()), "b").download(
        "k", Path(sys.argv[1]), check=shutdown.check
    )
except ShuttingDown:
    print("given up")
    end_process()
"""


def test_a_worker_that_gave_up_a_silent_s3_ends_soon(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ended = subprocess.run(
            [sys.executable, "-c", LEAVES_A_TRANSFER, str(tmp_path / "x")],
            env={**os.environ, "S3_BUCKET": "b", "AWS_ENDPOINT_URL_S3": away},
            stdout=subprocess.PIPE,
            timeout=8,  # S3's own patience is more than twice as long
            check=True,
        )
    assert ended.stdout == b"given up\n"


TOLD_TO_STOP_WHILE_IT_STARTS = """
import os, signal
from tests.fakes.instant_worker import parts
from worker_service.__main__ import serve

def told_to_stop():
    os.kill(os.getpid(), signal.SIGTERM)
    return parts()

serve(told_to_stop)
"""


def test_a_worker_that_is_told_to_stop_while_it_starts_stops_in_order(
    tmp_path, database_settings, resources, aws_endpoint
):
    place = Workplace(database_settings, resources, aws_endpoint)
    ended = subprocess.run(
        [sys.executable, "-c", TOLD_TO_STOP_WHILE_IT_STARTS],
        cwd=ROOT,
        env={**place.environment(), "WORKER_TMP": str(tmp_path), "ANSWER": str(tmp_path)},
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    assert b"worker stopped" in ended.stdout
    assert list(tmp_path.iterdir()) == []
