"""A metric over time: what is compared, what is left out, and what counts as a change."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from math import hypot
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert

from api_lambda.examples.results import RESULTS
from shared.errors import PlayerNotFound
from shared.job_store import JobStore
from shared.jobs import JobKind, Stage, Status
from shared.models import VideoAnalysisJob
from shared.players.store import PlayerStore
from shared.players.trend_store import MOST_ANALYSES, TrendStore
from shared.players.trends import CLEARLY, LEFT_OUT, SUPERSEDED, UNUSABLE, Reading, trend
from shared.results import Exercise, Metric, Movement, Reason, Results, Side, View
from tests.builders import COACH, a_session

METRIC = "head_stability_score"
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def trends(engine):
    return TrendStore(engine, PlayerStore(engine))


def a_result(metric=None, **changes):
    """A document with this metric, or with none of that name; changed by path."""
    document = Results.model_validate(RESULTS).model_dump(mode="json")
    document["metrics"] = {} if metric is None else {METRIC: metric.model_dump(mode="json")}
    document["quality"]["usable"] = changes.get("usable", True)
    document["quality"]["view"]["label"] = changes.get("view", "side")
    document["provenance"]["movement"] = changes.get("movement", "cricket_batting")
    document["exercise"] = changes.get("exercise")
    return document


def a_value(value, *, unit="torso", side=None, band=0.02):
    return Metric(value=value, unit=unit, side=side, confidence=0.9, error_band=band)


def an_analysis(engine, results, *, owner=COACH, player="p-1", **columns):
    """A completed job of a player that a session knows."""
    session = columns.pop("session_id", None) or a_session(engine, owner=owner)
    PlayerStore(engine).put(owner, player)
    job = VideoAnalysisJob(
        owner=owner,
        session_id=session,
        player_id=player,
        trace_id="trace",
        settings={},
        include_frames=False,
        s3_key="uploads/x/source",
        upload_expires_at=datetime.now(UTC),
        **{"status": Status.COMPLETED, "stage": Stage.DONE, "results": results} | columns,
    )
    return JobStore(engine).create(job).id


def test_the_values_of_a_player_are_points_oldest_first(engine, trends):
    jobs = [an_analysis(engine, a_result(a_value(value))) for value in (0.3, 0.2, 0.1)]
    [series] = trends.of(COACH, "p-1", METRIC).series
    assert [point.job_id for point in series.points] == jobs
    assert [point.value for point in series.points] == [0.3, 0.2, 0.1]
    assert series.points[0].confidence == 0.9
    assert series.points[0].error_band == 0.02


def test_a_point_stands_at_its_session_not_at_its_analysis(engine, trends):
    job = an_analysis(engine, a_result(a_value(0.3)), created_at=datetime.now(UTC) + timedelta(9))
    [point] = trends.of(COACH, "p-1", METRIC).series[0].points
    assert point.job_id == job
    assert point.at < datetime.now(UTC) + timedelta(1)


def test_only_finished_analyses_of_videos_count(engine, trends):
    results = a_result(a_value(0.3))
    an_analysis(engine, results, kind=JobKind.REANALYSIS)
    an_analysis(engine, results, kind=JobKind.RENDER)
    an_analysis(engine, None, status=Status.PROCESSING, stage=Stage.POSE)
    an_analysis(engine, results, player="p-2")
    an_analysis(engine, results, owner="coach-2")
    found = trends.of(COACH, "p-1", METRIC)
    assert [len(series.points) for series in found.series] == [1]
    assert found.left_out == {}


def test_what_gave_no_point_is_counted_by_its_reason(engine, trends):
    hidden = Metric.missing(Reason.LANDMARKS_HIDDEN, unit="torso")
    for results in (a_result(hidden), a_result(hidden), a_result(), a_result(hidden, usable=False)):
        an_analysis(engine, results)
    assert trends.of(COACH, "p-1", METRIC).left_out == {
        Reason.LANDMARKS_HIDDEN: 2,
        Reason.NOT_DEFINED_FOR_MOVEMENT: 1,
        UNUSABLE: 1,
    }


def test_the_newest_reanalysis_speaks_for_its_source(engine, trends):
    source = an_analysis(engine, a_result(a_value(0.3)))
    again = [
        an_analysis(engine, a_result(a_value(value)), kind=JobKind.REANALYSIS, source_job_id=source)
        for value in (0.2, 0.1)
    ]
    found = trends.of(COACH, "p-1", METRIC)
    assert [point.job_id for point in found.series[0].points] == again[-1:]
    assert found.left_out == {SUPERSEDED: 2}


def test_a_player_that_is_not_the_owners_is_not_there(engine, trends):
    an_analysis(engine, a_result(a_value(0.3)))
    for owner, player in ((COACH, "p-9"), ("coach-2", "p-1")):
        with pytest.raises(PlayerNotFound):
            trends.of(owner, player, METRIC)


def test_a_player_without_analyses_has_an_empty_trend(engine, trends):
    a_session(engine)
    found = trends.of(COACH, "p-1", METRIC)
    assert (list(found.series), dict(found.left_out)) == ([], {})


def test_only_the_newest_are_looked_at_and_no_whole_document_is_fetched(engine, trends):
    session = a_session(engine)
    row = {
        "owner": COACH,
        "session_id": session,
        "player_id": "p-1",
        "trace_id": "trace",
        "settings": {},
        "include_frames": False,
        "s3_key": "uploads/x/source",
        "upload_expires_at": START,
        "status": "completed",
        "stage": "done",
        "results": a_result(a_value(0.3)),
    }
    extra = 2
    with engine.begin() as rows:
        rows.execute(
            insert(VideoAnalysisJob),
            [
                {**row, "id": uuid4(), "created_at": START + timedelta(minutes=minute)}
                for minute in range(MOST_ANALYSES + extra)
            ],
        )
    said = []
    event.listen(engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    [series] = trends.of(COACH, "p-1", METRIC).series
    assert len(series.points) == MOST_ANALYSES
    assert len([one for one in said if "jsonb_to_record" in one]) == 1
    assert all("results," not in one.split("FROM")[0] for one in said)


# --- sorting readings, without a database ----------------------------------------------------


def a_reading(metric, *, job_id=None, minute=0, **changes):
    at = START + timedelta(minutes=minute)
    return Reading(
        **{
            "job_id": job_id or uuid4(),
            "session_id": None,
            "source_job_id": None,
            "made_at": at,
            "at": at,
            "movement": Movement.WORKOUT,
            "exercise": Exercise.SQUAT,
            "view": View.SIDE,
            "usable": True,
            "metric": metric,
        }
        | changes
    )


@pytest.mark.parametrize(
    "other",
    [
        {"movement": Movement.GENERAL, "exercise": None},
        {"exercise": Exercise.LUNGE},
        {"view": View.FRONT},
        {"metric": a_value(0.3, side=Side.LEFT)},
        {"metric": a_value(0.3, unit="m")},
    ],
    ids=["movement", "exercise", "view", "side", "unit"],
)
def test_what_cannot_be_compared_is_another_series(other):
    readings = [a_reading(a_value(0.3)), a_reading(**{"metric": a_value(0.2), **other}, minute=1)]
    series = trend(readings).series
    assert [len(one.points) for one in series] == [1, 1]
    assert series[0].points[0].at > series[1].points[0].at
    assert all(one.change is None for one in series)


def test_a_reanalysis_as_another_movement_leaves_its_source_alone():
    source = a_reading(a_value(0.3))
    other = a_reading(
        a_value(0.2), minute=1, source_job_id=source.job_id, movement=Movement.GENERAL
    )
    assert trend([source, other]).left_out == {}


def test_a_reanalysis_of_a_reanalysis_goes_back_to_the_same_recording():
    first = a_reading(a_value(0.3))
    second = a_reading(a_value(0.2), minute=1, source_job_id=first.job_id)
    third = a_reading(a_value(0.1), minute=2, source_job_id=second.job_id)
    found = trend([third, first, second])
    assert [point.value for point in found.series[0].points] == [0.1]
    assert found.left_out == {SUPERSEDED: 2}


@pytest.mark.parametrize(
    ("last", "band", "clear"),
    [(0.5, 0.02, True), (0.34, 0.02, False), (0.5, None, False)],
    ids=["large", "within-the-errors", "error-unknown"],
)
def test_a_change_counts_when_it_is_larger_than_the_errors(last, band, clear):
    readings = [a_reading(a_value(0.3)), a_reading(a_value(last, band=band), minute=1)]
    change = trend(readings).series[0].change
    assert change is not None
    assert change.difference == pytest.approx(last - 0.3)
    assert change.beyond_error is clear


values = st.floats(-1e3, 1e3)
metrics = st.one_of(
    st.none(),
    st.builds(a_value, values, band=st.none() | st.floats(0, 10), side=st.sampled_from(Side)),
    st.builds(lambda why: Metric.missing(why, unit="torso"), st.sampled_from(Reason)),
)


@st.composite
def histories(draw):
    """Analyses in any order, some of which began from an earlier one."""
    made: list[Reading] = []
    for number in range(draw(st.integers(0, 12))):
        source = draw(st.none() | st.sampled_from(made)) if made else None
        made.append(
            a_reading(
                draw(metrics),
                job_id=UUID(int=number),
                minute=draw(st.integers(0, 20)) + 100 * number,
                source_job_id=source.job_id if source else None,
                movement=draw(st.sampled_from([Movement.GENERAL, Movement.WORKOUT])),
                view=draw(st.sampled_from([View.SIDE, View.FRONT])),
                usable=draw(st.booleans()),
            )
        )
    return draw(st.permutations(made))


@given(histories())
def test_every_analysis_is_a_point_or_counted_once(readings):
    found = trend(readings)
    points = [point.job_id for series in found.series for point in series.points]
    assert len(points) == len(set(points))
    assert len(points) + sum(found.left_out.values()) == len(readings)
    assert set(found.left_out) <= set(LEFT_OUT)


@given(histories())
def test_a_recording_speaks_once_for_every_movement(readings):
    sources = {one.job_id: one.source_job_id for one in readings}
    by_id = {one.job_id: one for one in readings}

    def recording(job_id):
        return job_id if sources[job_id] is None else recording(sources[job_id])

    points = [point.job_id for series in trend(readings).series for point in series.points]
    spoken = Counter((recording(job), by_id[job].movement) for job in points)
    assert set(spoken.values()) <= {1}


@given(histories())
def test_points_are_in_order_and_series_are_alike(readings):
    by_id = {one.job_id: one for one in readings}
    for series in trend(readings).series:
        times = [point.at for point in series.points]
        assert times == sorted(times)
        views = {
            (by_id[point.job_id].movement, by_id[point.job_id].view) for point in series.points
        }
        assert views == {(series.alike.movement, series.alike.view)}


@given(histories())
def test_the_order_of_rows_does_not_matter(readings):
    assert trend(readings) == trend(readings[::-1])


@given(values, values, st.floats(0, 10), st.floats(0, 10))
def test_a_clear_change_is_clear_in_both_directions(first, last, band, other_band):
    def change(one, two):
        readings = [a_reading(one), a_reading(two, minute=1)]
        return trend(readings).series[0].change

    there = change(a_value(first, band=band), a_value(last, band=other_band))
    back = change(a_value(last, band=other_band), a_value(first, band=band))
    assert there.beyond_error == back.beyond_error
    assert there.beyond_error == (abs(last - first) > CLEARLY * hypot(band, other_band))
