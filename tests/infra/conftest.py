"""The synthesised stacks, once a run. Nothing is bundled, so no package is fetched."""

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.node import choose_node

choose_node()

from aws_cdk.assertions import Template

from infra.stage import Stage, stages
from infra.synth import CannotSynthesise, add_stacks, new_app, write

NOT_BUNDLED: Mapping[str, list[str]] = {"aws:cdk:bundling-stacks": []}
"""Has the CDK name the bundle as if it were made; its command line asks so for `cdk ls`."""

VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "cpu": {
        "like": "prod",
        "workers": "cpu",
        "spot": True,
        "nat": True,
        "zones": ["eu-west-1a", "eu-west-1c"],
        "database_proxy": True,
        "cors_origins": ["https://app.club.example", "https://club.example"],
        "self_sign_up": False,
        "mail_from": "coach@club.example",
        "video_days": 90,
    },
    "thrifty": {
        "like": "prod",
        "spot": True,
        "min_tasks": 0,
        "domain": {
            "name": "api.club.example",
            "certificate_arn": "arn:aws:acm:eu-west-1:123456789012:certificate/1f2e3d4c",
        },
        "issuer": {"url": "https://issuer.club.example", "audience": "coach-plus"},
        "alarm_email": "ops@club.example",
        "budget_usd": 400,
        "environment": {"MAX_OPEN_JOBS": "7", "LOG_LEVEL": "DEBUG"},
    },
}
"""Stages that choose, of everything that there is to choose, what the built-in ones do not."""

STAGES = stages(VARIANTS)


@dataclass(frozen=True, slots=True)
class Assembly:
    """Everything that synthesis wrote, for all of `STAGES`."""

    folder: Path

    @property
    def manifest(self) -> Mapping[str, Any]:
        return self._json("manifest.json")

    @property
    def report(self) -> Mapping[str, Any]:
        """What cdk-nag and the CDK's own checks found."""
        return self._json("validation-report.json")

    def template_of(self, stage: str) -> Path:
        return self.folder / f"coach-plus-{stage}.template.json"

    def metadata_of(self, stage: str) -> Mapping[str, Any]:
        """By construct, what does not become part of the template."""
        return self._json(f"coach-plus-{stage}.metadata.json")

    def _json(self, name: str) -> Mapping[str, Any]:
        content: Mapping[str, Any] = json.loads((self.folder / name).read_text())
        return content


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The built-in stages and the variants, synthesised and checked; findings are in its report.

    Made by one test process for all, while the others wait for it.
    """
    folder = _of_all_processes(tmp_path_factory) / "assembly"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _synthesise(folder.with_suffix(".begun")).rename(folder)
    return Assembly(folder)


def _of_all_processes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This run's folder; pytest-xdist gives each of its processes one below it."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def _synthesise(folder: Path) -> Path:
    app = new_app(folder, **NOT_BUNDLED, stages=VARIANTS)
    add_stacks(app)
    with suppress(CannotSynthesise):  # `test_synth.py` says which finding it is
        write(app)
    return folder


@pytest.fixture(scope="session")
def prod(assembly) -> Template:
    return _read(assembly, "prod")


@pytest.fixture(scope="session")
def dev(assembly) -> Template:
    return _read(assembly, "dev")


@pytest.fixture(scope="session")
def cpu(assembly) -> Template:
    return _read(assembly, "cpu")


@pytest.fixture(scope="session")
def thrifty(assembly) -> Template:
    return _read(assembly, "thrifty")


def _read(assembly: Assembly, stage: str) -> Template:
    return Template.from_string(assembly.template_of(stage).read_text())


@pytest.fixture(params=["dev", "prod"])
def stage(request) -> Stage:
    """One built-in stage after the other; a test that wants others names them."""
    return STAGES[request.param]


@pytest.fixture
def template(stage, request) -> Template:
    """The one of `stage`."""
    found: Template = request.getfixturevalue(stage.name)
    return found


def resources(template: Template, kind: str) -> Mapping[str, Mapping[str, Any]]:
    """The template's resources of one kind, by logical id."""
    found: Mapping[str, Mapping[str, Any]] = template.find_resources(kind)
    return found


def only(template: Template, kind: str, **properties: Any) -> Mapping[str, Any]:
    """The properties of the one resource of a kind that has these."""
    (found,) = template.find_resources(kind, {"Properties": properties}).values()
    said: Mapping[str, Any] = found["Properties"]
    return said


def function(template: Template, entry: str) -> tuple[str, Mapping[str, Any]]:
    """The logical id and the properties of the one function that begins at `entry`."""
    ((logical_id, found),) = template.find_resources(
        "AWS::Lambda::Function", {"Properties": {"Handler": entry}}
    ).items()
    return logical_id, found["Properties"]


def listed(value: Any) -> list[Any]:
    """What CloudFormation takes as one or as many."""
    return list(value) if isinstance(value, list | tuple) else [value]
