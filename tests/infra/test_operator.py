"""The way of operators into the closed network, as the template has it."""

import pytest

from cli.operate.errand import function_of
from shared.settings import OPERATOR_LIMIT_S
from tests.infra.conftest import function, resources

ENTRY = "cli.operate.inside.answer"


@pytest.fixture
def operator(template):
    """The function's logical id and its properties."""
    return function(template, ENTRY)


def test_the_command_line_knows_its_name(operator, stage, template):
    logical_id, properties = operator
    assert properties["FunctionName"] == function_of(stage.name)
    assert template.to_json()["Outputs"]["OperatorFunction"]["Value"] == {"Ref": logical_id}


def test_nobody_is_let_in_by_the_stack(operator, template):
    """Neither another AWS account or service nor a role of ours; it has no address of its own."""
    logical_id, _ = operator
    for kind in ("AWS::Lambda::Permission", "AWS::Lambda::Url", "AWS::IAM::Policy"):
        made = [one["Properties"] for one in resources(template, kind).values()]
        assert logical_id not in str(made), kind


def test_it_runs_in_the_network_as_the_app_and_writes_where_the_runbook_looks(operator):
    _, properties = operator
    assert properties["VpcConfig"]["SubnetIds"]
    assert "coach_app" in str(properties["Environment"]["Variables"]["DATABASE_URL"])
    assert "LogsBackstage" in properties["LoggingConfig"]["LogGroup"]["Ref"]


def test_it_has_the_time_that_the_caller_waits(operator):
    _, properties = operator
    assert properties["Timeout"] == OPERATOR_LIMIT_S
    assert properties["MemorySize"] == 512


def test_a_call_that_nobody_waits_for_is_not_repeated(operator, template):
    logical_id, _ = operator
    template.has_resource_properties(
        "AWS::Lambda::EventInvokeConfig",
        {"FunctionName": {"Ref": logical_id}, "MaximumRetryAttempts": 0},
    )
