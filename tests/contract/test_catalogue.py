"""The catalogue over HTTP: the same for everybody, kept by apps for a while."""

from api_lambda.wire.catalogue import CaptureGuideAnswer, DrillList, MovementList
from shared import catalogue
from shared.results import Exercise, Movement

ROUTES = ["/catalogue/movements", "/catalogue/capture-guides/running", "/catalogue/drills"]


def test_every_movement_is_listed_with_what_is_measured(client):
    listed = MovementList.model_validate(client.get("/catalogue/movements").json).items
    assert [entry.movement for entry in listed] == list(Movement)
    by_name = {entry.movement: entry for entry in listed}
    assert by_name[Movement.WORKOUT].exercises == list(Exercise)
    assert by_name[Movement.RUNNING].exercises == []
    bowling = by_name[Movement.CRICKET_BOWLING]
    assert {"release", "front_foot_contact"} <= {event.type for event in bowling.events}
    assert "foot_contact" not in {event.type for event in bowling.events}
    names = {metric.key: metric.name for metric in bowling.metrics}
    assert names["front_knee_at_release"] == "front knee at release"


def test_every_movement_has_a_guide(client):
    for movement in Movement:
        answer = client.get(f"/catalogue/capture-guides/{movement}")
        guide = CaptureGuideAnswer.model_validate(answer.json)
        assert guide.movement is movement
        assert guide.tips


def test_what_names_no_movement_is_not_found(client):
    for written in ("golf", "RUNNING", "%00"):
        answer = client.get(f"/catalogue/capture-guides/{written}")
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_all_drills_are_listed(client):
    listed = DrillList.model_validate(client.get("/catalogue/drills").json).items
    assert [entry.id for entry in listed] == list(catalogue.drills())


def test_drills_can_be_asked_for_by_movement_and_code(client):
    query = {"movement": "running", "code": "BALANCE_DRIFT"}
    listed = DrillList.model_validate(client.get("/catalogue/drills", query=query).json).items
    assert listed
    assert len(listed) < len(catalogue.drills())
    for entry in listed:
        assert Movement.RUNNING in entry.movements
        assert "BALANCE_DRIFT" in entry.codes


def test_a_code_that_nobody_knows_has_no_drills(client):
    assert client.get("/catalogue/drills", query={"code": "NO_SUCH"}).json == {"items": []}


def test_a_filter_that_does_not_fit_is_refused(client):
    for name, value in (("movement", "golf"), ("code", "x" * 65), ("level", "3")):
        answer = client.get("/catalogue/drills", query={name: value})
        assert (answer.status, answer.code) == (422, "INVALID_REQUEST")
        assert answer.json["errors"][0]["pointer"] == f"?{name}"


def test_what_has_not_changed_is_not_sent_again(client):
    for path in ROUTES:
        first = client.get(path)
        assert first.headers["cache-control"] == "private, max-age=3600"
        for known in (first.headers["etag"], f'W/"other", {first.headers["etag"]}', "*"):
            again = client.get(path, headers={"if-none-match": known})
            assert (again.status, again.body) == (304, "")
            assert again.headers["etag"] == first.headers["etag"]
        assert client.get(path, headers={"if-none-match": 'W/"other"'}).status == 200


def test_the_tag_of_other_drills_is_another(client):
    tags = {
        client.get("/catalogue/drills", query=query).headers["etag"]
        for query in ({}, {"movement": "running"}, {"code": "BALANCE_DRIFT"})
    }
    assert len(tags) == 3


def test_the_catalogue_needs_a_token(client):
    for path in ROUTES:
        assert client.signed_in_with(None).get(path).code == "UNAUTHENTICATED"
