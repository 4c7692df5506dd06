"""Who hears of alarms: one topic, and the address of the stage if it has one."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.stage import Stage


class AlarmTopic(Construct):
    """Only alarms and budgets of this account publish, and only over TLS.

    SNS encrypts what it stores. A key of one's own costs a dollar a month and is one more thing
    that could keep an alarm silent; the messages hold names of alarms and numbers.

    Attributes:
        topic: the topic.
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(
            self, "Topic", display_name=f"Coach Plus {stage.name}", enforce_ssl=True
        )
        stack = Stack.of(self)
        alarms = f"cloudwatch:{stack.region}:{stack.account}:alarm:{stage.full_name} *"
        self._let_in("cloudwatch.amazonaws.com", alarms)
        self._let_in("budgets.amazonaws.com", f"budgets::{stack.account}:*")
        if stage.alarm_email is not None:
            self.topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email))

    def _let_in(self, service: str, source: str) -> None:
        """Let a service of AWS publish, on behalf of nobody but `source` in this account."""
        stack = Stack.of(self)
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                principals=[iam.ServicePrincipal(service)],
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": f"arn:{stack.partition}:{source}"},
                },
            )
        )
