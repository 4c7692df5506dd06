"""The operator's commands with `--stage`, run by the real entry behind a fake of Lambda's API."""

import json
import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner, Result

from cli.main import app
from cli.operate.errand import LARGEST_ANSWER, Report, function_of
from cli.operate.inside import OperatorBroke, answer
from local.child_environment import variables
from shared.attempt_store import Claimed
from shared.database import transaction
from shared.errors import DownloadFailed
from shared.job_moves import AttemptNotes
from shared.job_store import JobStore
from shared.jobs import MAX_ATTEMPTS, Stage, Status
from shared.operations.overview import Overview
from shared.queue.dispatch import message_for
from shared.settings import RuntimeSettings
from shared.worker_store import WorkerStore
from tests.builders import a_claimed_job, a_waiting_job
from tests.fakes.lambda_api import LambdaApi, answers, breaks, lambda_api, refuses
from tests.rig.logging_as_before import logging_as_before

OPERATOR = function_of("test")
REQUEST = "request-1"

COMMANDS = [("status",), ("doctor",), ("dlq", "list"), ("jobs", "show", uuid4())]


@pytest.fixture(autouse=True)
def _stage(monkeypatch, aws_endpoint, database_settings, storage, queue_settings, tmp_path):
    """What the stack tells its function; the caller's credentials are the emulator's."""
    made = (RuntimeSettings(stage="test"), database_settings, storage, queue_settings)
    for name, value in variables(aws_endpoint, *made).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the function writes to its log."""
    with logging_as_before():
        yield StringIO()


@pytest.fixture
def api(monkeypatch, log) -> Iterator[LambdaApi]:
    def function(event, context):
        with redirect_stdout(log):
            return answer(event, SimpleNamespace(aws_request_id=REQUEST))

    with lambda_api() as api:
        api.functions[OPERATOR] = function
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", api.url)
        yield api


@pytest.fixture
def a_letter(engine, dead_letters) -> UUID:
    """A failed job whose message was set aside."""
    jobs, job_id = JobStore(engine), a_waiting_job(engine)
    for _ in range(MAX_ATTEMPTS):
        claimed = jobs.claim(job_id, worker="w1", lease_s=60)
        assert isinstance(claimed, Claimed)
        jobs.fail(claimed.lease, DownloadFailed("away"), notes=AttemptNotes("cpu", {}))
    dead_letters.send(message_for(jobs.get(job_id)))
    return job_id


def coach(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def in_stage(*arguments: object) -> Result:
    return coach(*arguments, "--stage", "test")


def inside(*arguments: str, **terms: object) -> Report:
    """What the function answers to an event."""
    return Report.model_validate(answer({"arguments": arguments, **terms}, None))


def test_status_shows_the_stage_as_wide_as_the_terminal_is(api, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    ended = in_stage("status")
    assert ended.exit_code == 0, ended.stderr
    assert ended.stdout.startswith("Stage test, ")
    assert "none is alive" in ended.stdout
    table = ended.stdout.splitlines()[1:]  # a system's name is not broken
    assert max(len(line) for line in table) <= 50


def test_status_is_the_same_document_for_programs(api, engine):
    WorkerStore(engine).seen("w7")
    overview = Overview.model_validate_json(in_stage("status", "--json").stdout)
    assert [worker.id for worker in overview.workers] == ["w7"]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_job_is_shown_as_it_is_from_inside(api, engine, form):
    job_id = a_claimed_job(engine).job.id
    there, here = in_stage("jobs", "show", job_id, *form), coach("jobs", "show", job_id, *form)
    assert there.exit_code == 0
    assert there.stdout.count(str(job_id)) == here.stdout.count(str(job_id)) > 0
    assert len(there.stdout.splitlines()) == len(here.stdout.splitlines())


def test_what_goes_wrong_inside_goes_wrong_here(api):
    ended = in_stage("jobs", "show", uuid4())
    told = "JOB_NOT_FOUND: There is no such analysis job.\n"
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", told)


def test_a_dead_letter_is_listed_and_redriven(api, engine, queue, dead_letters, a_letter):
    (letter,) = json.loads(in_stage("dlq", "list", "--json").stdout)
    assert letter["job_id"] == str(a_letter)
    ended = in_stage("dlq", "redrive", "--job", a_letter)
    assert ended.exit_code == 0, ended.stderr
    assert "the letter is gone" in ended.stdout
    assert JobStore(engine).get(a_letter).stage == Stage.WAITING
    assert (queue.depth().visible, dead_letters.depth().visible) == (1, 0)


def test_who_purges_is_asked_here_before_anything_goes_there(api, engine, dead_letters, a_letter):
    ended = in_stage("dlq", "purge", "--all")
    assert (ended.exit_code, ended.stderr) == (1, "Nobody can be asked here: say --yes.\n")
    assert api.events == []
    assert in_stage("dlq", "purge", "--all", "--yes").exit_code == 0
    assert dead_letters.depth().visible == 0
    assert JobStore(engine).get(a_letter).status == Status.FAILED


def test_which_letters_must_be_said_here_too(api):
    assert in_stage("dlq", "purge", "--yes").exit_code == 2
    assert api.events == []


def test_the_doctor_skips_what_cannot_be_asked_inside(api, engine, monkeypatch):
    monkeypatch.setenv("POSE_MODEL_PATH", "/nowhere")
    WorkerStore(engine).seen("w1")
    ended = in_stage("doctor", "--json")
    assert ended.exit_code == 0, ended.stdout
    checks = json.loads(ended.stdout)["checks"]
    skipped = {one["name"]: one["saw"] for one in checks if one["verdict"] == "skipped"}
    no_iam = "from inside there is no way to IAM; the stack's template gives the rights"
    assert skipped == {
        "identity": no_iam,
        "permissions": no_iam,
        "pose_model": "a worker's image has its own",
    }
    assert {one["verdict"] for one in checks if one["name"] not in skipped} == {"ok"}


def test_the_doctors_presigned_urls_are_in_no_log(api, log):
    in_stage("doctor")
    assert "operator's command" in log.getvalue()
    assert "X-Amz" not in log.getvalue()


def test_a_doctor_who_finds_something_ends_with_1(api):
    ended = in_stage("doctor")
    assert ended.exit_code == 1
    assert "none was heard within" in ended.stdout


def _leaves(command, path=()):
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from _leaves(below, (*path, name))
    else:
        yield path, {option for parameter in command.params for option in parameter.opts}


def test_every_command_that_looks_at_a_system_takes_a_stage():
    with_port = {
        path: options
        for path, options in _leaves(get_command(app))
        if {"--port", "--json"} <= options
    }
    assert {("status",), ("doctor",), ("jobs", "show"), ("dlq", "purge")} <= with_port.keys()
    assert [path for path, options in with_port.items() if "--stage" not in options] == []


# --- the function -------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["analyze", "upload", "demo", "token", "models", "sh"])
def test_no_other_command_runs_inside(log, command):
    with redirect_stdout(log):
        report = inside(command)
    assert report.exit == 2
    assert f"No such command '{command}'" in report.err


@pytest.mark.parametrize(
    "elsewhere", [("--stage", "prod"), ("--stage=prod",), ("--port", "1"), ("--port=1",)]
)
def test_from_inside_there_is_no_way_to_another_system(log, elsewhere):
    with redirect_stdout(log):
        report = inside("status", *elsewhere)
    assert (report.exit, report.out) == (2, "")
    assert report.err == "There is only one system here: no --stage or --port.\n"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"arguments": "status"},
        {"arguments": ["status"], "shell": "ls"},
        {"arguments": ["status"], "columns": 10**9},
        {"arguments": ["x" * 201]},
        {"arguments": ["x"] * 21},
    ],
)
def test_an_event_that_is_none_is_refused(log, event):
    with redirect_stdout(log):
        report = answer(event, None)
    assert report == {
        "exit": 2,
        "out": "",
        "err": "Not understood: 1 of its fields are wrong.\n",
    }


def test_colours_are_used_where_somebody_sees_them(log):
    with redirect_stdout(log):
        seen, unseen = inside("doctor", colours=True), inside("doctor")
    assert "\x1b[" in seen.out
    assert "\x1b[" not in unseen.out


def test_a_call_leaves_the_environment_as_it_was(log):
    before = dict(os.environ)
    with redirect_stdout(log):
        inside("status", columns=55, colours=True)
    assert dict(os.environ) == before


def test_the_log_says_who_did_what(api, log):
    in_stage("dlq", "redrive", "--all", "--json")
    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert line["event"] == "operator's command"
    assert line["arguments"] == ["dlq", "redrive", "--all", "--json"]
    assert line["asked_by"].startswith("arn:aws:sts::")
    assert (line["stage"], line["service"]) == ("test", "operator")
    assert (line["exit"], line["request_id"]) == (0, REQUEST)


def test_the_log_keeps_no_word_that_may_be_a_secret(log):
    job = str(uuid4())
    with redirect_stdout(log):
        inside("jobs", "show", job, "Geheim!1", "--json=geheim")
    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert line["arguments"] == ["jobs", "show", job, "…", "…"]


@pytest.mark.own_database
def test_a_bug_is_named_by_its_kind_only(api, engine, log):
    a_claimed_job(engine)
    with transaction(engine) as rows:
        rows.execute(text("ALTER TABLE video_analysis_jobs DROP CONSTRAINT ck_jobs_stage"))
        rows.execute(text("UPDATE video_analysis_jobs SET stage = 'geheim'"))
    with redirect_stdout(log), pytest.raises(OperatorBroke) as broke:
        inside("status")
    assert "geheim" not in str(broke.value)
    ended = in_stage("status")
    assert ended.exit_code == 1
    assert ended.stderr == f"{OPERATOR} broke ({broke.value}). Its log says more.\n"


@pytest.mark.parametrize(
    ("character", "times"), [("x", LARGEST_ANSWER), ("é", LARGEST_ANSWER // 6)]
)
def test_more_than_lambda_hands_back_becomes_a_sentence(character, times):
    told = Report(exit=0, out=character * times, err="").as_answer()
    assert (told["exit"], told["out"]) == (1, "")
    assert str(told["err"]).startswith("What it has to say takes 6.0 MB, and Lambda hands back 6")
    assert Report(exit=0, out=character * (times - 100), err="").as_answer()["exit"] == 0


# --- ways that are shut -------------------------------------------------------------------------


def hang_up(handler):
    handler.close_connection = True


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            refuses(403, "AccessDeniedException"),
            f"This identity may not invoke {OPERATOR}: allow it lambda:InvokeFunction.",
        ),
        (
            refuses(404, "ResourceNotFoundException"),
            f"There is no function {OPERATOR} here. Is that the stage, and are these its ",
        ),
        (
            refuses(429, "TooManyRequestsException"),
            "Lambda has no room for one more call now. Run this again.",
        ),
        (
            refuses(403, "ExpiredTokenException"),
            "AWS does not take these credentials (ExpiredTokenException). Sign in again.",
        ),
        (
            refuses(502, "ResourceNotReadyException"),
            f"{OPERATOR} was idle for weeks and is being brought back into its network. Wait a ",
        ),
        (
            refuses(400, "ValidationException"),
            f"AWS does not run {OPERATOR} (ValidationException).",
        ),
        (
            breaks({"errorMessage": "Task timed out after 300.00 seconds"}),
            f"It takes longer than the 300 s that {OPERATOR} has. What it did is done; ",
        ),
        (
            breaks({"errorMessage": "KeyError", "errorType": "OperatorBroke"}),
            f"{OPERATOR} broke (KeyError). Its log says more.",
        ),
        (breaks(None), f"{OPERATOR} broke (no reason given). Its log says more."),
        (
            answers(b'{"exit": 0}'),
            f"{OPERATOR} is of another version than this coach: it answers otherwise.",
        ),
        (hang_up, "AWS cannot be asked: Connection was closed before we received a valid response"),
    ],
)
def test_a_way_that_is_shut_is_a_sentence(api, fault, sentence):
    api.faults.append(fault)
    ended = in_stage("status")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr.startswith(sentence)
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_without_credentials_every_command_says_so(api, monkeypatch, command):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    ended = in_stage(*command)
    assert (ended.exit_code, ended.stderr) == (
        1,
        "AWS cannot be asked: Unable to locate credentials\n",
    )
    assert api.events == []


def test_without_a_region_it_says_so(api, monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    ended = in_stage("status")
    assert (ended.exit_code, ended.stderr) == (
        1,
        "AWS cannot be asked: You must specify a region.\n",
    )


def test_a_stage_that_is_not_there_is_told(api):
    ended = coach("status", "--stage", "another")
    assert ended.exit_code == 1
    assert "There is no function coach-plus-another-operator here." in ended.stderr
