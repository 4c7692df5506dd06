"""The worker service: ECS tasks on GPU instances or on Fargate, as many as there is work for."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.accepted import accept
from infra.database.database import Database, Login
from infra.logs import Logs
from infra.media_bucket import MediaBucket
from infra.network import Network
from infra.queues import Queues
from infra.rights import WORKER
from infra.stage import Compute, Stage
from infra.worker.capacity import on_fargate, on_instances
from infra.worker.image import CERTIFICATES
from infra.worker.instances import GpuInstances
from infra.worker.scaling import WorkerScaling
from infra.worker.task import worker_task

SERVICE = "worker"

MIN_HEALTHY_PERCENT = 50
MAX_HEALTHY_PERCENT = 200
"""A deployment may go on with half of the workers: were all of them kept, instances at their
highest number would leave no room for a new one. 200, so that one worker gets its successor."""


class WorkerService(Construct):
    """Attributes: `cluster` and `service`.

    Cluster and service are others for GPU workers than for those on Fargate. Within one cluster the
    change would fail: CloudFormation takes the instances' capacity provider from the cluster before
    the service, whose tasks still use it, and ECS refuses that ("PutClusterCapacityProviders", ECS
    API Reference). So the new ones are made beside the old ones, which go afterwards.

    A worker that has a job in hand protects its task: neither scaling nor a deployment ends it
    before the job is over, so a deployment takes as long as the longest job, an hour at most.

    The template names no number of tasks, so a deployment leaves it as it is. A new service begins
    with one, which shows at once whether the image starts.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        network: Network,
        logs: Logs,
        database: Database,
        media: MediaBucket,
        queues: Queues,
        environment: dict[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._stage, self._network = stage, network
        kind = stage.workers.capitalize()
        self._name = f"{stage.full_name}-{stage.workers}"
        self.cluster = ecs.Cluster(
            self,
            f"Cluster{kind}",
            vpc=network.vpc,
            cluster_name=self._name,
            container_insights_v2=ecs.ContainerInsights.ENABLED,
            enable_fargate_capacity_providers=stage.workers is Compute.CPU,
        )
        role = self._role()
        WORKER.give(role, media=media, queues=queues)
        database.let_in(role, Login.APP)
        task = worker_task(
            self,
            stage=stage,
            role=role,
            log_group=logs.worker,
            environment=environment | database.environment(Login.APP, certificates=CERTIFICATES),
        )
        accept(task, "AwsSolutions-ECS2", because="They are settings: no password, key or token.")
        self.service = self._service(task)
        # It asks for capacity that the cluster must know of by then, and as long as it is there.
        self.service.node.add_dependency(self.cluster)
        WorkerScaling(
            self,
            "Scaling",
            stage=stage,
            queues=queues,
            service=f"service/{self._name}/{self.service.service_name}",
        )

    def _role(self) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        tasks = f"task/{self._name}/*"
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"],
                resources=[Stack.of(self).format_arn(service="ecs", resource=tasks)],
            )
        )
        account = "<AWS::Region>:<AWS::AccountId>"
        accept(
            role,
            f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecs:{account}:{tasks}]",
            because="A worker protects its own task, whose name ECS makes up when it starts.",
        )
        return role

    def _service(self, task: ecs.TaskDefinition) -> ecs.BaseService:
        construct_id = f"Service{self._stage.workers.capitalize()}"
        how: dict[str, Any] = {
            "cluster": self.cluster,
            "task_definition": task,
            "service_name": SERVICE,
            "vpc_subnets": self._network.inside,
            "security_groups": [self._network.workers],
            "assign_public_ip": False,
            "min_healthy_percent": MIN_HEALTHY_PERCENT,
            "max_healthy_percent": MAX_HEALTHY_PERCENT,
            "circuit_breaker": ecs.DeploymentCircuitBreaker(rollback=True),
            "enable_ecs_managed_tags": True,
            "propagate_tags": ecs.PropagatedTagSource.SERVICE,
        }
        if self._stage.workers is Compute.CPU:
            placed = on_fargate(self._stage)
            return ecs.FargateService(
                self, construct_id, capacity_provider_strategies=placed, **how
            )
        instances = GpuInstances(
            self, "Instances", stage=self._stage, network=self._network, cluster=self.cluster
        )
        placed = on_instances(instances.provider)
        return ecs.Ec2Service(self, construct_id, capacity_provider_strategies=placed, **how)
