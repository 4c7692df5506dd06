"""From a sent video to its annotated film: rows, bucket, worker and pipeline, in one process."""

import io
from typing import Any

import av
import pytest

from shared.derived import Derived
from shared.media.store import results_prefix
from shared.renditions.document import RenderOptions, Rendition
from shared.renditions.screening import Film, Screening
from shared.renditions.store import RenditionStore
from shared.telemetry import Metrics
from tests.builders import COACH
from tests.fakes.analysts import InProcessAnalyst
from worker_service.attempt import Tools
from worker_service.job import JobRunner, Outcome
from worker_service.rest import Rest
from worker_service.scratch import Scratch
from worker_service.shutdown import Shutdown

pytestmark = pytest.mark.system


class SteadyHeart:
    """A heartbeat that never misses."""

    def check(self):
        pass


@pytest.fixture
def work(coach, tmp_path):
    """Return a function that does one job."""
    scratch = Scratch(tmp_path)
    runner = JobRunner(
        tools=Tools(coach.jobs, coach.media, InProcessAnalyst(), scratch, "w"),
        shutdown=Shutdown(grace_s=60),
        metrics=Metrics(service="worker", stage="test", stream=io.StringIO()),
        limit_s=60,
        rest=Rest(),
        patience_s=0.3,
    )

    heart: Any = SteadyHeart()

    def work(job_id):
        claimed = coach.jobs.claim(job_id, worker="w", lease_s=60)
        assert runner.run(claimed, heart) is Outcome.COMPLETED
        return coach.jobs.get(job_id, with_results=True)

    yield work
    scratch.close()


def test_an_analysis_and_what_was_measured_again_can_be_watched(
    coach, engine, media, work, small_clip, tmp_path
):
    renditions = RenditionStore(engine)
    derived = Derived.beside(coach.uploads, renditions)
    screening = Screening(coach.jobs, renditions, media)
    analysis = work(coach.send(small_clip))
    again = work(derived.reanalyze(COACH, analysis.id, {"movement": "running"}).id)

    for source in (analysis, again):
        render = work(derived.render(COACH, source.id, RenderOptions(crf=30)).id)
        key = screening.film_key(COACH, source.id, Film.ANNOTATED)
        media.download(key, tmp_path / "film.mp4")
        with av.open(str(tmp_path / "film.mp4")) as film:
            assert len(list(film.decode(video=0))) == 45
        document = Rendition.model_validate(render.results)
        assert key == results_prefix(render.id, 1) + document.annotated.name
        assert (render.stage, render.session_id) == ("done", analysis.session_id)
        assert screening.of(COACH, source.id).original_key == analysis.s3_key
