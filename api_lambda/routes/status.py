"""How far a job is. Apps ask for it every two seconds, so the way through here is short."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api_lambda.documentation import COMMON_REFUSALS, answer, refusals
from api_lambda.etags import is_current, tag_of
from api_lambda.examples import jobs as examples
from api_lambda.parameters import Api, Coach, JobId, SignedIn, read_job_id, signed_in
from api_lambda.wire.jobs import StatusAnswer
from shared.errors import JobNotFound
from shared.jobs import Status

POLL_AFTER_S = 2
"""How often an app should look at a job that is still open."""


class _StraightRoute(APIRoute):
    """Documented as any other, but calls its one endpoint without FastAPI's solving of parameters.

    That takes longer than all the rest of this answer, the query included.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def handle(request: Request) -> Response:
            coach = await signed_in(request)
            job_id = read_job_id(request.path_params["job_id"])
            known = request.headers.get("if-none-match")
            api = request.app.state.services
            return await run_in_threadpool(get_job_status, api, coach, job_id, known)

        return handle


router = APIRouter(
    prefix="/analysis-jobs",
    tags=["Analysis jobs"],
    dependencies=[SignedIn],
    route_class=_StraightRoute,
    responses=refusals(*COMMON_REFUSALS),
)


@router.get(
    "/{job_id}/status",
    operation_id="getJobStatus",
    summary="Watch a job",
    response_model=StatusAnswer,
    responses=answer(200, examples.STATUS, headers=("ETag", "Retry-After"))
    | answer(304, description="Nothing has changed since `If-None-Match`.")
    | refusals(JobNotFound),
)
def get_job_status(
    api: Api,
    coach: Coach,
    job_id: JobId,
    if_none_match: Annotated[
        str | None, Header(description="The `ETag` of the last answer.")
    ] = None,
) -> Response:
    """The little an app needs while it waits. `Retry-After` says when to look again."""
    job = api.jobs.state(job_id, owner=coach.owner)
    body = StatusAnswer.of(job).model_dump_json().encode()
    headers = {"ETag": tag_of(body), "Cache-Control": "no-cache"}
    if not Status(job.status).final:
        headers["Retry-After"] = str(POLL_AFTER_S)
    if is_current(headers["ETag"], if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
