"""What the functions run: built by the stack's own bundling, tried without anything else."""

import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from infra.functions import bundle
from infra.functions.bundling import PLATFORM, PYTHON
from shared.settings import API_BASE_PATH
from shared.worker_store import WorkerStore
from tests.builders import COACH, a_session
from tests.contract import issuer
from tests.contract.gateway import an_event
from tests.infra.conftest import resources

HERE = "{}.{}".format(*sys.version_info)
THIS_MACHINE = {
    "linux": f"{platform.machine()}-manylinux_2_28",
    "darwin": "aarch64-apple-darwin",
}[sys.platform]

MOST_MB = 60
"""Zipped."""

MOST_UNZIPPED_MB = 250
"""What Lambda takes ("Lambda quotas", AWS Lambda Developer Guide)."""

ELF_X86_64 = b"\x3e\x00"
"""Bytes 18 and 19 of a shared object for this processor."""

IN_LAMBDA = Path(__file__).with_name("in_lambda.py")


def _zipped(folder: Path, target: Path, *, how: int) -> Path:
    """Compressed quickly, if at all: the CDK gets it smaller."""
    with ZipFile(target, "w", how, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return target


@pytest.fixture(scope="session")
def unzipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle for the Python and the machine that run the tests, through a ZIP."""
    folder = tmp_path_factory.mktemp("bundle-here")
    (folder / "built").mkdir()
    bundle.build(folder / "built", python=HERE, platform=THIS_MACHINE)
    archive = _zipped(folder / "built", folder / "bundle.zip", how=ZIP_STORED)
    with ZipFile(archive) as made:
        made.extractall(folder / "task")
    return folder / "task"


@pytest.fixture(scope="session")
def deployable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is deployed."""
    folder = tmp_path_factory.mktemp("bundle-deployable")
    bundle.build(folder, python=PYTHON, platform=PLATFORM)
    return folder


@pytest.fixture
def environment(dev, database_settings, storage, queue_settings) -> dict[str, str]:
    """What the template sets on the API's function; what it leaves to AWS is the tests'."""
    made = {
        "DATABASE_IAM_LOGIN": "false",
        "DATABASE_URL": database_settings.database_url.get_secret_value(),
        "S3_BUCKET": storage.s3_bucket,
        "SQS_QUEUE_URL": queue_settings.sqs_queue_url,
        "SQS_DEAD_LETTER_QUEUE_URL": str(queue_settings.sqs_dead_letter_queue_url),
        "SQS_UPLOAD_EVENTS_QUEUE_URL": str(queue_settings.sqs_upload_events_queue_url),
        "JWT_ISSUER": issuer.NAME,
        "JWT_AUDIENCE": issuer.AUDIENCE,
    }
    told = _functions(dev)["api_lambda.handler.handler"]["Environment"]["Variables"]
    return {name: made.get(name, value) for name, value in told.items()} | {
        "AWS_REGION": storage.aws_region,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL_S3": str(storage.aws_endpoint_url_s3),
        "AWS_ENDPOINT_URL_SQS": str(queue_settings.aws_endpoint_url_sqs),
        "S3_ADDRESSING_STYLE": storage.s3_addressing_style,
    }


def _functions(template: Any) -> dict[str, Mapping[str, Any]]:
    """The properties of our functions, by entry."""
    made = resources(template, "AWS::Lambda::Function").values()
    return {one["Properties"]["Handler"]: one["Properties"] for one in made}


def _call(
    folder: Path,
    environment: Mapping[str, str],
    *entries: str,
    events: Iterable[Mapping[str, Any]] = (),
) -> Mapping[str, Any]:
    """Import the entries in a process that has nothing else; the first one gets the events."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(IN_LAMBDA), str(folder)],
        input=json.dumps({"entries": entries, "events": list(events)}),
        env=dict(environment),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: Mapping[str, Any] = json.loads(done.stdout)
    for entry, seconds in told["import_s"].items():
        print(f"{entry}: imported in {seconds:.2f} s by Python {HERE}")  # noqa: T201 - to be seen
    return told


def _signed_in(event: dict[str, Any]) -> dict[str, Any]:
    """The event as the gateway hands it on once it has checked the coach's token."""
    claims = {"sub": COACH, "iss": issuer.NAME, "aud": issuer.AUDIENCE}
    claims |= {"exp": str(int(time.time()) + 60)}
    event["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
    return event


def test_the_bundle_answers_alone(unzipped, environment, engine):
    session = str(a_session(engine))
    upload = {"session_id": session, "content_type": "video/mp4", "size_bytes": 1000}
    health = an_event("GET", f"{API_BASE_PATH}/health")
    initiate = an_event(
        "POST",
        f"{API_BASE_PATH}/videos/upload/initiate",
        body=json.dumps(upload),
        headers={"content-type": "application/json"},
    )
    told = _call(
        unzipped, environment, "api_lambda.handler.handler", events=(health, _signed_in(initiate))
    )
    answered, began = told["answers"]
    assert answered["statusCode"] == 200, answered["body"]
    assert began["statusCode"] == 201, began["body"]
    assert json.loads(began["body"])["presigned_url"].startswith("http")
    assert told["strays"] == []


def test_the_operators_commands_run_alone(unzipped, environment, engine):
    WorkerStore(engine).seen("w1")
    events = [{"arguments": [command]} for command in ("status", "doctor")]
    told = _call(unzipped, environment, "cli.operate.inside.answer", events=events)
    for answer in told["answers"]:
        assert (answer["exit"], answer["err"]) == (0, ""), answer
        assert answer["out"].startswith("Stage dev")
    assert len(told["answers"]) == len(events)
    assert told["strays"] == []


def test_every_entry_of_the_stack_is_in_the_bundle_and_may_be_copied(unzipped, environment, prod):
    """SnapStart lets many processes go on from one: a connection or thread would live in none."""
    entries = sorted(_functions(prod))
    assert "api_lambda.scheduled.sweep" in entries
    told = _call(unzipped, environment, *entries)
    assert told["strays"] == []
    assert told["left_open"] == {"connections": [], "threads": ["MainThread"]}


def test_the_deployable_bundle_is_small(deployable, tmp_path):
    zipped = _zipped(deployable, tmp_path / "bundle.zip", how=ZIP_DEFLATED).stat().st_size / 1e6
    plain = sum(path.stat().st_size for path in deployable.rglob("*") if path.is_file()) / 1e6
    print(f"Python {PYTHON}: {zipped:.1f} MB zipped, {plain:.1f} MB unzipped")  # noqa: T201 - as above
    assert zipped <= MOST_MB
    assert plain <= MOST_UNZIPPED_MB


def test_all_native_code_is_for_the_runtime(deployable):
    objects = [path for path in deployable.rglob("*") if ".so" in path.suffixes]
    modules = [path for path in objects if not path.parent.name.endswith(".libs")]
    tags = {path.name.partition(".")[2] for path in modules}
    assert tags == {f"cpython-{PYTHON.replace('.', '')}-x86_64-linux-gnu.so", "abi3.so"}
    assert {path.read_bytes()[18:20] for path in objects} == {ELF_X86_64}


def test_the_deployable_bundle_has_what_is_read_beside_code(deployable):
    assert list((deployable / "shared/migrations/versions").glob("*.py"))
    assert list((deployable / "shared/catalogue").rglob("*.toml"))
    certificates = (deployable / bundle.CERTIFICATES).read_text()
    assert certificates.startswith("-----BEGIN CERTIFICATE-----")


def test_the_deployable_bundle_has_nothing_else(deployable):
    names = {str(path.relative_to(deployable)) for path in deployable.rglob("*")}
    tag = f".cpython-{PYTHON.replace('.', '')}.pyc"
    assert [name for name in names if name.endswith(".pyc") and not name.endswith(tag)] == []
    assert [name for name in names if "/test_" in name or "/tests/" in name] == []
    assert not names & {"tests", "worker_service", "infra", "bin"}
    of_the_command_line = {name for name in names if name.startswith(("cli/", "local/"))}
    assert not of_the_command_line & {"cli/main.py", "cli/metrics_page", "local/setup.py"}
    told_by_installers = ("direct_url.json", "uv_cache.json", "RECORD", "REQUESTED", "INSTALLER")
    assert [name for name in names if name.endswith(told_by_installers)] == []


def test_botocore_knows_the_services_that_our_code_calls_and_no_other(deployable):
    ours = [
        path
        for name in ("api_lambda", "cli", "shared")
        for path in (deployable / name).rglob("*.py")
    ]
    called = {
        service
        for path in ours
        for service in re.findall(r'boto3\.client\(\s*"([a-z0-9-]+)"', path.read_text())
    }
    described = {path.name for path in (deployable / "botocore/data").iterdir() if path.is_dir()}
    assert described == called


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "module.py").write_text("PLACE = (lambda: 0).__code__.co_filename\n")
    return tmp_path


def test_compiled_modules_name_where_lambda_has_them(folder):
    bundle.compile_modules(folder, python=HERE)
    (compiled,) = (folder / "__pycache__").iterdir()
    assert compiled.name == f"module.cpython-{HERE.replace('.', '')}.pyc"
    assert b"/var/task/module.py" in compiled.read_bytes()
    assert str(folder).encode() not in compiled.read_bytes()


def test_compiled_modules_are_the_same_on_every_machine_and_at_any_time(folder):
    bundle.compile_modules(folder, python=HERE)
    (compiled,) = (folder / "__pycache__").iterdir()
    before = compiled.read_bytes()
    compiled.unlink()
    os.utime(folder / "module.py", (0, 0))
    bundle.compile_modules(folder, python=HERE)
    assert compiled.read_bytes() == before


def test_without_that_python_nothing_is_compiled(folder):
    bundle.compile_modules(folder, python="3.99")
    assert [path.name for path in folder.iterdir()] == ["module.py"]


def test_another_python_or_platform_has_another_hash():
    hashes = {
        bundle.fingerprint(python=python, platform=platform)
        for python in (HERE, "3.99")
        for platform in (PLATFORM, "aarch64-manylinux_2_28")
    }
    assert len(hashes) == 4


@pytest.fixture
def without_uv(monkeypatch) -> None:
    """As where uv cannot reach the registry."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_NO_CACHE", "1")


@pytest.fixture
def small_lock(tmp_path: Path) -> Path:
    """A package of native code and one with a command."""
    blocks = re.findall(r"^\S.*(?:\n .*)*", bundle.LOCK.read_text(), flags=re.MULTILINE)
    wanted = [block for block in blocks if block.startswith(("markupsafe==", "python-dotenv=="))]
    assert len(wanted) == 2
    lock = tmp_path / "lock.txt"
    lock.write_text("\n".join(wanted))
    return lock


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_where_uv_cannot_pip_fetches_the_very_same(small_lock, tmp_path, request):
    contents = []
    for way in ("by_uv", "by_pip"):
        if way == "by_pip":
            request.getfixturevalue("without_uv")
        (folder := tmp_path / way).mkdir()
        bundle.install_packages(folder, lock=small_lock, python=PYTHON, platform=PLATFORM)
        contents.append(_contents(folder))
    assert contents[0] == contents[1]
    assert any(name.endswith(".so") for name in contents[0])


def test_a_platform_is_told_to_pip_with_every_older_glibc():
    tags = bundle.pip_platforms("x86_64-manylinux_2_28")
    assert tags[0] == "manylinux_2_28_x86_64"
    assert tags[-2:] == ["manylinux_2_17_x86_64", "manylinux2014_x86_64"]
    assert bundle.pip_platforms("aarch64-apple-darwin") == ["aarch64-apple-darwin"]


def test_packages_that_cannot_be_had_are_a_sentence(tmp_path, small_lock, without_uv, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    (folder := tmp_path / "empty").mkdir()
    with pytest.raises(bundle.CannotBundle, match="Neither uv nor pip could fetch the functions'"):
        bundle.install_packages(folder, lock=small_lock, python=PYTHON, platform=PLATFORM)
    assert list(folder.iterdir()) == []
