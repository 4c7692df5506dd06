"""Players and their consents: what comes back, what is refused, what is not another's."""

import pytest

from tests.builders import MISSING

CONSENT = {"scope": "analysis", "given_by": "R. Iyer", "relationship": "mother"}


def put(client, player="p-1", body=None):
    return client.send("PUT", f"/players/{player}", body=body or {})


@pytest.fixture
def consent(client):
    """A consent of p-1."""
    put(client)
    return client.post("/players/p-1/consents", CONSENT).json["consent_id"]


def test_a_player_is_made_changed_and_read(client):
    made = put(client, body={"name": " Maya ", "age_band": "under_16"})
    assert (made.status, made.json["name"], made.json["age_band"]) == (201, "Maya", "under_16")
    for body, known in (
        ({"name": "Maya I."}, ("Maya I.", "under_16")),
        ({}, ("Maya I.", "under_16")),
        ({"age_band": None}, ("Maya I.", None)),
    ):
        changed = put(client, body=body)
        assert (changed.status, changed.json["name"], changed.json["age_band"]) == (200, *known)
    assert client.get("/players/p-1").json == changed.json


def test_ids_are_the_apps_own(client):
    for player in ("p 1", "p%2B1", "ä", "a:b@c", "x" * 128):
        made = put(client, player)
        assert made.status == 201, player
        named = {"title": "t", "player_ids": [made.json["player_id"]]}
        assert client.post("/sessions", named).status == 201
    assert len(client.get("/players").json["items"]) == 5


def test_who_is_named_in_a_session_is_known(client):
    client.post("/sessions", {"title": "Nets", "player_ids": ["p-1", "p-2", "p-1"]})
    assert client.get("/players/p-2").json["name"] is None


def test_players_come_in_pages_newest_first_whatever_their_ids(client):
    client.post("/sessions", {"title": "t", "player_ids": ["c", "a", "b"]})  # made at one moment
    put(client, "z z")
    seen, query = [], {"limit": 1}
    while True:
        page = client.get("/players", query=query).json
        seen += [item["player_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen[0] == "z z"
    assert sorted(seen) == ["a", "b", "c", "z z"]


BAD_PLAYERS = [
    # id, body, code, pointer
    ("p-1", {"name": ""}, "INVALID_REQUEST", "#/name"),
    ("p-1", {"name": "x" * 201}, "INVALID_REQUEST", "#/name"),
    ("p-1", {"name": "a\0"}, "INVALID_REQUEST", "#/name"),
    ("p-1", {"age_band": "old"}, "INVALID_CONFIG", "#/age_band"),
    ("p-1", {"colour": "red"}, "INVALID_REQUEST", "#/colour"),
    (".hidden", {}, "INVALID_REQUEST", "?player_id"),
    ("%00", {}, "INVALID_REQUEST", "?player_id"),
    ("x" * 129, {}, "INVALID_REQUEST", "?player_id"),
]

ID_ROUTES = [
    ("GET", "", None),
    ("DELETE", "", None),
    ("GET", "/export", None),
    ("GET", "/consents", None),
    ("POST", "/consents", CONSENT),
]


def test_a_player_who_does_not_fit_is_refused(client):
    for player, body, code, pointer in BAD_PLAYERS:
        answer = put(client, player, body)
        assert (answer.status, answer.code) == (422, code), body
        assert [each["pointer"] for each in answer.json["errors"]] == [pointer]
    assert client.get("/players").json["items"] == []


def test_who_is_not_known_is_not_found(client):
    for player in ("nobody", "%00", ".x", "x" * 129):
        for method, below, body in ID_ROUTES:
            answer = client.send(method, f"/players/{player}{below}", body=body)
            assert (answer.status, answer.code) == (404, "PLAYER_NOT_FOUND"), (method, below)


def test_a_consent_is_given_listed_and_revoked(client):
    put(client)
    given = client.post("/players/p-1/consents", CONSENT)
    assert given.status == 201
    assert given.json["active"] is True
    assert given.json["given_at"].endswith("Z")
    assert client.get("/players/p-1/consents").json["items"] == [given.json]
    address = f"/players/p-1/consents/{given.json['consent_id']}"
    assert client.send("DELETE", address).status == 204
    (revoked,) = client.get("/players/p-1/consents").json["items"]
    assert revoked["active"] is False
    assert client.send("DELETE", address).status == 204
    assert client.get("/players/p-1/consents").json["items"] == [revoked]


def test_a_consent_says_whether_it_holds_now(client):
    put(client)
    for times, active in (
        ({"given_at": "2020-01-01T00:00:00Z"}, True),
        ({"given_at": "9000-01-01T00:00:00+05:30"}, False),
        ({"expires_at": "9000-01-01T00:00:00Z"}, True),
        ({"expires_at": "2020-01-01T00:00:00Z"}, False),
    ):
        given = client.post("/players/p-1/consents", CONSENT | times)
        assert given.json["active"] is active, times


BAD_CONSENTS = [
    ({"scope": "anything"}, "#/scope"),
    ({"given_by": " "}, "#/given_by"),
    ({"relationship": "x" * 201}, "#/relationship"),
    ({"given_at": "2026-11-20T10:00:00"}, "#/given_at"),
    ({"expires_at": "9999-12-31T23:59:59-12:00"}, "#/expires_at"),
    ({"expires_at": "soon"}, "#/expires_at"),
    ({"note": "x"}, "#/note"),
]


def test_a_consent_that_does_not_fit_is_refused(client):
    put(client)
    for change, pointer in BAD_CONSENTS:
        answer = client.post("/players/p-1/consents", CONSENT | change)
        assert (answer.status, answer.code) == (422, "INVALID_REQUEST"), change
        assert [each["pointer"] for each in answer.json["errors"]] == [pointer]
    assert client.get("/players/p-1/consents").json["items"] == []


def test_a_consent_that_is_not_there_cannot_be_revoked(client):
    put(client)
    for written in (MISSING, "no-id"):
        answer = client.send("DELETE", f"/players/p-1/consents/{written}")
        assert (answer.status, answer.code) == (404, "CONSENT_NOT_FOUND")


def test_a_consent_of_another_player_is_not_this_ones(client, consent):
    put(client, "p-2")
    assert client.send("DELETE", f"/players/p-2/consents/{consent}").code == "CONSENT_NOT_FOUND"
    assert client.get("/players/p-1/consents").json["items"][0]["active"] is True


def test_a_minor_is_analysed_only_while_a_consent_holds(client):
    put(client, body={"age_band": "under_16"})
    named = {"title": "Nets", "player_ids": ["p-1"]}
    session = {"session_id": client.post("/sessions", named).json["session_id"]}
    refused = client.post("/videos/upload/initiate", session)
    assert (refused.status, refused.code) == (409, "CONSENT_REQUIRED")
    given = client.post("/players/p-1/consents", CONSENT).json["consent_id"]
    allowed = client.post("/videos/upload/initiate", session)
    assert allowed.status == 201
    (job,) = client.get("/analysis-jobs").json["items"]
    assert (job["settings"]["age_band"], job["player_id"]) == ("under_16", "p-1")
    client.send("DELETE", f"/players/p-1/consents/{given}")
    for path, body in (
        ("/videos/upload/initiate", session),
        ("/videos/upload/complete", {"job_id": job["job_id"]}),
    ):
        assert client.post(path, body).code == "CONSENT_REQUIRED"
    assert client.get("/analysis-jobs").json["items"] == [job]


def test_who_says_nothing_of_the_age_does_not_take_back_what_is_known(client):
    young = {"title": "Nets", "player_ids": ["p-1"], "age_band": "under_16"}
    session = {"session_id": client.post("/sessions", young).json["session_id"]}
    unsaid = session | {"age_band": None}
    assert client.post("/videos/upload/initiate", unsaid).code == "CONSENT_REQUIRED"
    client.post("/players/p-1/consents", CONSENT)
    assert client.post("/videos/upload/initiate", unsaid).status == 201
    (job,) = client.get("/analysis-jobs").json["items"]
    assert job["settings"]["age_band"] == "under_16"


def test_the_same_id_is_two_players_of_two_coaches(client, stranger):
    assert put(client, body={"name": "Maya"}).status == 201
    assert put(stranger, body={"name": "Tom"}).status == 201
    assert client.get("/players/p-1").json["name"] == "Maya"


def test_the_log_names_nobody(client):
    put(client, "maya-iyer", {"name": "Maya Iyer"})
    client.post("/players/maya-iyer/consents", CONSENT)
    client.send("DELETE", "/players/maya-iyer")
    written = client.log.getvalue()
    assert "player_deleted" in written
    assert not any(word in written for word in ("maya", "Maya", "Iyer"))
