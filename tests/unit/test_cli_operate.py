"""The operator's commands as a person types them, on a real database, bucket and queues."""

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update
from typer.testing import CliRunner, Result

from cli.main import app
from cli.operate.words import lasting
from cli.running import announced, running_systems
from local.child_environment import variables
from local.processes import free_port
from shared import __version__
from shared.attempt_store import Claimed, Progress
from shared.database import transaction
from shared.errors import DownloadFailed
from shared.job_moves import AttemptNotes
from shared.job_store import JobStore
from shared.jobs import MAX_ATTEMPTS, Stage, Status
from shared.models import VideoAnalysisJob
from shared.operations.overview import Overview
from shared.queue.dispatch import Dispatcher, message_for
from shared.worker_store import WorkerStore
from tests.builders import a_claimed_job, a_job, a_waiting_job

ROOT = Path(__file__).parents[2]
VARIABLES = ("DATABASE_URL", "S3_BUCKET", "SQS_QUEUE_URL", "POSE_MODEL_PATH", "STAGE")


@pytest.fixture(autouse=True)
def _own_home(monkeypatch, tmp_path):
    """No command finds what runs on this machine."""
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def environment(aws_endpoint, database_settings, storage, queue_settings) -> dict[str, str]:
    """The variables that lead to this test's own system."""
    return variables(aws_endpoint, database_settings, storage, queue_settings)


@pytest.fixture
def system(monkeypatch, environment) -> None:
    """Let the environment name it."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def jobs(engine) -> JobStore:
    return JobStore(engine)


def coach(*arguments: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=answer)


def said(result: Result) -> str:
    """What a command that went well printed."""
    assert result.exit_code == 0, result.stderr
    return result.stdout


def a_failed_job(engine) -> UUID:
    jobs, job_id = JobStore(engine), a_waiting_job(engine)
    for _ in range(MAX_ATTEMPTS):
        claimed = jobs.claim(job_id, worker="w1", lease_s=60)
        assert isinstance(claimed, Claimed)
        notes = AttemptNotes("cpu", {"download": 0.5})
        jobs.fail(
            claimed.lease, DownloadFailed("Failed to download video from S3: 403"), notes=notes
        )
    return job_id


@pytest.fixture
def a_letter(engine, dead_letters) -> UUID:
    """A failed job whose message was set aside."""
    job_id = a_failed_job(engine)
    dead_letters.send(message_for(JobStore(engine).get(job_id)))
    return job_id


# --- which system -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [("status",), ("doctor",), ("dlq", "list"), ("jobs", "show", uuid4())],
)
def test_without_a_system_every_command_says_so_in_a_sentence(command):
    ended = coach(*command)
    assert ended.exit_code == 1
    assert "No local system runs (start one: coach up)" in ended.stderr
    assert "DATABASE_URL, S3_BUCKET, SQS_QUEUE_URL" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_running_local_system_is_found(environment, engine):
    a_waiting_job(engine)
    before = dict(os.environ)
    with announced(8123, environment):
        assert "The local system on port 8123" in said(coach("status"))
    assert dict(os.environ) == before


def test_a_profile_of_real_aws_does_not_get_in_the_way_of_a_local_system(environment, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    with announced(8123, environment):
        assert "The local system on port 8123" in said(coach("status"))


def test_of_several_local_systems_the_latest_is_meant_unless_the_port_says(environment):
    with announced(8001, environment), announced(8002, environment):
        os.utime(Path(os.environ["COACH_HOME"]) / "running" / "8001.json", (0, 0))
        assert "port 8002" in said(coach("status"))
        assert "port 8001" in said(coach("status", "--port", 8001))


def test_the_environment_comes_before_a_local_system(system, environment):
    with announced(8123, environment):
        assert "The system that the environment names" in said(coach("status"))
        assert "port 8123" in said(coach("status", "--port", 8123))


def test_a_port_where_nothing_runs_is_told(system):
    ended = coach("status", "--port", 8999)
    assert ended.exit_code == 1
    assert ended.stderr == "No local system runs on port 8999. Start one: coach up\n"


def test_only_its_owner_may_read_where_a_local_system_is():
    with announced(8123, {"DATABASE_URL": "postgresql://u:secret@h/d"}):
        (note,) = (Path(os.environ["COACH_HOME"]) / "running").glob("*.json")
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
        assert stat.S_IMODE(note.parent.stat().st_mode) == 0o700
    assert list(note.parent.iterdir()) == []


def test_what_a_killed_system_left_is_not_taken_for_a_running_one():
    code = """
import os, signal
from cli.running import announced
with announced(8123, {"DATABASE_URL": "x"}):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT)
    assert list((Path(os.environ["COACH_HOME"]) / "running").glob("*.json"))
    assert running_systems() == []
    with announced(8123, {"DATABASE_URL": "y"}):
        assert [one.environment["DATABASE_URL"] for one in running_systems()] == ["y"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "no address", "DATABASE_URL is not the address of a database.\n"),
        ("S3_ADDRESSING_STYLE", "x", "have no usable value: S3_ADDRESSING_STYLE.\n"),
        ("SWEEP_UNSENT_S", "x", "have no usable value: SWEEP_UNSENT_S.\n"),
        ("AWS_ENDPOINT_URL_SQS", "no url", "An AWS_ENDPOINT_URL is not a URL.\n"),
        ("AWS_PROFILE", "x", "AWS cannot be asked: The config profile (x) could not be found.\n"),
    ],
)
def test_a_variable_without_a_usable_value_is_named(system, monkeypatch, name, value, sentence):
    monkeypatch.setenv(name, value)
    ended = coach("status")
    assert ended.exit_code == 1
    assert ended.stderr.endswith(sentence)


def test_a_database_that_is_away_is_told_without_a_traceback(system, monkeypatch):
    url = f"postgresql+psycopg://u:secret@127.0.0.1:{free_port()}/d"
    monkeypatch.setenv("DATABASE_URL", url)
    ended = coach("jobs", "show", uuid4())
    assert (ended.exit_code, ended.stderr) == (
        1,
        "DATABASE_ERROR: The database is not available\n",
    )


@pytest.mark.own_database
def test_a_database_without_our_tables_is_told(system, engine):
    with transaction(engine) as rows:
        rows.execute(text("DROP TABLE workers"))
    ended = coach("status")
    assert ended.exit_code == 1
    assert "does not have the tables of this version" in ended.stderr


# --- status -------------------------------------------------------------------------------------


def test_an_empty_system_has_nothing_to_tell(system):
    told = said(coach("status"))
    for line in ("none waits", "none is alive", "none yet", "0 completed, 0 failed"):
        assert line in told


def test_status_shows_what_waits_works_and_was_done(system, engine, jobs, queue, a_letter):
    Dispatcher(jobs, queue).send(jobs.get(a_waiting_job(engine)))
    a_job(engine)
    claimed = a_claimed_job(engine, worker="w7")
    jobs.progress(claimed.lease, Progress(Stage.POSE, 43))
    WorkerStore(engine).seen("w7", claimed.lease)
    WorkerStore(engine).seen("w8")
    done = a_claimed_job(engine)
    jobs.finish(done.lease, results={"x": 1}, results_prefix="results/x/1/")
    told = said(coach("status"))
    assert max(len(line) for line in told.splitlines()) <= 80
    assert "1 waiting, 0 in work, 0 delayed" in told
    assert "1: see coach dlq list" in told
    assert "1 completed, 1 failed" in told
    assert f"job {claimed.job.id}, attempt 1" in told
    assert "Step 1/4: following the athlete, 43 %, for " in told
    assert "idle" in told
    rows = {tuple(line.split()) for line in told.splitlines()}
    assert ("processing", "Waiting", "for", "a", "worker", "1") in rows
    assert ("queued", "Waiting", "for", "the", "video", "1") in rows


def test_status_is_a_document_for_programs(system, engine, a_letter):
    claimed = a_claimed_job(engine, worker="w7")
    WorkerStore(engine).seen("w7", claimed.lease)
    overview = Overview.model_validate_json(said(coach("status", "--json")))
    (worker,) = overview.workers
    assert (worker.id, worker.version, worker.job_id) == ("w7", __version__, claimed.job.id)
    assert overview.dead_letters == 1
    assert {(one.status, one.stage): one.count for one in overview.jobs} == {
        (Status.PROCESSING, Stage.DOWNLOADING): 1,
        (Status.FAILED, Stage.FAILED): 1,
    }
    assert overview.oldest_waiting_s is None


@pytest.mark.parametrize(
    ("change", "reason", "words"),
    [
        ({"sqs_message_id": None}, "unsent", "no message was sent for it"),
        ({"sqs_message_id": "lost"}, "silent", "a message that the queue does not have"),
        (
            {"stage": Stage.POSE, "lease_until": datetime.now(UTC) - timedelta(days=1)},
            "dead_lease",
            "its worker is gone and no other took over",
        ),
    ],
)
def test_a_job_that_does_not_move_is_shown(system, engine, change, reason, words):
    job_id, yesterday = a_waiting_job(engine), datetime.now(UTC) - timedelta(days=1)
    with transaction(engine) as rows:
        rows.execute(update(VideoAnalysisJob).values(updated_at=yesterday, **change))
    told = said(coach("status"))
    assert f"{job_id}: for 1 d" in told
    assert words in told
    (stuck,) = json.loads(said(coach("status", "--json")))["stuck"]
    assert (stuck["job_id"], stuck["reason"]) == (str(job_id), reason)


def test_a_job_whose_message_may_be_in_the_queue_is_not_stuck(system, engine, jobs, queue):
    job_id = a_waiting_job(engine)
    Dispatcher(jobs, queue).send(jobs.get(job_id))
    with transaction(engine) as rows:
        rows.execute(update(VideoAnalysisJob).values(updated_at=datetime(2020, 1, 1, tzinfo=UTC)))
    overview = Overview.model_validate_json(said(coach("status", "--json")))
    assert overview.stuck == ()
    assert overview.oldest_waiting_s is not None
    assert overview.oldest_waiting_s > 86_400


# --- one job ------------------------------------------------------------------------------------


def test_a_job_is_shown_with_every_attempt(system, engine):
    job_id = a_failed_job(engine)
    told = said(coach("jobs", "show", job_id))
    assert max(len(line) for line in told.splitlines()) <= 80
    assert ["Stands", "failed"] in [line.split() for line in told.splitlines()]
    assert told.count("DOWNLOAD_FAILED: Failed to download video from S3: 403") == 4
    for line in ("1  retrying: w1 on cpu", "3  failed: w1 on cpu", "download 0.5 s", "took 0."):
        assert line in told


def test_a_job_that_runs_is_shown_with_its_worker(system, engine):
    told = said(coach("jobs", "show", a_claimed_job(engine).job.id))
    assert "processing: Fetching the video, 0 %" in told
    assert "w1, its lease ends" in told
    assert "1 of 3 used" in told
    assert "1  running: w1" in told


def test_a_job_that_was_never_tried_has_no_attempts(system, engine):
    assert "none yet" in said(coach("jobs", "show", a_waiting_job(engine)))


def test_a_job_is_a_document_for_programs(system, engine):
    job_id = a_failed_job(engine)
    document = json.loads(said(coach("jobs", "show", job_id, "--json")))
    assert document["job"]["id"] == str(job_id)
    assert document["job"]["error_code"] == "DOWNLOAD_FAILED"
    assert [one["outcome"] for one in document["attempts"]] == ["retrying", "retrying", "failed"]
    assert document["attempts"][0]["seconds"] == {"download": 0.5}
    assert datetime.fromisoformat(document["attempts"][0]["ended_at"]).tzinfo is not None


def test_an_unknown_job_is_told(system):
    ended = coach("jobs", "show", uuid4())
    assert ended.exit_code == 1
    assert ended.stderr == "JOB_NOT_FOUND: There is no such analysis job.\n"


# --- dead letters -------------------------------------------------------------------------------


def test_where_there_is_no_dead_letter_the_commands_say_so(system):
    assert said(coach("dlq", "list")) == "There are no dead letters.\n"
    assert said(coach("dlq", "redrive", "--all")) == "There are no dead letters.\n"
    assert json.loads(said(coach("dlq", "list", "--json"))) == []


def test_dead_letters_are_listed_with_what_redriving_would_do(system, a_letter):
    told = said(coach("dlq", "list"))
    assert max(len(line) for line in told.splitlines()) <= 80
    assert f"job {a_letter}" in told
    assert "DOWNLOAD_FAILED: Failed to download video from S3: 403" in told
    assert "redrive would revive: its job is tried again, with all its tries" in told
    (letter,) = json.loads(said(coach("dlq", "list", "--json")))
    assert letter["job_id"] == str(a_letter)
    assert letter["error_code"] == "DOWNLOAD_FAILED"
    assert letter["redrive"] == "revive"


def test_letters_in_other_hands_are_counted(system, dead_letters, a_letter):
    dead_letters.receive(wait_s=0, visibility_s=60)
    assert "1 more are being looked at" in said(coach("dlq", "list"))


def test_a_letter_is_redriven(system, jobs, queue, a_letter):
    told = said(coach("dlq", "redrive", "--job", a_letter))
    assert "the letter is gone" in told
    assert jobs.get(a_letter).stage == Stage.WAITING
    assert queue.depth().visible == 1
    again = coach("dlq", "redrive", "--job", a_letter)
    assert again.exit_code == 1
    assert again.stderr.startswith(f"There is no dead letter of job {a_letter}.")


def test_what_redriving_did_is_a_document_for_programs(system, a_letter):
    (settled,) = json.loads(said(coach("dlq", "redrive", "--all", "--json")))
    assert (settled["job_id"], settled["redrive"]) == (str(a_letter), "revive")
    assert settled["removed"] is True


def test_purging_asks_for_yes(system, jobs, dead_letters, a_letter):
    ended = coach("dlq", "purge", "--all")
    assert (ended.exit_code, ended.stderr) == (1, "Nobody can be asked here: say --yes.\n")
    assert dead_letters.depth().visible == 1
    assert "the letter is gone" in said(coach("dlq", "purge", "--all", "--yes"))
    assert dead_letters.depth().visible == 0
    assert jobs.get(a_letter).status == Status.FAILED


@pytest.mark.parametrize("command", ["redrive", "purge"])
@pytest.mark.parametrize("which", [(), ("--all", "--job", str(uuid4()))])
def test_one_must_say_which_letters(system, command, which):
    ended = coach("dlq", command, *which)
    assert ended.exit_code == 2
    assert "--job ID or --all" in ended.stderr


def test_a_dead_letter_queue_that_is_not_named_is_told(system, monkeypatch):
    monkeypatch.delenv("SQS_DEAD_LETTER_QUEUE_URL")
    ended = coach("dlq", "list")
    assert (ended.exit_code, ended.stderr) == (1, "SQS_DEAD_LETTER_QUEUE_URL is not set.\n")
    assert "not configured" in said(coach("status"))


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0.0 s"),
        (0.26, "0.3 s"),
        (9.96, "10 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3601, "1 h"),
        (7500, "2 h 5 min"),
        (86_400 * 3 + 3600 * 4 + 59, "3 d 4 h"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds, words):
    assert lasting(seconds) == words
