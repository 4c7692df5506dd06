"""How a player's metrics went over time."""

from typing import Annotated

from fastapi import APIRouter, Query

from api_lambda.documentation import COMMON_REFUSALS, answer, refusals
from api_lambda.examples import trends as examples
from api_lambda.parameters import Api, Coach, PlayerId, SignedIn
from api_lambda.wire.trends import TrendAnswer, TrendQuery
from shared.errors import InvalidRequest, PlayerNotFound

router = APIRouter(
    prefix="/players",
    tags=["Players"],
    dependencies=[SignedIn],
    responses=refusals(*COMMON_REFUSALS),
)


@router.get(
    "/{player_id}/trends",
    operation_id="getTrend",
    summary="A metric over time",
    responses=answer(200, examples.TREND) | refusals(PlayerNotFound, InvalidRequest),
)
def get_trend(
    api: Api, coach: Coach, player_id: PlayerId, query: Annotated[TrendQuery, Query()]
) -> TrendAnswer:
    """One metric of a player from the newest 500 analyses; only what can be compared is together.

    A series holds one movement, exercise, camera view and side. What gave no point is counted.
    """
    trend = api.trends.of(coach.owner, player_id, query.metric)
    return TrendAnswer.of(player_id, query.metric, trend)
