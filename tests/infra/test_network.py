"""The network of the template: closed from outside, and with exactly the ways out that are used."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from infra.stage import DEV, Compute
from tests.infra.bare_ground import bare_ground
from tests.infra.conftest import listed, resources

Resource = Mapping[str, Any]

WORKERS_AND_FUNCTIONS = {"sqs", "lambda", "ecr.api", "ecr.dkr", "logs"}
INSTANCES = {"ecs", "ecs-agent", "ecs-telemetry"}
WITHOUT_A_POLICY = {"ecs-agent", "ecs-telemetry"}

NOT_CALLED_FROM_INSIDE = ("ec2:", "rds-db:", "logs:DescribeLogStreams")
"""Lambda itself makes interfaces; PostgreSQL checks the right to log in; flow logs are AWS's."""


@pytest.fixture(params=["dev", "prod", "cpu"])
def any_stage(request) -> Template:
    """`cpu` has NAT, and the proxy before the database."""
    template: Template = request.getfixturevalue(request.param)
    return template


def _properties(template: Template, kind: str) -> Iterator[Resource]:
    return (resource.get("Properties", {}) for resource in resources(template, kind).values())


def _rules(template: Template, direction: str) -> list[Resource]:
    """Every rule of every security group, wherever it is written."""
    groups = _properties(template, "AWS::EC2::SecurityGroup")
    within = [rule for group in groups for rule in group.get(f"SecurityGroup{direction}", ())]
    return [*within, *_properties(template, f"AWS::EC2::SecurityGroup{direction}")]


def _endpoints(template: Template, kind: str) -> dict[str, Resource]:
    """By the service's name without the region."""
    found = {}
    for endpoint in _properties(template, "AWS::EC2::VPCEndpoint"):
        if endpoint["VpcEndpointType"] == kind:
            name = endpoint["ServiceName"]["Fn::Join"][1]
            found[name[-1].removeprefix(".")] = endpoint
    return found


def test_nobody_is_let_in_by_address(any_stage):
    rules = _rules(any_stage, "Ingress")
    assert rules
    assert all("SourceSecurityGroupId" in rule for rule in rules)
    assert not [
        rule for rule in rules if {"CidrIp", "CidrIpv6", "SourcePrefixListId"} & rule.keys()
    ]


def test_out_of_the_network_only_https_is_spoken(any_stage):
    closed = "255.255.255.255/32"  # how the CDK writes "nothing"
    outside = [rule for rule in _rules(any_stage, "Egress") if rule.get("CidrIp", closed) != closed]
    assert outside
    assert {(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in outside} == {
        ("tcp", 443, 443)
    }


def test_the_database_is_reached_by_functions_and_workers_on_its_own_port(prod):
    rules = [rule for rule in _rules(prod, "Ingress") if rule["FromPort"] != 443]
    assert {(rule["FromPort"], rule["ToPort"]) for rule in rules} == {(5433, 5433)}
    (target,) = {json.dumps(rule["GroupId"]) for rule in rules}
    assert "NetworkDatabase" in target
    sources = sorted(rule["SourceSecurityGroupId"]["Fn::GetAtt"][0] for rule in rules)
    assert [source[: len("NetworkX")] for source in sources] == ["NetworkF", "NetworkW"]


def test_nothing_is_in_the_default_group(any_stage):
    assert "DefaultSecurityGroup" not in json.dumps(any_stage.to_json())
    for function in _properties(any_stage, "AWS::Lambda::Function"):
        if "VpcConfig" in function:
            assert function["VpcConfig"]["SecurityGroupIds"]


def test_without_nat_no_way_leads_to_the_internet(template):
    for kind in ("InternetGateway", "NatGateway", "Route", "EIP"):
        template.resource_count_is(f"AWS::EC2::{kind}", 0)


@pytest.mark.parametrize(
    ("stage", "services"),
    [
        ("dev", WORKERS_AND_FUNCTIONS),
        ("prod", WORKERS_AND_FUNCTIONS | INSTANCES),
        ("cpu", set()),
    ],
    indirect=["stage"],
)
def test_there_are_endpoints_for_what_is_called(template, services):
    interfaces = _endpoints(template, "Interface")
    assert interfaces.keys() == services
    assert all(endpoint["PrivateDnsEnabled"] for endpoint in interfaces.values())


def test_endpoints_answer_functions_and_workers_only(prod):
    (group,) = {
        json.dumps(endpoint["SecurityGroupIds"])
        for endpoint in _endpoints(prod, "Interface").values()
    }
    (name,) = json.loads(group)
    rules = [rule for rule in _rules(prod, "Ingress") if rule.get("GroupId") == name]
    assert {(rule["FromPort"], rule["ToPort"]) for rule in rules} == {(443, 443)}
    assert len(rules) == 2


def test_endpoints_stand_in_every_zone_where_one_zone_may_fail(dev, prod):
    for template, zones in ((dev, 1), (prod, 2)):
        subnets = [len(each["SubnetIds"]) for each in _endpoints(template, "Interface").values()]
        assert set(subnets) == {zones}


def test_all_that_runs_inside_reaches_s3_without_a_detour(any_stage):
    (s3,) = _endpoints(any_stage, "Gateway").values()
    associations = resources(any_stage, "AWS::EC2::SubnetRouteTableAssociation")
    inside = [
        association["Properties"]["RouteTableId"]
        for name, association in associations.items()
        if "insideSubnet" in name
    ]
    assert len(inside) == 2
    assert all(table in s3["RouteTableIds"] for table in inside)


def _written(statement: Resource) -> str:
    """What a statement is about, with tokens by their names."""
    return json.dumps(statement["Resource"])


def test_to_s3_pass_only_what_goes_to_the_media_bucket_and_two_of_awss(dev, prod):
    for template in (dev, prod):
        (s3,) = _endpoints(template, "Gateway").values()
        layers, answers, ours = s3["PolicyDocument"]["Statement"]
        assert layers["Action"] == "s3:GetObject"
        assert '"-starport-layer-bucket/*"' in _written(layers)
        assert answers["Action"] == "s3:PutObject"
        assert ":s3:::cloudformation-custom-resource-response-" in _written(answers)
        bucket, objects = ours["Resource"]
        assert bucket["Fn::GetAtt"][0].startswith("MediaBucket")
        assert objects["Fn::Join"][1] == [bucket, "/*"]


def test_where_cloudformation_waits_is_named_after_the_region_without_dashes(prod):
    (s3,) = _endpoints(prod, "Gateway").values()
    _, answers, _ = s3["PolicyDocument"]["Statement"]
    parts = answers["Resource"]["Fn::Join"][1]
    assert parts[-2:] == [
        {"Fn::Join": ["", {"Fn::Split": ["-", {"Ref": "AWS::Region"}]}]},
        "/*",
    ]


def test_the_way_to_s3_is_open_before_migrations_answer(prod):
    ((name, _),) = (
        (name, one)
        for name, one in resources(prod, "AWS::EC2::VPCEndpoint").items()
        if one["Properties"]["VpcEndpointType"] == "Gateway"
    )
    (migrated,) = resources(prod, "Custom::Migrations").values()
    assert name in migrated["DependsOn"]


def test_strangers_keys_open_no_endpoint(template):
    interfaces = _endpoints(template, "Interface")
    ours = {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}
    for service in interfaces.keys() - WITHOUT_A_POLICY:
        (statement,) = interfaces[service]["PolicyDocument"]["Statement"]
        assert statement["Condition"] == ours, service
    for service in interfaces.keys() & WITHOUT_A_POLICY:
        assert "PolicyDocument" not in interfaces[service]


def test_what_roles_may_do_passes_the_endpoints(stage, template):
    """An action that a role has and no endpoint lets through would hang a deployment."""
    let_through = {
        action
        for endpoint in _properties(template, "AWS::EC2::VPCEndpoint")
        for statement in endpoint.get("PolicyDocument", {}).get("Statement", ())
        for action in listed(statement["Action"])
    }
    assert not [action for action in let_through if "*" in action]
    needed = {
        action
        for one in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        for policy in _properties(template, one)
        for statement in policy["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
        if not action.startswith(NOT_CALLED_FROM_INSIDE)
    }
    if stage.workers is Compute.CPU:  # on Fargate AWS's own agent asks for protection
        needed -= {"ecs:GetTaskProtection", "ecs:UpdateTaskProtection"}
    assert needed - let_through == set()


def test_where_a_zone_may_fail_each_has_its_own_nat_gateway(cpu):
    cpu.resource_count_is("AWS::EC2::NatGateway", 2)
    bare_ground(DEV, nat=True).resource_count_is("AWS::EC2::NatGateway", 1)


def test_a_stage_may_name_its_zones(cpu):
    subnets = _properties(cpu, "AWS::EC2::Subnet")
    assert {subnet["AvailabilityZone"] for subnet in subnets} == {"eu-west-1a", "eu-west-1c"}


def test_cpu_the_database_still_has_no_way_out(cpu):
    leading_out = json.dumps(
        [route["RouteTableId"] for route in _properties(cpu, "AWS::EC2::Route")]
    )
    assert "insideSubnet" in leading_out
    assert "dataSubnet" not in leading_out


def test_nat_comes_and_goes_without_moving_anything(prod, cpu):
    def addresses(template: Template) -> dict[str, str]:
        subnets = resources(template, "AWS::EC2::Subnet").items()
        return {name: subnet["Properties"]["CidrBlock"] for name, subnet in subnets}

    without = addresses(prod)
    assert len(without) == 4
    assert without.items() <= addresses(cpu).items()


def test_no_subnet_gives_out_public_addresses(any_stage):
    any_stage.all_resources_properties("AWS::EC2::Subnet", {"MapPublicIpOnLaunch": False})


def test_who_spoke_to_whom_is_kept(stage, template):
    (flow_log,) = _properties(template, "AWS::EC2::FlowLog")
    assert flow_log["TrafficType"] == "ALL"
    group = resources(template, "AWS::Logs::LogGroup")[flow_log["LogGroupName"]["Ref"]]
    assert group["Properties"]["LogGroupName"] == f"/coach-plus/{stage.name}/network"


def test_what_writes_flow_logs_may_write_nothing_else(prod):
    (flow_log,) = _properties(prod, "AWS::EC2::FlowLog")
    role = {"Ref": flow_log["DeliverLogsPermissionArn"]["Fn::GetAtt"][0]}
    policies = _properties(prod, "AWS::IAM::Policy")
    (rights,) = [policy["PolicyDocument"] for policy in policies if role in policy["Roles"]]
    (statement,) = rights["Statement"]
    assert statement["Resource"] == {"Fn::GetAtt": [flow_log["LogGroupName"]["Ref"], "Arn"]}


@pytest.mark.parametrize(
    ("stage", "fate"), [("dev", "Delete"), ("prod", "RetainExceptOnCreate")], indirect=["stage"]
)
def test_logs_go_with_a_stage_unless_it_is_protected(stage, fate, template):
    kept = {"DeletionPolicy": fate, "Properties": {"RetentionInDays": stage.log_days}}
    template.all_resources("AWS::Logs::LogGroup", Match.object_like(kept))
