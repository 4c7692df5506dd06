"""The application: routes, error handlers and the layers around them."""

from api_lambda.dependencies import Services
from api_lambda.documentation import DESCRIPTION, DocumentedApi
from api_lambda.limits import BodyLimit
from api_lambda.problems import handle_errors
from api_lambda.request_log import RequestLog
from api_lambda.routes import health, jobs, sessions, uploads
from shared import __version__
from shared.settings import API_BASE_PATH


def create_app(services: Services) -> DocumentedApi:
    """Build the API around what it is given; opens nothing and reads no environment."""
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
    app.state.services = services
    for topic in (sessions, uploads, jobs, health):
        app.include_router(topic.router, prefix=API_BASE_PATH)
    handle_errors(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestLog, metrics=services.metrics)  # added last, so outermost
    return app
