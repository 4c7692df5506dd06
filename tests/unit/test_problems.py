import pytest

from api_lambda.complaints import complaints
from api_lambda.problems import problem_of
from shared.errors import CoachError, JobError, LeaseLost, StorageError, UploadMissing
from tests.error_kinds import leaves

ANSWERABLE = [
    leaf for leaf in leaves(CoachError) if not issubclass(leaf, JobError) and leaf is not LeaseLost
]


def _problem(error):
    return problem_of(error, instance="/x", request_id="r")


@pytest.mark.parametrize("error", ANSWERABLE, ids=lambda error: error.code)
def test_every_error_becomes_a_problem_with_its_own_words(error):
    problem = _problem(error())
    assert problem.type == "/problems/" + error.code.lower().replace("_", "-")
    assert problem.detail == error.sentence
    assert problem.status >= 400
    assert problem.title


def test_a_sentence_of_ones_own_is_kept():
    assert _problem(UploadMissing("Not there yet.")).detail == "Not there yet."


def test_what_a_dependency_said_stays_inside():
    problem = _problem(StorageError("NoSuchBucket The bucket media-7 does not exist"))
    assert problem.detail == "Storage access error"


@pytest.mark.parametrize(
    ("place", "pointer"),
    [
        (("body",), "#"),
        (("body", "title"), "#/title"),
        (("body", "player_ids", 3), "#/player_ids/3"),
        (("body", "a/b~c"), "#/a~1b~0c"),
        (("query", "limit"), "?limit"),
        (("query",), "?"),
    ],
)
def test_a_complaint_points_at_its_place(place, pointer):
    (complaint,) = complaints([{"type": "missing", "loc": place, "msg": "Field required"}])
    assert complaint.pointer == pointer


@pytest.mark.parametrize(
    ("place", "field"),
    [(("body",), ""), (("body", "title"), "title"), (("query", "sample_fps"), "")],
)
def test_only_the_body_has_fields(place, field):
    (complaint,) = complaints([{"type": "missing", "loc": place, "msg": "Field required"}])
    assert complaint.field == field


def test_a_validators_words_come_without_pydantics_prefix():
    found = {
        "type": "value_error",
        "loc": ("body", "notes"),
        "msg": "Value error, No NUL.",
        "ctx": {"error": ValueError("No NUL.")},
    }
    assert complaints([found])[0].detail == "No NUL."
