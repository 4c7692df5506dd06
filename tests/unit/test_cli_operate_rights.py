"""What `coach doctor` asks IAM; on an emulator it asks nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cli.operate.checks import rights
from cli.operate.checks.check import Verdict
from cli.operate.system import System, reached
from local.child_environment import variables
from local.processes import free_port
from shared.aws import sqs_client
from shared.errors import QueueError
from tests.fakes.iam import FakeIam, fake_iam


@pytest.fixture
def system(
    monkeypatch, aws_endpoint, database_settings, storage, queue_settings
) -> Iterator[System]:
    """A system that is told it were on AWS; STS answers."""
    for name, value in variables(aws_endpoint, database_settings, storage, queue_settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", aws_endpoint)
    with reached() as system:
        yield replace(system, on_emulator=False)


@pytest.fixture
def iam(monkeypatch) -> Iterator[FakeIam]:
    with fake_iam() as iam:
        monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", iam.uri)
        yield iam


def test_aws_says_who_asks(system):
    seen = rights.identity(system)
    assert seen.verdict is Verdict.OK
    assert seen.saw.startswith("arn:aws:sts::")


def test_an_identity_that_aws_does_not_know_fails_the_check(system, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://127.0.0.1:{free_port()}")
    seen = rights.identity(system)
    assert (seen.verdict, seen.saw) == (
        Verdict.FAILED,
        "AWS does not know who asks (EndpointConnectionError)",
    )


def test_an_emulator_is_not_asked(system):
    emulator = replace(system, on_emulator=True)
    assert rights.identity(emulator).verdict is Verdict.SKIPPED
    assert rights.permissions(emulator).verdict is Verdict.SKIPPED


def test_an_identity_that_may_do_all_is_fine(system, iam):
    assert rights.permissions(system).verdict is Verdict.OK
    assert iam.principals == {rights.principal(rights.identity(system).saw)}


def test_every_action_is_asked_for_on_the_real_bucket_and_queues(system, iam, storage):
    rights.permissions(system)
    bucket = f"arn:aws:s3:::{storage.s3_bucket}"
    queues = {
        queue.attributes()["QueueArn"]
        for queue in (system.queue, system.dead_letters, system.upload_events)
    }
    assert {resource for _, resource in iam.asked} == {
        bucket,
        f"{bucket}/uploads/doctor",
        f"{bucket}/stills/doctor",
        f"{bucket}/results/doctor",
        *queues,
    }
    assert len(iam.asked) == 3 + 6 + 5 + 5 + 5 + 4 + 3


def test_erasing_versions_and_giving_up_parts_are_among_them(system, iam, storage):
    rights.permissions(system)
    bucket = f"arn:aws:s3:::{storage.s3_bucket}"
    for action in ("ListBucketVersions", "ListBucketMultipartUploads"):
        assert (f"s3:{action}", bucket) in iam.asked
    for action in ("DeleteObjectVersion", "AbortMultipartUpload"):
        for prefix in ("uploads", "stills", "results"):
            assert (f"s3:{action}", f"{bucket}/{prefix}/doctor") in iam.asked
    assert ("s3:ListMultipartUploadParts", f"{bucket}/uploads/doctor") in iam.asked


def test_denied_actions_are_named_and_fail_the_check(system, iam, storage):
    iam.decide = lambda action, _: (
        "implicitDeny"
        if action == "s3:DeleteObject"
        else "explicitDeny"
        if action == "sqs:SendMessage"
        else "allowed"
    )
    seen = rights.permissions(system)
    assert seen.verdict is Verdict.FAILED
    bucket = f"arn:aws:s3:::{storage.s3_bucket}"
    assert seen.saw == (
        f"denied: s3:DeleteObject on {bucket}/uploads/doctor; "
        f"s3:DeleteObject on {bucket}/stills/doctor; "
        f"s3:DeleteObject on {bucket}/results/doctor; "
        f"sqs:SendMessage on {system.queue.attributes()['QueueArn']}"
    )


def test_where_iam_may_not_be_asked_the_doctor_warns(system, iam):
    iam.decide = None
    seen = rights.permissions(system)
    assert (seen.verdict, seen.saw) == (
        Verdict.WARN,
        "IAM does not say what this identity may do (AccessDenied)",
    )
    assert "iam:SimulatePrincipalPolicy" in seen.advice


def test_where_iam_cannot_be_reached_the_doctor_warns(system, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", f"http://127.0.0.1:{free_port()}")
    seen = rights.permissions(system)
    assert seen.verdict is Verdict.WARN
    assert "EndpointConnectionError" in seen.saw


def test_a_queue_that_does_not_tell_its_name_is_an_error_of_the_queue(
    system, iam, queue_settings, monkeypatch
):
    sqs_client(queue_settings).delete_queue(QueueUrl=queue_settings.sqs_queue_url)
    with pytest.raises(QueueError):
        rights.permissions(system)


@pytest.mark.parametrize(
    ("caller", "principal"),
    [
        ("arn:aws:iam::111122223333:user/ada", "arn:aws:iam::111122223333:user/ada"),
        (
            "arn:aws:sts::111122223333:assumed-role/worker/0123456789",
            "arn:aws:iam::111122223333:role/worker",
        ),
        (
            "arn:aws-cn:sts::111122223333:assumed-role/worker/i-0",
            "arn:aws-cn:iam::111122223333:role/worker",
        ),
    ],
)
def test_the_policies_of_a_session_are_those_of_its_role(caller, principal):
    assert rights.principal(caller) == principal
