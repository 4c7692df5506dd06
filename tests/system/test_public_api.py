"""The whole product over HTTP, as strangers to its code meet it: only the documents are known."""

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import which

import httpx
import pytest

from cli.openapi_file import FILE
from local.stack import LocalStack, StackOptions
from tests.rig.waiting import wait_for

pytestmark = pytest.mark.system

PACKAGE = "client_made_from_the_document"
PAGE = FILE.with_name("api.md")


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    options = StackOptions(engine="synthetic", logs=tmp_path_factory.mktemp("logs"))
    with LocalStack(options) as running:
        yield running


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """Return a function that imports a module of the generated package."""
    folder = tmp_path_factory.mktemp("generated")
    settings = folder / "settings.yml"
    ruff = Path(sys.executable).with_name("ruff")  # its own hooks look for it in PATH
    settings.write_text(f"post_hooks: ['{ruff} format .']\n")
    made = subprocess.run(
        [
            Path(sys.executable).with_name("openapi-python-client"),
            *("generate", "--path", FILE, "--meta", "none", "--fail-on-warning"),
            *("--output-path", folder / PACKAGE, "--config", settings),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    sys.path.remove(str(folder))


def test_a_generated_client_brings_a_video_to_its_report(generated, stack, small_clip):
    def call(operation, **arguments):
        answer = generated(f"api.{operation}").sync_detailed(client=client, **arguments)
        assert answer.status_code < 300, (operation, answer.content)
        return answer.parsed

    models = generated("models")
    client = generated("client").AuthenticatedClient(
        base_url=stack.api_url.split("/api/")[0],
        token=stack.token(),
        httpx_args={"trust_env": False},
    )
    content = small_clip.read_bytes()

    session = call("sessions.create_session", body=models.NewSession(title="Nets"))
    upload = call(
        "uploads.initiate_upload",
        body=models.NewUpload(session_id=session.session_id, size_bytes=len(content)),
    )
    put = httpx.put(
        upload.presigned_url, content=content, headers=upload.headers.to_dict(), trust_env=False
    )
    assert put.is_success, put.text
    call("uploads.complete_upload", body=models.UploadDone(job_id=upload.job_id))

    def ended():
        job = call("analysis_jobs.get_job", job_id=str(upload.job_id))
        return job if job.completed_at else None

    job = wait_for(ended, "the end of the job")
    client.get_httpx_client().close()
    assert job.status == "completed", job.error
    assert len(job.results.report.one_week_plan) == 7


@pytest.mark.skipif(not (which("curl") and which("jq")), reason="the page uses curl and jq")
def test_the_commands_of_the_api_page_work_as_they_stand(stack, small_clip, tmp_path):
    blocks = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)
    settings, *flow = blocks
    assert "VIDEO=" in settings
    ran = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", "\n".join(flow)],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
        env={
            "PATH": "/usr/bin:/bin",
            "API": stack.api_url,
            "TOKEN": stack.token(),
            "VIDEO": str(small_clip),
        },
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert '"landmarks"' in (tmp_path / "frames.json").read_text()


@pytest.fixture(scope="module")
def operator(stack):
    return stack.token("operator", scope="operator")


@pytest.fixture(scope="module")
def things(stack, operator, small_clip):
    """The ids of what an operation may be about, as `schemathesis_hooks` takes them."""
    signed_in = {"Authorization": f"Bearer {operator}"}
    with httpx.Client(base_url=stack.api_url, headers=signed_in, trust_env=False) as api:

        def made(path, **request):
            answer = api.post(path, **request)
            assert answer.is_success, answer.text
            return answer.json()

        nets, clips = (made("/sessions", json={"title": title}) for title in ("Nets", "Clips"))
        job = made(
            "/videos/upload",
            data={"session_id": clips["session_id"]},
            files={"file": ("clip.mp4", small_clip.read_bytes())},
        )
        webhook = made("/webhooks", json={"url": "http://127.0.0.1:9"})
        delivery = made(f"/webhooks/{webhook['webhook_id']}/ping")
        wait_for(
            lambda: api.get(f"/analysis-jobs/{job['job_id']}/results").is_success,
            "the results",
        )
        yield {
            "session_id": nets["session_id"],
            "job_id": job["job_id"],
            "webhook_id": webhook["webhook_id"],
            "delivery_id": delivery["delivery_id"],
        }


@pytest.fixture
def schemathesis(stack, tmp_path):
    """Return a function that runs it with all checks, and returns what it says."""

    def run(*options, **variables):
        ran = subprocess.run(
            [
                *(Path(sys.executable).with_name("st"), "run", FILE),
                *("--url", stack.api_url.split("/api/")[0]),
                *("--checks", "all", "--generation-deterministic", "--no-color"),
                *options,
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(FILE.parent.parent), **variables},
        )
        assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]
        return ran.stdout

    return run


@pytest.fixture(scope="module")
def operations():
    paths = json.loads(FILE.read_text())["paths"].values()
    return sum(len(path) for path in paths)


def test_every_operation_keeps_to_the_document(schemathesis, things, operator, operations, stack):
    said = schemathesis(
        *("--header", f"Authorization: Bearer {operator}", "--max-examples", "3"),
        *("--phases", "examples,coverage,stateful"),
        SCHEMATHESIS_HOOKS="tests.system.schemathesis_hooks",
        COACH_IDS=json.dumps(things),
    )
    assert f"Tested: {operations}\n" in said
    assert '"level": "error"' not in (stack.logs / "api.log").read_text()


def test_strangers_are_refused_as_the_document_says(schemathesis, operations):
    said = schemathesis("--phases", "examples,fuzzing", "--max-examples", "2")
    assert f"Tested: {operations}\n" in said
