"""From `cdk.json` to stacks: which stages there are, checked by cdk-nag."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from aws_cdk import App, Validations
from aws_cdk import aws_lambda as lambda_
from cdk_nag import AwsSolutionsChecks
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from infra.functions.bundling import function_code
from infra.stack import CoachPlusStack
from infra.stage import ImpossibleStage, Stage, stages

ROOT = Path(__file__).parents[1]

NOT_OUR_MISTAKE = ("ValidationFailed: ", "Failed to bundle asset ")
"""What the CDK's errors begin with that are about findings and the machine, not about our code."""

HOW_TO_CHECK = {
    "@aws-cdk/core:appMode": "inmemory",
    "@aws-cdk/core:strictCfnValidateErrors": True,
}
"""Findings come with the error and not by a way of their own; a warning stops like an error."""


class CannotSynthesise(Exception):
    """There is nothing to deploy; the message says why, to a person."""


def main() -> int:
    """Write every stack to `cdk.out`, or to where the CDK's command line wants them."""
    try:
        app = new_app(Path(os.environ.get("CDK_OUTDIR", ROOT / "cdk.out")))
        add_stacks(app)
        write(app)
    except CannotSynthesise as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - it talks to a person
        return 1
    return 0


def new_app(outdir: Path, **context: object) -> App:
    """An app with the context of `cdk.json`, which otherwise only the CDK's command line reads.

    Args:
        outdir: where the stacks will be written.
        context: what differs from the file; the command line's own values win over both.
    """
    project = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))
    return App(
        outdir=str(outdir),
        context=project["context"] | HOW_TO_CHECK | context,
        analytics_reporting=False,  # nothing about this library in the template, and nothing sent
    )


def add_stacks(
    app: App, *, code: Callable[[], lambda_.Code] = function_code
) -> dict[str, CoachPlusStack]:
    """Add a stack for every stage, or for the one that the context names; return them by stage.

    Args:
        app: what they become part of.
        code: makes what the functions run, anew for every stack, as the CDK wants it.

    Raises:
        CannotSynthesise: the context names a stage that is not there, a stage's values are
            impossible, or what the functions run could not be made.
    """
    named = _stages(app.node.try_get_context("stages"))
    wanted = app.node.try_get_context("stage")
    if wanted is not None and wanted not in named:
        raise CannotSynthesise(f"There is no stage {wanted}; there are {', '.join(named)}.")
    check_with_nag(app)
    return {
        name: _stack(app, stage, code=code())
        for name, stage in named.items()
        if wanted in (None, name)
    }


def check_with_nag(app: App) -> None:
    """Have AWS's own rules looked at when the stacks are written."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def write(app: App) -> None:
    """Write the stacks and check them.

    Raises:
        CannotSynthesise: a finding of cdk-nag or of the CDK itself stands; the stacks are written.
    """
    try:
        app.synth()
    except RuntimeError as error:
        raise _in_words(error) from error


def _stages(changes: object) -> dict[str, Stage]:
    if not isinstance(changes, Mapping):
        raise CannotSynthesise("`stages` in cdk.json has to be an object with a name each.")
    return stages({}) | {name: _stage(name, change) for name, change in changes.items()}


def _stage(name: str, change: object) -> Stage:
    if not isinstance(change, Mapping):
        raise CannotSynthesise(f"Stage {name} in cdk.json has to be an object of values.")
    try:
        return stages({name: change})[name]
    except ValidationError as error:
        wrong = "; ".join(map(_in_a_sentence, error.errors()))
        raise CannotSynthesise(f"Stage {name} in cdk.json: {wrong}.") from error
    except ImpossibleStage as error:
        raise CannotSynthesise(f"{error}.") from error


def _in_a_sentence(detail: ErrorDetails) -> str:
    field = ".".join(map(str, detail["loc"]))
    said = detail["msg"].removeprefix("Value error, ")
    return f"{field}: {said}" if field else said


def _stack(app: App, stage: Stage, *, code: lambda_.Code) -> CoachPlusStack:
    try:
        return CoachPlusStack(app, stage, code=code)
    except ImpossibleStage as error:
        raise CannotSynthesise(f"{error}.") from error
    except RuntimeError as error:
        raise _in_words(error) from error


def _in_words(error: RuntimeError) -> Exception:
    """What to tell a person; a mistake in our code stays what it is, with its trace."""
    said = str(error)
    if not said.startswith(NOT_OUR_MISTAKE):
        return error
    return CannotSynthesise(said.rpartition("RuntimeError: ")[2].removeprefix("ValidationFailed: "))
