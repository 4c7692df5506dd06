"""Asks the parts behind the API whether they answer, without waiting for one that hangs."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from shared.errors import DependencyError

CHECK_WITHIN_S = 2.0
"""A part that takes longer counts as away; its own, longer timeouts run out unwatched."""


class Readiness:
    """One question at a time to each part: while one hangs, everybody waits for the same answer.

    A check returns, or raises a `DependencyError`. There is one thread a part, however many ask.
    """

    def __init__(
        self, checks: Mapping[str, Callable[[], None]], *, within_s: float = CHECK_WITHIN_S
    ) -> None:
        self._checks = checks
        self._within_s = within_s
        self._asked: dict[str, Future[bool]] = {}
        self._threads = ThreadPoolExecutor(len(checks), thread_name_prefix="readiness")

    async def ask(self) -> dict[str, bool]:
        """Ask every part at once; say which of them answered in time."""
        answers = {name: asyncio.wrap_future(self._question(name)) for name in self._checks}
        await asyncio.wait(answers.values(), timeout=self._within_s)
        return {name: answer.done() and answer.result() for name, answer in answers.items()}

    def _question(self, name: str) -> Future[bool]:
        asked = self._asked.get(name)
        if asked is None or asked.done():
            asked = self._asked[name] = self._threads.submit(_answers, self._checks[name])
        return asked


def _answers(check: Callable[[], None]) -> bool:
    try:
        check()
    except DependencyError:
        return False
    return True
