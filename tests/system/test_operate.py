"""The operator's commands as processes of their own, on a local system that is really broken."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from cli.api_client import ApiClient
from cli.phone import Phone
from cli.running import announced
from local.stack import LocalStack, StackOptions
from tests.rig.waiting import wait_for

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
STOPS_WITHIN_S = 90


@pytest.fixture(autouse=True)
def _own_home(monkeypatch, tmp_path):
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))
    for name in ("DATABASE_URL", "S3_BUCKET", "SQS_QUEUE_URL", "POSE_MODEL_PATH"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def model(tmp_path, pose_model_path) -> Path:
    """A pose model that a test may purge."""
    copy: Path = tmp_path / "model.task"
    shutil.copyfile(pose_model_path, copy)
    return copy


@pytest.fixture
def stack(tmp_path, model) -> Iterator[LocalStack]:
    """A local system that other processes find as they find that of `coach up`."""
    options = StackOptions(engine="synthetic", pose_model=model, logs=tmp_path / "logs")
    with (
        LocalStack(options) as stack,
        announced(httpx.URL(stack.api_url).port or 0, stack.environment()),
    ):
        yield stack


def coach(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )


def told(*arguments: str) -> Any:
    ended = coach(*arguments, "--json")
    assert not ended.stderr
    return json.loads(ended.stdout)


def not_ok() -> dict[str, str]:
    """The checks that are neither ok nor skipped, and how each came out."""
    ended = coach("doctor", "--json")
    document = json.loads(ended.stdout)
    assert ended.returncode == (0 if document["ok"] else 1)
    return {
        check["name"]: check["verdict"]
        for check in document["checks"]
        if check["verdict"] not in {"ok", "skipped"}
    }


def test_the_doctor_finds_what_is_broken(stack, model, small_clip):
    assert not_ok() == {}
    with ApiClient(stack.api_url, stack.token()) as api:
        job_id = Phone(api).analyse(small_clip, {"sample_fps": 10}).job_id
    assert told("status")["last_hour"] == {"completed": 1, "failed": 0}
    shown = told("jobs", "show", str(job_id))
    assert shown["job"]["status"] == "completed"
    assert [one["outcome"] for one in shown["attempts"]] == ["completed"]

    model.unlink()
    broken = {"pose_model": "failed"}
    assert not_ok() == broken

    environment = stack.environment()
    account = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
    )
    account.client(
        "s3", endpoint_url=environment["AWS_ENDPOINT_URL"]
    ).put_bucket_notification_configuration(
        Bucket=environment["S3_BUCKET"], NotificationConfiguration={}
    )
    account.client("sqs", endpoint_url=environment["AWS_ENDPOINT_URL"]).set_queue_attributes(
        QueueUrl=environment["SQS_QUEUE_URL"], Attributes={"VisibilityTimeout": "30"}
    )
    (worker,) = told("status")["workers"]
    os.kill(int(worker["id"].rsplit("-", 1)[1]), signal.SIGTERM)
    wait_for(lambda: told("status")["workers"] == [], "the worker to be gone")
    for name in ("job_queue_settings", "upload_notification", "workers"):
        broken[name] = "failed"
    assert not_ok() == broken


def test_what_coach_up_started_is_found_while_it_runs():
    up = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "up", "--engine", "synthetic", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert up.stdout is not None
        assert "Ctrl-C stops it." in (line.strip() for line in up.stdout)
        ended = coach("status")
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.startswith("The local system on port ")
        up.send_signal(signal.SIGTERM)
        assert up.wait(STOPS_WITHIN_S) == 0
        gone = coach("status")
        assert (gone.returncode, gone.stdout) == (1, "")
        assert "start one: coach up" in gone.stderr
    finally:
        up.kill()
        up.communicate()
