"""Training sessions: create, list, get."""

from typing import Annotated

from fastapi import APIRouter, Body, Query

from api_lambda.documentation import COMMON_REFUSALS, answer, asked, refusals
from api_lambda.examples import sessions as examples
from api_lambda.examples.common import page_of
from api_lambda.pages import PageQuery, cut
from api_lambda.parameters import Api, Coach, SessionId, SignedIn
from api_lambda.wire.sessions import NewSession, SessionAnswer, SessionPage
from shared.analysis import AnalysisSettings
from shared.errors import InvalidConfig, InvalidRequest, RequestTooLarge, SessionNotFound

router = APIRouter(
    prefix="/sessions",
    tags=["Sessions"],
    dependencies=[SignedIn],
    responses=refusals(*COMMON_REFUSALS),
)


@router.post(
    "",
    status_code=201,
    operation_id="createSession",
    summary="Create a session",
    responses=answer(201, examples.SESSION)
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
def list_sessions(api: Api, coach: Coach, query: Annotated[PageQuery, Query()]) -> SessionPage:
    """Your sessions, newest first."""
    found = api.sessions.page(coach.owner, limit=query.limit + 1, after=query.cursor)
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
