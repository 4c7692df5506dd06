"""Lambda's entry for API Gateway.

Wired while Lambda initialises, when the processor runs at full speed and no coach waits yet. This
module is for Lambda only: everybody else calls `create_app`.
"""

import logging

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from api_lambda.app import create_app
from api_lambda.dependencies import SERVICE, from_environment
from api_lambda.problems import MEDIA_TYPE
from shared.settings import RuntimeSettings
from shared.telemetry import configure_logging

_runtime = RuntimeSettings()
configure_logging(service=SERVICE, stage=_runtime.stage, level=_runtime.log_level)
logging.getLogger("mangum").setLevel(logging.WARNING)  # the app has an access log of its own

handler = Mangum(
    create_app(from_environment()),
    lifespan="off",
    text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, MEDIA_TYPE],  # problems travel as text, not base64
)
