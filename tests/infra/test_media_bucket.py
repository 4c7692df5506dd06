"""The media bucket of the template: closed, encrypted, tidy, and heard of."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from aws_cdk.assertions import Template

from infra.stage import DEV, PROD
from shared.media.store import DOCTOR, STILLS, UPLOADS
from shared.settings import DAY_S, SweepSettings, UploadSettings
from tests.infra.conftest import STAGES, resources

Properties = Mapping[str, Any]


@pytest.fixture
def buckets(template) -> Mapping[str, Properties]:
    """Every bucket of ours, the log's too, by logical id."""
    made = resources(template, "AWS::S3::Bucket")
    assert len(made) == 2
    return {name: one["Properties"] for name, one in made.items()}


@pytest.fixture
def media_id(buckets) -> str:
    (name,) = (name for name, one in buckets.items() if "NotificationConfiguration" in one)
    return str(name)


@pytest.fixture
def media(buckets, media_id) -> Properties:
    found: Properties = buckets[media_id]
    return found


@pytest.fixture
def log_id(media) -> str:
    return str(media["LoggingConfiguration"]["DestinationBucketName"]["Ref"])


@pytest.fixture
def rules(media) -> Mapping[str, Properties]:
    """The lifecycle's rules by the prefix that they are about."""
    return {rule.get("Prefix", ""): rule for rule in _rules(media)}


def test_every_bucket_is_encrypted(buckets):
    for bucket in buckets.values():
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_no_bucket_can_be_made_public(buckets):
    for bucket in buckets.values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert "AccessControl" not in bucket


@pytest.mark.parametrize(
    "condition",
    [{"Bool": {"aws:SecureTransport": "false"}}, {"NumericLessThan": {"s3:TlsVersion": 1.2}}],
    ids=["plain", "old"],
)
def test_no_bucket_answers_without_tls_of_today(template, buckets, condition):
    refusing = {
        bucket
        for bucket, statement in _statements(template)
        if statement["Effect"] == "Deny"
        and statement["Principal"] == {"AWS": "*"}
        and statement["Action"] == "s3:*"
        and statement["Condition"] == condition
        and len(statement["Resource"]) == 2  # the bucket, and what is in it
    }
    assert refusing == buckets.keys()


def test_nobody_is_let_in_by_policy_but_s3s_own_log(template, log_id, media_id):
    ((bucket, allowed),) = (
        (bucket, statement)
        for bucket, statement in _statements(template)
        if statement["Effect"] == "Allow"
    )
    assert bucket == log_id
    assert allowed["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert allowed["Action"] == "s3:PutObject"
    assert allowed["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike": {"aws:SourceArn": {"Fn::GetAtt": [media_id, "Arn"]}},
    }


def test_the_log_goes_where_s3_may_write_it(template, media, log_id):
    (path,) = (
        statement["Resource"]["Fn::Join"][1][-1]
        for bucket, statement in _statements(template)
        if bucket == log_id and statement["Effect"] == "Allow"
    )
    assert path == f"/{media['LoggingConfiguration']['LogFilePrefix']}*"


def test_the_log_is_kept_as_long_as_other_logs(buckets, log_id, stage):
    (rule,) = _rules(buckets[log_id])
    assert rule["ExpirationInDays"] == stage.log_days


def test_web_pages_of_the_stage_may_send_and_fetch_and_nothing_else(dev):
    (rule,) = _media(dev)["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["GET", "HEAD", "PUT"]
    assert rule["ExposedHeaders"] == ["ETag", "Content-Range", "Accept-Ranges"]
    assert rule["MaxAge"] == 3600


def test_without_web_pages_no_origin_gets_in(prod):
    assert PROD.cors_origins == ()
    assert "CorsConfiguration" not in _media(prod)


def test_only_pages_of_named_origins_get_in_once_some_are_named(cpu):
    media = _media(cpu)
    (rule,) = media["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedOrigins"] == list(STAGES["cpu"].cors_origins)
    kept_days = {rule.get("Prefix"): rule.get("ExpirationInDays") for rule in _rules(media)}
    assert kept_days[UPLOADS] == kept_days[STILLS] == STAGES["cpu"].video_days


def test_old_versions_go_after_a_week_and_their_markers_with_them(media, rules):
    assert media["VersioningConfiguration"] == {"Status": "Enabled"}
    assert rules[""]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    assert rules[""]["ExpiredObjectDeleteMarker"] is True


def test_parts_are_kept_for_as_long_as_somebody_could_still_complete_them(rules):
    days = rules[""]["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
    longest_s = _largest("upload_url_expires_s") + SweepSettings().sweep_upload_grace_s
    assert longest_s < days * DAY_S <= longest_s + 2 * DAY_S


def test_originals_go_when_the_stage_says_so(rules, stage):
    kept_days = {prefix: rule.get("ExpirationInDays") for prefix, rule in rules.items()}
    assert kept_days.get(UPLOADS) == kept_days.get(STILLS) == stage.video_days
    assert DEV.video_days is not None  # so that one of the two says something


def test_what_a_doctor_left_goes_after_a_day(rules):
    assert rules[DOCTOR]["ExpirationInDays"] == 1


def test_results_stay_until_somebody_deletes_them(rules):
    expiring = {prefix for prefix, rule in rules.items() if "ExpirationInDays" in rule}
    assert not any("results/".startswith(prefix) for prefix in expiring)


def test_every_rule_is_in_force(media):
    assert {rule["Status"] for rule in _rules(media)} == {"Enabled"}


def test_a_video_that_arrives_is_announced_whichever_way_it_came(template, media):
    told = media["NotificationConfiguration"]["QueueConfigurations"]
    assert {one["Event"] for one in told} == {
        "s3:ObjectCreated:Put",
        "s3:ObjectCreated:CompleteMultipartUpload",
    }
    queues = resources(template, "AWS::SQS::Queue")
    for one in told:
        assert one["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": UPLOADS}]
        logical_id, _ = one["Queue"]["Fn::GetAtt"]
        assert queues[logical_id]["Properties"]["QueueName"].endswith("-upload-events")


def test_the_queue_lets_s3_in_before_the_bucket_tries_it_out(template, media_id):
    first = resources(template, "AWS::S3::Bucket")[media_id]["DependsOn"]
    letting_in = {
        name
        for name, policy in resources(template, "AWS::SQS::QueuePolicy").items()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    }
    assert letting_in
    assert letting_in <= set(first)


@pytest.mark.parametrize("kind", ["AWS::S3::Bucket", "AWS::S3::BucketPolicy"])
def test_buckets_outlive_a_protected_stack_as_closed_as_they_were(template, stage, kind):
    for one in resources(template, kind).values():
        fates = {one["DeletionPolicy"], one["UpdateReplacePolicy"]}
        assert fates == ({"RetainExceptOnCreate", "Retain"} if stage.protected else {"Delete"})


def test_the_cdk_brings_no_function_of_its_own(template):
    assert not template.find_resources("Custom::S3BucketNotifications")
    assert not template.find_resources("Custom::S3AutoDeleteObjects")


def _rules(bucket: Properties) -> list[Properties]:
    found: list[Properties] = bucket["LifecycleConfiguration"]["Rules"]
    return found


def _media(template: Template) -> Properties:
    (found,) = (
        one["Properties"]
        for one in resources(template, "AWS::S3::Bucket").values()
        if "NotificationConfiguration" in one["Properties"]
    )
    return found  # type: ignore[no-any-return]


def _statements(template: Template) -> Iterator[tuple[str, Properties]]:
    for policy in resources(template, "AWS::S3::BucketPolicy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            yield policy["Properties"]["Bucket"]["Ref"], statement


def _largest(setting: str) -> float:
    """The largest value that an installation may give."""
    (bound,) = (
        one.le for one in UploadSettings.model_fields[setting].metadata if hasattr(one, "le")
    )
    return float(bound)
