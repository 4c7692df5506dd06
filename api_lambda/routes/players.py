"""Athletes: who they are, what is allowed for them, all that is kept about them, and its end."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from api_lambda.answers.export import export
from api_lambda.documentation import COMMON_REFUSALS, answer, asked, leads_to, refusals
from api_lambda.examples import players as examples
from api_lambda.examples.common import page_of
from api_lambda.idempotency import RepeatableRoute
from api_lambda.pages import PageQuery, cut, cut_by
from api_lambda.parameters import Api, Coach, ConsentId, NewPlayerId, PlayerId, SignedIn
from api_lambda.routes.receipts import DELETED, deleted
from api_lambda.wire.players import (
    ConsentAnswer,
    ConsentPage,
    NewConsent,
    PlayerAnswer,
    PlayerBody,
    PlayerExport,
    PlayerPage,
)
from shared.errors import (
    ConsentNotFound,
    InvalidConfig,
    InvalidRequest,
    PlayerNotFound,
    RequestTooLarge,
    StorageError,
)
from shared.players.store import place_of
from shared.telemetry import logger

_log = logger(__name__)

router = APIRouter(
    prefix="/players",
    tags=["Players"],
    dependencies=[SignedIn],
    route_class=RepeatableRoute,
    responses=refusals(*COMMON_REFUSALS),
)


_PLAYER = leads_to(
    "getPlayer",
    "deletePlayer",
    "exportPlayer",
    "giveConsent",
    "listConsents",
    "getTrend",
    player_id="#/player_id",
)
_CONSENT = leads_to("revokeConsent", player_id="$request.path.player_id", consent_id="#/consent_id")


@router.put(
    "/{player_id}",
    operation_id="putPlayer",
    summary="Make a player known, or change one",
    responses=answer(200, examples.PLAYER, description="Changed.", links=_PLAYER)
    | answer(201, examples.PLAYER, description="New.", model=PlayerAnswer, links=_PLAYER)
    | refusals(InvalidRequest, InvalidConfig, RequestTooLarge),
)
def put_player(
    api: Api,
    coach: Coach,
    player_id: NewPlayerId,
    body: Annotated[PlayerBody, Body(openapi_examples=asked(examples.PLAYER_BODY))],
    response: Response,
) -> PlayerAnswer:
    """Say who an athlete is. Safe to repeat; what is left out stays, null takes it back.

    Who is named in a session is known from then on, without a name or an age band.
    """
    player, new = api.players.put(coach.owner, player_id, **body.said())
    response.status_code = 201 if new else 200
    return PlayerAnswer.of(player)


@router.get(
    "",
    operation_id="listPlayers",
    summary="List players",
    responses=answer(200, page_of(examples.PLAYER)) | refusals(InvalidRequest),
)
def list_players(api: Api, coach: Coach, query: Annotated[PageQuery, Query()]) -> PlayerPage:
    """Your athletes, newest first."""
    found = api.players.page(coach.owner, limit=query.limit + 1, after=query.cursor)
    page, next_cursor = cut_by(place_of, found, query.limit)
    return PlayerPage(items=[PlayerAnswer.of(row) for row in page], next_cursor=next_cursor)


@router.get(
    "/{player_id}",
    operation_id="getPlayer",
    summary="Get a player",
    responses=answer(200, examples.PLAYER) | refusals(PlayerNotFound),
)
def get_player(api: Api, coach: Coach, player_id: PlayerId) -> PlayerAnswer:
    """One of your athletes."""
    return PlayerAnswer.of(api.players.get(coach.owner, player_id))


@router.delete(
    "/{player_id}",
    status_code=204,
    operation_id="deletePlayer",
    summary="Delete a player everywhere",
    responses=DELETED | refusals(PlayerNotFound),
)
def delete_player(api: Api, coach: Coach, player_id: PlayerId) -> Response:
    """Delete an athlete, their consents and every analysis that shows them. Safe to repeat.

    Analyses that are about nobody named go too, where the session named them then; the sessions
    stay, with what you wrote there, and do not name them any more. All answers that are kept for
    an `Idempotency-Key` of yours are forgotten.
    """
    receipt = api.erasure.player(coach.owner, player_id)
    _log.info("player_deleted", receipt_id=str(receipt.id))
    return deleted(receipt)


@router.get(
    "/{player_id}/export",
    operation_id="exportPlayer",
    summary="Export everything about a player",
    responses=answer(200, examples.EXPORT) | refusals(PlayerNotFound, InvalidRequest, StorageError),
)
def export_player(
    api: Api, coach: Coach, player_id: PlayerId, query: Annotated[PageQuery, Query()]
) -> PlayerExport:
    """Everything that is kept about an athlete, with links to every file.

    A page holds up to `limit` things, fewer where they are large: go on while there is a
    `next_cursor`.
    """
    return export(api, coach.owner, player_id, limit=query.limit, after=query.cursor)


@router.post(
    "/{player_id}/consents",
    status_code=201,
    operation_id="giveConsent",
    summary="Record a consent",
    responses=answer(201, examples.CONSENT, links=_CONSENT)
    | refusals(PlayerNotFound, InvalidRequest, RequestTooLarge),
)
def give_consent(
    api: Api,
    coach: Coach,
    player_id: PlayerId,
    body: Annotated[NewConsent, Body(openapi_examples=asked(examples.NEW_CONSENT))],
) -> ConsentAnswer:
    """Record that somebody allows something for an athlete.

    A minor is analysed only while a consent of scope `analysis` holds.
    """
    consent = api.players.allow(coach.owner, player_id, body.given())
    _log.info("consent_given", consent_id=str(consent.id), scope=consent.scope)
    return ConsentAnswer.of(consent)


@router.get(
    "/{player_id}/consents",
    operation_id="listConsents",
    summary="List a player's consents",
    responses=answer(200, page_of(examples.CONSENT)) | refusals(PlayerNotFound, InvalidRequest),
)
def list_consents(
    api: Api, coach: Coach, player_id: PlayerId, query: Annotated[PageQuery, Query()]
) -> ConsentPage:
    """All that was ever allowed for an athlete, newest first."""
    api.players.get(coach.owner, player_id)
    found = api.players.consents(coach.owner, player_id, limit=query.limit + 1, after=query.cursor)
    page, next_cursor = cut(found, query.limit)
    return ConsentPage(items=[ConsentAnswer.of(row) for row in page], next_cursor=next_cursor)


@router.delete(
    "/{player_id}/consents/{consent_id}",
    status_code=204,
    operation_id="revokeConsent",
    summary="Revoke a consent",
    responses=answer(204, description="Revoked.") | refusals(PlayerNotFound, ConsentNotFound),
)
def revoke_consent(api: Api, coach: Coach, player_id: PlayerId, consent_id: ConsentId) -> Response:
    """Take a consent back; its record stays. Safe to repeat.

    From now on nothing new is analysed by it. What was begun or is done stays: cancel or delete
    what you do not want to keep.
    """
    api.players.revoke(coach.owner, player_id, consent_id)
    _log.info("consent_revoked", consent_id=str(consent_id))
    return Response(status_code=204)
