"""The simulation does what it says, and docs/scaling.md is what it says now."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.scaling.arrivals import PATTERNS, Pattern
from benchmarks.scaling.fleet import STARTING, Fleet
from benchmarks.scaling.page import page
from benchmarks.scaling.simulation import NOTICED_S, Scaler, simulate
from infra.scaling import BUSY_PERIODS, COOLDOWN_S, EVERY_S, IDLE_PERIODS, ScalingRule
from infra.stage import DEV, PROD, Compute, Stage

PAGE = Path("docs/scaling.md")


def changed(stage: Stage, **changes: object) -> Stage:
    return Stage.model_validate(dict(stage) | changes)


def arrivals(*moments_s: float, lasts_s: float = 3600.0) -> Pattern:
    return Pattern("test", "test", moments_s, lasts_s)


def test_the_page_is_what_the_simulation_says_now():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make docs"


def test_a_job_that_finds_a_free_worker_does_not_wait():
    outcome = simulate(PROD, arrivals(100.0, 200.0))
    assert max(outcome.waits_s) < 1


def test_from_zero_a_job_waits_for_the_measurement_the_machine_and_the_task():
    stage = changed(PROD, min_tasks=0)
    outcome = simulate(stage, arrivals(EVERY_S - 1.0))
    starting = STARTING[Compute.GPU]
    assert outcome.waits_s == (1.0 + NOTICED_S + starting.machine_s + starting.task_s,)


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("stage", [DEV, PROD, changed(PROD, workers="cpu", min_tasks=0)])
def test_every_job_is_taken_once_and_the_limits_are_kept(name, stage):
    pattern = PATTERNS[name]()
    outcome = simulate(stage, pattern)
    assert len(outcome.waits_s) == len(pattern.arrivals)
    assert min(outcome.waits_s) >= 0
    assert outcome.most_workers <= stage.max_tasks
    assert min(sample.workers for sample in outcome.samples) >= stage.min_tasks


def test_a_stage_from_zero_is_empty_again_in_the_end():
    outcome = simulate(changed(PROD, min_tasks=0), arrivals(0.0, lasts_s=3 * 3600.0))
    assert outcome.samples[-1].workers == 0
    lingers_s = STARTING[Compute.GPU].machine_lingers_s
    assert outcome.machine_h * 3600 < (IDLE_PERIODS + 10) * EVERY_S + lingers_s


def test_one_worker_needs_as_long_as_its_jobs_take():
    alone = changed(PROD, min_tasks=1, max_tasks=1)
    outcome = simulate(alone, arrivals(*[0.0] * 200))
    assert outcome.over_s == pytest.approx(200 * PROD.job_s, rel=0.15)  # the mean of 200 drawn ones


def test_the_last_workers_stay_until_nothing_was_measured_often_enough():
    scaler = Scaler(replace(ScalingRule.of(PROD), least=0))
    minutes = range(1, IDLE_PERIODS + 1)
    assert scaler.wanted(1, 0.0) == 1
    asked = [scaler.wanted(0, minute * EVERY_S) for minute in minutes]
    assert asked == [1] * (IDLE_PERIODS - 1) + [0]


def test_more_workers_come_at_once_and_fewer_after_a_while():
    scaler = Scaler(ScalingRule.of(PROD))
    assert scaler.wanted(1000, 0.0) == PROD.max_tasks
    before = [scaler.wanted(1, COOLDOWN_S - 1.0) for _ in range(BUSY_PERIODS)]
    assert set(before) == {PROD.max_tasks}
    assert scaler.wanted(1, COOLDOWN_S) == PROD.min_tasks


def test_one_measurement_that_lacks_a_count_ends_no_worker():
    scaler = Scaler(ScalingRule.of(PROD))
    scaler.wanted(1000, 0.0)
    late = [scaler.wanted(0, COOLDOWN_S + number) for number in range(BUSY_PERIODS - 1)]
    assert set(late) == {PROD.max_tasks}


def test_a_worker_with_a_job_is_not_ended():
    fleet = Fleet.of(2, STARTING[Compute.CPU])
    fleet.workers[0].busy_until = 100.0
    fleet.resize(0, now=10.0)
    assert [worker.busy_until for worker in fleet.workers] == [100.0]


def test_a_machine_that_is_still_there_takes_the_next_task():
    starting = STARTING[Compute.GPU]
    fleet = Fleet.of(1, starting)
    fleet.resize(0, now=10.0)
    fleet.resize(1, now=20.0)
    assert fleet.workers[0].ready_at == 20.0 + starting.task_s
