"""What is not yours does not exist: every operation of the committed document.

One world is enough for all of them, as nothing may happen to it.
"""

from collections.abc import Mapping

import pytest

from shared.files import POSE_NAME
from shared.media.store import results_prefix
from tests.builders import COACH, a_job, a_session
from tests.contract.documents import a_completed_job
from tests.contract.operations import Operation, operations
from tests.contract.world import snapshot
from tests.files.pictures import MP4

NOBODYS = {"movement"}
"""Parameters of a path that name no coach's thing."""

OPEN = {"getHealth", "getReadiness"}

ONES_OWN = {
    "putPlayer": "the app chooses a player's id, so a stranger's is a player of their own",
    "createSession": "the players it names are made, as the stranger's own",
}
"""Operations that take what another coach calls something, and why that is right."""

TOO_LATE_OR_TOO_EARLY = {"JOB_NOT_CANCELLABLE", "JOB_NOT_RETRYABLE", "VIDEO_NOT_FOUND"}
"""What the coach is told about the completed job of the fixture, which nobody has rendered."""

ABOUT_SOMETHING = [
    each for each in operations() if set(each.ids) - NOBODYS and each.name not in ONES_OWN
]


@pytest.fixture
def ids(client, engine, media) -> Mapping[str, str]:
    """One of everything that has an id, all of them the coach's."""
    deleted = client.send("DELETE", f"/analysis-jobs/{a_job(engine)}")
    job = a_completed_job(engine, media)
    media.put("uploads/x/source", MP4, content_type="video/mp4")
    media.put(results_prefix(job, 1) + POSE_NAME, b"pose", content_type="application/zip")
    webhook = client.post("/webhooks", {"url": "https://93.184.215.14/hook"}).json["webhook_id"]
    allowed = {"scope": "analysis", "given_by": "R. Iyer", "relationship": "mother"}
    upload = next(each for each in operations() if each.name == "uploadPictures")
    ids = {
        "session_id": client.get(f"/analysis-jobs/{job}").json["session_id"],
        "job_id": str(job),
        "player_id": "p-1",
        "consent_id": client.post("/players/p-1/consents", allowed).json["consent_id"],
        "webhook_id": webhook,
        "delivery_id": client.post(f"/webhooks/{webhook}/ping").json["delivery_id"],
        "receipt_id": deleted.headers["deletion-receipt"],
        "movement": "cricket_bowling",
    }
    return ids | {"upload_id": upload.with_ids(ids).by(client).json["upload_id"]}


def _last(operation: Operation) -> tuple[bool, int]:
    """The order in which the coach can do all of it: deletions at the end, parts before wholes."""
    return operation.method == "DELETE", -operation.path.count("/")


def test_the_fixture_has_one_of_everything(ids):
    asked = {name for operation in operations() for name in operation.ids}
    assert asked <= set(ids), f"make one in the fixture `ids`: {asked - set(ids)}"


def test_anothers_thing_is_not_there_and_nothing_happens(
    client, stranger, engine, media, queue, ids, subtests
):
    no_ids = ids | dict.fromkeys(set(ids) - {"player_id"}, "no-id")
    before = snapshot(engine, media, queue)
    for operation in ABOUT_SOMETHING:
        theirs = operation.with_ids(ids).by(stranger)
        after = snapshot(engine, media, queue)
        with subtests.test("a stranger", operation=operation.name):
            assert theirs.status == 404, theirs
            assert theirs.code.endswith("_NOT_FOUND")
            assert after == before
            if "{" in operation.path:
                unknown = operation.with_ids(no_ids).by(stranger)
                assert (unknown.status, unknown.code) == (404, theirs.code)
                assert unknown.json["detail"] == theirs.json["detail"]
        before = after
    for operation in sorted(ABOUT_SOMETHING, key=_last):
        with subtests.test("its coach", operation=operation.name):
            mine = operation.with_ids(ids).by(client)
            assert mine.status < 400 or mine.code in TOO_LATE_OR_TOO_EARLY, mine


def test_a_name_of_ones_own_leaves_anothers_thing_alone(
    stranger, engine, media, queue, ids, subtests
):
    before = snapshot(engine, media, queue)
    for operation in operations():
        if operation.name in ONES_OWN:
            with subtests.test(operation=operation.name):
                answer = operation.with_ids(ids).by(stranger)
                assert answer.status == 201, answer
    after = snapshot(engine, media, queue)
    changed = {name for name, held in before.items() if held != after[name]}
    assert changed == {"players", "video_sessions"}
    for table in changed:
        assert set(before[table]) <= set(after[table])
        assert not any(COACH in row for row in set(after[table]) - set(before[table]))


def test_operators_routes_are_not_there_for_a_coach(client, sign_in, subtests):
    operator = client.signed_in_with(sign_in.token("ops-1", scope="operator"))
    for operation in operations():
        if operation.topic == "Monitoring":
            with subtests.test(operation=operation.name):
                request = operation.with_ids({})
                refused = request.by(client)
                assert (refused.status, refused.code) == (404, "NOT_FOUND")
                assert request.by(operator).status == 200


def test_only_health_is_open_to_everybody(client, engine, media, queue, ids, subtests):
    """And whoever is not signed in does not even learn that an id is malformed."""
    nobody = client.signed_in_with(None)
    before = snapshot(engine, media, queue)
    for operation in operations():
        for named in (ids, dict.fromkeys(ids, "no-id")):
            with subtests.test(operation=operation.name, job=named["job_id"]):
                answer = operation.with_ids(named).by(nobody)
                if operation.name in OPEN:
                    assert answer.status == 200
                else:
                    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert snapshot(engine, media, queue) == before


def test_lists_show_only_ones_own(client, stranger, ids, subtests):
    for operation in operations():
        if operation.name.startswith("list") and not operation.ids:
            if operation.topic == "Catalogue":
                continue
            with subtests.test(operation=operation.name):
                request = operation.with_ids(ids)
                assert request.by(client).json["items"]
                assert request.by(stranger).json["items"] == []


def test_a_filter_by_anothers_thing_finds_nothing(client, stranger, engine):
    session = a_session(engine)
    a_job(engine, session_id=session)
    asked = {"session_id": session}
    assert len(client.get("/analysis-jobs", query=asked).json["items"]) == 1
    assert stranger.get("/analysis-jobs", query=asked).json["items"] == []
