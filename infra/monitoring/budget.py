"""What a stage may cost a month, and a warning before it does."""

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_sns as sns
from aws_cdk.aws_budgets import CfnBudget
from constructs import Construct

from infra.stage import Stage

SPENT_PERCENT = 80
"""Of the budget, already spent."""

FORESEEN_PERCENT = 100
"""Of the budget, at the end of the month as AWS foresees it."""


def add_budget(scope: Construct, *, stage: Stage, usd: int, topic: sns.ITopic) -> None:
    """Add a monthly budget of `usd` for what carries the tags of this stage.

    It counts nothing before `product` and `stage` are activated as cost allocation tags.
    """
    budgets.CfnBudget(
        scope,
        "Budget",
        budget=CfnBudget.BudgetDataProperty(
            budget_name=stage.full_name,
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=CfnBudget.SpendProperty(amount=usd, unit="USD"),
            filter_expression=CfnBudget.ExpressionProperty(
                and_=[_tagged("product", "coach-plus"), _tagged("stage", stage.name)]
            ),
            metrics=["UnblendedCost"],
        ),
        notifications_with_subscribers=[
            _tell(topic, "ACTUAL", SPENT_PERCENT),
            _tell(topic, "FORECASTED", FORESEEN_PERCENT),
        ],
    )


def _tagged(key: str, value: str) -> CfnBudget.ExpressionProperty:
    tag = CfnBudget.TagValuesProperty(key=key, values=[value], match_options=["EQUALS"])
    return CfnBudget.ExpressionProperty(tags=tag)


def _tell(
    topic: sns.ITopic, kind: str, percent: int
) -> CfnBudget.NotificationWithSubscribersProperty:
    return CfnBudget.NotificationWithSubscribersProperty(
        notification=CfnBudget.NotificationProperty(
            comparison_operator="GREATER_THAN",
            notification_type=kind,
            threshold=percent,
            threshold_type="PERCENTAGE",
        ),
        subscribers=[
            CfnBudget.SubscriberProperty(address=topic.topic_arn, subscription_type="SNS")
        ],
    )
