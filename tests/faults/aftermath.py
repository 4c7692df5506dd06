"""What is asked after a service was away, whichever it was."""

import pytest

from tests.faults.points import COMPUTED, MATRIX


class Outages:
    """Facts about an `aftermath`, a fixture of the module that says what was away."""

    @pytest.fixture(params=MATRIX)
    def survived(self, request, aftermath):
        return aftermath.survived[request.param]

    def test_the_job_is_completed_exactly_once(self, survived):
        survived.fate.assert_completed_once()

    def test_the_results_are_whole_and_nothing_else_is_stored(self, survived):
        survived.fate.assert_results_whole()

    @pytest.mark.parametrize("point", sorted(COMPUTED))
    def test_results_in_the_bucket_are_not_computed_again(self, aftermath, point):
        survived = aftermath.survived[point]
        survived.fate.assert_not_computed_again(survived.reached)

    def test_every_worker_lived_on_until_it_was_told_to_stop(self, aftermath):
        assert set(aftermath.exits) == {0}

    def test_no_message_was_set_aside(self, aftermath):
        assert aftermath.dead_letters == 0

    def test_the_scratch_folder_is_empty(self, aftermath):
        assert aftermath.scratch == []
