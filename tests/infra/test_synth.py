"""From `cdk.json` to stacks: what is refused, and what checks find."""

import ast
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import Annotations, CfnWaitConditionHandle, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from infra.stage import PROD
from infra.synth import (
    ROOT,
    CannotSynthesise,
    _stack,
    add_stacks,
    check_with_nag,
    new_app,
    write,
)
from tests.infra.conftest import NOT_BUNDLED, resources

MOST_ACKNOWLEDGEMENTS = 12
CFN_LINT = ROOT / "infra" / "cfn-lint.yaml"
STAGES = ("dev", "prod")


def _nag(assembly):
    (report,) = (one for one in assembly.report["pluginReports"] if "AwsSol" in one["pluginName"])
    return report


def _acknowledged(assembly) -> set[tuple[str, str]]:
    """Path of a construct of ours, and which finding about it stands."""
    return {
        (path.removeprefix("/"), finding)
        for stage in STAGES
        for path, entries in assembly.metadata_of(stage).items()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for finding in entry["data"]
        if finding.startswith("AwsSolutions::")
    }


def test_no_check_has_anything_to_say(assembly):
    said = [
        (finding["ruleName"], where["constructPath"])
        for report in assembly.report["pluginReports"]
        for finding in report["violations"]
        for where in finding["violatingConstructs"]
    ]
    assert said == []


def test_a_finding_of_cdk_nag_fails_synthesis_in_words(tmp_path):
    app = new_app(tmp_path)
    check_with_nag(app)
    s3.Bucket(Stack(app, "planted"), "open")
    with pytest.raises(CannotSynthesise, match="does not require requests to use SSL"):
        write(app)


def test_a_warning_of_the_cdk_fails_synthesis_too(tmp_path):
    app = new_app(tmp_path)
    handle = CfnWaitConditionHandle(Stack(app, "planted"), "harmless")
    Annotations.of(handle).add_warning_v2("test:planted", "Not quite right")
    with pytest.raises(CannotSynthesise, match="Not quite right"):
        write(app)


def test_few_findings_stand(assembly):
    ids = {re.sub("coach-plus-(dev|prod)", "…", finding) for _, finding in _acknowledged(assembly)}
    assert 0 < len(ids) <= MOST_ACKNOWLEDGEMENTS


def test_few_places_let_a_finding_stand():
    calls = [
        node
        for path in (ROOT / "infra").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "accept"
    ]
    assert 0 < len(calls) <= MOST_ACKNOWLEDGEMENTS


def test_every_finding_that_stands_has_a_reason(assembly):
    for finding in _nag(assembly)["suppressedViolations"]:
        assert len(finding["reason"].split()) >= 5, finding["ruleName"]


def test_no_acknowledgement_is_without_a_finding(assembly):
    used = {
        (finding["acknowledgedAt"], finding["acknowledgedId"])
        for finding in _nag(assembly)["suppressedViolations"]
    }
    assert _acknowledged(assembly) - used == set()


def test_cfn_lint_says_only_what_is_explained(assembly):
    templates = [str(assembly.template_of(stage)) for stage in STAGES]
    done = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), "--format", "json", "--template", *templates],
        capture_output=True,
        text=True,
        check=False,
    )
    said = {one["Rule"]["Id"] for one in json.loads(done.stdout)}
    explained = set(re.findall(r"#.*\n  - ([A-Z]\d+)", CFN_LINT.read_text()))
    assert said == explained


def test_the_flags_are_those_that_the_library_recommends(assembly):
    flags = assembly.manifest["artifacts"]["aws-cdk-lib/feature-flag-report"]["properties"]["flags"]
    others = {
        name
        for name, flag in flags.items()
        if flag.get("userValue", _unless_told(flag)) != flag["recommendedValue"]
    }
    assert others == set()


def _unless_told(flag) -> object:
    return flag.get("unconfiguredBehavesLike", {}).get("v2", False)


def test_all_functions_of_all_stages_run_one_bundle(dev, prod):
    bundles = {
        function["Properties"]["Code"]["S3Key"]
        for template in (dev, prod)
        for function in resources(template, "AWS::Lambda::Function").values()
    }
    assert len(bundles) == 1


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        ({"stage": "staging"}, "There is no stage staging; there are dev, prod."),
        ({"stages": []}, "`stages` in cdk.json has to be an object with a name each."),
        ({"stages": {"prod": 5}}, "Stage prod in cdk.json has to be an object of values."),
        ({"stages": {"club": {}}}, "stage club: say which it is like: dev, prod."),
        (
            {"stages": {"prod": {"max_task": 3}}},
            "Stage prod in cdk.json: max_task: Extra inputs are not permitted.",
        ),
        (
            {"stages": {"prod": {"min_tasks": 30}}},
            "Stage prod in cdk.json: min_tasks 30 is above max_tasks 20.",
        ),
        (
            {"stage": "dev", "stages": {"dev": {"environment": {"STAGE": "test"}}}},
            "stage dev: environment: STAGE is set by the stack itself.",
        ),
    ],
)
def test_what_is_wrong_with_a_stage_is_a_sentence(tmp_path, context, sentence):
    app = new_app(tmp_path, **NOT_BUNDLED, **context)
    with pytest.raises(CannotSynthesise) as refusal:
        add_stacks(app)
    assert str(refusal.value) == sentence


def test_a_bug_of_ours_keeps_its_trace(tmp_path):
    """What no check of a stage lets through is no mistake of a person's."""
    impossible = PROD.model_copy(update={"job_s": math.nan})
    with pytest.raises(ValueError, match="cannot convert float NaN"):
        _stack(new_app(tmp_path), impossible, code=lambda_.Code.from_inline("# not bundled"))


def test_the_command_ends_with_the_sentence_and_without_a_trace(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        env=os.environ
        | {"CDK_OUTDIR": str(tmp_path), "CDK_CONTEXT_JSON": json.dumps({"stage": "staging"})},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "There is no stage staging; there are dev, prod.\n"
