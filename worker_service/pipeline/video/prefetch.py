"""Let one thread make pictures while another looks at them."""

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

AHEAD = 4
"""Pictures made in advance: enough to smooth over a slow one, few enough to stay flat in
memory."""


@dataclass(frozen=True, slots=True)
class _Failure:
    error: Exception


class _End:
    pass


class _Producer(Generic[T]):
    """A thread that drains an iterator into a bounded queue until told to stop."""

    def __init__(self, source: Generator[T, None, None], ahead: int) -> None:
        self._source = source
        self._queue: queue.Queue[T | _Failure | _End] = queue.Queue(maxsize=ahead)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prefetch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def items(self) -> Iterator[T]:
        while True:
            item = self._queue.get()
            if isinstance(item, _End):
                return
            if isinstance(item, _Failure):
                raise item.error
            yield item

    def stop(self) -> None:
        self._stopped.set()
        while self._thread.is_alive():
            self._drain()
            self._thread.join(timeout=0.05)

    def _run(self) -> None:
        try:
            with closing(self._source) as source:
                for item in source:
                    self._queue.put(item)
                    if self._stopped.is_set():
                        return
            self._queue.put(_End())
        except Exception as error:  # noqa: BLE001 - the consumer raises it
            self._queue.put(_Failure(error))

    def _drain(self) -> None:
        while not self._queue.empty():
            self._queue.get_nowait()


@contextmanager
def prefetched(source: Generator[T, None, None], ahead: int = AHEAD) -> Iterator[Iterator[T]]:
    """Iterate `source` in a thread of its own, at most `ahead` items in advance.

    An error in `source` is raised where its items are consumed. Leaving the block stops the
    thread and closes `source`, finished or not.
    """
    producer = _Producer(source, ahead)
    producer.start()
    try:
        yield producer.items()
    finally:
        producer.stop()
