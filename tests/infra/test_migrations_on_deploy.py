"""Where migrating stands in a deployment."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from infra.functions.migrations import LIMIT
from tests.infra.conftest import function, listed, resources


@pytest.fixture
def done(prod) -> tuple[str, Mapping[str, Any]]:
    """The custom resource: its name and itself."""
    (found,) = resources(prod, "Custom::Migrations").items()
    return found


@pytest.fixture
def migrating(prod) -> tuple[str, Mapping[str, Any]]:
    """The function: its name and its properties."""
    return function(prod, "api_lambda.on_deploy.migrate")


def test_cloudformation_calls_the_function_itself_and_outwaits_it(done, migrating):
    name, properties = migrating[0], done[1]["Properties"]
    assert properties["ServiceToken"] == {"Fn::GetAtt": [name, "Arn"]}
    assert migrating[1]["Timeout"] == LIMIT.to_seconds() == 900
    assert int(properties["ServiceTimeout"]) == 960


def test_other_code_or_settings_run_the_migrations(prod, done, migrating):
    """The CDK names a version after what is in it, so another one is another property."""
    version, attribute = done[1]["Properties"]["Version"]["Fn::GetAtt"]
    assert attribute == "Version"
    published = resources(prod, "AWS::Lambda::Version")[version]["Properties"]
    assert published["FunctionName"] == {"Ref": migrating[0]}


def test_it_logs_in_as_the_tables_owner_and_lets_the_app_in(migrating):
    told = migrating[1]["Environment"]["Variables"]
    assert "coach_owner@" in str(told["DATABASE_URL"])
    assert told["DATABASE_APP_ROLE"] == "coach_app"


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::ECS::Service",
        "AWS::ApiGatewayV2::Route",
        "AWS::Events::Rule",
        "AWS::Lambda::EventSourceMapping",
    ],
)
def test_new_code_waits_for_new_tables(prod, done, kind):
    users = resources(prod, kind)
    assert users
    for name in users:
        assert done[0] in waits_for(prod, name)


def test_functions_that_use_the_tables_wait_too(prod, done, migrating):
    needing = {
        name
        for name, one in resources(prod, "AWS::Lambda::Function").items()
        if "coach_app@" in str(one["Properties"].get("Environment"))
    }
    assert len(needing) == 5
    for name in needing:
        assert done[0] in waits_for(prod, name)


@pytest.mark.parametrize(
    "kind", ["AWS::RDS::DBInstance", "AWS::EC2::VPCEndpoint", "AWS::EC2::SecurityGroupIngress"]
)
def test_it_waits_for_its_way_to_the_database_and_for_the_way_of_its_answer(prod, done, kind):
    ways = resources(prod, kind)
    assert ways
    assert set(ways) <= waits_for(prod, done[0])


def test_a_call_that_died_does_not_come_back_later(prod, migrating):
    configured = [
        one["Properties"] for one in resources(prod, "AWS::Lambda::EventInvokeConfig").values()
    ]
    (ours,) = [one for one in configured if one["FunctionName"] == {"Ref": migrating[0]}]
    assert ours["MaximumRetryAttempts"] == 0


def waits_for(template: Any, name: str) -> set[str]:
    """All resources that are made before the one of this name."""
    every = template.to_json()["Resources"]
    found: set[str] = set()
    ahead = [name]
    while ahead:
        one = every[ahead.pop()]
        named = {*listed(one.get("DependsOn", ())), *names_in(one.get("Properties", {}))}
        new = (named & set(every)) - found
        found |= new
        ahead += new
    return found


def names_in(value: Any) -> Iterator[str]:
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            yield name
        case dict():
            for one in value.values():
                yield from names_in(one)
        case list():
            for one in value:
                yield from names_in(one)
