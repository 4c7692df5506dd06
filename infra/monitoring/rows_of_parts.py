"""Rows of the dashboard about the parts that serve jobs: API, functions, database, backstage."""

from aws_cdk.aws_cloudwatch import IWidget, Stats

from infra.monitoring import limits
from infra.monitoring.database import connections, free_memory, free_storage
from infra.monitoring.functions import longest
from infra.monitoring.panels import graph
from infra.monitoring.signals import OLDEST, System, of_function, of_queue
from infra.own_metrics import Service


def api(system: System) -> list[IWidget]:
    """What callers see, at the gateway."""
    return [
        graph("Requests", {"all": system.of_gateway("Count")}, unit="count"),
        graph(
            "How long requests take",
            {
                "half": system.of_gateway("Latency", "p50"),
                "99 of 100": system.of_gateway("Latency", "p99"),
                "99 of 100, in the function": system.ours(Service.API, "RequestLatency", "p99"),
            },
            unit="milliseconds",
            limits=(limits.API_P99,),
        ),
        graph(
            "Errors",
            {"ours (5xx)": system.of_gateway("5xx"), "callers' (4xx)": system.of_gateway("4xx")},
            unit="count",
        ),
    ]


def functions(system: System) -> list[IWidget]:
    """Each function by itself: alarms look at several at once."""
    named = system.functions.items()
    return [
        graph(
            "Functions: errors",
            {name: of_function(function, "Errors") for name, function in named},
            unit="count",
        ),
        graph(
            "Functions: throttles, calls at once",
            {
                **{f"{name}: throttles": of_function(one, "Throttles") for name, one in named},
                "API: at once": of_function(
                    system.api.function, "ConcurrentExecutions", Stats.MAXIMUM
                ),
            },
            unit="count",
        ),
        graph(
            "Functions: longest call of its time limit",
            {"longest": longest(system)},
            unit="percent",
            limits=(limits.LAMBDA_DURATION,),
        ),
    ]


def database(system: System) -> list[IWidget]:
    """What the instance has left."""
    return [
        graph(
            "Database: processor, connections",
            {"processor": system.of_database("CPUUtilization"), "taken": connections(system)},
            unit="percent",
            limits=(limits.DATABASE_CPU,),
        ),
        graph(
            "Database: free",
            {"memory": free_memory(system), "storage": free_storage(system)},
            unit="percent",
            limits=(limits.DATABASE_MEMORY,),
        ),
        graph(
            "Database: how long a disk access takes",
            {
                "reading": system.of_database("ReadLatency"),
                "writing": system.of_database("WriteLatency"),
            },
            unit="seconds",
        ),
    ]


def backstage(system: System) -> list[IWidget]:
    """What works without a coach."""
    swept = ("Sent", "Resent", "Reclaimed", "LettersResent", "UploadsCompleted", "Errors")
    return [
        graph(
            "Sweeper",
            {name: system.ours(Service.BACKSTAGE, f"Sweeper{name}") for name in swept},
            unit="count",
        ),
        graph(
            "Webhooks",
            {
                name.lower(): system.ours(Service.BACKSTAGE, f"Webhooks{name}")
                for name in ("Delivered", "Postponed", "Failed")
            },
            unit="messages",
        ),
        graph(
            "Upload events: oldest",
            {"age": of_queue(system.queues.upload_events, OLDEST)},
            unit="seconds",
            limits=(limits.UPLOAD_EVENTS_NOT_CONSUMED,),
        ),
    ]
