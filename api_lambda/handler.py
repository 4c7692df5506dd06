"""Lambda's entry for API Gateway.

Wired while Lambda initialises, when the processor runs at full speed and no coach waits yet. This
module is for Lambda only: everybody else calls `create_app`.

With SnapStart all environments go on from one snapshot of what is here, hours or days later
("Handling uniqueness with Lambda SnapStart", AWS Lambda Developer Guide). So nothing here may be
open, unique or of a moment:

- Connections to the database and threads are made by the first request that needs them. The pool
  asks by the wall clock whether a connection lives, so it also notices a later freeze.
- Clients of AWS hold credentials that know when they end, and are fetched anew: with SnapStart from
  a local address (`AWS_CONTAINER_CREDENTIALS_FULL_URI`). Tokens for the database are signed, and
  the keys for that looked up, at a connection.
- Ids and nonces come from the kernel (`uuid4`), TLS from OpenSSL, which Lambda keeps unique. The
  generator of `random` is copied: it may decide on pauses, never on what must be one's own.
- Durations are measured within a request; what is remembered (a token that was checked) has its end
  on the wall clock. Keys of an issuer are not here: the gateway has checked the token.
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
