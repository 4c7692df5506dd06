"""Where a worker's tasks are placed: on Fargate, or on instances with a GPU."""

from aws_cdk import aws_ecs as ecs

from infra.stage import Stage

Placement = list[ecs.CapacityProviderStrategy]


def on_fargate(stage: Stage) -> Placement:
    """With `spot`, only the tasks that never go are paid full.

    ECS does not fall back by itself where no spot capacity is available: tasks wait, and the alarm
    "backlog without workers" says so.
    """
    if not stage.spot:
        return [ecs.CapacityProviderStrategy(capacity_provider="FARGATE", weight=1)]
    spot = ecs.CapacityProviderStrategy(capacity_provider="FARGATE_SPOT", weight=1)
    if stage.min_tasks == 0:
        return [spot]
    steady = ecs.CapacityProviderStrategy(
        capacity_provider="FARGATE", base=stage.min_tasks, weight=0
    )
    return [steady, spot]


def on_instances(provider: ecs.AsgCapacityProvider) -> Placement:
    """Spot or not is the group's business."""
    return [
        ecs.CapacityProviderStrategy(capacity_provider=provider.capacity_provider_name, weight=1)
    ]
