"""Training sessions: create, list, get, change, delete."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from api_lambda.documentation import COMMON_REFUSALS, answer, asked, leads_to, refusals
from api_lambda.examples import sessions as examples
from api_lambda.examples.common import page_of
from api_lambda.idempotency import RepeatableRoute
from api_lambda.pages import SessionQuery, cut
from api_lambda.parameters import Api, Coach, SessionId, SignedIn
from api_lambda.routes.receipts import DELETED, deleted
from api_lambda.wire.sessions import NewSession, SessionAnswer, SessionChange, SessionPage
from shared.analysis import AnalysisSettings
from shared.errors import InvalidConfig, InvalidRequest, RequestTooLarge, SessionNotFound
from shared.telemetry import logger

_log = logger(__name__)

router = APIRouter(
    prefix="/sessions",
    tags=["Sessions"],
    dependencies=[SignedIn],
    route_class=RepeatableRoute,
    responses=refusals(*COMMON_REFUSALS),
)


_SESSION = leads_to(
    "getSession", "changeSession", "deleteSession", "listJobs", session_id="#/session_id"
) | leads_to(
    "initiateUpload", "uploadVideo", "initiatePictures", in_body=True, session_id="#/session_id"
)


@router.post(
    "",
    status_code=201,
    operation_id="createSession",
    summary="Create a session",
    responses=answer(201, examples.SESSION, links=_SESSION)
    | refusals(InvalidRequest, InvalidConfig, RequestTooLarge),
)
def create_session(
    api: Api,
    coach: Coach,
    body: Annotated[NewSession, Body(openapi_examples=asked(examples.NEW_SESSION))],
) -> SessionAnswer:
    """Open a training session; its settings are the defaults of the videos filmed in it."""
    session = api.sessions.create(
        coach.owner,
        title=body.title,
        player_ids=body.player_ids,
        notes=body.notes,
        settings=AnalysisSettings.model_validate(body.settings_given()),
    )
    return SessionAnswer.of(session)


@router.get(
    "",
    operation_id="listSessions",
    summary="List sessions",
    responses=answer(200, page_of(examples.SESSION)) | refusals(InvalidRequest),
)
def list_sessions(api: Api, coach: Coach, query: Annotated[SessionQuery, Query()]) -> SessionPage:
    """Your sessions, newest first."""
    found = api.sessions.page(
        coach.owner, limit=query.limit + 1, after=query.cursor, player_id=query.player_id
    )
    page, next_cursor = cut(found, query.limit)
    return SessionPage(items=[SessionAnswer.of(row) for row in page], next_cursor=next_cursor)


@router.get(
    "/{session_id}",
    operation_id="getSession",
    summary="Get a session",
    responses=answer(200, examples.SESSION) | refusals(SessionNotFound),
)
def get_session(api: Api, coach: Coach, session_id: SessionId) -> SessionAnswer:
    """One of your sessions."""
    return SessionAnswer.of(api.sessions.get(coach.owner, session_id))


@router.patch(
    "/{session_id}",
    operation_id="changeSession",
    summary="Change a session",
    responses=answer(200, examples.SESSION)
    | refusals(SessionNotFound, InvalidRequest, InvalidConfig, RequestTooLarge),
)
def change_session(
    api: Api,
    coach: Coach,
    session_id: SessionId,
    body: Annotated[SessionChange, Body(openapi_examples=asked(examples.SESSION_CHANGE))],
) -> SessionAnswer:
    """Change what the body names and nothing else; a setting of null goes back to its default.

    Settings are of use to videos that are announced from now on.
    """
    session = api.sessions.change(
        coach.owner,
        session_id,
        texts=body.texts_given(),
        player_ids=body.players_given(),
        settings=body.settings_given(),
    )
    return SessionAnswer.of(session)


@router.delete(
    "/{session_id}",
    status_code=204,
    operation_id="deleteSession",
    summary="Delete a session",
    responses=DELETED | refusals(SessionNotFound),
)
def delete_session(api: Api, coach: Coach, session_id: SessionId) -> Response:
    """Delete a session with all its jobs and their files. Safe to repeat; players stay."""
    receipt = api.erasure.session(coach.owner, session_id)
    _log.info("session_deleted", session_id=str(session_id), receipt_id=str(receipt.id))
    return deleted(receipt)
