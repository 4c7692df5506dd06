"""The whole product on one machine, and nothing of it left afterwards."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.api_client import ApiClient
from cli.phone import JobFailed, Phone
from local.errors import DidNotStart, PartEnded
from local.stack import LocalStack, StackOptions
from shared import migrations
from shared.aws import s3_client, sqs_client
from shared.database import connect
from shared.media.store import MediaStore
from shared.queue.job_queue import JobQueue
from shared.results import Results
from shared.settings import DatabaseSettings, QueueSettings, StorageSettings, WorkerSettings
from tests.rig.processes import mentions
from tests.rig.waiting import wait_for

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 90


@pytest.fixture(autouse=True)
def _own_home(monkeypatch, tmp_path):
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[LocalStack]:
    """A local system for tests that do it no harm."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COACH_HOME", str(tmp_path_factory.mktemp("home")))
        environment.delenv("DATABASE_URL", raising=False)
        with LocalStack(StackOptions(engine="synthetic")) as stack:
            yield stack


def test_a_video_goes_the_whole_way(small_clip, tmp_path):
    options = StackOptions(engine="synthetic", logs=tmp_path / "logs")
    with LocalStack(options) as stack:
        stack.check()
        with ApiClient(stack.api_url, stack.token()) as api:
            phone = Phone(api)
            finished = phone.analyse(small_clip, {"sample_fps": 10})
            assert phone.frames(finished.job_id)
        results = Results.model_validate(finished.results)
        assert results.provenance.engine == "synthetic"
        stranger = {"Authorization": f"Bearer {stack.token('somebody-else')}"}
        job = f"{stack.api_url}/analysis-jobs/{finished.job_id}"
        assert httpx.get(job, headers=stranger).status_code == 404
        assert httpx.get(job).status_code == 401
    logs = {path.stem: path.read_text() for path in (tmp_path / "logs").iterdir()}
    assert set(logs) == {"api", "caretaker", "emulator", "postgres", "worker"}
    assert all("Signature" not in log and "Bearer" not in log for log in logs.values())


class AppDied(Exception):
    """The phone was switched off."""


class LateDyingApi(ApiClient):
    """Gets a video as far as the bucket."""

    def post(self, path, body):
        if path.endswith("/complete"):
            raise AppDied
        return super().post(path, body)


def newest(api: ApiClient) -> dict[str, Any]:
    job: dict[str, Any] = api.get("/analysis-jobs").json()["items"][0]
    return job


def test_a_video_whose_app_died_after_the_put_is_analysed(running, small_clip):
    with LateDyingApi(running.api_url, running.token()) as api:
        with pytest.raises(AppDied):
            Phone(api).analyse(small_clip, {"sample_fps": 5})
        wait_for(lambda: newest(api)["status"] == "completed", "the video to be analysed")


def test_an_operator_reaches_the_very_same_system(running, monkeypatch):
    for name, value in running.environment().items():
        monkeypatch.setenv(name, value)
    storage, queue = StorageSettings(), QueueSettings()
    assert WorkerSettings().pose_engine == "synthetic"
    engine = connect(DatabaseSettings())
    assert migrations.at_head(engine)
    engine.dispose()
    MediaStore(s3_client(storage), storage.s3_bucket).check()
    urls = (
        queue.sqs_queue_url,
        queue.sqs_dead_letter_queue_url,
        queue.sqs_upload_events_queue_url,
    )
    for url in urls:
        JobQueue(sqs_client(queue), str(url)).check()


def test_a_video_that_is_none_is_refused_in_a_sentence(running, tmp_path):
    junk = tmp_path / "junk.mp4"
    junk.write_bytes(b"no video at all")
    with (
        ApiClient(running.api_url, running.token()) as api,
        pytest.raises(JobFailed, match="VIDEO_UNREADABLE: "),
    ):
        Phone(api).analyse(junk, {})


def test_a_part_that_dies_is_noticed(tmp_path):
    with LocalStack(StackOptions(engine="synthetic")) as stack:
        ours, workers = mentions(str(tmp_path)), mentions("-m\0worker_service")
        for process in ours & workers:
            os.kill(process, signal.SIGKILL)
        with pytest.raises(PartEnded, match="The worker ended"):
            wait_for(stack.check, "a part to be missed", within_s=10)


def test_a_port_in_use_is_told(running):
    port = httpx.URL(running.api_url).port
    with pytest.raises(DidNotStart, match=f"Port {port} is taken"):
        LocalStack(StackOptions(engine="synthetic", port=port)).__enter__()


@pytest.mark.parametrize(
    ("number", "exit_code"),
    [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_up_leaves_nothing_behind(tmp_path, number, exit_code, monkeypatch):
    home, temporary = str(tmp_path / "home"), tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    up = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "up", "--engine", "synthetic", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert up.stdout is not None
        assert "Ctrl-C stops it." in (line.strip() for line in up.stdout)
        assert len(mentions(home)) > 4
        up.send_signal(number)
        assert up.wait(STARTS_WITHIN_S) == exit_code
        wait_for(lambda: not mentions(home), "every process to be gone")
        assert list(temporary.iterdir()) == []
    finally:
        up.kill()
        up.communicate()


def test_demo_shows_and_saves_results(small_clip, tmp_path):
    output = tmp_path / "results.json"
    demo = [sys.executable, "-m", "cli.main", "demo", "--engine", "synthetic"]
    ended = subprocess.run(
        [*demo, "--video", small_clip, "--output", output],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Analysed by synthetic on cpu: pose " in ended.stdout
    assert "The week" in ended.stdout
    assert Results.model_validate_json(output.read_text()).provenance.engine == "synthetic"
    assert output.with_name("frames.json.gz").exists()
    wait_for(lambda: not mentions(str(tmp_path / "home")), "every process to be gone")
