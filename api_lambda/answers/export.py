"""Puts everything about a player into answers that stay below 1 MB each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain

from api_lambda.dependencies import Services
from api_lambda.pages import cut, place_of, to_cursor
from api_lambda.wire.jobs import JobSummary
from api_lambda.wire.players import (
    ConsentAnswer,
    ExportedDelivery,
    ExportedFile,
    ExportedJob,
    PlayerAnswer,
    PlayerExport,
)
from api_lambda.wire.sessions import SessionAnswer
from shared.erasure.store import folders_of
from shared.models import Consent, VideoAnalysisJob, VideoSession, WebhookDelivery
from shared.paging import Position
from shared.players.record import Kept

MAX_BYTES = 900_000
"""Of the lists together. One job more may come on top of nothing: it has at most a few hundred
files, each with a link of up to 2 kB."""

Shown = ConsentAnswer | SessionAnswer | ExportedJob


def export(
    api: Services, owner: str, player_id: str, *, limit: int, after: Position | None
) -> PlayerExport:
    """One page of all that is kept about a player.

    Raises:
        PlayerNotFound: nobody of this id, or somebody else's.
        StorageError: S3 is away, so the files could not be listed.
    """
    player = api.players.get(owner, player_id)
    found = api.player_record.page(owner, player_id, limit=limit + 1, after=after)
    page, next_cursor = cut(found, limit)
    shown = _as_many_as_fit(api, owner, page)
    if len(shown) < len(page):
        next_cursor = to_cursor(place_of(page[len(shown) - 1]))
    return PlayerExport(
        player=PlayerAnswer.of(player),
        consents=[each for each in shown if isinstance(each, ConsentAnswer)],
        sessions=[each for each in shown if isinstance(each, SessionAnswer)],
        jobs=[each for each in shown if isinstance(each, ExportedJob)],
        exported_at=datetime.now(UTC),
        links_expire_in_s=api.links.expire_in_s,
        next_cursor=next_cursor,
    )


def _as_many_as_fit(api: Services, owner: str, page: Sequence[Kept]) -> list[Shown]:
    jobs = [row.id for row in page if isinstance(row, VideoAnalysisJob)]
    told = api.player_record.deliveries(owner, jobs)
    shown: list[Shown] = []
    size = 0
    for row in page:
        one = _shown(api, row, told.get(row.id, ()))
        size += len(one.model_dump_json())
        if shown and size > MAX_BYTES:
            break
        shown.append(one)
    return shown


def _shown(api: Services, row: Kept, told: Sequence[WebhookDelivery]) -> Shown:
    match row:
        case Consent():
            return ConsentAnswer.of(row)
        case VideoSession():
            return SessionAnswer.of(row)
        case VideoAnalysisJob():
            return ExportedJob(
                job=JobSummary.of(row),
                files=list(chain.from_iterable(map(partial(_files, api), folders_of(row)))),
                deliveries=[ExportedDelivery.of(delivery) for delivery in told],
            )


def _files(api: Services, folder: str) -> list[ExportedFile]:
    return [
        ExportedFile(name=key.removeprefix(folder), url=api.links.to(key))
        for key in api.media.keys(folder)
    ]
