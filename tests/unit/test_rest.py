import pytest

from shared.errors import DiskFull, ModelUnavailable, NoPersonFound, ProcessingFailed
from worker_service.rest import Rest


@pytest.fixture
def rest():
    return Rest(now=lambda: 1000.0)


def _rests_s(rest, *errors):
    rests = []
    for error in errors:
        rest.after(error)
        rests.append(rest.left_s)
    return rests


def test_one_fault_may_have_been_the_videos(rest):
    assert _rests_s(rest, DiskFull()) == [0]


def test_faults_in_a_row_make_longer_and_longer_rests(rest):
    faults = [DiskFull(), ModelUnavailable()] * 5
    assert _rests_s(rest, *faults) == [0, 5, 10, 20, 40, 80, 160, 300, 300, 300]


@pytest.mark.parametrize("other", [None, NoPersonFound(), ProcessingFailed()])
def test_an_attempt_that_ends_otherwise_begins_the_count_anew(rest, other):
    now = [0.0]
    rest.now = lambda: now[0]
    _rests_s(rest, DiskFull(), DiskFull())
    now[0] = 5.0
    assert _rests_s(rest, other, DiskFull(), DiskFull()) == [0, 0, 5]


def test_a_rest_is_over_in_time(rest):
    now = [0.0]
    rest.now = lambda: now[0]
    _rests_s(rest, DiskFull(), DiskFull())
    now[0] = 3.0
    assert rest.left_s == 2.0
    now[0] = 9.0
    assert rest.left_s == 0
