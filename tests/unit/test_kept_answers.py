"""Requests with an `Idempotency-Key`: one of them runs, the others get its answer."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from shared.errors import IdempotencyKeyReused
from shared.requests.kept_answers import Answer, Busy, Held, KeptAnswers, KeyedRequest

CREATE = KeyedRequest("coach-1", "key-1", "create")
CREATED = Answer(201, {"content-type": "application/json"}, b'{"id": 1}')


@pytest.fixture
def kept(engine) -> KeptAnswers:
    return KeptAnswers(engine)


@pytest.fixture
def a_day_later(engine) -> Callable[[], None]:
    def older() -> None:
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'")
            )

    return older


def _rows(engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM idempotency_keys")).scalar_one())


def test_the_first_holds_the_key_and_the_next_is_told_so(kept):
    assert isinstance(kept.begin(CREATE), Held)
    assert isinstance(kept.begin(CREATE), Busy)


def test_a_kept_answer_is_given_again(kept):
    kept.keep(kept.begin(CREATE), CREATED)
    assert kept.begin(CREATE) == CREATED


@pytest.mark.parametrize("answered", [False, True], ids=["running", "answered"])
def test_another_request_cannot_have_the_key(kept, answered):
    held = kept.begin(CREATE)
    if answered:
        kept.keep(held, CREATED)
    with pytest.raises(IdempotencyKeyReused):
        kept.begin(KeyedRequest("coach-1", "key-1", "another"))


def test_a_released_key_is_free_for_anything(kept):
    kept.release(kept.begin(CREATE))
    assert isinstance(kept.begin(KeyedRequest("coach-1", "key-1", "another")), Held)


def test_two_coaches_may_have_the_same_key(kept):
    kept.begin(CREATE)
    assert isinstance(kept.begin(KeyedRequest("coach-2", "key-1", "another")), Held)


def test_a_holder_that_died_is_followed_and_can_store_nothing(engine, kept):
    dead = KeptAnswers(engine, hold_s=-1).begin(CREATE)
    following = kept.begin(CREATE)
    assert isinstance(following, Held)
    kept.keep(dead, Answer(201, {}, b"late"))
    kept.release(dead)
    assert isinstance(kept.begin(CREATE), Busy)
    kept.keep(following, CREATED)
    assert kept.begin(CREATE) == CREATED


def test_a_dead_holders_key_is_not_for_another_request(engine, kept):
    KeptAnswers(engine, hold_s=-1).begin(CREATE)
    with pytest.raises(IdempotencyKeyReused):
        kept.begin(KeyedRequest("coach-1", "key-1", "another"))


def test_after_a_day_the_key_is_new(kept, a_day_later):
    kept.keep(kept.begin(CREATE), CREATED)
    a_day_later()
    another = kept.begin(KeyedRequest("coach-1", "key-1", "another"))
    assert isinstance(another, Held)
    kept.keep(another, Answer(202, {}, b"new"))
    assert kept.begin(another.request) == Answer(202, {}, b"new")


def test_what_nobody_gets_any_more_is_removed(engine, kept, a_day_later):
    kept.keep(kept.begin(CREATE), CREATED)
    kept.forget()
    assert _rows(engine) == 1
    a_day_later()
    kept.forget()
    assert _rows(engine) == 0


def test_answers_are_kept_compressed(engine, kept):
    long = Answer(201, {}, b'{"url": "https://bucket/key?signature"}' * 10_000)
    kept.keep(kept.begin(CREATE), long)
    assert kept.begin(CREATE) == long
    with engine.connect() as connection:
        length = connection.execute(text("SELECT length(body) FROM idempotency_keys")).scalar_one()
    assert length < len(long.body) / 20


def test_what_is_too_long_even_so_is_not_kept_and_runs_again(engine):
    kept = KeptAnswers(engine, max_bytes=20)
    held = kept.begin(CREATE)
    assert isinstance(held, Held)
    kept.keep(held, CREATED)
    assert isinstance(kept.begin(CREATE), Held)
