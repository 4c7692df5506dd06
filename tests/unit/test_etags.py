import pytest

from api_lambda.etags import is_current, tag_of

TAG = tag_of(b"answer")
STRONG = TAG.removeprefix("W/")


@pytest.mark.parametrize(
    "sent",
    [TAG, STRONG, "*", " * ", f'"other", {TAG}', f'W/"a,b",{STRONG}'],
    ids=["weak", "strong", "any", "any, spaced", "second of two", "after a comma inside"],
)
def test_an_answer_that_is_known_already_is_recognised(sent):
    assert is_current(TAG, sent)


@pytest.mark.parametrize(
    "sent",
    [None, "", tag_of(b"another"), STRONG[1:-1], f'"x{STRONG[1:]}', f"*, {tag_of(b'another')}"],
    ids=["none", "empty", "another", "unquoted", "longer", "any in a list"],
)
def test_anything_else_is_not(sent):
    assert not is_current(TAG, sent)
