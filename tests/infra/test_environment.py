"""What every process is told, against what the settings read."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra.environment import LONGEST_SIGNED_S, NOT_HERE, SET_HERE, common, known_settings
from infra.media_bucket import MediaBucket
from infra.queues import Queues
from infra.stage import DEV, Stage
from shared.settings import (
    AuthSettings,
    DatabaseSettings,
    LimitSettings,
    MigrationSettings,
    QueueSettings,
    RuntimeSettings,
    Settings,
    StorageSettings,
    SweepSettings,
    UploadSettings,
    WebhookSettings,
    WorkerSettings,
)
from tests.infra.conftest import resources

ALL = (RuntimeSettings, DatabaseSettings, StorageSettings, QueueSettings, UploadSettings)
BACKSTAGE = (*ALL, SweepSettings, WebhookSettings)

READS: dict[str, tuple[type[Settings], ...]] = {
    "api_lambda.handler.handler": (*BACKSTAGE, AuthSettings, LimitSettings),
    "api_lambda.scheduled.sweep": BACKSTAGE,
    "api_lambda.scheduled.upload_events": BACKSTAGE,
    "api_lambda.scheduled.deliver_webhooks": BACKSTAGE,
    "api_lambda.courier.post": (),
    "api_lambda.on_deploy.migrate": (DatabaseSettings, MigrationSettings),
    "cli.operate.inside.answer": (
        RuntimeSettings,
        DatabaseSettings,
        StorageSettings,
        QueueSettings,
        SweepSettings,
    ),
    "worker": (*ALL, WorkerSettings),
}
"""What each process builds: `api_lambda/dependencies.py`, `worker_service/__main__.py`."""

PLATFORM = {"NVIDIA_DRIVER_CAPABILITIES"}
"""What is not for us: the container toolkit's."""

ADVICE = {"WEBHOOK_PARALLEL"}
"""What the stack sets only where a stage does not."""

Variables = Mapping[str, str]


def processes(template: Template) -> Iterator[tuple[str, Variables]]:
    """Every function by its entry and every container by its name, with what it is told."""
    for function in resources(template, "AWS::Lambda::Function").values():
        properties = function["Properties"]
        told = properties.get("Environment", {}).get("Variables", {})
        yield properties["Handler"], {name: _text(value) for name, value in told.items()}
    for task in resources(template, "AWS::ECS::TaskDefinition").values():
        for container in task["Properties"]["ContainerDefinitions"]:
            told = container.get("Environment", [])
            yield container["Name"], {each["Name"]: _text(each["Value"]) for each in told}


def _text(value: Any) -> str:
    """As a process gets it; what AWS makes up is `made`."""
    if isinstance(value, str):
        return value
    match value:
        case {"Fn::Join": [between, parts]}:
            return str(between).join(_text(part) for part in parts)
        case _:
            return "made"


@pytest.fixture
def told(template) -> dict[str, Variables]:
    return dict(processes(template))


def test_every_process_is_known_here(told):
    assert told.keys() == READS.keys()


def test_everything_that_a_process_is_told_is_a_setting(told):
    names = {name for variables in told.values() for name in variables}
    assert names - PLATFORM <= known_settings().keys()


def test_a_worker_is_told_only_what_it_reads(told):
    read = {name.upper() for settings in READS["worker"] for name in settings.model_fields}
    assert told["worker"].keys() <= read


def test_what_the_stack_sets_is_not_a_stages_to_set(told):
    names = {name for variables in told.values() for name in variables} - PLATFORM - ADVICE
    assert {name for name in names if not name.startswith(NOT_HERE)} <= SET_HERE
    assert known_settings().keys() >= SET_HERE


@pytest.mark.parametrize("process", READS)
def test_a_process_finds_all_that_it_needs(told, process, monkeypatch):
    for name in known_settings():
        monkeypatch.delenv(name, raising=False)
    for name, value in told[process].items():
        monkeypatch.setenv(name, value)
    for settings in READS[process]:
        settings()  # refuses to be made without


def test_lambda_sets_the_region_itself_and_workers_are_told(told):
    with_region = {process for process, variables in told.items() if "AWS_REGION" in variables}
    assert with_region == {"worker"}


def test_nobody_is_told_a_secret(told, template):
    for task in resources(template, "AWS::ECS::TaskDefinition").values():
        assert "Secrets" not in json.dumps(task["Properties"]["ContainerDefinitions"])
    written = json.dumps(list(told.values())).lower()
    for word in ("password", "secret", "token"):
        assert word not in written
    for variables in told.values():
        assert ":" not in variables.get("DATABASE_URL", "").partition("://")[2].partition("@")[0]


def test_a_stage_may_change_what_the_product_leaves_open(thrifty):
    for process, variables in processes(thrifty):
        if READS[process]:
            assert (variables["MAX_OPEN_JOBS"], variables["LOG_LEVEL"]) == ("7", "DEBUG")


def _told(environment: Mapping[str, str]) -> dict[str, str]:
    stage = Stage.model_validate(dict(DEV) | {"environment": environment})
    stack = Stack(App(), "Told")
    queues = Queues(stack, "Queues", stage=stage)
    media = MediaBucket(stack, "Media", stage=stage, upload_events=queues.upload_events)
    return common(stage=stage, media=media, queues=queues)


def test_settings_that_fit_each_other_are_taken_together():
    told = _told({"HEARTBEAT_S": "400", "LEASE_S": "900", "UPLOAD_URL_EXPIRES_S": "3600"})
    assert told["HEARTBEAT_S"] == "400"


def test_what_the_machine_that_synthesises_is_told_is_not_asked(monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    assert "LOG_LEVEL" not in _told({})


def test_a_link_lives_an_hour_where_a_stage_says_nothing():
    limits = UploadSettings()
    lives = {limits.upload_url_expires_s, limits.download_url_expires_s}
    assert max(lives) <= LONGEST_SIGNED_S


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("MAX_OPEN_JOB", "7", "MAX_OPEN_JOB is no setting"),
        ("max_open_jobs", "7", "max_open_jobs is no setting"),
        ("S3_BUCKET", "mine", "S3_BUCKET is set by the stack itself"),
        ("AWS_REGION", "eu-west-1", "AWS_REGION is set by the stack itself"),
        ("AWS_ENDPOINT_URL_S3", "http://here", "AWS_ENDPOINT_URL_S3 is not for a stage to set"),
        ("JWKS", "{}", "JWKS is not for a stage to set"),
        ("WEBHOOK_ALLOW_PRIVATE", "true", "WEBHOOK_ALLOW_PRIVATE is not for a stage to set"),
        ("POSE_ENGINE", "synthetic", "POSE_ENGINE is not for a stage to set"),
        ("MAX_OPEN_JOBS", "many", "MAX_OPEN_JOBS does not fit: .* integer"),
        ("MAX_OPEN_JOBS", "-1", "MAX_OPEN_JOBS does not fit: .* greater than or equal to 0"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL does not fit: .* 'INFO'"),
        ("HEARTBEAT_S", "400", "heartbeat_s must be at most half of lease_s"),
        ("UPLOAD_URL_EXPIRES_S", "3601", "UPLOAD_URL_EXPIRES_S is above 3600"),
        ("DOWNLOAD_URL_EXPIRES_S", "3601", "DOWNLOAD_URL_EXPIRES_S is above 3600"),
        ("DOWNLOAD_URL_EXPIRES_S", "long", "DOWNLOAD_URL_EXPIRES_S does not fit: .* integer"),
    ],
)
def test_a_stage_that_sets_what_it_may_not_is_not_synthesised(name, value, complaint):
    with pytest.raises(ValueError, match=f"^stage dev: environment: {complaint}"):
        _told({name: value})
