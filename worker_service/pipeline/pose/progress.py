"""One count of pictures for both looks at a clip."""

from collections.abc import Callable

ReportProgress = Callable[[int, int], None]
"""Called after every picture with how many are done and how many are expected in all."""


class Progress:
    """Passes on what both looks report, as a share of the whole that never goes back."""

    def __init__(self, report: ReportProgress, *, reserve: int) -> None:
        """Begin with `reserve` pictures expected in a second look that may never come."""
        self._report = report
        self._reserve = reserve
        self._first = 0
        self._done = 0
        self._share = 0.0

    def first_look(self, done: int, expected: int) -> None:
        """Note how far the first look is."""
        self._first = done
        self._tell(done, expected + self._reserve)

    def second_look(self, done: int, expected: int) -> None:
        """Note how far the second look is; the first is over."""
        self._tell(self._first + done, self._first + expected)

    def over(self) -> None:
        """Note that nothing else comes."""
        if self._share < 1.0:
            self._tell(self._done, self._done)

    def _tell(self, done: int, expected: int) -> None:
        if done < self._share * expected:
            expected = max(done, int(done / self._share))
        self._done, self._share = done, done / expected if expected else 1.0
        self._report(done, expected)
