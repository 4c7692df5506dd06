"""Instances with a GPU: as many as there are tasks, none when there is nothing to do."""

from aws_cdk import Stack
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.network import Network
from infra.stage import INSTANCE_DISK_GIB, Stage
from infra.worker.task import STOP_TIMEOUT_S

SPARE_INSTANCES = 1
"""Beyond the tasks: room for a new task beside the only old one, which must end its job first."""

AGENT = {
    "ECS_AWSVPC_BLOCK_IMDS": "true",  # no task becomes the instance
    "ECS_CONTAINER_STOP_TIMEOUT": f"{STOP_TIMEOUT_S}s",
    "ECS_DISABLE_PRIVILEGED": "true",
    "ECS_ENABLE_SPOT_INSTANCE_DRAINING": "true",  # two minutes' notice become SIGTERM
    "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": "10m",  # what a dead task left on the disk goes soon
    "ECS_IMAGE_PULL_BEHAVIOR": "prefer-cached",  # an image's tag is its content
}
"""ECS's agent, beside the name of its cluster ("Amazon ECS container agent configuration")."""


class GpuInstances(Construct):
    """An auto scaling group that ECS grows and shrinks by the tasks that it has to place.

    Attributes:
        provider: what the service asks for instances.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        network: Network,
        cluster: ecs.Cluster,
    ) -> None:
        super().__init__(scope, construct_id)
        template = self._template(network, cluster)
        group = autoscaling.AutoScalingGroup(
            self,
            "Group",
            vpc=network.vpc,
            vpc_subnets=network.inside,
            mixed_instances_policy=_any_of_them(stage, template),
            min_capacity=0,
            max_capacity=stage.max_tasks + SPARE_INSTANCES,
            new_instances_protected_from_scale_in=True,  # ECS lifts it from those without a task
            notifications=[self._announced()],
        )
        _show(template, group)
        self.provider = ecs.AsgCapacityProvider(
            self,
            "Provider",
            auto_scaling_group=group,
            enable_managed_scaling=True,
            enable_managed_termination_protection=True,
            enable_managed_draining=True,
            target_capacity_percent=100,
        )
        cluster.add_asg_capacity_provider(self.provider)

    def _template(self, network: Network, cluster: ecs.Cluster) -> ec2.LaunchTemplate:
        agent = ec2.UserData.for_linux()
        agent.add_commands(
            *(f"echo {name}={value} >> /etc/ecs/ecs.config" for name, value in AGENT.items())
        )
        return ec2.LaunchTemplate(
            self,
            "Template",
            machine_image=ecs.EcsOptimizedImage.amazon_linux2023(ecs.AmiHardwareType.GPU),
            role=self._role(cluster),
            security_group=network.workers,
            associate_public_ip_address=False,
            require_imdsv2=True,
            http_put_response_hop_limit=1,
            instance_metadata_tags=False,
            detailed_monitoring=True,
            ebs_optimized=True,
            block_devices=[
                ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=ec2.BlockDeviceVolume.ebs(
                        INSTANCE_DISK_GIB,
                        encrypted=True,
                        volume_type=ec2.EbsDeviceVolumeType.GP3,
                        delete_on_termination=True,
                    ),
                )
            ],
            user_data=agent,
        )

    def _role(self, cluster: ecs.Cluster) -> iam.IRole:
        """What ECS's agent calls, and no more: the CDK would add `ecs:Submit*` by itself.

        Images are pulled and logs are written by the task's execution role.
        """
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        role.add_to_policy(
            iam.PolicyStatement(
                actions=[
                    "ecs:DeregisterContainerInstance",
                    "ecs:RegisterContainerInstance",
                    "ecs:SubmitAttachmentStateChanges",
                    "ecs:SubmitContainerStateChange",
                    "ecs:SubmitTaskStateChange",
                ],
                resources=[cluster.cluster_arn],
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=[
                    "ecs:Poll",
                    "ecs:StartTelemetrySession",
                    "ecs:UpdateContainerInstancesState",  # to draining, when spot takes it back
                ],
                resources=["*"],
                conditions={"ArnEquals": {"ecs:cluster": cluster.cluster_arn}},
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(actions=["ecs:DiscoverPollEndpoint"], resources=["*"])
        )
        return role.without_policy_updates()

    def _announced(self) -> autoscaling.NotificationConfiguration:
        """Instances that come, go or could not be started: for whoever subscribes."""
        topic = sns.Topic(
            self,
            "Events",
            display_name=f"{Stack.of(self).stack_name}: GPU instances",
            enforce_ssl=True,
        )
        return autoscaling.NotificationConfiguration(
            topic=topic, scaling_events=autoscaling.ScalingEvents.ALL
        )


def _show(template: ec2.LaunchTemplate, group: autoscaling.AutoScalingGroup) -> None:
    """Let cdk-nag see that disks are encrypted: it finds no template inside of a policy.

    CloudFormation takes it in one of the two places, so it is not written there.
    """
    plain = group.node.default_child
    assert isinstance(plain, autoscaling.CfnAutoScalingGroup)  # noqa: S101 - tells mypy
    plain.launch_template = autoscaling.CfnAutoScalingGroup.LaunchTemplateSpecificationProperty(
        launch_template_id=template.launch_template_id, version=template.latest_version_number
    )
    plain.add_property_deletion_override("LaunchTemplate")


def _any_of_them(stage: Stage, template: ec2.LaunchTemplate) -> autoscaling.MixedInstancesPolicy:
    """The first type that is available; with `spot` only the workers that never go are paid full.

    Of spot, from where it is least likely to be taken back at a good price.
    """
    return autoscaling.MixedInstancesPolicy(
        launch_template=template,
        launch_template_overrides=[
            autoscaling.LaunchTemplateOverrides(instance_type=ec2.InstanceType(name))
            for name in stage.gpu_instances
        ],
        instances_distribution=autoscaling.InstancesDistribution(
            on_demand_allocation_strategy=autoscaling.OnDemandAllocationStrategy.PRIORITIZED,
            on_demand_base_capacity=stage.min_tasks,
            on_demand_percentage_above_base_capacity=0 if stage.spot else 100,
            spot_allocation_strategy=(autoscaling.SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED),
        ),
    )
