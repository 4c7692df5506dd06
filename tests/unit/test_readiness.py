import asyncio
import threading

import pytest

from api_lambda.readiness import Readiness
from shared.errors import QueueError
from tests.rig.waiting import wait_for


def _away() -> None:
    raise QueueError


def test_parts_answer_for_themselves():
    parts = Readiness({"database": lambda: None, "queue": _away})
    assert asyncio.run(parts.ask()) == {"database": True, "queue": False}


def test_a_part_that_hangs_is_asked_once_however_many_ask():
    asked, hung = [], threading.Event()

    def hang() -> None:
        asked.append(1)
        hung.wait(10)

    parts = Readiness({"bucket": hang, "database": lambda: None}, within_s=0.05)
    try:
        for _ in range(3):
            assert asyncio.run(parts.ask()) == {"bucket": False, "database": True}
        assert len(asked) == 1
        hung.set()
        wait_for(lambda: asyncio.run(parts.ask())["bucket"], "it to answer again")
    finally:
        hung.set()


def test_a_broken_check_is_our_own_fault():
    def broken() -> None:
        raise ValueError

    parts = Readiness({"database": broken})
    with pytest.raises(ValueError, match=r"^$"):
        asyncio.run(parts.ask())
