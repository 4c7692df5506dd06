import pytest

from shared import errors
from tests.error_kinds import below, leaves


@pytest.mark.parametrize("leaf", leaves(errors.CoachError), ids=lambda leaf: leaf.__name__)
def test_every_error_has_a_code_of_its_own_and_a_sentence(leaf):
    assert leaf.code != errors.CoachError.code
    assert leaf.sentence != errors.CoachError.sentence
    assert str(leaf()) == leaf.sentence


def test_each_code_is_given_once():
    """Kinds of an error that an app need not tell apart inherit its code."""
    own = [kind.code for kind in below(errors.CoachError) if "code" in vars(kind)]
    codes = [errors.CoachError.code, *own]
    assert len(codes) == len(set(codes))


def test_only_a_new_video_helps_against_a_permanent_failure():
    for leaf in leaves(errors.PermanentJobError):
        assert leaf.user_action is errors.UserAction.RETAKE
        assert not leaf.retryable


def test_the_tree_at_the_top_of_the_file_names_every_error():
    names = {leaf.__name__ for leaf in leaves(errors.CoachError)}
    assert [name for name in names if name not in (errors.__doc__ or "")] == []


@pytest.mark.parametrize(("code", "own"), [("DISK_FULL", True), ("PROCESSING_FAILED", False)])
def test_a_workers_own_fault_is_known_from_the_code(code, own):
    assert errors.job_error(code, "words").workers_fault is own
