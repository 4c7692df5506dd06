"""Still pictures: two ways in, one way to the workers."""

from uuid import uuid4

import httpx
import pytest

from shared.job_store import JobStore
from shared.stills.document import MANIFEST_NAME, Manifest
from tests.builders import COACH, a_job, a_session
from tests.contract.forms import form
from tests.files.pictures import MP4, picture

JPEG = ("stance.jpg", picture())
PNG = ("drive.png", picture("PNG", (80, 64)))
FILM = ("film.jpg", MP4)


def _upload(client, *files, **fields):
    body, headers = form(files, **fields)
    return client.post("/images/upload", body, headers=headers)


def _announce(client, *files, **fields):
    return client.post("/images/upload/initiate", {"files": list(files), **fields})


def _announced(filename, size_bytes=5, content_type="image/jpeg", **more):
    about = {"content_type": content_type, "size_bytes": size_bytes}
    return {"filename": filename, **about, **more}


def _analyze(client, upload_id, **settings):
    return client.post("/images/analyze", {"upload_id": str(upload_id), **settings})


def _jobs(client):
    return client.get("/analysis-jobs").json["items"]


def test_pictures_sent_are_stored_and_await_their_analysis(client, engine, media, queue):
    answer = _upload(client, JPEG, PNG)
    assert answer.status == 201, answer
    assert answer.json["status"] == "queued"
    assert answer.json["files"] == [
        {
            "index": index,
            "filename": name,
            "accepted": True,
            "error": None,
            "width": width,
            "height": 64,
        }
        for index, (name, width) in enumerate((("stance.jpg", 96), ("drive.png", 80)))
    ]
    job = JobStore(engine).get(answer.json["upload_id"])
    assert job.s3_key == f"stills/{COACH}/{job.id}/"
    assert sorted(job.inputs) == ["000.jpg", "001.png", MANIFEST_NAME]
    assert media.read(job.inputs["001.png"]) == PNG[1]
    manifest = Manifest.model_validate_json(media.read(job.inputs[MANIFEST_NAME]))
    assert manifest.filenames == {"000.jpg": "stance.jpg", "001.png": "drive.png"}
    assert queue.receive(wait_s=0, visibility_s=1) is None


def test_each_file_is_judged_for_itself(client, engine):
    answer = _upload(client, FILM, JPEG, (" ", PNG[1]), ("small.png", picture("PNG", (63, 64))))
    assert answer.status == 201
    errors = [file["error"] and file["error"]["code"] for file in answer.json["files"]]
    assert errors == ["INVALID_FORMAT", None, "MISSING_FILENAME", "INVALID_DIMENSIONS"]
    assert answer.json["files"][0]["error"]["message"] == (
        "File must be a picture. Detected MIME type: video/mp4"
    )
    job = JobStore(engine).get(answer.json["upload_id"])
    assert sorted(job.inputs) == ["001.jpg", MANIFEST_NAME]


def test_an_upload_without_one_good_picture_is_refused_whole(client, media):
    answer = _upload(client, FILM, ("cut.jpg", picture()[:300]))
    assert (answer.status, answer.code) == (400, "INVALID_FORMAT")
    assert answer.json["errors"] == [
        {
            "pointer": "#/files/0",
            "detail": "File must be a picture. Detected MIME type: video/mp4",
        },
        {"pointer": "#/files/1", "detail": "The file is damaged."},
    ]
    assert _jobs(client) == []
    assert media.keys("stills/") == []


def test_more_than_a_hundred_pictures_are_refused(client):
    answer = _upload(client, *[("a.jpg", b"x")] * 101)
    assert (answer.status, answer.code) == (400, "TOO_MANY_FILES")
    answer = _announce(client, *[_announced("a.jpg")] * 101)
    assert (answer.status, answer.code) == (400, "TOO_MANY_FILES")
    assert _jobs(client) == []


def test_a_hundred_pictures_are_taken(client, media):
    answer = _upload(client, *[("a.png", picture("PNG", (64, 64)))] * 100)
    assert answer.status == 201
    assert len(media.keys("stills/")) == 101
    assert _analyze(client, answer.json["upload_id"]).status == 202


def test_five_megabytes_are_the_limit_of_a_form(client):
    answer = _upload(client, ("a.jpg", bytes(2_500_000)), ("b.jpg", bytes(2_500_001)))
    assert (answer.status, answer.code) == (400, "FILE_TOO_LARGE")
    assert _upload(client, ("a.jpg", bytes(5_100_000))).code == "FILE_TOO_LARGE"


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"session_id": "x"}, 422, "INVALID_REQUEST"),
        ({"colour": "red"}, 422, "INVALID_REQUEST"),
        ({"session_id": str(uuid4())}, 404, "SESSION_NOT_FOUND"),
        ({"player_id": "nobody"}, 404, "PLAYER_NOT_FOUND"),
    ],
    ids=["no-id", "unknown-field", "no-session", "no-player"],
)
def test_a_form_that_does_not_fit_is_refused(client, fields, status, code):
    answer = _upload(client, JPEG, **fields)
    assert (answer.status, answer.code) == (status, code)
    assert _jobs(client) == []


def test_files_without_a_name_at_all_are_refused(client):
    answer = _upload(client, files="only text")
    assert (answer.status, answer.code) == (400, "MISSING_FILENAME")


def test_names_are_shown_without_folders(client):
    answer = _upload(client, ("C:\\pictures\\ball.jpg", JPEG[1]))
    assert answer.json["files"][0]["filename"] == "ball.jpg"


def test_pictures_are_about_the_sessions_only_player(client, engine):
    session = a_session(engine)
    answer = _upload(client, JPEG, session_id=str(session))
    assert (answer.json["session_id"], answer.json["player_id"]) == (str(session), "p-1")


def test_pictures_of_a_minor_need_consent(client, engine):
    session = a_session(engine, age_band="under_13")
    answer = _upload(client, JPEG, session_id=str(session))
    assert (answer.status, answer.code) == (409, "CONSENT_REQUIRED")
    assert _jobs(client) == []


def test_consent_is_asked_for_again_when_the_analysis_begins(client, engine):
    client.send("PUT", "/players/p-1", body={"age_band": "adult"})
    session = a_session(engine)
    upload = _upload(client, JPEG, session_id=str(session)).json["upload_id"]
    client.send("PUT", "/players/p-1", body={"age_band": "under_13"})
    answer = _analyze(client, upload)
    assert (answer.status, answer.code) == (409, "CONSENT_REQUIRED")
    assert _jobs(client)[0]["status"] == "queued"


def test_announced_pictures_get_a_url_each(client, engine):
    answer = _announce(
        client,
        _announced("a.jpg"),
        _announced("b.gif", content_type="image/gif"),
        _announced(" "),
        _announced("c.png", size_bytes=50_000_001, content_type="image/png"),
        _announced("d.PNG", content_type="IMAGE/PNG"),
    )
    assert answer.status == 201, answer
    files = answer.json["files"]
    errors = [file["error"] and file["error"]["code"] for file in files]
    assert errors == [None, "INVALID_FORMAT", "MISSING_FILENAME", "FILE_TOO_LARGE", None]
    assert files[0]["headers"] == {
        "If-None-Match": "*",
        "Content-Type": "image/jpeg",
        "Content-Length": "5",
    }
    assert files[4]["headers"]["Content-Type"] == "image/png"
    assert (files[1]["presigned_url"], files[1]["headers"]) == (None, {})
    job = JobStore(engine).get(answer.json["upload_id"])
    assert sorted(job.inputs) == ["000.jpg", "004.png", MANIFEST_NAME]
    assert job.declared_bytes == 10


def test_announcing_only_what_is_refused_makes_no_job(client):
    answer = _announce(client, _announced("b.gif", content_type="image/gif"))
    assert (answer.status, answer.code) == (400, "INVALID_FORMAT")
    assert [error["pointer"] for error in answer.json["errors"]] == ["#/files/0"]
    assert _jobs(client) == []


def test_the_analysis_waits_for_every_announced_picture(client, queue):
    upload = _announce(client, _announced("a.jpg"), _announced("b.jpg")).json
    answer = _analyze(client, upload["upload_id"])
    assert (answer.status, answer.code) == (409, "UPLOAD_MISSING")
    places = [error["pointer"] for error in answer.json["errors"]]
    assert places == ["#/files/0", "#/files/1"]
    for file in upload["files"]:
        put = httpx.put(file["presigned_url"], headers=file["headers"], content=b"12345")
        assert put.status_code == 200
    assert _analyze(client, upload["upload_id"]).status == 202
    assert queue.receive(wait_s=0, visibility_s=60) is not None


def test_asking_again_is_answered_alike_and_sends_one_message(client, queue):
    upload = _upload(client, JPEG).json["upload_id"]
    first = _analyze(client, upload, confidence=0.6)
    again = _analyze(client, upload, confidence=0.6, tiling=None)
    assert (first.status, first.json["status"]) == (202, "processing")
    assert first.json == again.json
    assert first.json["job_id"] == upload
    assert queue.receive(wait_s=0, visibility_s=60) is not None
    assert queue.receive(wait_s=0, visibility_s=60) is None


def test_asking_with_other_settings_is_refused(client):
    upload = _upload(client, JPEG).json["upload_id"]
    _analyze(client, upload, confidence=0.6)
    answer = _analyze(client, upload, confidence=0.7)
    assert (answer.status, answer.code) == (409, "UPLOAD_USED")
    settings = client.get(f"/analysis-jobs/{upload}").json["settings"]
    assert settings == {"confidence": 0.6, "tiling": None}


@pytest.mark.parametrize(
    "settings",
    [{"confidence": 2}, {"tiling": {"tile_px": 10}}, {"tiling": {"colour": 1}}],
    ids=["confidence", "tile", "unknown"],
)
def test_settings_that_make_no_sense_are_refused(client, settings):
    upload = _upload(client, JPEG).json["upload_id"]
    answer = _analyze(client, upload, **settings)
    assert (answer.status, answer.code) == (422, "INVALID_CONFIG")
    assert _jobs(client)[0]["status"] == "queued"


def test_a_video_is_no_upload_of_pictures_and_the_other_way_round(client, engine):
    answer = _analyze(client, a_job(engine))
    assert (answer.status, answer.code) == (404, "JOB_NOT_FOUND")
    upload = _upload(client, JPEG).json["upload_id"]
    answer = client.post("/videos/upload/complete", {"job_id": upload})
    assert (answer.status, answer.code) == (404, "JOB_NOT_FOUND")


def test_a_cancelled_upload_is_not_analysed(client, queue):
    upload = _upload(client, JPEG).json["upload_id"]
    client.post(f"/analysis-jobs/{upload}/cancel")
    assert _analyze(client, upload).json["status"] == "cancelled"
    assert queue.receive(wait_s=0, visibility_s=1) is None
