import threading

import pytest

from worker_service.pipeline.video.prefetch import prefetched


def test_items_come_in_order():
    with prefetched(n for n in range(100)) as items:
        assert list(items) == list(range(100))


def test_it_runs_only_a_little_ahead():
    made = []

    def source():
        for n in range(100):
            made.append(n)
            yield n

    with prefetched(source(), ahead=3) as items:
        next(items)

    assert len(made) <= 1 + 3 + 2


def test_an_error_is_raised_where_the_items_are_used():
    def source():
        yield 1
        raise ValueError("broken")

    with prefetched(source()) as items:
        assert next(items) == 1
        with pytest.raises(ValueError, match="broken"):
            next(items)


def test_leaving_early_closes_the_source_and_the_thread():
    closed = threading.Event()

    def source():
        try:
            while True:
                yield 0
        finally:
            closed.set()

    before = threading.active_count()
    with prefetched(source()) as items:
        next(items)

    assert closed.is_set()
    assert threading.active_count() == before
