"""Let other threads make things while this one looks at them."""

import queue
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import cv2

T = TypeVar("T")

AHEAD = 4
"""Pictures made in advance: enough to smooth over a slow one, few enough to stay flat in
memory."""


@dataclass(frozen=True, slots=True)
class _Failure:
    error: Exception


class _End:
    pass


class _Producers(Generic[T]):
    """Threads that drain iterators, one after another, into one queue until told to stop."""

    def __init__(
        self, sources: Iterable[Generator[T, None, None]], threads: int, ahead: int
    ) -> None:
        self._sources = deque(sources)
        self._queue: queue.Queue[T | _Failure | _End] = queue.Queue(maxsize=ahead)
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name="prefetch", daemon=True)
            for _ in range(min(threads, len(self._sources)))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def items(self) -> Iterator[T]:
        running = len(self._threads)
        while running:
            item = self._queue.get()
            if isinstance(item, _Failure):
                raise item.error
            if isinstance(item, _End):
                running -= 1
            else:
                yield item

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            while thread.is_alive():
                self._empty_the_queue()
                thread.join(timeout=0.01)

    def _run(self) -> None:
        try:
            while (source := self._next_source()) is not None:
                with closing(source):
                    self._drain(source)
            self._queue.put(_End())
        except Exception as error:  # noqa: BLE001 - the consumer raises it
            self._queue.put(_Failure(error))

    def _next_source(self) -> Generator[T, None, None] | None:
        """Take the next source, which no other thread will get; None at the end."""
        try:
            return None if self._stopped.is_set() else self._sources.popleft()
        except IndexError:
            return None

    def _drain(self, source: Generator[T, None, None]) -> None:
        for item in source:
            self._queue.put(item)
            if self._stopped.is_set():
                return

    def _empty_the_queue(self) -> None:
        while not self._queue.empty():
            self._queue.get_nowait()


@contextmanager
def side_by_side(
    sources: Iterable[Generator[T, None, None]], *, threads: int, ahead: int = AHEAD
) -> Iterator[Iterator[T]]:
    """Iterate `sources` in at most so many threads, together at most `ahead` items in advance.

    The items of one source come in order, those of several in no order. An error in a source
    is raised where the items are consumed. Leaving the block stops the threads and closes the
    sources, finished or not.
    """
    producers = _Producers(sources, threads, ahead)
    with _opencv_in_one_thread():
        producers.start()
        try:
            yield producers.items()
        finally:
            producers.stop()


@contextmanager
def _opencv_in_one_thread() -> Iterator[None]:
    """Keep OpenCV to the threads that call it: its own wait for work by spinning."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def prefetched(
    source: Generator[T, None, None], ahead: int = AHEAD
) -> AbstractContextManager[Iterator[T]]:
    """Iterate `source` in a thread of its own, as `side_by_side` does with several."""
    return side_by_side([source], threads=1, ahead=ahead)
