"""The catalogue: movements, how to film them, drills. The same for everybody, so it is cached."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel

from api_lambda.documentation import COMMON_REFUSALS, Documented, answer, refusals
from api_lambda.etags import is_current, tag_of
from api_lambda.examples import catalogue as examples
from api_lambda.parameters import SignedIn
from api_lambda.wire.catalogue import (
    CaptureGuideAnswer,
    DrillEntry,
    DrillList,
    DrillQuery,
    MovementEntry,
    MovementList,
)
from shared import catalogue
from shared.errors import InvalidRequest, NotFound
from shared.results import Movement

FRESH_S = 3600
"""How long an app need not ask again; a release may change the catalogue."""

router = APIRouter(
    prefix="/catalogue",
    tags=["Catalogue"],
    dependencies=[SignedIn],
    responses=refusals(*COMMON_REFUSALS),
)

IfNoneMatch = Annotated[str | None, Header(description="The `ETag` of the last answer.")]

_UNCHANGED: Documented = answer(304, description="Nothing has changed since `If-None-Match`.")
_CACHE_HEADERS = ("ETag", "Cache-Control")


@router.get(
    "/movements",
    operation_id="listMovements",
    summary="List the movements",
    response_model=MovementList,
    responses=answer(200, examples.MOVEMENTS, headers=_CACHE_HEADERS) | _UNCHANGED,
)
def list_movements(if_none_match: IfNoneMatch = None) -> Response:
    """What can be analysed: every movement with its metrics and the moments looked for."""
    guides = catalogue.movements().values()
    return _cached(MovementList(items=[MovementEntry.of(guide) for guide in guides]), if_none_match)


@router.get(
    "/capture-guides/{movement}",
    operation_id="getCaptureGuide",
    summary="How to film a movement",
    response_model=CaptureGuideAnswer,
    responses=answer(200, examples.CAPTURE_GUIDE, headers=_CACHE_HEADERS)
    | _UNCHANGED
    | refusals(NotFound),
)
def get_capture_guide(
    movement: Annotated[
        str, Path(json_schema_extra={"enum": list(Movement)}, examples=[Movement.RUNNING])
    ],
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Where to stand, how far away and at which rate, so that the movement can be measured."""
    if movement not in set(Movement):
        raise NotFound("There is no such movement.")
    guide = catalogue.movements()[Movement(movement)]
    return _cached(CaptureGuideAnswer.of(guide), if_none_match)


@router.get(
    "/drills",
    operation_id="listDrills",
    summary="List drills",
    response_model=DrillList,
    responses=answer(200, examples.DRILLS, headers=_CACHE_HEADERS)
    | _UNCHANGED
    | refusals(InvalidRequest),
)
def list_drills(
    query: Annotated[DrillQuery, Query()], if_none_match: IfNoneMatch = None
) -> Response:
    """All drills, or those for a movement or a finding's code; none for a code nobody knows."""
    fitting = [entry for entry in catalogue.drills().values() if query.fits(entry)]
    return _cached(DrillList(items=[DrillEntry.of(entry) for entry in fitting]), if_none_match)


def _cached(said: BaseModel, if_none_match: str | None) -> Response:
    """Answer, or say that nothing has changed. Kept by the asking app only: it took a token."""
    body = said.model_dump_json().encode()
    headers = {"ETag": tag_of(body), "Cache-Control": f"private, max-age={FRESH_S}"}
    if is_current(headers["ETag"], if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
