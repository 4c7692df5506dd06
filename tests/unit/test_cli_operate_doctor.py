"""`coach doctor` on a healthy system, and on systems broken in one place."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update
from typer.testing import CliRunner, Result

from cli.main import app
from cli.operate.checks import storage as checks
from cli.operate.checks.check import Finding, Verdict
from cli.operate.system import reached
from local.child_environment import variables
from local.processes import free_port
from shared.aws import s3_client, sqs_client
from shared.database import transaction
from shared.errors import StorageError
from shared.media.store import DOCTOR_TRIAL, MediaStore, PresignedPut
from shared.models import VideoAnalysisJob, Worker
from shared.worker_store import WorkerStore
from tests.builders import a_waiting_job


@pytest.fixture(autouse=True)
def _own_home(monkeypatch, tmp_path):
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("POSE_MODEL_PATH", raising=False)


@pytest.fixture(autouse=True)
def _healthy(monkeypatch, aws_endpoint, database_settings, storage, queue_settings, engine):
    """The environment names a system with a worker."""
    for name, value in variables(aws_endpoint, database_settings, storage, queue_settings).items():
        monkeypatch.setenv(name, value)
    WorkerStore(engine).seen("w1")


@pytest.fixture
def s3(storage):
    return s3_client(storage)


@pytest.fixture
def set_queue(queue_settings) -> Callable[..., None]:
    """Change attributes of the job queue by hand, as nobody should."""

    def change(url: str | None = None, **attributes: object) -> None:
        sqs_client(queue_settings).set_queue_attributes(
            QueueUrl=url or queue_settings.sqs_queue_url,
            Attributes={name: str(value) for name, value in attributes.items()},  # type: ignore[misc] # any name will do
        )

    return change


def coach_doctor(*options: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *options])


def findings() -> dict[str, Finding]:
    ended = coach_doctor("--json")
    assert not ended.stderr
    document: dict[str, Any] = json.loads(ended.stdout)
    assert ended.exit_code == (0 if document["ok"] else 1)
    return {one["name"]: Finding.model_validate(one) for one in document["checks"]}


def not_ok() -> dict[str, tuple[Verdict, str]]:
    """What is wrong: the checks that say so, and what they saw."""
    fine = {Verdict.OK, Verdict.SKIPPED}
    return {
        name: (one.verdict, one.saw) for name, one in findings().items() if one.verdict not in fine
    }


def the_failed_one() -> tuple[str, str]:
    """The name of the only check that is not ok, which failed, and what it saw."""
    ((name, (verdict, saw)),) = not_ok().items()
    assert verdict is Verdict.FAILED
    return name, saw


def test_a_healthy_system_has_only_good_lines():
    ended = coach_doctor()
    assert ended.exit_code == 0, ended.stdout
    assert max(len(line) for line in ended.stdout.splitlines()) <= 80
    assert ended.stdout.endswith("15 ok, 3 skipped\n")  # no model here, and twice no IAM


def test_the_trial_object_is_removed(s3, storage):
    assert coach_doctor().exit_code == 0
    assert "Contents" not in s3.list_objects_v2(Bucket=storage.s3_bucket)


def test_of_two_doctors_one_goes_first(media):
    media.put(DOCTOR_TRIAL, b"x", content_type="x/y")
    saw = f"{DOCTOR_TRIAL} lies there: another doctor is at it, or one was killed"
    assert not_ok() == {"upload_round_trip": (Verdict.WARN, saw)}
    assert media.read(DOCTOR_TRIAL) == b"x"


def test_a_failed_line_says_what_to_do_and_where_to_read(engine):
    WorkerStore(engine).gone("w1")
    ended = coach_doctor()
    assert ended.exit_code == 1
    lines = [line.strip() for line in ended.stdout.splitlines()]
    at = next(number for number, line in enumerate(lines) if line.startswith("FAILED"))
    assert lines[at].endswith("none was heard within 2 min 30 s")
    assert lines[at + 1] == "Start one, and look at its log."
    assert lines[at + 2] == 'docs/runbook.md, "Backlog without workers"'
    assert lines[-1] == "14 ok, 1 FAILED, 3 skipped"


def test_a_queue_that_is_not_named_fails_the_settings(monkeypatch):
    monkeypatch.delenv("SQS_UPLOAD_EVENTS_QUEUE_URL")
    assert the_failed_one() == ("settings", "not set: SQS_UPLOAD_EVENTS_QUEUE_URL")
    assert findings()["upload_notification"].verdict is Verdict.SKIPPED


@pytest.mark.parametrize(
    ("attribute", "value", "saw"),
    [
        ("VisibilityTimeout", 30, "visibility is 30, not 300"),
        ("MessageRetentionPeriod", 3600, "retention is 3600, not 345600"),
    ],
)
def test_a_queue_set_by_hand_fails_the_check(set_queue, attribute, value, saw):
    set_queue(**{attribute: value})
    assert the_failed_one() == ("job_queue_settings", saw)


def test_a_queue_that_sets_aside_too_early_or_elsewhere_fails_the_check(
    set_queue, resources, queue_settings
):
    sqs = sqs_client(queue_settings)
    elsewhere = sqs.get_queue_attributes(
        QueueUrl=queue_settings.sqs_upload_events_queue_url, AttributeNames=["QueueArn"]
    )["Attributes"]["QueueArn"]
    policy = {"deadLetterTargetArn": elsewhere, "maxReceiveCount": 2}
    set_queue(RedrivePolicy=json.dumps(policy))
    name, saw = the_failed_one()
    assert name == "job_queue_settings"
    assert "receives before it is set aside is 2, not 4" in saw
    assert f"dead-letter queue is {elsewhere}" in saw


def test_dead_letters_that_are_not_kept_long_enough_fail_the_check(set_queue, resources):
    set_queue(resources.queue.sqs_dead_letter_queue_url, MessageRetentionPeriod=3600)
    assert the_failed_one() == ("dead_letters", "retention is 3600, not 1209600")


def test_a_dead_letter_is_a_warning(queue_settings, resources):
    sqs_client(queue_settings).send_message(
        QueueUrl=resources.queue.sqs_dead_letter_queue_url, MessageBody="x"
    )
    assert not_ok() == {"dead_letters": (Verdict.WARN, "1 set aside")}
    assert coach_doctor().exit_code == 0


def test_a_queue_that_is_gone_is_told_once(queue_settings):
    sqs_client(queue_settings).delete_queue(QueueUrl=queue_settings.sqs_queue_url)
    name, saw = the_failed_one()
    assert name == "job_queue"
    assert saw.startswith("Queue access error (")
    assert "NonExistentQueue" in saw
    assert findings()["job_queue_settings"].saw == "needs: job_queue"


def test_a_bucket_that_is_not_there_is_told_once(monkeypatch):
    monkeypatch.setenv("S3_BUCKET", "another")
    assert the_failed_one()[0] == "bucket"
    assert findings()["upload_round_trip"].verdict is Verdict.SKIPPED


def test_a_bucket_that_lets_browsers_look_but_not_upload_fails_the_check(s3, storage):
    looking = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    s3.put_bucket_cors(Bucket=storage.s3_bucket, CORSConfiguration={"CORSRules": [looking]})
    assert the_failed_one() == ("cors", "CORS does not allow PUT: no browser can upload")


def test_a_bucket_of_a_stage_without_web_pages_is_well(s3, storage):
    s3.delete_bucket_cors(Bucket=storage.s3_bucket)
    assert findings()["cors"].saw == "no web page may upload; apps may"


@pytest.mark.parametrize(
    "change",
    [
        {"Events": ["s3:ObjectRemoved:*"]},
        {"Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "results/"}]}}},
        {"Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".mp4"}]}}},
        None,
    ],
)
def test_a_bucket_that_does_not_tell_of_uploads_fails_the_check(s3, storage, change):
    bucket = storage.s3_bucket
    told = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [] if change is None else [{**told[0], **change}]
        },
    )
    name, saw = the_failed_one()
    assert name == "upload_notification"
    assert saw.startswith("the bucket does not announce uploads")


def test_a_database_that_is_away_is_told_once(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"postgresql+psycopg://u:secret@127.0.0.1:{free_port()}/d")
    name, saw = the_failed_one()
    assert name == "database"
    assert "refused" in saw
    assert "secret" not in coach_doctor().stdout
    skipped = {name for name, one in findings().items() if one.verdict is Verdict.SKIPPED}
    assert {"migrations", "workers", "stuck_jobs", "database_clock"} <= skipped


@pytest.mark.own_database
def test_a_database_of_an_older_version_fails_the_check(engine):
    with transaction(engine) as rows:
        rows.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert the_failed_one()[0] == "migrations"


def test_a_worker_of_another_version_is_a_warning(engine):
    with transaction(engine) as rows:
        rows.execute(update(Worker).values(code_version="0.0.9"))
    ((name, (verdict, saw)),) = not_ok().items()
    assert (name, verdict) == ("workers", Verdict.WARN)
    assert "version 0.0.9 beside" in saw


def test_a_stuck_job_fails_the_check(engine):
    job_id = a_waiting_job(engine)
    with transaction(engine) as rows:
        rows.execute(update(VideoAnalysisJob).values(updated_at=datetime(2020, 1, 1, tzinfo=UTC)))
    name, saw = the_failed_one()
    assert name == "stuck_jobs"
    assert f"1, such as {job_id}: it waits and no message was sent" in saw


def test_a_pose_model_that_we_know_is_named(monkeypatch, pose_model_path):
    monkeypatch.setenv("POSE_MODEL_PATH", str(pose_model_path))
    assert findings()["pose_model"].saw.startswith("pose_landmarker_full.task, sha256 4eaa5eb7")


def test_a_pose_model_that_is_missing_or_another_fails_the_check(monkeypatch, tmp_path):
    path: Path = tmp_path / "model.task"
    monkeypatch.setenv("POSE_MODEL_PATH", str(path))
    assert the_failed_one() == ("pose_model", f"{path} is not there")
    path.write_bytes(b"junk")
    assert the_failed_one() == ("pose_model", f"{path} is not a model that we know")


def test_without_a_system_the_doctor_says_so_too(monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    ended = coach_doctor()
    assert ended.exit_code == 1
    assert "not set are: DATABASE_URL." in ended.stderr


class OtherBucket(MediaStore):
    """Signs uploads into a bucket that does not exist."""

    def presign_put(self, key: str, **terms: Any) -> PresignedPut:
        return MediaStore(self._client, "another").presign_put(key, **terms)


class NobodyThere(MediaStore):
    """Signs uploads to a host that does not answer."""

    def presign_put(self, key: str, **terms: Any) -> PresignedPut:
        put = super().presign_put(key, **terms)
        return replace(put, url=f"http://127.0.0.1:{free_port()}/")


class Overwriting(MediaStore):
    """Signs uploads that may overwrite."""

    def presign_put(self, key: str, **terms: Any) -> PresignedPut:
        params = {"Bucket": self.bucket, "Key": key}
        url = self._client.generate_presigned_url("put_object", Params=params)
        return PresignedPut(url, {}, terms["expires_in_s"])


class Changing(MediaStore):
    """Gives something else back."""

    def presign_get(self, key: str, **terms: Any) -> str:
        self._client.put_object(Bucket=self.bucket, Key=f"{key}-x", Body=b"something else")
        return super().presign_get(f"{key}-x", **terms)


@pytest.mark.parametrize(
    ("store", "saw"),
    [
        (OtherBucket, "a presigned PUT was refused (HTTP 404)"),
        (Overwriting, "a presigned URL could be used to overwrite an upload"),
        (Changing, "what was put did not come back the same"),
    ],
)
def test_an_upload_that_does_not_go_as_it_should_fails_the_check(store, saw):
    with reached() as system:
        media = store(system.s3, system.media.bucket)
        seen = checks.round_trip(replace(system, media=media))
        assert (seen.verdict, seen.saw) == (Verdict.FAILED, saw)
        assert [key for key in media.keys("doctor/") if not key.endswith("-x")] == []


def test_storage_that_cannot_be_reached_for_an_upload_is_an_error_of_storage():
    with reached() as system:
        media = NobodyThere(system.s3, system.media.bucket)
        with pytest.raises(StorageError):
            checks.round_trip(replace(system, media=media))
