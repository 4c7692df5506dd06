"""A player's metric over time, over HTTP. What is compared stands in tests/unit/test_trends.py."""

from sqlalchemy import update

from api_lambda.wire.trends import TrendAnswer, metric_keys
from shared.models import VideoAnalysisJob
from tests.builders import a_session
from tests.contract.documents import a_completed_job_without_frames

METRIC = "head_stability_score"


def test_a_metric_is_told_with_its_points_and_what_was_left_out(client, engine):
    job = a_completed_job_without_frames(engine)
    with engine.begin() as rows:
        rows.execute(update(VideoAnalysisJob).values(player_id="p-1"))
    answer = client.get("/players/p-1/trends", query={"metric": METRIC})
    assert answer.status == 200
    told = TrendAnswer.model_validate(answer.json)
    assert (told.player_id, told.metric, told.left_out) == ("p-1", METRIC, {})
    [series] = told.series
    assert (series.movement, series.view, series.unit) == ("cricket_batting", "side", "torso")
    assert [(point.job_id, point.value) for point in series.points] == [(job, 0.06)]
    assert series.change is None

    again = a_completed_job_without_frames(engine)
    with engine.begin() as rows:
        rows.execute(update(VideoAnalysisJob).values(player_id="p-1"))
    [series] = client.get("/players/p-1/trends", query={"metric": METRIC}).json["series"]
    assert [point["job_id"] for point in series["points"]] == [str(job), str(again)]
    assert series["change"] == {
        "first": 0.06,
        "last": 0.06,
        "difference": 0.0,
        "beyond_error": False,
    }


def test_a_player_without_analyses_has_an_empty_trend(client, engine):
    a_session(engine)
    answer = client.get("/players/p-1/trends", query={"metric": METRIC})
    assert answer.json == {"player_id": "p-1", "metric": METRIC, "series": [], "left_out": {}}


def test_what_is_no_metric_is_refused(client, engine):
    a_session(engine)
    refused = [
        ({"metric": "iq"}, "?metric"),
        ({}, "?metric"),
        ({"metric": METRIC, "since": "1"}, "?since"),
    ]
    for query, pointer in refused:
        answer = client.get("/players/p-1/trends", query=query)
        assert (answer.status, answer.code) == (422, "INVALID_REQUEST")
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_a_player_that_is_not_yours_is_not_there(stranger, engine):
    a_session(engine)
    for player in ("p-1", "nobody", "%00", "x" * 129):
        answer = stranger.get(f"/players/{player}/trends", query={"metric": METRIC})
        assert (answer.status, answer.code) == (404, "PLAYER_NOT_FOUND")


def test_every_metric_that_can_be_asked_for_stands_in_the_document(client):
    paths = client.get("/openapi.json").json["paths"]
    path = next(said for name, said in paths.items() if name.endswith("/trends"))
    metric = next(one for one in path["get"]["parameters"] if one["name"] == "metric")
    assert metric["schema"]["enum"] == metric_keys()
    assert METRIC in metric_keys()
