"""One worker as ECS runs it: its image, what it is told, what it may do, and what it may not."""

from collections.abc import Mapping

from aws_cdk import Duration, Size, Stack, aws_logs
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.stage import TASK_DISK_GIB, Compute, Stage
from infra.worker.image import TMP, USER, worker_image

CONTAINER = "worker"

STOP_TIMEOUT_S = 120
"""From SIGTERM to SIGKILL: the most that Fargate gives, and the notice that spot gives."""

STOP_GRACE_S = 100
"""Of these a worker may use for the job in hand; in the rest it gives the job back and leaves."""

ANALYST_SHARE = 0.8
"""Of a task's memory, for the process that analyses: ended there by the worker, before the alarm
at 90 % and long before the kernel ends it. The worker itself takes little: 105 MiB when idle."""

LOG_BUFFER_MIB = 25
"""Lines wait here for CloudWatch; beyond that they are lost, and the worker works on."""

PULSE = ("CMD", "python", "-m", "worker_service.pulse")


def worker_task(
    scope: Construct,
    *,
    stage: Stage,
    role: iam.IRole,
    log_group: aws_logs.ILogGroup,
    environment: Mapping[str, str],
) -> ecs.TaskDefinition:
    """Define the task, for Fargate or for an instance with a GPU.

    ECS itself tells the container where its agent is (`ECS_AGENT_URI`), on both: that is the way
    to task protection ("Task scale-in protection endpoint", ECS Developer Guide).
    """
    on_gpu = stage.workers is Compute.GPU
    task = _on_instances(scope, role) if on_gpu else _on_fargate(scope, stage, role)
    container = task.add_container(
        CONTAINER,
        image=worker_image(stage),
        environment={**_settings(stage, scope), **environment},
        logging=ecs.LogDrivers.aws_logs(
            stream_prefix=CONTAINER,
            log_group=log_group,
            mode=ecs.AwsLogDriverMode.NON_BLOCKING,
            max_buffer_size=Size.mebibytes(LOG_BUFFER_MIB),
        ),
        user=USER,
        readonly_root_filesystem=True,
        linux_parameters=_without_capabilities(scope),
        docker_security_options=["no-new-privileges"] if on_gpu else None,  # Fargate has it anyway
        cpu=stage.cpu_units,
        memory_limit_mib=stage.memory_mib,
        gpu_count=1 if on_gpu else None,
        health_check=ecs.HealthCheck(
            command=list(PULSE),
            interval=Duration.seconds(30),
            timeout=Duration.seconds(10),
            retries=3,
            start_period=Duration.seconds(120),
        ),
        stop_timeout=Duration.seconds(STOP_TIMEOUT_S),
    )
    container.add_mount_points(
        ecs.MountPoint(container_path=TMP, source_volume="tmp", read_only=False)
    )
    return task


def _on_fargate(scope: Construct, stage: Stage, role: iam.IRole) -> ecs.TaskDefinition:
    return ecs.FargateTaskDefinition(
        scope,
        "Task",
        cpu=stage.cpu_units,
        memory_limit_mib=stage.memory_mib,
        ephemeral_storage_gib=TASK_DISK_GIB,
        runtime_platform=ecs.RuntimePlatform(
            cpu_architecture=ecs.CpuArchitecture.X86_64,
            operating_system_family=ecs.OperatingSystemFamily.LINUX,
        ),
        task_role=role,
        volumes=[ecs.Volume(name="tmp")],
    )


def _on_instances(scope: Construct, role: iam.IRole) -> ecs.TaskDefinition:
    """With an address and a security group of the task's own, as on Fargate."""
    return ecs.Ec2TaskDefinition(
        scope,
        "Task",
        network_mode=ecs.NetworkMode.AWS_VPC,
        task_role=role,
        volumes=[ecs.Volume(name="tmp")],
    )


def _settings(stage: Stage, scope: Construct) -> dict[str, str]:
    """What workers alone are told; a stage's own settings come on top (`infra/environment.py`)."""
    return {
        "AWS_REGION": Stack.of(scope).region,
        "MEMORY_LIMIT_MIB": str(int(stage.memory_mib * ANALYST_SHARE)),
        "STOP_GRACE_S": str(STOP_GRACE_S),
        "WORKER_TMP": TMP,
    }


def _without_capabilities(scope: Construct) -> ecs.LinuxParameters:
    linux = ecs.LinuxParameters(scope, "Linux")
    linux.drop_capabilities(ecs.Capability.ALL)
    return linux
