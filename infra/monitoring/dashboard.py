"""The one dashboard of a stage: alarms on top, then the way of a job from upload to webhook."""

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import (
    Alarm,
    AlarmStatusWidget,
    AlarmStatusWidgetSortBy,
    Dashboard,
    IWidget,
    TextWidget,
)
from constructs import Construct

from infra.monitoring import rows_of_jobs, rows_of_parts
from infra.monitoring.panels import FULL, HEIGHT, THIRD
from infra.monitoring.signals import System
from infra.runbook import link
from infra.stage import Stage


def add_dashboard(scope: Construct, system: System, *, alarms: list[Alarm]) -> None:
    """Add the dashboard `coach-plus-<stage>`, with `alarms` on top."""
    stage = system.stage
    Dashboard(
        scope,
        "Dashboard",
        dashboard_name=stage.full_name,
        default_interval=Duration.hours(3),
        widgets=[
            [_status(alarms), _runbook(stage)],
            rows_of_jobs.funnel(system),
            rows_of_jobs.queue(system),
            rows_of_jobs.work(system),
            rows_of_jobs.workers(system),
            rows_of_parts.api(system),
            rows_of_parts.functions(system),
            rows_of_parts.database(system),
            rows_of_parts.backstage(system),
        ],
    )


def _status(alarms: list[Alarm]) -> IWidget:
    return AlarmStatusWidget(
        title="Alarms",
        alarms=list(alarms),
        sort_by=AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
        width=FULL - THIRD,
        height=HEIGHT,
    )


def _runbook(stage: Stage) -> IWidget:
    """Where to go from here; a runbook that is a path cannot be followed from a console."""
    places = {
        "What an alarm means": "Alarm → section",
        "What else can go wrong": "Failure → section",
        "Commands and logs": "How to look",
        "Error codes": "Error codes",
        "Every metric of ours": "Every metric of ours",
    }
    lines = [f"- [{text}]({link(stage, heading)})" for text, heading in places.items()]
    words = [f"# Coach Plus, stage {stage.name}", "The runbook:", *lines]
    return TextWidget(markdown="\n".join(words), width=THIRD, height=HEIGHT)
