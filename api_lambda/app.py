"""The application: routes, error handlers and the layers around them."""

from starlette.middleware.gzip import GZipMiddleware

from api_lambda.body_limit import BodyLimit
from api_lambda.dependencies import Services
from api_lambda.documentation import DESCRIPTION, DocumentedApi
from api_lambda.problems import handle_errors
from api_lambda.request_log import RequestLog
from api_lambda.routes import (
    catalogue,
    health,
    images,
    jobs,
    monitoring,
    players,
    reanalysis,
    receipts,
    renditions,
    report,
    sessions,
    status,
    trends,
    uploads,
    webhooks,
)
from shared import __version__
from shared.settings import API_BASE_PATH

COMPRESSED_FROM_BYTES = 4096
"""Results shrink to a tenth; API Gateway does not do it for us."""


def create_app(services: Services) -> DocumentedApi:
    """Build the API around what it is given; opens nothing and reads no environment."""
    app = routes_only()
    app.state.services = services
    handle_errors(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM_BYTES, compresslevel=5)
    app.add_middleware(RequestLog, metrics=services.metrics)  # added last, so outermost
    return app


def routes_only() -> DocumentedApi:
    """Return the app as far as its document goes; it cannot answer yet."""
    app = DocumentedApi(
        title="Coach Plus",
        description=DESCRIPTION,
        version=__version__,
        openapi_url=f"{API_BASE_PATH}/openapi.json",
        docs_url=f"{API_BASE_PATH}/docs",
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
        # OpenTelemetry would record refused bodies, with names in them.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    for topic in (
        status,  # first, as routes are tried in order: it is asked for most
        jobs,
        sessions,
        players,
        trends,
        uploads,
        images,
        report,
        reanalysis,
        renditions,
        catalogue,
        webhooks,
        receipts,
        monitoring,
        health,
    ):
        app.include_router(topic.router, prefix=API_BASE_PATH)
    return app
