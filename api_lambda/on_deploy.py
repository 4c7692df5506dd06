"""Lambda's entry for CloudFormation: migrates the database in the middle of a deployment.

A custom resource stands for the migrations in the stack. CloudFormation calls when it is made,
changed or removed, and waits until the answer lies at the presigned address that it names
("Custom resource request and response reference", AWS CloudFormation User Guide).
"""

import json
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.request import Request, urlopen

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from api_lambda.dependencies import BACKSTAGE
from api_lambda.scheduled import Clock
from shared import migrations
from shared.database import connect, session_limits
from shared.migrations.roles import AppRole, RoleOfSomebodyElse
from shared.plain_errors import told_plainly
from shared.settings import DatabaseSettings, MigrationSettings, RuntimeSettings
from shared.telemetry import configure_logging, logger

log = logger(__name__)

RESOURCE_ID = "migrations"
"""Always the same: another one would have CloudFormation remove the old."""

ANSWER_WITHIN_S = 45.0
"""Kept back of the time that Lambda gives, for calling a migration off and for the answer."""

LOGIN_WITHIN_S = 90.0
"""In a new stack it takes IAM a moment until the right to log in is known everywhere."""

LOGIN_AGAIN_S = 3.0

ANSWER_TRIES_S = (0.0, 0.3, 1.5)
"""Pauses before each."""

ANSWER_TIMEOUT_S = 10.0


class NotAnswered(Exception):
    """CloudFormation will hear nothing, and gives up when its own time is over."""


def migrate(event: Mapping[str, Any], context: Clock) -> None:
    """Bring the database to the newest revision, let the app's role in, and tell CloudFormation.

    It is told in any case, also of what fails. Removal leaves everything as it is.

    Raises:
        NotAnswered: it could not be told.
    """
    until = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - ANSWER_WITHIN_S
    try:
        runtime = RuntimeSettings()
        configure_logging(service=BACKSTAGE, stage=runtime.stage, level=runtime.log_level)
        if event["RequestType"] != "Delete":
            _migrate(until=until)
    except Exception as error:  # noqa: BLE001 - CloudFormation hears of it in any case
        known = told_plainly(error)
        log.error("not migrated", **known)  # noqa: TRY400 - the error's own words may quote a row
        _answer(event, "FAILED", _reason(error, kind=known["kind"]))
    else:
        _answer(event, "SUCCESS", "The database is at this version or a newer one.")


def _migrate(*, until: float) -> None:
    settings, role = DatabaseSettings(), MigrationSettings().database_app_role
    app_role = AppRole(role, session_limits(settings)) if role else None
    engine = connect(settings)
    try:
        _log_in(engine, until=min(until, time.monotonic() + LOGIN_WITHIN_S))
        migrations.upgrade(engine, app_role=app_role, within_s=until - time.monotonic())
    except migrations.DatabaseIsNewer as newer:  # this code is what a deployment went back to
        log.warning("database is newer than the code", revision=str(newer))
    else:
        log.info("migrated")
    finally:
        engine.dispose()


def _log_in(engine: Engine, *, until: float) -> None:
    while True:
        try:
            return engine.connect().close()
        except OperationalError:
            if time.monotonic() + LOGIN_AGAIN_S > until:
                raise
        time.sleep(LOGIN_AGAIN_S)


def _reason(error: Exception, *, kind: str) -> str:
    """What a person reads in CloudFormation's events."""
    if isinstance(error, RoleOfSomebodyElse):
        return f"{error} The database is as before."
    return f"{kind}: the database is as before; the log says more."


def _answer(event: Mapping[str, Any], status: str, reason: str) -> None:
    """Put the answer to where CloudFormation looks. Whoever has that address can answer for us."""
    answer = {
        "Status": status,
        "Reason": reason,
        "PhysicalResourceId": RESOURCE_ID,
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    # The signature is for an empty type; urllib would name one.
    request = Request(  # noqa: S310 - CloudFormation names it
        event["ResponseURL"],
        data=json.dumps(answer).encode(),
        headers={"Content-Type": ""},
        method="PUT",
    )
    for pause_s in ANSWER_TRIES_S:
        time.sleep(pause_s)
        if _put(request):
            return
    raise NotAnswered


def _put(request: Request) -> bool:
    try:
        with urlopen(request, timeout=ANSWER_TIMEOUT_S):  # noqa: S310 - as above
            return True
    except (OSError, HTTPException) as error:  # whose words may hold the address
        log.warning("not answered", kind=type(error).__name__)
        return False
