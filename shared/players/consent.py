"""Whether an athlete's video may be analysed: a minor's only with a guardian's consent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Engine

from shared.analysis import AgeBand, AnalysisSettings
from shared.documents import ANALYSES
from shared.errors import ConsentRequired
from shared.job_store import JobStore
from shared.jobs import JobKind
from shared.models import VideoAnalysisJob, VideoSession
from shared.players.store import PlayerStore, Standing
from shared.session_store import SessionStore

YOUNGEST_FIRST = tuple(AgeBand)


@dataclass(frozen=True, slots=True)
class ConsentGate:
    """Stands before every request that begins an analysis.

    What is asked is what holds at that moment. A consent revoked later stops no job that was let
    in; its coach cancels or deletes it.
    """

    players: PlayerStore

    def check(
        self, owner: str, player_ids: Sequence[str], settings: AnalysisSettings
    ) -> AnalysisSettings:
        """Return the settings to analyse with: the youngest player's band where they name none.

        A player is as old as their own record says, else as the settings say.

        Raises:
            ConsentRequired: one of them is a minor whose analysis nobody allows now, or the
                settings are for a minor and name nobody.
            DatabaseError: PostgreSQL is away.
        """
        if not player_ids:
            if not settings.is_adult:
                raise ConsentRequired
            return settings
        known = self.players.standings(owner, player_ids)
        standings = [known.get(player, _UNKNOWN) for player in player_ids]
        if any(_is_refused(standing, settings) for standing in standings):
            raise ConsentRequired
        if settings.age_band is not None:
            return settings
        return settings.model_copy(update={"age_band": youngest(standings)})


@dataclass(frozen=True, slots=True)
class ConsentAnew:
    """Stands before a failed job that is to be tried again."""

    gate: ConsentGate
    sessions: SessionStore
    jobs: JobStore

    @classmethod
    def on(cls, engine: Engine) -> Self:
        """Ask the rows behind `engine`."""
        return cls(ConsentGate(PlayerStore(engine)), SessionStore(engine), JobStore(engine))

    def check(self, job: VideoAnalysisJob) -> None:
        """Ask for everybody whom the job may show.

        Raises:
            ConsentRequired: one of them is a minor whose analysis nobody allows now.
            JobNotFound, SessionNotFound: what it belongs to was deleted in this moment, and it too.
            DatabaseError: PostgreSQL is away.
        """
        self.gate.check(job.owner, job.may_show, self._settings(job))

    def _settings(self, job: VideoAnalysisJob) -> AnalysisSettings:
        """Return what was said of the age where the players' own records say nothing."""
        if job.kind == JobKind.RENDER and job.source_job_id is not None:
            job = self.jobs.get(job.source_job_id, owner=job.owner)
        if job.kind in ANALYSES:
            return AnalysisSettings.model_validate(job.settings)
        if job.session_id is None:
            return AnalysisSettings()
        session = self.sessions.get(job.owner, job.session_id)
        return AnalysisSettings.model_validate(session.settings)


def may_show(session: VideoSession | None, player_id: str | None) -> list[str]:
    """Who may be seen: the player it is about, else any of the session's."""
    if player_id is not None:
        return [player_id]
    return [] if session is None else list(dict.fromkeys(session.player_ids))


def only(player_ids: Sequence[str]) -> str | None:
    """Whom a job is about: nobody in particular where several may be seen."""
    return player_ids[0] if len(player_ids) == 1 else None


def youngest(standings: Iterable[Standing]) -> AgeBand | None:
    """The youngest band that is known; None where none is."""
    bands = [standing.age_band for standing in standings if standing.age_band is not None]
    return min(bands, key=YOUNGEST_FIRST.index, default=None)


_UNKNOWN = Standing(age_band=None, analysis_allowed=False)


def _is_refused(standing: Standing, settings: AnalysisSettings) -> bool:
    band = standing.age_band or settings.age_band
    return band not in (None, AgeBand.ADULT) and not standing.analysis_allowed
