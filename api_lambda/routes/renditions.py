"""What there is to see of an analysed video: rendering it, links to everything, one video."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from fastapi.responses import RedirectResponse

from api_lambda.answers.links import Links
from api_lambda.documentation import COMMON_REFUSALS, JOB_BEGUN, answer, asked, refusals
from api_lambda.examples import renditions as examples
from api_lambda.idempotency import RepeatableRoute
from api_lambda.parameters import Api, Coach, JobId, SignedIn
from api_lambda.wire.renditions import (
    FilmQuery,
    KeyFrameLink,
    RenderAnswer,
    VisualizationAnswer,
)
from shared.errors import (
    ConsentRequired,
    InvalidRequest,
    JobNotFound,
    NoResults,
    NotRendered,
    NotStored,
    ObjectMissing,
    RequestTooLarge,
    ResultsNotReady,
    StorageError,
    TooManyActiveJobs,
)
from shared.jobs import Status
from shared.renditions.document import RenderOptions
from shared.renditions.screening import Rendered, Visible
from shared.telemetry import logger

_log = logger(__name__)

router = APIRouter(
    prefix="/analysis-jobs",
    tags=["Renditions"],
    dependencies=[SignedIn],
    route_class=RepeatableRoute,
    responses=refusals(*COMMON_REFUSALS),
)


@router.post(
    "/{job_id}/render",
    status_code=202,
    operation_id="renderJob",
    summary="Draw the skeleton in",
    responses=answer(202, examples.RENDERING, links=JOB_BEGUN)
    | refusals(
        JobNotFound,
        ObjectMissing,
        NotStored,
        ResultsNotReady,
        NoResults,
        ConsentRequired,
        InvalidRequest,
        RequestTooLarge,
        TooManyActiveJobs,
        StorageError,
    ),
)
def render_job(
    api: Api,
    coach: Coach,
    job_id: JobId,
    options: Annotated[RenderOptions, Body(openapi_examples=asked(examples.OPTIONS))],
) -> RenderAnswer:
    """Make the annotated video, a copy that browsers play, and stills of a completed analysis.

    A new job, to be watched like any other. Asked for the same again while it is under way, it is
    the same job.
    """
    job = api.derived.render(coach.owner, job_id, options)
    _log.info("job_rendered", job_id=str(job.id), source_job_id=str(job_id))
    return RenderAnswer.of(job)


@router.get(
    "/{job_id}/visualization",
    operation_id="getVisualization",
    summary="See an analysis",
    responses=answer(200, examples.VISUALIZATION)
    | refusals(JobNotFound, ResultsNotReady, NoResults, StorageError),
)
def get_visualization(api: Api, coach: Coach, job_id: JobId) -> VisualizationAnswer:
    """Links to the videos and stills of a completed analysis, as its latest rendering has them.

    With the id of a rendering: as that one has them.
    """
    return _linked(api.links, api.screening.of(coach.owner, job_id))


@router.get(
    "/{job_id}/video",
    status_code=307,
    operation_id="getVideo",
    summary="Watch a video",
    response_class=RedirectResponse,
    responses=answer(307, description="To the video.", headers=("Location",))
    | refusals(
        JobNotFound,
        ObjectMissing,
        NotRendered,
        ResultsNotReady,
        NoResults,
        InvalidRequest,
        StorageError,
    ),
)
def get_video(
    api: Api, coach: Coach, job_id: JobId, query: Annotated[FilmQuery, Query()]
) -> RedirectResponse:
    """Where one video of a completed analysis lies, as a redirect to a presigned link."""
    return RedirectResponse(api.links.to(api.screening.film_key(coach.owner, job_id, query.kind)))


def _linked(links: Links, visible: Visible) -> VisualizationAnswer:
    original, newest = visible.original_key, visible.newest
    return VisualizationAnswer(
        job_id=visible.analysis.id,
        original_url=None if original is None else links.to(original),
        **_rendered(links, visible.rendered),
        expires_in=links.expire_in_s,
        rendition_job_id=None if newest is None else newest.id,
        rendition_status=None if newest is None else Status(newest.status),
    )


def _rendered(links: Links, rendered: Rendered | None) -> dict[str, Any]:
    if rendered is None:
        return {
            "playback_url": None,
            "annotated_url": None,
            "thumbnail_url": None,
            "key_frames": [],
        }
    document = rendered.document
    return {
        "playback_url": links.to(rendered.key(document.playback)),
        "annotated_url": links.to(rendered.key(document.annotated)),
        "thumbnail_url": links.to(rendered.key(document.thumbnail)),
        "key_frames": [
            KeyFrameLink(
                t_s=one.t_s,
                frame=one.frame,
                label=one.label,
                confidence=one.confidence,
                url=links.to(rendered.key(one.still)),
            )
            for one in document.key_frames
        ],
    }
