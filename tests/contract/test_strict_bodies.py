"""Bodies are taken as JSON has them, and what the document lets through is taken."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_lambda.wire.common import NOT_BLANK
from cli.openapi_file import written
from shared.stills.pictures import look_at
from shared.uploads.video_type import video_type

NO_JOB = "5f0c2f0e-6a6b-4a3c-9d0e-3c1a7d0f4b11"
BOX = {"x": 0, "y": 0, "width": 1, "height": 1}


@pytest.fixture(scope="module")
def schemas():
    return json.loads(written())["components"]["schemas"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/sessions", {"title": "Nets", "sample_fps": "15"}, "sample_fps"),
        ("/sessions", {"title": "Nets", "athlete_height_cm": True}, "athlete_height_cm"),
        ("/sessions", {"title": "Nets", "subject_hint": BOX | {"y": False}}, "subject_hint/y"),
        ("/sessions", {"title": "\x19"}, "title"),
        (f"/analysis-jobs/{NO_JOB}/render", {"crf": "22"}, "crf"),
        (f"/analysis-jobs/{NO_JOB}/render", {"crf": 22.5}, "crf"),
        (f"/analysis-jobs/{NO_JOB}/render", {"blur_faces": 1}, "blur_faces"),
        (f"/analysis-jobs/{NO_JOB}/reanalyze", {"slow_motion_factor": "8"}, "slow_motion_factor"),
        ("/images/analyze", {"upload_id": NO_JOB, "confidence": "0.5"}, "confidence"),
        ("/images/analyze", {"upload_id": NO_JOB, "tiling": {"tile_px": True}}, "tiling/tile_px"),
        ("/videos/upload/initiate", {"session_id": NO_JOB, "size_bytes": "9"}, "size_bytes"),
        ("/videos/upload/initiate", {"session_id": NO_JOB, "multipart": "yes"}, "multipart"),
    ],
)
def test_a_number_is_no_text_and_no_truth_value(client, path, body, field):
    answer = client.post(path, body)
    assert answer.status == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [f"#/{field}"]


def test_a_whole_number_may_be_written_with_a_point(client):
    assert client.post(f"/analysis-jobs/{NO_JOB}/render", {"crf": 22.0}).code == "JOB_NOT_FOUND"


@pytest.mark.parametrize("time", [0, "0", 1788134400, "2027-08-31"])
def test_a_time_is_a_whole_date_and_time_with_its_zone(client, time):
    client.send("PUT", "/players/p-1", body={})
    consent = {"scope": "analysis", "given_by": "R. Iyer", "relationship": "mother"}
    answer = client.post("/players/p-1/consents", consent | {"given_at": time})
    assert answer.status == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["#/given_at"]


@given(st.data())
def test_what_a_tool_makes_up_for_a_file_is_one(schemas, data):
    made_up = schemas["SmallUpload"]["properties"]["file"]["pattern"]
    assert video_type(data.draw(st.from_regex(made_up)).encode()).startswith("video/")


def test_the_picture_a_tool_makes_up_is_one(schemas):
    pattern = schemas["SentPictures"]["properties"]["files"]["contains"]["pattern"]
    example = re.sub(
        r"\\x([0-9a-f]{2})(?:\{(\d+)\})?",
        lambda byte: chr(int(byte[1], 16)) * int(byte[2] or 1),
        pattern.strip("^$").replace(r"\*", "*"),
    )
    assert re.fullmatch(pattern, example)
    look = look_at("made-up.tif", example.encode())
    assert (look.content_type, look.width, look.height) == ("image/tiff", 64, 64)


@pytest.mark.parametrize(
    ("text", "says_something"),
    [("a", True), (" Übung \n", True), ("", False), (" \t\u00a0\ufeff\x19", False), ("a\0", False)],
)
def test_a_text_says_something_that_can_be_seen(text, says_something):
    assert bool(re.search(NOT_BLANK, text)) is says_something
