"""How the whole system is doing, for operators. To others these addresses do not exist."""

from fastapi import APIRouter
from fastapi.responses import Response

from api_lambda.documentation import COMMON_REFUSALS, answer, refusals
from api_lambda.examples import monitoring as examples
from api_lambda.parameters import Api, Operator, SignedIn
from shared.errors import NotFound, QueueError
from shared.operations.dashboard import Dashboard, dashboard

PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"

router = APIRouter(
    tags=["Monitoring"],
    dependencies=[SignedIn, Operator],
    responses=refusals(*COMMON_REFUSALS, NotFound, QueueError),
)


@router.get(
    "/monitoring/dashboard",
    operation_id="getDashboard",
    summary="See the whole system",
    responses=answer(200, examples.DASHBOARD),
)
def get_dashboard(api: Api) -> Dashboard:
    """Queues, workers, jobs by stage, what is stuck, and how the last hour went.

    Needs the scope `operator`; without it the answer is that of an unknown address.
    """
    return dashboard(api.lookout)


class PrometheusText(Response):
    """The exposition format, version 0.0.4."""

    media_type = PROMETHEUS_TEXT


@router.get(
    "/metrics",
    operation_id="getMetrics",
    summary="Metrics for Prometheus",
    response_class=PrometheusText,
    responses={
        200: {
            "description": "Prometheus text format 0.0.4.",
            "content": {
                PROMETHEUS_TEXT: {"schema": {"type": "string"}, "example": examples.METRICS}
            },
        }
    },
)
def get_metrics(api: Api) -> PrometheusText:
    """The dashboard's numbers as gauges. Needs the scope `operator`, as the dashboard does."""
    from shared.operations.prometheus import exposition  # noqa: PLC0415 - only operators wait for it

    return PrometheusText(exposition(dashboard(api.lookout)))
