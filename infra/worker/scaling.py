"""Sets how many workers run, by the rule in `infra/scaling.py` and the number of open jobs.

Two alarms, a policy each. While an alarm stays, its policy is carried out anew every minute ("How
step scaling works", Application Auto Scaling User Guide):

- *busy*: there were open jobs in one of `BUSY_PERIODS` measurements. As many workers as the rule
  says for the highest of them, more or fewer.
- *idle*: for `IDLE_PERIODS` measurements there were none. The least.

Counts come late: the sweeper writes once a minute, at no fixed second, and SQS's metrics take
minutes. From documentation: a filler stands in for the newest minute as long as that has no data,
and an alarm on one of several measurements is the way around it (`FILL`, "Using math expressions
with CloudWatch metrics"); a policy takes the highest, where it is told so, of the measurements that
its alarm looked at (`metric_aggregation_type`, AWS CDK). Judgement: that the last count stands in
for a late one (`REPEAT`) and never 0, which would end workers; that three measurements are enough.
Were a policy to look at the newest measurement alone, it would find the last count there, and for 0
no step: nothing changes.

One pair of policies as the CDK's `scale_on_metric` makes it would treat both alike: the last
worker would go after the first minute without a job.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from constructs import Construct

from infra.own_metrics import Service, own_metric
from infra.queues import Queues
from infra.runbook import link
from infra.scaling import BUSY_PERIODS, COOLDOWN_S, EVERY_S, IDLE_PERIODS, ScalingRule
from infra.stage import Stage

NAMESPACE, DIMENSION = "ecs", "ecs:service:DesiredCount"

BUSY_FROM = 1
"""Open jobs."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """So many tasks for `lower` to less than `upper` open jobs, counted from `BUSY_FROM` on."""

    tasks: int
    lower: int | None = None
    upper: int | None = None


class WorkerScaling(Construct):
    """The two alarms and their policies."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        queues: Queues,
        service: str,
    ) -> None:
        """Scale a service.

        Args:
            scope: the construct that it belongs to.
            construct_id: its name there.
            stage: has the rule's numbers.
            queues: where jobs wait.
            service: as Application Auto Scaling names it: `service/CLUSTER/SERVICE`.
        """
        super().__init__(scope, construct_id)
        self._stage = stage
        rule = ScalingRule.of(stage)
        target = appscaling.CfnScalableTarget(
            self,
            "Target",
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
            resource_id=service,
            min_capacity=rule.least,
            max_capacity=rule.most,
        )
        # AWS' own role for ECS is used; the CDK's other construct would make one.
        self._target = appscaling.ScalableTarget.from_scalable_target_attributes(
            self,
            "Known",
            scalable_target_id=target.ref,
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
        )
        self._open_jobs = open_jobs(stage, queues)
        self._alarm(
            "Busy",
            cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            passed=1,
            of=BUSY_PERIODS,
            missing=cloudwatch.TreatMissingData.NOT_BREACHING,
            policy=self._policy("busy", while_busy(rule)),
        )
        self._alarm(
            "Idle",
            cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            passed=IDLE_PERIODS,
            of=IDLE_PERIODS,
            # Nobody counts jobs: the sweeper is broken, and SQS has slept for six hours.
            missing=cloudwatch.TreatMissingData.BREACHING,
            policy=self._policy("idle", [Adjustment(rule.least, upper=0)]),
        )

    def _policy(self, name: str, steps: Iterable[Adjustment]) -> appscaling.StepScalingAction:
        policy = appscaling.StepScalingAction(
            self,
            f"{name.capitalize()}Policy",
            policy_name=f"{self._stage.full_name}-{name}",
            scaling_target=self._target,
            adjustment_type=appscaling.AdjustmentType.EXACT_CAPACITY,
            metric_aggregation_type=appscaling.MetricAggregationType.MAXIMUM,
            cooldown=Duration.seconds(COOLDOWN_S),
        )
        for step in steps:
            policy.add_adjustment(
                adjustment=step.tasks, lower_bound=step.lower, upper_bound=step.upper
            )
        return policy

    def _alarm(
        self,
        name: str,
        comparison: cloudwatch.ComparisonOperator,
        *,
        passed: int,
        of: int,
        missing: cloudwatch.TreatMissingData,
        policy: appscaling.StepScalingAction,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{self._stage.full_name}-workers-{name.lower()}",
            alarm_description=(
                f"No fault: sets how many workers run. See {link(self._stage, 'Backlog')}"
            ),
            metric=self._open_jobs,
            comparison_operator=comparison,
            threshold=BUSY_FROM,
            evaluation_periods=of,
            datapoints_to_alarm=passed,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(actions.ApplicationScalingAction(policy))


def open_jobs(stage: Stage, queues: Queues) -> cloudwatch.MathExpression:
    """Jobs that wait or are in hand, by the sweeper's count or by SQS's: either is enough.

    A queue that nobody used for six hours sends no metrics until up to 15 minutes after it is used
    again ("Available CloudWatch metrics for Amazon SQS"); the sweeper might fail. What is not there
    at all counts as 0 in sums and in `MAX` of several; where neither is, there is no measurement.
    """
    every = Duration.seconds(EVERY_S)
    counted = own_metric(Service.BACKSTAGE, "JobsOpen", stage=stage, statistic="Maximum")
    visible = queues.jobs.metric_approximate_number_of_messages_visible(
        statistic="Maximum", period=every
    )
    in_hand = queues.jobs.metric_approximate_number_of_messages_not_visible(
        statistic="Maximum", period=every
    )
    return cloudwatch.MathExpression(
        label="open jobs",
        expression=("MAX([FILL(counted, REPEAT), FILL(visible, REPEAT) + FILL(in_hand, REPEAT)])"),
        using_metrics={
            "counted": counted.with_(period=every),
            "visible": visible,
            "in_hand": in_hand,
        },
        period=every,
    )


def while_busy(rule: ScalingRule) -> Iterator[Adjustment]:
    """The rule's steps from `BUSY_FROM` open jobs on."""
    steps = [step for step in rule.steps() if step.tasks]
    begins = [max(step.jobs, BUSY_FROM) - BUSY_FROM for step in steps]
    for step, begin, end in zip(steps, begins, [*begins[1:], None], strict=True):
        yield Adjustment(step.tasks, begin, end)
