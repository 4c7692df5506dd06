"""The soak in its short form; `make soak` runs the long one and prints figures."""

import pytest

from benchmarks.soak.run import Wish, soak
from tests.rig.ground import Ground

pytestmark = pytest.mark.system

SHORT = Wish(jobs=24, workers=3, kill_every_s=2.5, seed=4)


@pytest.fixture
def ground(workplace, tmp_path):
    there = Ground.at(workplace, tmp_path)
    yield there
    there.engine.dispose()


@pytest.mark.own_database
def test_nothing_is_lost_and_nothing_comes_twice_while_workers_die(ground, small_clip):
    outcome = soak(ground, SHORT, small_clip.read_bytes(), tell=lambda *_: None)
    # How soon a job is taken over depends on what else this machine is doing: `make soak` says it.
    kept = [promise for promise in outcome.promises if promise.exactly]
    assert kept
    assert [promise for promise in kept if not promise.holds] == []
    assert outcome.trouble["workers killed"] > 0
