"""The shape of every alarm: its name, its sentence, its way into the runbook, whom it tells."""

import re

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk.aws_cloudwatch import ComparisonOperator, TreatMissingData
from constructs import Construct

from infra.monitoring.limit import Limit, Side
from infra.monitoring.signals import Signal
from infra.runbook import link
from infra.stage import Stage

_OPERATORS = {
    Side.ABOVE: ComparisonOperator.GREATER_THAN_THRESHOLD,
    Side.AT_LEAST: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    Side.BELOW: ComparisonOperator.LESS_THAN_THRESHOLD,
}


class Alarms(Construct):
    """Makes alarms that tell `topic` when they begin and when they are over.

    Attributes:
        made: all of them, in the order of their making.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, construct_id)
        self._stage = stage
        self._tell = actions.SnsAction(topic)
        self.made: list[cloudwatch.Alarm] = []

    def ring(self, limit: Limit, signal: Signal, *, silence_rings: bool = False) -> None:
        """Add an alarm.

        Args:
            limit: when it rings.
            signal: what is measured.
            silence_rings: no measurement is trouble; else it is none.
        """
        breaching, fine = TreatMissingData.BREACHING, TreatMissingData.NOT_BREACHING
        alarm = cloudwatch.Alarm(
            self,
            "".join(word.capitalize() for word in re.findall(r"\w+", limit.name)),
            alarm_name=f"{self._stage.full_name} {limit.name}",
            alarm_description=f"{limit.says} Runbook: {link(self._stage, limit.heading)}",
            metric=signal.with_(period=Duration.minutes(limit.times.every_min)),
            comparison_operator=_OPERATORS[limit.bound.side],
            threshold=limit.bound.value,
            evaluation_periods=limit.times.looked_at,
            datapoints_to_alarm=limit.times.passed,
            treat_missing_data=breaching if silence_rings else fine,
        )
        alarm.add_alarm_action(self._tell)
        alarm.add_ok_action(self._tell)
        self.made.append(alarm)
