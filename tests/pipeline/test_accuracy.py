"""The synthetic rows of `make evaluate`, in short, and what the table itself promises.

Those of the known failures are in `test_metrics_known_failures.py`.
"""

import json

import numpy as np
import pytest

from benchmarks.accuracy import __main__ as command
from benchmarks.accuracy.evaluation import LABELLED, SAMPLE, SYNTHETIC, rows
from benchmarks.accuracy.known_failures import CHECKS as FAILURES
from benchmarks.accuracy.page import page
from benchmarks.accuracy.row import bounds, judged
from benchmarks.accuracy.studio import Studio
from shared.errors import NoPersonFound
from worker_service.pipeline.pose.synthetic_engine import SyntheticEngine

FEW = 1
KEY = "bowling_angles"


ARMS_ACROSS = pytest.mark.xfail(
    strict=True, reason="arms that swing past each other side-on are not told from swapped ones"
)
MISSED = dict.fromkeys(("swaps_left_crossing", "swaps_invented_crossing"), ARMS_ACROSS)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(key, marks=MISSED[key]) if key in MISSED else key
        for key in SYNTHETIC
        if key not in FAILURES
    ],
)
def test_the_measurements_keep_their_bound(key):
    row = judged(key, lambda: SYNTHETIC[key](FEW))
    assert row.passed, row.cells()


def test_every_bound_has_its_check_and_every_check_its_bound():
    checks = [*SYNTHETIC, *SAMPLE, *LABELLED]
    assert len(set(checks)) == len(checks)
    assert set(checks) == set(bounds())


def test_an_error_that_could_not_be_taken_is_no_small_error():
    limit = bounds()[KEY].limit
    assert judged(KEY, lambda: [limit / 2] * 3).passed
    mostly_missing = judged(KEY, lambda: [0.0, np.nan, np.nan])
    assert not mostly_missing.passed
    assert mostly_missing.missing == 2


def test_a_row_without_data_fails():
    def refused():
        raise NoPersonFound

    def broken():
        raise KeyError("cadence")

    for check, note in ((list, "no data"), (refused, "NO_PERSON_FOUND"), (broken, "cadence")):
        row = judged(KEY, check)
        assert not row.passed
        assert note in row.note
        assert row.entry()["error"] is None


def test_a_clip_that_is_not_there_fails_its_row(tmp_path):
    row = judged("cars", lambda: LABELLED["cars"](Studio(tmp_path, SyntheticEngine())))
    assert not row.passed
    assert "no clip cars_no_person.mp4" in row.note


def test_the_command_fails_when_a_row_fails_and_writes_what_it_found(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        command, "rows", lambda studio: [judged(KEY, lambda: [1.0]), judged(KEY, list)]
    )
    assert command.main(["--synthetic", "--doc", "accuracy.md"]) == 1
    good, bad = json.loads((tmp_path / "build/evaluate.json").read_text())
    assert (good["passed"], good["error"], good["n"]) == (True, 1.0, 1)
    assert (bad["passed"], bad["error"], bad["note"]) == (False, None, "no data")
    assert "1 of 2 rows keep their bound" in (tmp_path / "accuracy.md").read_text()
    assert "FAILED no data" in capsys.readouterr().out


def test_the_page_holds_every_row():
    found = [judged(key, lambda: [0.0]) for key in bounds()]
    text = page(found)
    assert all(row.bound.what in text for row in found)
    assert "{" not in text


def test_without_a_studio_only_generated_athletes_are_measured(monkeypatch):
    monkeypatch.setattr("benchmarks.accuracy.evaluation.SYNTHETIC", {KEY: lambda seeds: [0.0]})
    assert [row.bound.key for row in rows(None)] == [KEY]
