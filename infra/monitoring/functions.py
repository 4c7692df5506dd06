"""Alarms about functions: few, each over those to which it applies; the dashboard tells them apart.

Migrations have none: whoever deploys sees them fail. Nor has the operator's function: a person
waits for its answer, and a command may use up its five minutes.
"""

from aws_cdk.aws_cloudwatch import MathExpression, Stats

from infra.monitoring import limits
from infra.monitoring.alarms import Alarms
from infra.monitoring.signals import (
    OLDEST,
    WAITING,
    System,
    computed,
    of_function,
    of_queue,
)
from infra.own_metrics import Service

SWEEPS_ASIDE = ("api", "uploads", "webhooks", "courier")
"""Sweeps have alarms of their own."""

SHORT_CALLS = ("api", "sweeper", "uploads", "courier")
"""The sender of webhooks stays until the next call is due."""


def watch_functions(alarms: Alarms, system: System) -> None:
    """Ring when calls fail, are refused or are nearly cut off."""
    alarms.ring(limits.LAMBDA_ERRORS, _sum(system, "Errors"))
    alarms.ring(limits.LAMBDA_THROTTLES, _sum(system, "Throttles"))
    alarms.ring(limits.LAMBDA_DURATION, longest(system))


def watch_backstage(alarms: Alarms, system: System) -> None:
    """Ring when what works without a coach does not."""
    queues = system.queues
    # Every sweep writes how many errors it had, 0 too: one that is not counted was not made.
    sweeps = system.ours(Service.BACKSTAGE, "SweeperErrors", Stats.SAMPLE_COUNT)
    alarms.ring(limits.NO_SWEEP, sweeps, silence_rings=True)
    alarms.ring(limits.SWEEP_INCOMPLETE, system.ours(Service.BACKSTAGE, "SweeperErrors"))
    alarms.ring(limits.UPLOAD_EVENTS_NOT_CONSUMED, of_queue(queues.upload_events, OLDEST))
    set_aside = of_queue(queues.upload_events_dead_letters, WAITING)
    alarms.ring(limits.UPLOAD_EVENTS_SET_ASIDE, set_aside)
    alarms.ring(limits.WEBHOOKS_NOT_DELIVERED, _tries_in_vain(system))
    calls = of_function(system.backstage.webhooks, "Invocations")
    alarms.ring(limits.WEBHOOKS_NOT_SENT, calls, silence_rings=True)


def longest(system: System) -> MathExpression:
    """The longest of all short calls, in percent of the function's own time limit."""
    functions = {name: system.functions[name] for name in SHORT_CALLS}
    shares = ", ".join(f"{name} / {limit_ms(system, name) / 100:g}" for name in functions)
    durations = {
        name: of_function(function, "Duration", Stats.MAXIMUM)
        for name, function in functions.items()
    }
    return computed(f"MAX([{shares}])", **durations)


def limit_ms(system: System, name: str) -> float:
    """After how long Lambda ends a call of that function."""
    timeout = system.functions[name].timeout
    assert timeout is not None  # noqa: S101 - tells mypy; each has one
    return timeout.to_milliseconds()


def _sum(system: System, name: str) -> MathExpression:
    counts = {function: of_function(system.functions[function], name) for function in SWEEPS_ASIDE}
    return computed(" + ".join(counts), **counts)


def _tries_in_vain(system: System) -> MathExpression:
    """Tries that failed while not one was taken; the three are always written together."""
    return computed(
        "IF(delivered < 1, postponed + failed, 0)",
        delivered=system.ours(Service.BACKSTAGE, "WebhooksDelivered"),
        postponed=system.ours(Service.BACKSTAGE, "WebhooksPostponed"),
        failed=system.ours(Service.BACKSTAGE, "WebhooksFailed"),
    )
