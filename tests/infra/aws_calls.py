"""What the code asks of AWS: the operations in its source, and what each takes as rights.

Rights: "Actions, resources, and condition keys for Amazon S3" and "… for Amazon SQS", Service
Authorization Reference; for DELETE and multipart uploads the operation's own page.
"""

import ast
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore import xform_name

from shared.media.store import DOCTOR_TRIAL
from tests.source import ROOT

SERVICES = ("lambda", "s3", "sqs")

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "abort_multipart_upload": ("s3:AbortMultipartUpload",),
    "change_message_visibility": ("sqs:ChangeMessageVisibility",),
    "complete_multipart_upload": ("s3:PutObject",),
    "copy_object": ("s3:PutObject", "s3:GetObject"),
    "create_multipart_upload": ("s3:PutObject",),
    "delete_message": ("sqs:DeleteMessage",),
    "delete_objects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "get_object": ("s3:GetObject", "s3:ListBucket"),
    "get_queue_attributes": ("sqs:GetQueueAttributes",),
    "head_bucket": ("s3:ListBucket",),
    "head_object": ("s3:GetObject", "s3:ListBucket"),
    "invoke": ("lambda:InvokeFunction",),
    "list_multipart_uploads": ("s3:ListBucketMultipartUploads",),
    "list_object_versions": ("s3:ListBucketVersions",),
    "list_objects_v2": ("s3:ListBucket",),
    "list_parts": ("s3:ListMultipartUploadParts",),
    "put_object": ("s3:PutObject",),
    "receive_message": ("sqs:ReceiveMessage",),
    "send_message": ("sqs:SendMessage",),
    "upload_part": ("s3:PutObject",),
}
"""Get takes List too: without it S3 does not say of a key that it is not there."""

OF_THE_DOCTOR: Mapping[str, tuple[str, ...]] = {
    "get_bucket_cors": ("s3:GetBucketCORS",),
    "get_bucket_notification_configuration": ("s3:GetBucketNotification",),
}
"""What no service asks for, but `coach doctor`."""

TRANSFERS: Mapping[str, frozenset[str]] = {
    "download": frozenset({"head_object", "get_object"}),
    "upload": frozenset(
        {
            "put_object",
            "create_multipart_upload",
            "upload_part",
            "complete_multipart_upload",
            "abort_multipart_upload",
        }
    ),
}
"""What s3transfer's manager does, a large file in parts."""

NAMED_BY_TEXT = {"get_paginator", "generate_presigned_url"}

Right = tuple[str, str]
"""An action, and on what: `bucket`, a prefix, or a queue's word in the settings."""


def operations_in_source(*packages: str) -> set[str]:
    """The operations that `packages` call, by boto3's names."""
    return {
        operation
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
        for operation in _operations(path)
    }


def _operations(path: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            on, name = ast.unparse(call.func.value), call.func.attr
            if on == "manager":
                yield from TRANSFERS.get(name, ())
            elif on.endswith("client") and name in NAMED_BY_TEXT:
                (named, *_) = call.args
                assert isinstance(named, ast.Constant), f"{path}: which operation?"
                yield str(named.value)
            elif on.endswith("client") and name in _known():
                yield name


@cache
def _known() -> frozenset[str]:
    session = botocore.session.get_session()
    models = [session.get_service_model(service) for service in SERVICES]
    return frozenset(xform_name(name) for model in models for name in model.operation_names)


@dataclass
class Recorder:
    """Writes down what is asked of AWS while it listens, and what is signed for others to ask.

    Attributes:
        queues: by address, the word for it.
    """

    queues: Mapping[str, str]
    taken: set[Right] = field(default_factory=set)
    _listening: bool = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """What is asked inside is the process's; what a test asks around it is not."""
        self._listening = True
        try:
            yield
        finally:
            self._listening = False

    def hear(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        """Called by every client made meanwhile, before it builds a request or signs one."""
        if self._listening:
            self.taken.update(self._rights(xform_name(model.name), params))

    def _rights(self, operation: str, params: Mapping[str, Any]) -> Iterator[Right]:
        if operation == "delete_objects":
            for one in params["Delete"]["Objects"]:
                yield "s3:DeleteObject", _prefix(one["Key"])
                if "VersionId" in one:
                    yield "s3:DeleteObjectVersion", _prefix(one["Key"])
            return
        if operation == "copy_object":
            yield "s3:PutObject", _prefix(params["Key"])
            _, _, source = params["CopySource"].partition("/")  # boto3 has written it as one
            yield "s3:GetObject", _prefix(source)
            return
        for action in {**ACTIONS, **OF_THE_DOCTOR}[operation]:
            if action.startswith("sqs:"):
                yield action, self.queues[params["QueueUrl"]]
            else:
                of_bucket = action.startswith(("s3:ListBucket", "s3:GetBucket"))
                yield action, "bucket" if of_bucket else _prefix(params["Key"])


@contextmanager
def recorded(queues: Mapping[str, str]) -> Iterator[Recorder]:
    """Have every client that is made inside tell a recorder."""
    recorder = Recorder(queues)
    boto3.setup_default_session()
    assert boto3.DEFAULT_SESSION is not None
    boto3.DEFAULT_SESSION.events.register("before-parameter-build", recorder.hear)
    yield recorder
    boto3.setup_default_session()


def _prefix(key: str) -> str:
    return key if key == DOCTOR_TRIAL else key.partition("/")[0] + "/"
