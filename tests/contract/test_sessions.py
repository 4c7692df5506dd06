import pytest

from api_lambda.wire.sessions import SessionChange
from shared.analysis import AnalysisSettings
from tests.builders import MISSING, a_session


def test_a_session_comes_back_as_it_was_made(client):
    made = client.post(
        "/sessions",
        {
            "title": "  Nets  ",
            "player_ids": ["p-1", "p-2"],
            "notes": "windy",
            "handedness": "left",
            "athlete_height_cm": 172,
        },
    ).json
    assert made["title"] == "Nets"
    assert made["player_ids"] == ["p-1", "p-2"]
    assert made["settings"]["handedness"] == "left"
    assert made["settings"]["athlete_height_cm"] == 172
    assert made["settings"]["sample_fps"] == 15
    assert client.get(f"/sessions/{made['session_id']}").json == made


def test_who_is_filmed_doing_what_can_be_said_beforehand(client):
    said = {
        "movement": "workout",
        "exercise": "push_up",
        "age_band": "under_16",
        "subject_hint": {"t_s": 1.5, "x": 0.4, "y": 0.2, "width": 0.2, "height": 0.6},
    }
    made = client.post("/sessions", {"title": "Gym"} | said).json
    assert {key: made["settings"][key] for key in said} == said


def test_times_are_utc_and_say_so(client, engine):
    session = client.get(f"/sessions/{a_session(engine)}").json
    assert session["created_at"].endswith("Z")
    assert session["updated_at"].endswith("Z")


@pytest.mark.parametrize("written", [MISSING, "no-id", "1", "%00", "..%2F"])
def test_what_names_no_session_is_not_found(client, written):
    answer = client.get(f"/sessions/{written}")
    assert answer.status == 404
    assert answer.code in {"SESSION_NOT_FOUND", "NOT_FOUND"}


def test_pages_walk_through_everything_once_newest_first(client, engine):
    made = [str(a_session(engine)) for _ in range(5)]
    seen, query = [], {"limit": 2}
    while True:
        page = client.get("/sessions", query=query).json
        seen += [item["session_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == made[::-1]


def test_a_page_that_ends_with_the_last_row_is_the_last(client, engine):
    for _ in range(2):
        a_session(engine)
    assert client.get("/sessions", query={"limit": 2}).json["next_cursor"] is None


def test_rows_added_meanwhile_do_not_shift_the_next_page(client, engine):
    first, second = a_session(engine), a_session(engine)
    page = client.get("/sessions", query={"limit": 1}).json
    a_session(engine)
    rest = client.get("/sessions", query={"limit": 1, "cursor": page["next_cursor"]}).json
    assert [page["items"][0]["session_id"], rest["items"][0]["session_id"]] == [
        str(second),
        str(first),
    ]


def patch(client, session, body):
    return client.send("PATCH", f"/sessions/{session}", body=body)


def test_only_what_is_named_is_changed(client, engine):
    session = a_session(engine, handedness="left", athlete_height_cm=172)
    before = client.get(f"/sessions/{session}").json
    assert patch(client, session, {}).json | {"updated_at": None} == before | {"updated_at": None}
    changed = patch(client, session, {"notes": "windy", "athlete_height_cm": 175}).json
    settings = before["settings"] | {"athlete_height_cm": 175}
    assert changed == before | {
        "notes": "windy",
        "settings": settings,
        "updated_at": changed["updated_at"],
    }
    assert client.get(f"/sessions/{session}").json == changed


def test_a_setting_of_null_goes_back_to_its_default(client, engine):
    session = a_session(engine, movement="running", handedness="left", sample_fps=30)
    cleared = {"movement": None, "handedness": None, "sample_fps": None}
    settings = patch(client, session, cleared).json["settings"]
    assert settings == AnalysisSettings().model_dump(mode="json")


def test_every_setting_can_be_cleared():
    cleared = dict.fromkeys(AnalysisSettings.model_fields)
    assert SessionChange.model_validate(cleared).settings_given() == cleared


def test_players_are_replaced_and_become_known(client, engine):
    session = a_session(engine)
    assert patch(client, session, {"player_ids": ["p-2", "p-3"]}).json["player_ids"] == [
        "p-2",
        "p-3",
    ]
    known = client.get("/players").json["items"]
    assert {each["player_id"] for each in known} == {"p-1", "p-2", "p-3"}
    assert patch(client, session, {"player_ids": []}).json["player_ids"] == []


BAD_CHANGES = [
    ({"title": " "}, "INVALID_REQUEST", "#/title"),
    ({"title": None}, "INVALID_REQUEST", "#/title"),
    ({"notes": None}, "INVALID_REQUEST", "#/notes"),
    ({"player_ids": None}, "INVALID_REQUEST", "#/player_ids"),
    ({"player_ids": ["a/b"]}, "INVALID_REQUEST", "#/player_ids/0"),
    ({"sample_fps": 1000}, "INVALID_CONFIG", "#/sample_fps"),
    ({"slow_motion_factor": 0.5}, "INVALID_CONFIG", "#/slow_motion_factor"),
    ({"movement": "curling"}, "INVALID_CONFIG", "#/movement"),
    ({"status": "done"}, "INVALID_REQUEST", "#/status"),
]


def test_a_change_that_does_not_fit_changes_nothing(client, engine):
    session = a_session(engine)
    before = client.get(f"/sessions/{session}").json
    for body, code, pointer in BAD_CHANGES:
        answer = patch(client, session, body)
        assert (answer.status, answer.code) == (422, code), body
        assert [each["pointer"] for each in answer.json["errors"]] == [pointer]
    assert client.get(f"/sessions/{session}").json == before


def test_sessions_can_be_listed_by_player(client, engine):
    session, other = a_session(engine), a_session(engine)
    patch(client, other, {"player_ids": ["p-2", "p-3"]})
    for player, found in (("p-1", [session]), ("p-3", [other]), ("p-9", [])):
        page = client.get("/sessions", query={"player_id": player}).json
        assert [item["session_id"] for item in page["items"]] == [str(each) for each in found]
