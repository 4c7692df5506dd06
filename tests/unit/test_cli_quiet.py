"""Native chatter: held back, unless something unexpected happens."""

import os

import pytest

from cli.quiet import native_stderr_held_back
from shared.errors import NoPersonFound


def chatter(then: type[Exception] | None = None) -> None:
    os.write(2, b"W0000 inference feedback\n")
    if then:
        raise then


def test_it_is_not_shown(capfd):
    with native_stderr_held_back():
        chatter()
    os.write(2, b"ours\n")
    assert capfd.readouterr().err == "ours\n"


def test_it_is_not_shown_with_an_expected_error(capfd):
    with pytest.raises(NoPersonFound), native_stderr_held_back():
        chatter(then=NoPersonFound)
    assert capfd.readouterr().err == ""


def test_it_is_shown_with_a_bug(capfd):
    with pytest.raises(ZeroDivisionError), native_stderr_held_back():
        chatter(then=ZeroDivisionError)
    assert capfd.readouterr().err == "W0000 inference feedback\n"
