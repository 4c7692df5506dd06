"""The commands as a person types them: what they print, what they leave, how they end."""

import json
import subprocess
import sys
import time
from pathlib import Path

import jwt
import pytest
from typer.testing import CliRunner

from api_lambda.examples.results import RESULTS
from cli.main import app
from local.processes import free_port
from shared import __version__
from shared.results import Frames, Results
from tests.fakes.api import JOB_ID, Answer, fake_api, status
from tests.files.clips import four_corners, make_clip

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _own_home(monkeypatch, tmp_path):
    """No command finds what another run left."""
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))
    for name in ("POSE_MODEL_PATH", "COACH_API", "COACH_TOKEN", "STAGE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def coach():
    def run(*arguments: object):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    """Two seconds that only the synthetic engine sees a person in."""
    folder = tmp_path_factory.mktemp("clips")
    return make_clip(folder / "clip.mp4", frames=60, draw=four_corners(320, 240))


@pytest.fixture
def junk(tmp_path) -> Path:
    path: Path = tmp_path / "junk.mp4"
    path.write_bytes(b"this is no video")
    return path


def test_help_is_there_at_once():
    began = time.monotonic()
    told = subprocess.run(
        [sys.executable, "-m", "cli.main", "--help"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert time.monotonic() - began < 5  # 0.2 s on a quiet machine
    assert "analyze" in told.stdout


def test_help_imports_nothing_heavy():
    code = "import sys, cli.main; print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    heavy = {"numpy", "cv2", "av", "mediapipe", "scipy", "boto3", "sqlalchemy", "fastapi", "httpx"}
    assert not heavy & set(told.stdout.split())


def test_version(coach):
    assert coach("--version").stdout == f"{__version__}\n"


def test_analyze_writes_results_and_frames(coach, clip, tmp_path):
    out = tmp_path / "out"
    ended = coach("analyze", clip, "-o", out, "--engine", "synthetic", "--sample-fps", "10")
    assert ended.exit_code == 0, ended.stderr
    assert ended.stderr == ""
    results = Results.model_validate_json((out / "results.json").read_text())
    assert results.provenance.engine == "synthetic"
    assert results.pose.pose_summary.sample_fps == pytest.approx(10, abs=0.5)
    assert sorted(path.name for path in out.iterdir()) == [
        "frames.json.gz",
        "pose.npz",
        "report.html",
        "report.pdf",
        "results.json",
    ]
    assert "Step 4/4" in ended.stdout


def test_analyze_takes_the_settings_it_is_given(coach, clip, tmp_path):
    options = ("--movement", "cricket_batting", "--handedness", "left", "--camera-view", "side")
    ended = coach("analyze", clip, "-o", tmp_path, "--engine", "synthetic", *options)
    assert ended.exit_code == 0, ended.stderr
    results = Results.model_validate_json((tmp_path / "results.json").read_text())
    assert results.provenance.movement == "cricket_batting"


@pytest.mark.parametrize(
    "box", ["0.4,0.2,0.2", "a,b,c,d", "0.4,0.2,0.2,0.6@", "0.4,0.2,3,0.6", "0.4,0.2,.,0.6"]
)
def test_a_box_that_is_none_is_refused(coach, clip, tmp_path, box):
    ended = coach("analyze", clip, "-o", tmp_path, "--engine", "synthetic", "--subject", box)
    assert ended.exit_code == 2
    assert "--subject" in ended.stderr


def test_the_athlete_can_be_pointed_at(coach, clip, tmp_path):
    pointed = ("--subject", "0.2,0.1,0.6,0.9@1.5", "--age-band", "under_13")
    ended = coach("analyze", clip, "-o", tmp_path, "--engine", "synthetic", *pointed)
    assert ended.exit_code == 0, ended.stderr


def test_analyze_of_junk_says_so_and_replaces_what_was_there(coach, junk, tmp_path):
    for stale in ("results.json", "frames.json.gz"):
        (tmp_path / stale).write_text("stale")
    ended = coach("analyze", junk, "-o", tmp_path, "--engine", "synthetic")
    assert ended.exit_code == 2
    error = json.loads((tmp_path / "error.json").read_text())
    assert error["code"] == "VIDEO_UNREADABLE"
    assert error["user_action"] == "retake"
    assert error["retryable"] is False
    assert ended.stderr == f"VIDEO_UNREADABLE: {error['message']}\n"
    assert not (tmp_path / "results.json").exists()
    assert not (tmp_path / "frames.json.gz").exists()


def test_an_error_of_an_earlier_run_does_not_survive(coach, clip, junk, tmp_path):
    coach("analyze", junk, "-o", tmp_path, "--engine", "synthetic")
    assert coach("analyze", clip, "-o", tmp_path, "--engine", "synthetic").exit_code == 0
    assert not (tmp_path / "error.json").exists()


def test_analyze_of_a_missing_file_names_it(coach, tmp_path):
    ended = coach("analyze", tmp_path / "none.mp4", "-o", tmp_path / "out")
    assert ended.exit_code == 2
    assert ended.stderr.startswith("VIDEO_UNREADABLE: There is no file at ")
    assert (tmp_path / "out" / "error.json").exists()


def test_analyze_without_a_model_says_how_to_get_it(coach, clip, tmp_path):
    ended = coach("analyze", clip, "-o", tmp_path / "out")
    assert ended.exit_code == 3
    assert ended.stderr.startswith("MODEL_UNAVAILABLE: ")
    assert ended.stderr.endswith("Run: coach models fetch\n")


def test_analyze_refuses_a_model_that_is_none(coach, clip, junk, tmp_path):
    ended = coach("analyze", clip, "-o", tmp_path / "out", "--model", junk)
    assert ended.exit_code == 3


def test_token_prints_a_token_and_nothing_else(coach):
    printed = coach("token", "--subject", "coach-7").stdout
    assert printed.count(".") == 2
    assert len(printed.split()) == 1


def test_a_token_for_an_operator_says_so(coach):
    printed = coach("token", "--operator").stdout
    assert jwt.decode(printed.strip(), options={"verify_signature": False})["scope"] == "operator"


def test_token_refuses_outside_the_local_stage(coach, monkeypatch):
    monkeypatch.setenv("STAGE", "prod")
    ended = coach("token")
    assert ended.exit_code == 1
    assert ended.stdout == ""
    assert "local only" in ended.stderr


def test_upload_walks_a_video_through_and_saves_what_comes_back(coach, clip, tmp_path):
    document = {**RESULTS, "pose": {**RESULTS["pose"], "frames_url": "https://signed.test/x"}}
    with fake_api() as api:
        api.will(f"GET /analysis-jobs/{JOB_ID}/results", Answer(200, document))
        output = tmp_path / "new" / "results.json"
        ended = coach("upload", clip, "--api", api.url, "-o", output, "-m", "cricket_batting")
        assert ended.exit_code == 0, ended.stderr
        (session,) = api.asked("POST /sessions")
    assert json.loads(session.body)["movement"] == "cricket_batting"
    assert session.headers["Authorization"].startswith("Bearer ey")
    saved = json.loads(output.read_text())
    assert saved["metrics"] == RESULTS["metrics"]
    assert saved["pose"]["frames_url"] is None
    assert output.with_name("frames.json.gz").read_bytes() == b'["frames"]'


def test_upload_of_a_video_that_cannot_be_analysed_ends_with_2(coach, clip, tmp_path):
    error = {"code": "VIDEO_EMPTY", "message": "No frames", "user_action": "retake"}
    failed = Answer(200, status("failed", "failed", 0, error=error), {"ETag": "x"})
    with fake_api() as api:
        api.will(f"GET /analysis-jobs/{JOB_ID}/status", failed)
        ended = coach("upload", clip, "--api", api.url, "-o", tmp_path / "results.json")
    assert ended.exit_code == 2
    assert ended.stderr == "VIDEO_EMPTY: No frames\nFilm again, or choose another file.\n"
    assert not (tmp_path / "results.json").exists()


def test_upload_to_an_api_that_is_not_there_says_so(coach, clip):
    ended = coach("upload", clip, "--api", f"http://127.0.0.1:{free_port()}")
    assert ended.exit_code == 1
    assert "cannot be reached" in ended.stderr


def test_upload_to_another_machine_needs_a_token(coach, clip):
    ended = coach("upload", clip, "--api", "https://api.test")
    assert ended.exit_code == 1
    assert ended.stderr == "A token is needed: --token or COACH_TOKEN.\n"


def test_the_frames_that_analyze_writes_are_as_documented(coach, clip, tmp_path):
    import gzip

    coach("analyze", clip, "-o", tmp_path, "--engine", "synthetic")
    with gzip.open(tmp_path / "frames.json.gz") as file:
        Frames.model_validate_json(file.read())
