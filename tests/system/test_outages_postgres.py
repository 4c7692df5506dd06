"""PostgreSQL is stopped and started again while workers stand at every point of an attempt."""

from collections.abc import Iterator

import pytest

from tests.faults.arena import arena
from tests.faults.cuts import Aftermath, cut_everywhere
from tests.faults.outages import database
from tests.faults.points import COMPUTED, MATRIX

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory, aws_endpoint, small_clip) -> Iterator[Aftermath]:
    folder = tmp_path_factory.mktemp("outages")
    with database(folder / "postgres") as one, arena(folder, one.start(), aws_endpoint) as place:
        yield cut_everywhere(place, small_clip, one.stopped)


@pytest.fixture(params=MATRIX)
def survived(request, aftermath):
    return aftermath.survived[request.param]


def test_the_job_is_completed_exactly_once(survived):
    survived.fate.assert_completed_once()


def test_the_results_are_whole_and_nothing_else_is_stored(survived):
    survived.fate.assert_results_whole()


@pytest.mark.parametrize("point", sorted(COMPUTED))
def test_results_in_the_bucket_are_not_computed_again(aftermath, point):
    survived = aftermath.survived[point]
    survived.fate.assert_not_computed_again(survived.reached)


def test_every_worker_lived_on_until_it_was_told_to_stop(aftermath):
    assert set(aftermath.exits) == {0}


def test_no_message_was_set_aside(aftermath):
    assert aftermath.dead_letters == 0


def test_the_scratch_folder_is_empty(aftermath):
    assert aftermath.scratch == []
