from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from api_lambda.pages import CURSOR, cut, from_cursor, to_cursor
from api_lambda.wire.common import Timestamp
from shared.paging import Position

INDIA = timezone(timedelta(hours=5, minutes=30))
ZONES = st.sampled_from([UTC, INDIA])


@given(
    created_at=st.datetimes(
        min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - the zone is drawn beside it
        max_value=datetime(4000, 1, 1),  # noqa: DTZ001
        timezones=ZONES,
    ),
    row_id=st.uuids(),
)
def test_a_cursor_brings_back_its_position(created_at: datetime, row_id: UUID):
    assert from_cursor(to_cursor(Position(created_at, row_id))) == Position(created_at, row_id)


@given(st.text())
def test_anything_else_is_refused(text: str):
    with pytest.raises(ValueError, match="none of ours"):
        from_cursor(text)


def test_a_cursor_is_safe_in_a_url():
    cursor = to_cursor(Position(datetime.now(UTC), uuid4()))
    assert quote(cursor, safe="") == cursor


@given(st.from_regex(CURSOR, fullmatch=True))
def test_whatever_has_a_cursors_form_is_one(text: str):
    assert to_cursor(from_cursor(text)) == text


def _rows(count):
    return [SimpleNamespace(id=uuid4(), created_at=datetime.now(UTC)) for _ in range(count)]


@pytest.mark.parametrize(("found", "shown", "more"), [(0, 0, False), (2, 2, False), (3, 2, True)])
def test_the_row_too_many_only_says_that_there_is_more(found, shown, more):
    rows = _rows(found)
    page, cursor = cut(rows, 2)
    assert list(page) == rows[:shown]
    assert (cursor is not None) == more


def test_times_of_any_zone_are_written_as_utc():
    indian = datetime(2026, 11, 20, 21, 34, 5, tzinfo=INDIA)
    written = TypeAdapter(Timestamp).dump_json(TypeAdapter(Timestamp).validate_python(indian))
    assert written == b'"2026-11-20T16:04:05Z"'
