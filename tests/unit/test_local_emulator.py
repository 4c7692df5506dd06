"""The emulator and what is made in it; and no way from there to a real account."""

import json

import boto3
import httpx
from botocore.config import Config

from local.aws_environment import aws_environment
from local.emulator import create_resources
from shared.aws import s3_client, sqs_client
from shared.media.store import MediaStore
from shared.queue.job_queue import JobQueue
from shared.settings import VISIBILITY_TIMEOUT_S


def attributes(resources, url):
    answer = sqs_client(resources.queue).get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return answer["Attributes"]


def test_our_own_clients_reach_what_was_made(resources):
    MediaStore(s3_client(resources.storage), resources.storage.s3_bucket).check()
    JobQueue(sqs_client(resources.queue), resources.queue.sqs_queue_url).check()


def test_the_job_queue_is_as_in_the_stack(resources):
    queue = attributes(resources, resources.queue.sqs_queue_url)
    assert int(queue["VisibilityTimeout"]) == VISIBILITY_TIMEOUT_S
    assert int(queue["MessageRetentionPeriod"]) == 4 * 86_400
    redrive = json.loads(queue["RedrivePolicy"])
    dead_letters = attributes(resources, resources.queue.sqs_dead_letter_queue_url)
    assert redrive["deadLetterTargetArn"] == dead_letters["QueueArn"]
    assert int(redrive["maxReceiveCount"]) == 4
    assert int(dead_letters["MessageRetentionPeriod"]) == 14 * 86_400


def test_the_queue_of_upload_events_is_as_in_the_stack(resources):
    events = attributes(resources, resources.queue.sqs_upload_events_queue_url)
    assert int(events["VisibilityTimeout"]) == 180
    redrive = json.loads(events["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"].endswith("-upload-events-dead-letters")
    assert int(redrive["maxReceiveCount"]) == 10


def test_the_bucket_tells_about_uploads_and_nothing_else(storage, queue_settings, tmp_path):
    s3, sqs = s3_client(storage), sqs_client(queue_settings)
    large = tmp_path / "large"
    large.write_bytes(bytes(9 * 2**20))
    s3.put_object(Bucket=storage.s3_bucket, Key="uploads/a b/c+d", Body=b"x")
    s3.put_object(Bucket=storage.s3_bucket, Key="results/1/1/results.json", Body=b"x")
    s3.upload_file(str(large), storage.s3_bucket, "uploads/in/parts")
    events = JobQueue(sqs, queue_settings.sqs_upload_events_queue_url)
    bodies = [json.loads(one.body) for one in events.receive_some(10, wait_s=1, visibility_s=9)]
    told = {
        (record["eventName"], record["s3"]["object"]["key"])
        for body in bodies
        for record in body.get("Records", ())
    }
    assert told == {
        ("ObjectCreated:Put", "uploads%2Fa+b%2Fc%2Bd"),
        ("ObjectCreated:Put", "uploads%2Fin%2Fparts"),  # which S3 would not say
        ("ObjectCreated:CompleteMultipartUpload", "uploads%2Fin%2Fparts"),
    }


def test_a_browser_may_put_and_get(resources, aws_endpoint):
    answer = httpx.options(
        f"{aws_endpoint}/{resources.storage.s3_bucket}/any",
        headers={
            "Origin": "http://viewer.test",
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-type,if-none-match",
        },
    )
    assert answer.is_success
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", "http://viewer.test"}


def test_the_emulators_log_holds_no_presigned_url(tmp_path):
    from local.emulator import aws_emulator

    log = tmp_path / "emulator.log"
    with aws_emulator(log=log) as endpoint:
        made = create_resources(endpoint)
        media = MediaStore(s3_client(made.storage), made.storage.s3_bucket)
        httpx.get(media.presign_get("secret/key", expires_in_s=60))
        httpx.put(media.presign_put("secret/key", expires_in_s=60).url, content=b"x")
    assert "secret" not in log.read_text()
    assert "Signature" not in log.read_text()


def test_under_its_environment_every_client_goes_to_the_emulator(aws_endpoint, monkeypatch):
    for name, value in aws_environment(aws_endpoint).items():
        monkeypatch.setenv(name, value)
    client = boto3.Session().client("sts", config=Config(retries={"max_attempts": 0}))
    assert client.meta.endpoint_url == aws_endpoint
    assert client.get_caller_identity()["Account"] == "123456789012"  # moto's own
