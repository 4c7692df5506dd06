"""What a row of the dashboard is made of: three graphs beside each other, each of a few lines."""

from collections.abc import Mapping

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk.aws_cloudwatch import GraphWidget, HorizontalAnnotation, YAxisProps

from infra.monitoring.limit import Limit
from infra.monitoring.signals import Signal

FULL = 24
"""How wide a dashboard is, in CloudWatch's units."""

THIRD = 8
HEIGHT = 6
RED = "#d62728"


def graph(
    title: str,
    lines: Mapping[str, Signal],
    *,
    unit: str,
    limits: tuple[Limit, ...] = (),
) -> GraphWidget:
    """A third of a row.

    Args:
        title: what it shows.
        lines: what is drawn, by its label.
        unit: of all lines; beside the axis, which begins at 0.
        limits: drawn across, where an alarm would ring.
    """
    metrics: list[cloudwatch.IMetric] = [line.with_(label=label) for label, line in lines.items()]
    return GraphWidget(
        title=title,
        width=THIRD,
        height=HEIGHT,
        left=metrics,
        left_y_axis=YAxisProps(label=unit, min=0, show_units=False),
        left_annotations=[
            HorizontalAnnotation(value=limit.bound.value, label=limit.part or "alarm", color=RED)
            for limit in limits
        ],
    )
