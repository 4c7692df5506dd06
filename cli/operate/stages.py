"""The way to a system on AWS from any machine: a function of the stage runs the command there.

Its database has no address outside of its network (ADR 0016).
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
import typer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from cli.errors import CliError
from cli.operate.errand import Errand, Report, function_of
from shared.settings import OPERATOR_LIMIT_S

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_ONCE = Config(
    connect_timeout=5,
    read_timeout=OPERATOR_LIMIT_S + 20,  # the function may have to start first
    retries={"mode": "standard", "total_max_attempts": 1},
    tcp_keepalive=True,  # between here and there, silence is taken for the end
)

_SIGN_IN = "AWS does not take these credentials ({code}). Sign in again."
_WAKES = "{function} was idle for weeks and is being brought back into its network. Wait a minute."

_WHY: Mapping[str, str] = {
    "AccessDeniedException": "This identity may not invoke {function}: allow it "
    "lambda:InvokeFunction.",
    "ResourceNotFoundException": "There is no function {function} here. Is that the stage, and are "
    "these its account and region (AWS_PROFILE, AWS_REGION)?",
    "TooManyRequestsException": "Lambda has no room for one more call now. Run this again.",
    "ResourceNotReadyException": _WAKES,
    "ResourceConflictException": _WAKES,
    "ExpiredToken": _SIGN_IN,
    "ExpiredTokenException": _SIGN_IN,
    "InvalidClientTokenId": _SIGN_IN,
    "InvalidSignatureException": _SIGN_IN,
    "SignatureDoesNotMatch": _SIGN_IN,
    "UnrecognizedClientException": _SIGN_IN,
}
"""By AWS's codes: "Invoke" and "Common errors", AWS Lambda and AWS STS API References."""

_ANYTHING_ELSE = "AWS does not run {function} ({code})."


class StageUnreachable(CliError):
    """The command did not run in the stage, or nobody knows how it ended."""


def ended_in(stage: str, *words: str, as_json: bool) -> typer.Exit:
    """Have a command run in a stage and print what it printed there; return how it ended.

    Raises:
        StageUnreachable: it did not run, or broke.
    """
    arguments = (*words, "--json") if as_json else words
    report = _invoke(function_of(stage), arguments)
    typer.echo(report.out, nl=False)
    typer.echo(report.err, nl=False, err=True)
    return typer.Exit(report.exit)


def _invoke(function: str, arguments: tuple[str, ...]) -> Report:
    region = os.environ.get("AWS_REGION")  # boto3 itself reads only AWS_DEFAULT_REGION
    with _told(function):
        session = boto3.Session(region_name=region)
        caller = session.client("sts", config=_ONCE).get_caller_identity()["Arn"]
        client: LambdaClient = session.client("lambda", config=_ONCE)
        answer = client.invoke(
            FunctionName=function, Payload=_errand(arguments, caller).model_dump_json()
        )
        said = answer["Payload"].read()
    if "FunctionError" in answer:
        raise StageUnreachable(_broke(function, said))
    try:
        return Report.model_validate_json(said)
    except ValidationError as error:
        raise StageUnreachable(
            f"{function} is of another version than this coach: it answers otherwise."
        ) from error


def _errand(arguments: tuple[str, ...], caller: str) -> Errand:
    return Errand(
        arguments=arguments,
        columns=min(max(shutil.get_terminal_size().columns, 20), 1000),
        colours=sys.stdout.isatty() and not os.environ.get("NO_COLOR"),
        asked_by=caller[-200:],
    )


@contextmanager
def _told(function: str) -> Iterator[None]:
    """Say why AWS did not run the function."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        why = _WHY.get(code, _ANYTHING_ELSE).format(function=function, code=code)
        raise StageUnreachable(why) from error
    except BotoCoreError as error:
        raise StageUnreachable(f"AWS cannot be asked: {error}") from error


def _broke(function: str, said: bytes) -> str:
    """What Lambda says of a function that did not answer: an error's kind, or that time was up."""
    try:
        message = json.loads(said).get("errorMessage", "")
    except (ValueError, AttributeError):
        message = ""
    if "timed out" in message:
        return (
            f"It takes longer than the {OPERATOR_LIMIT_S} s that {function} has. What it did is "
            "done; run this again for the rest."
        )
    return f"{function} broke ({message or 'no reason given'}). Its log says more."
