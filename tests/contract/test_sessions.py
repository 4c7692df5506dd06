import pytest

from tests.builders import a_session

MISSING = "5f0c2f0e-6a6b-4a3c-9d0e-3c1a7d0f4b11"


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
