"""The gateway, the function behind it, and who issues tokens."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk.assertions import Template

from infra.functions.functions import NETWORK_INTERFACES
from infra.stage import PROD
from shared.settings import OPERATOR, AuthSettings
from tests.infra.conftest import STAGES, function, only, resources

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs/openapi.json").read_text())

EVERY_PAGE_MAY_READ = {"Cache-Control"}
"""CORS-safelisted response headers ("CORS protocol", Fetch Standard)."""

API = "api_lambda.handler.handler"


def _routes(template: Template) -> dict[str, Mapping[str, Any]]:
    found = resources(template, "AWS::ApiGatewayV2::Route").values()
    return {route["Properties"]["RouteKey"]: route["Properties"] for route in found}


def _operations() -> list[tuple[str, str, Mapping[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    ]


def _route_of(method: str, path: str, routes: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The one that API Gateway takes: a full match before a greedy one."""
    exact = routes.get(f"{method} {path}")
    if exact is not None:
        return exact
    (greedy,) = (
        route
        for key, route in routes.items()
        if key.endswith("/{proxy+}") and f"{method} {path}".startswith(key.removesuffix("{proxy+}"))
    )
    return greedy


# what reaches the function


def test_every_operation_has_a_route_that_asks_for_a_token_where_the_document_does(prod):
    operations = _operations()
    assert len(operations) > 40
    routes = _routes(prod)
    for method, path, operation in operations:
        asked = _route_of(method, path, routes)["AuthorizationType"] == "JWT"
        assert asked == ("security" in operation), (method, path)


def test_nothing_but_health_is_open(template):
    opened = {key for key, one in _routes(template).items() if one["AuthorizationType"] != "JWT"}
    assert opened == {"GET /api/coaches/plus/health", "GET /api/coaches/plus/health/ready"}


def test_a_browsers_preflight_meets_no_authorizer(template):
    assert {key.split()[0] for key in _routes(template)} == {
        "GET",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
    }


def test_gateway_and_function_ask_for_the_same_issuer_and_audience(template):
    checked = only(template, "AWS::ApiGatewayV2::Authorizer")["JwtConfiguration"]
    told = function(template, API)[1]["Environment"]["Variables"]
    assert told["JWT_VERIFIED_BY_GATEWAY"] == "true"
    assert checked == {"Issuer": told["JWT_ISSUER"], "Audience": [told["JWT_AUDIENCE"]]}


def test_requests_are_throttled_and_strangers_more_so(stage, template):
    deployed = only(template, "AWS::ApiGatewayV2::Stage")
    assert deployed["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": stage.requests_per_s,
        "ThrottlingBurstLimit": stage.burst,
    }
    opened = {key for key, one in _routes(template).items() if one["AuthorizationType"] == "NONE"}
    assert set(deployed["RouteSettings"]) == opened
    for settings in deployed["RouteSettings"].values():
        assert settings["ThrottlingRateLimit"] * 10 <= stage.requests_per_s


def test_the_stage_comes_after_the_routes_that_it_names(prod):
    (stage,) = resources(prod, "AWS::ApiGatewayV2::Stage").values()
    routes = resources(prod, "AWS::ApiGatewayV2::Route")
    named = {
        name
        for name, route in routes.items()
        if route["Properties"]["RouteKey"] in stage["Properties"]["RouteSettings"]
    }
    assert named <= set(stage["DependsOn"])


# what is noted


def test_the_access_log_is_json_and_names_nobody(template):
    settings = only(template, "AWS::ApiGatewayV2::Stage")["AccessLogSettings"]
    groups = resources(template, "AWS::Logs::LogGroup")
    written_to = groups[settings["DestinationArn"]["Fn::GetAtt"][0]]["Properties"]
    assert written_to["LogGroupName"].endswith("/access")
    fields = json.loads(settings["Format"])
    assert "$context.requestId" in fields.values()
    assert all(re.fullmatch(r"\$context\.[\w.]+", value) for value in fields.values())
    said = {"path", "query", "claims", "userAgent", "domainName"}
    assert not [value for value in fields.values() if any(word in value for word in said)]


# web pages


def test_web_pages_of_the_stage_may_call(cpu):
    cors = only(cpu, "AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    assert cors["AllowOrigins"] == list(STAGES["cpu"].cors_origins)
    assert "AllowCredentials" not in cors


def test_where_there_are_no_web_pages_none_may_call(prod):
    assert PROD.cors_origins == ()
    assert "CorsConfiguration" not in only(prod, "AWS::ApiGatewayV2::Api")


def test_a_web_page_may_send_and_read_what_the_document_names(dev):
    cors = only(dev, "AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    sent = {
        parameter["name"].title()
        for _, _, operation in _operations()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "header"
    }
    assert "If-None-Match" in sent
    assert sent | {"Authorization", "Content-Type", "Idempotency-Key"} == set(cors["AllowHeaders"])
    read = {
        header
        for _, _, operation in _operations()
        for answer in operation["responses"].values()
        for header in answer.get("headers", ())
    }
    refusals = {"Retry-After", "X-Request-Id"}
    assert (read | refusals) - EVERY_PAGE_MAY_READ == set(cors["ExposeHeaders"])


def test_the_methods_of_the_document_pass_the_preflight(dev):
    cors = only(dev, "AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    assert {method for method, _, _ in _operations()} == set(cors["AllowMethods"])


# the function


def test_the_function_is_as_large_as_the_stage_says(stage, template):
    _, ours = function(template, API)
    assert ours["MemorySize"] == stage.api_memory_mib
    assert ours.get("ReservedConcurrentExecutions") == stage.api_concurrency


def test_the_function_ends_before_the_gateway_gives_up(template):
    integration = only(template, "AWS::ApiGatewayV2::Integration")
    assert integration["PayloadFormatVersion"] == "2.0"
    _, ours = function(template, API)
    assert ours["Timeout"] * 1000 < integration["TimeoutInMillis"] <= 30_000


def test_nobody_but_this_api_may_call_the_function(template):
    name, _ = function(template, API)
    called = only(template, "AWS::ApiGatewayV2::Integration")["IntegrationUri"]
    (permission,) = (
        permission["Properties"]
        for permission in resources(template, "AWS::Lambda::Permission").values()
        if name in json.dumps(permission) or permission["Properties"]["FunctionName"] == called
    )
    assert permission["FunctionName"] == called
    assert permission["Principal"] == "apigateway.amazonaws.com"
    (api,) = resources(template, "AWS::ApiGatewayV2::Api")
    assert {"Ref": api} in permission["SourceArn"]["Fn::Join"][1]
    assert not resources(template, "AWS::Lambda::Url")


def test_a_snapshot_is_reached_through_the_alias_of_its_version(prod):
    name, ours = function(prod, API)
    assert ours["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    called = only(prod, "AWS::ApiGatewayV2::Integration")["IntegrationUri"]["Ref"]
    alias = resources(prod, "AWS::Lambda::Alias")[called]["Properties"]
    assert alias["FunctionName"] == {"Ref": name}
    version = alias["FunctionVersion"]["Fn::GetAtt"][0]
    assert version in resources(prod, "AWS::Lambda::Version")


def test_without_a_snapshot_the_function_itself_is_called(dev):
    name, ours = function(dev, API)
    assert "SnapStart" not in ours
    called = only(dev, "AWS::ApiGatewayV2::Integration")["IntegrationUri"]
    assert called == {"Fn::GetAtt": [name, "Arn"]}


def test_the_function_has_one_connection_and_logs_in_as_the_app(template):
    told = function(template, API)[1]["Environment"]["Variables"]
    assert told["DATABASE_POOL_SIZE"] == "1"
    assert "coach_app@" in json.dumps(told["DATABASE_URL"])


def test_the_api_believes_the_gateway_with_these_settings(template, monkeypatch):
    told = function(template, API)[1]["Environment"]["Variables"]
    for name in AuthSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        if name.upper() in told:
            monkeypatch.setenv(name.upper(), str(told[name.upper()]))
    assert AuthSettings().jwt_verified_by_gateway


def test_what_functions_print_is_left_as_it_is(template):
    functions = resources(template, "AWS::Lambda::Function").values()
    assert functions
    for one in functions:
        assert one["Properties"]["LoggingConfig"]["LogFormat"] == "Text"


def test_only_lambda_itself_gives_functions_an_address(template):
    (policy,) = (
        found["Properties"]["PolicyDocument"]
        for found in resources(template, "AWS::IAM::ManagedPolicy").values()
        if "ec2:" in json.dumps(found)
    )
    (statement,) = policy["Statement"]
    assert set(statement["Action"]) == set(NETWORK_INTERFACES)
    assert statement["Condition"] == {"Null": {"lambda:SourceFunctionArn": "true"}}


# a domain of one's own


def test_with_a_domain_there_is_no_other_way_in(thrifty):
    assert only(thrifty, "AWS::ApiGatewayV2::Api")["DisableExecuteApiEndpoint"] is True
    domain = only(thrifty, "AWS::ApiGatewayV2::DomainName")
    assert domain["DomainName"] == "api.club.example"
    (configured,) = domain["DomainNameConfigurations"]
    assert configured["CertificateArn"].endswith(":certificate/1f2e3d4c")
    assert configured["SecurityPolicy"] == "TLS_1_2"
    (stage,) = resources(thrifty, "AWS::ApiGatewayV2::Stage")
    assert only(thrifty, "AWS::ApiGatewayV2::ApiMapping")["Stage"] == {"Ref": stage}


def test_the_stack_says_where_the_domain_must_point(thrifty):
    assert {"DomainTarget", "DomainTargetZone"} <= set(thrifty.find_outputs("*"))


def test_without_a_domain_the_gateways_own_address_is_it(prod):
    assert not resources(prod, "AWS::ApiGatewayV2::DomainName")
    assert only(prod, "AWS::ApiGatewayV2::Api")["DisableExecuteApiEndpoint"] is False
    (url,) = (output["Value"] for output in prod.find_outputs("ApiUrl").values())
    assert json.dumps(url).endswith('/api/coaches/plus"]]}')


# who issues tokens


def test_coaches_sign_up_with_an_address_that_is_verified(template):
    pool = only(template, "AWS::Cognito::UserPool")
    assert pool["UsernameAttributes"] == pool["AutoVerifiedAttributes"] == ["email"]
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": False}
    assert pool["AccountRecoverySetting"]["RecoveryMechanisms"] == [
        {"Name": "verified_email", "Priority": 1}
    ]


def test_where_a_stage_says_so_only_administrators_make_coaches(cpu):
    pool = only(cpu, "AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


def test_codes_come_from_cognito_or_from_the_stages_own_address(prod, cpu):
    assert "EmailConfiguration" not in only(prod, "AWS::Cognito::UserPool")
    sender = only(cpu, "AWS::Cognito::UserPool")["EmailConfiguration"]
    assert (sender["EmailSendingAccount"], sender["From"]) == ("DEVELOPER", "coach@club.example")
    assert json.dumps(sender["SourceArn"]).endswith(':identity/club.example"]]}')


def test_a_stolen_password_is_not_enough(template):
    pool = only(template, "AWS::Cognito::UserPool")
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])
    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 12


def test_the_app_keeps_no_secret_and_tells_strangers_nothing(template):
    app = only(template, "AWS::Cognito::UserPoolClient")
    assert app["GenerateSecret"] is False
    assert app["PreventUserExistenceErrors"] == "ENABLED"
    assert app["AllowedOAuthFlowsUserPoolClient"] is False
    assert "ALLOW_USER_PASSWORD_AUTH" not in app["ExplicitAuthFlows"]


def test_who_is_shut_out_is_out_within_a_quarter_of_an_hour(template):
    app = only(template, "AWS::Cognito::UserPoolClient")
    assert (app["AccessTokenValidity"], app["TokenValidityUnits"]["AccessToken"]) == (15, "minutes")
    assert app["EnableTokenRevocation"] is True


def test_the_group_of_operators_is_the_scope_that_the_api_asks_for(template):
    assert only(template, "AWS::Cognito::UserPoolGroup")["GroupName"] == OPERATOR


def test_coaches_outlive_a_protected_stack_only(prod, dev):
    (kept,) = resources(prod, "AWS::Cognito::UserPool").values()
    (gone,) = resources(dev, "AWS::Cognito::UserPool").values()
    assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert kept["Properties"]["DeletionProtection"] == "ACTIVE"
    assert gone["DeletionPolicy"] == "Delete"
    assert gone["Properties"]["DeletionProtection"] == "INACTIVE"


def test_with_an_issuer_of_ones_own_there_is_no_user_pool(thrifty):
    assert "AWS::Cognito" not in json.dumps(thrifty.to_json())
    checked = only(thrifty, "AWS::ApiGatewayV2::Authorizer")["JwtConfiguration"]
    assert checked == {"Issuer": "https://issuer.club.example", "Audience": ["coach-plus"]}
