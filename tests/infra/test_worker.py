"""The workers of dev (Fargate Spot), prod (GPU instances) and a prod without GPUs."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk.assertions import Template

from infra.stage import DEV, PROD, Stage
from infra.worker.task import STOP_GRACE_S, STOP_TIMEOUT_S
from tests.infra.conftest import STAGES, only, resources

TMP = "/tmp"  # noqa: S108 - a volume of the task's own


@pytest.fixture(params=["dev", "prod", "cpu"])
def stage(request) -> Stage:
    return STAGES[request.param]


def container(template: Template) -> Mapping[str, Any]:
    (found,) = only(template, "AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    settings = {each["Name"]: each["Value"] for each in found["Environment"]}
    return {**found, "Environment": settings}


# what a container may


def test_it_is_nobody_special_and_writes_nowhere_but_into_its_own_tmp(template):
    worker = container(template)
    assert worker["User"] == "10001:10001"
    assert worker["ReadonlyRootFilesystem"] is True
    assert worker["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    assert worker.get("Privileged") is None
    (mounted,) = worker["MountPoints"]
    assert mounted == {"ContainerPath": TMP, "ReadOnly": False, "SourceVolume": "tmp"}
    assert worker["Environment"]["WORKER_TMP"] == TMP
    assert only(template, "AWS::ECS::TaskDefinition")["Volumes"] == [{"Name": "tmp"}]


def test_a_stopping_worker_has_time_to_give_its_job_back_before_it_is_killed(template):
    worker = container(template)
    assert worker["StopTimeout"] == STOP_TIMEOUT_S == 120
    assert float(worker["Environment"]["STOP_GRACE_S"]) == STOP_GRACE_S <= STOP_TIMEOUT_S - 15


def test_the_analyst_is_ended_before_the_task_runs_out_of_memory(template):
    worker = container(template)
    left_mib = worker["Memory"] - int(worker["Environment"]["MEMORY_LIMIT_MIB"])
    assert left_mib >= 800
    assert int(worker["Environment"]["MEMORY_LIMIT_MIB"]) < 0.9 * worker["Memory"]


def test_a_worker_that_hangs_is_found_out(template):
    health = container(template)["HealthCheck"]
    assert health["Command"] == ["CMD", "python", "-m", "worker_service.pulse"]
    assert health["Interval"] * health["Retries"] <= 120


def test_its_lines_go_to_the_workers_group_and_never_hold_it_up(template):
    how = container(template)["LogConfiguration"]
    group = resources(template, "AWS::Logs::LogGroup")[how["Options"]["awslogs-group"]["Ref"]]
    assert group["Properties"]["LogGroupName"].endswith("/worker")
    assert (how["LogDriver"], how["Options"]["mode"]) == ("awslogs", "non-blocking")


# the service


def test_nobody_reaches_a_worker(template):
    network = only(template, "AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "DISABLED"
    (group,) = network["SecurityGroups"]
    named = resources(template, "AWS::EC2::SecurityGroup")[group["Fn::GetAtt"][0]]["Properties"]
    assert "SecurityGroupIngress" not in named
    ingress = resources(template, "AWS::EC2::SecurityGroupIngress").values()
    assert group not in [rule["Properties"]["GroupId"] for rule in ingress]


def test_a_deployment_that_does_not_start_is_taken_back(template):
    how = only(template, "AWS::ECS::Service")["DeploymentConfiguration"]
    assert how["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}


def test_a_deployment_gets_on_with_any_number_of_workers(template):
    how = only(template, "AWS::ECS::Service")["DeploymentConfiguration"]
    groups = resources(template, "AWS::AutoScaling::AutoScalingGroup").values()
    for running in range(1, PROD.max_tasks + 1):
        may_stop = running - -(-running * how["MinimumHealthyPercent"] // 100)
        may_start = running * how["MaximumPercent"] // 100 - running
        free = [int(group["Properties"]["MaxSize"]) - running for group in groups]
        assert may_stop >= 1 or min([may_start, *free]) >= 1


def test_the_cluster_knows_its_capacity_before_the_service_asks_and_until_it_is_gone(template):
    (known,) = resources(template, "AWS::ECS::ClusterCapacityProviderAssociations")
    (service,) = resources(template, "AWS::ECS::Service").values()
    assert known in service["DependsOn"]


def test_the_cluster_counts_tasks_where_the_alarms_look(template):
    cluster = only(template, "AWS::ECS::Cluster")
    assert {"Name": "containerInsights", "Value": "enabled"} in cluster["ClusterSettings"]
    assert only(template, "AWS::ECS::Service")["ServiceName"] == "worker"


def test_other_workers_are_made_beside_the_old_ones_which_go_afterwards(prod, cpu):
    """CloudFormation deletes what has another logical id at the end, of a name of its own."""
    kinds = ("Cluster", "ClusterCapacityProviderAssociations", "Service")
    for kind in kinds:
        both = [set(resources(one, f"AWS::ECS::{kind}")) for one in (prod, cpu)]
        assert not set.intersection(*both), kind
    names = [only(one, "AWS::ECS::Cluster")["ClusterName"] for one in (prod, cpu)]
    assert names == ["coach-plus-prod-gpu", "coach-plus-cpu-cpu"]


def test_alarms_and_policies_stay_and_follow_the_new_service(prod, cpu):
    """Their names are fixed: made anew, they would stand in the way of their own successors."""
    for kind in ("AWS::ApplicationAutoScaling::ScalableTarget", "AWS::CloudWatch::Alarm"):
        before, after = (set(resources(one, kind)) for one in (prod, cpu))
        assert {name for name in before ^ after if "Gpu" not in name} == set()


# dev: Fargate Spot, none when idle


def test_dev_runs_on_spot_without_an_instance_of_its_own(dev):
    assert only(dev, "AWS::ECS::Service")["CapacityProviderStrategy"] == [
        {"CapacityProvider": "FARGATE_SPOT", "Weight": 1}
    ]
    assert not resources(dev, "AWS::AutoScaling::AutoScalingGroup")
    assert DEV.min_tasks == 0


def test_on_fargate_videos_have_room_and_the_image_asks_for_no_gpu(dev):
    task = only(dev, "AWS::ECS::TaskDefinition")
    assert task["EphemeralStorage"]["SizeInGiB"] >= 21
    assert task["RuntimePlatform"]["CpuArchitecture"] == "X86_64"
    assert "ResourceRequirements" not in container(dev)


def test_with_spot_the_workers_that_never_go_are_not_on_spot(cpu):
    assert only(cpu, "AWS::ECS::Service")["CapacityProviderStrategy"] == [
        {"CapacityProvider": "FARGATE", "Base": PROD.min_tasks, "Weight": 0},
        {"CapacityProvider": "FARGATE_SPOT", "Weight": 1},
    ]


# prod: instances with a GPU


def test_each_task_of_prod_has_a_gpu(prod):
    assert container(prod)["ResourceRequirements"] == [{"Type": "GPU", "Value": "1"}]
    assert container(prod)["DockerSecurityOptions"] == ["no-new-privileges"]


def test_instances_come_and_go_with_the_tasks_and_none_goes_that_works(prod):
    group = only(prod, "AWS::AutoScaling::AutoScalingGroup")
    assert (group["MinSize"], group["MaxSize"]) == ("0", str(PROD.max_tasks + 1))
    assert "DesiredCapacity" not in group
    assert group["NewInstancesProtectedFromScaleIn"] is True
    provider = only(prod, "AWS::ECS::CapacityProvider")["AutoScalingGroupProvider"]
    assert provider["ManagedTerminationProtection"] == provider["ManagedDraining"] == "ENABLED"
    assert provider["ManagedScaling"] == {"Status": "ENABLED", "TargetCapacity": 100}


def test_any_type_of_instance_that_is_to_be_had_is_taken(prod):
    policy = only(prod, "AWS::AutoScaling::AutoScalingGroup")["MixedInstancesPolicy"]
    types = [each["InstanceType"] for each in policy["LaunchTemplate"]["Overrides"]]
    assert types == list(PROD.gpu_instances)
    assert policy["InstancesDistribution"]["OnDemandPercentageAboveBaseCapacity"] == 100


def test_spot_instances_are_taken_beyond_the_least_where_the_stage_wants_them(prod, thrifty):
    policies = [
        only(one, "AWS::AutoScaling::AutoScalingGroup")["MixedInstancesPolicy"]
        for one in (prod, thrifty)
    ]
    least, _ = (policy["InstancesDistribution"]["OnDemandBaseCapacity"] for policy in policies)
    assert least == PROD.min_tasks
    assert policies[1]["InstancesDistribution"] == {
        "OnDemandAllocationStrategy": "prioritized",
        "OnDemandBaseCapacity": 0,
        "OnDemandPercentageAboveBaseCapacity": 0,
        "SpotAllocationStrategy": "price-capacity-optimized",
    }


def test_an_instance_keeps_to_itself(prod):
    launched = only(prod, "AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert launched["MetadataOptions"]["HttpTokens"] == "required"
    assert launched["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
    assert [each["AssociatePublicIpAddress"] for each in launched["NetworkInterfaces"]] == [False]
    assert "KeyName" not in launched
    (disk,) = launched["BlockDeviceMappings"]
    assert (disk["Ebs"]["Encrypted"], disk["Ebs"]["VolumeType"]) == (True, "gp3")


def test_its_system_is_the_newest_for_gpus_at_each_deployment(prod):
    launched = only(prod, "AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    (parameter,) = prod.find_parameters(launched["ImageId"]["Ref"]).values()
    assert parameter["Type"] == "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    assert "/amazon-linux-2023/gpu/" in parameter["Default"]


def test_its_agent_hears_of_spot_and_lets_no_task_become_the_instance(prod):
    launched = only(prod, "AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    script = json.dumps(launched["UserData"])
    for line in (
        "ECS_AWSVPC_BLOCK_IMDS=true",
        f"ECS_CONTAINER_STOP_TIMEOUT={STOP_TIMEOUT_S}s",
        "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true",
    ):
        assert f"echo {line} >> /etc/ecs/ecs.config" in script


def test_no_function_of_the_cdk_comes_along_to_drain_instances(prod):
    hooks = resources(prod, "AWS::AutoScaling::LifecycleHook")
    assert not hooks
    assert not [name for name in resources(prod, "AWS::Lambda::Function") if "Drain" in name]
