"""Is the API alive, and can it reach what it needs. Open to everybody, and says nothing more."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api_lambda.documentation import answer
from api_lambda.examples import health as examples
from api_lambda.parameters import Api
from shared import __version__
from shared.telemetry import logger

router = APIRouter(prefix="/health", tags=["Health"])

_log = logger(__name__)

Part = Literal["ok", "unavailable"]


class HealthAnswer(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str


class ReadyAnswer(BaseModel):
    """Which of the parts behind the API answer."""

    status: Part
    parts: dict[str, Part]


@router.get(
    "",
    operation_id="getHealth",
    summary="Alive?",
    responses=answer(200, examples.HEALTH),
)
async def get_health() -> HealthAnswer:
    """Answers as long as the process runs; touches nothing else."""
    return HealthAnswer(version=__version__)


@router.get(
    "/ready",
    operation_id="getReadiness",
    summary="Ready?",
    responses=answer(200, examples.READY)
    | answer(503, examples.NOT_READY, description="A part does not answer.", model=ReadyAnswer),
)
async def get_readiness(api: Api, response: Response) -> ReadyAnswer:
    """Asks database, bucket and queue at once, and waits two seconds at most."""
    answered = await api.readiness.ask()
    parts: dict[str, Part] = {
        name: "ok" if yes else "unavailable" for name, yes in answered.items()
    }
    if all(answered.values()):
        return ReadyAnswer(status="ok", parts=parts)
    _log.warning("not_ready", parts=parts)
    response.status_code = 503
    return ReadyAnswer(status="unavailable", parts=parts)
