"""How many workers for how many jobs: the rule, and that the stack deploys it."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.scaling import (
    BUSY_PERIODS,
    COOLDOWN_S,
    EVERY_S,
    IDLE_PERIODS,
    MOST_STEPS,
    ScalingRule,
)
from tests.infra.conftest import resources
from tests.infra.metric_math import over_time


@st.composite
def rules(draw):
    least = draw(st.integers(0, 50))
    return ScalingRule(
        job_s=draw(st.floats(0.5, 4000)),
        wait_s=draw(st.floats(1, 4000)),
        least=least,
        most=draw(st.integers(max(least, 1), 1000)),
    )


open_jobs = st.integers(0, 100_000)


@given(rules(), open_jobs, open_jobs)
def test_more_jobs_never_get_fewer_workers(rule, some, others):
    fewer, more = sorted((some, others))
    assert rule.tasks(fewer) <= rule.tasks(more)


@given(rules(), open_jobs)
def test_the_number_of_workers_stays_within_the_stages_limits(rule, jobs):
    assert rule.least <= rule.tasks(jobs) <= rule.most


@given(rules(), open_jobs)
def test_the_workers_finish_all_open_jobs_within_the_accepted_wait_or_there_are_no_more(rule, jobs):
    tasks = rule.tasks(jobs)
    in_time = max(math.floor(tasks * rule.wait_s / rule.job_s), tasks)
    assert tasks == rule.most or jobs <= in_time


@given(rules())
def test_enough_jobs_get_the_most_workers_and_none_the_least(rule):
    steps = rule.steps()
    assert (steps[0].jobs, steps[0].tasks, steps[-1].tasks) == (0, rule.least, rule.most)


@given(rules())
def test_there_are_no_more_steps_than_a_policy_takes_and_each_asks_for_more(rule):
    steps = rule.steps()
    assert len(steps) <= MOST_STEPS
    assert all(one.jobs < next_one.jobs for one, next_one in pairwise(steps))
    assert all(one.tasks < next_one.tasks for one, next_one in pairwise(steps))


@given(rules())
def test_a_first_job_gets_a_worker(rule):
    assert rule.tasks(1) >= 1


def test_a_burst_of_a_match_day_gets_the_workers_that_arithmetic_says():
    rule = ScalingRule(job_s=45, wait_s=180, least=2, most=20)
    assert [rule.tasks(jobs) for jobs in (0, 8, 9, 40, 41, 80, 1000)] == [2, 2, 3, 10, 11, 20, 20]


# what the stack deploys


def steps_of(template, name):
    """Of one policy: from so many open jobs, below so many, so many workers."""
    (policy,) = [
        found["Properties"]
        for found in resources(template, "AWS::ApplicationAutoScaling::ScalingPolicy").values()
        if found["Properties"]["PolicyName"].endswith(f"-{name}")
    ]
    how = policy["StepScalingPolicyConfiguration"]
    assert how["AdjustmentType"] == "ExactCapacity"
    threshold = alarm(template, name)["Threshold"]
    return [
        (
            threshold + step.get("MetricIntervalLowerBound", -math.inf),
            threshold + step.get("MetricIntervalUpperBound", math.inf),
            step["ScalingAdjustment"],
        )
        for step in how["StepAdjustments"]
    ]


def alarm(template, name):
    (found,) = [
        found["Properties"]
        for found in resources(template, "AWS::CloudWatch::Alarm").values()
        if str(found["Properties"]["AlarmName"]).endswith(f"-workers-{name}")
    ]
    return found


def test_the_deployed_steps_are_the_rules(stage, template):
    rule = ScalingRule.of(stage)
    busy, idle = steps_of(template, "busy"), steps_of(template, "idle")
    threshold = alarm(template, "busy")["Threshold"]

    def deployed(jobs):
        steps = busy if jobs >= threshold else idle
        (tasks,) = [tasks for low, high, tasks in steps if low <= jobs < high]
        return tasks

    assert [deployed(jobs) for jobs in range(200)] == [rule.tasks(jobs) for jobs in range(200)]


def test_workers_come_at_once_and_the_last_go_after_quiet_for_some_time(template):
    busy, idle = alarm(template, "busy"), alarm(template, "idle")
    assert busy["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert (busy["DatapointsToAlarm"], busy["EvaluationPeriods"]) == (1, BUSY_PERIODS)
    assert idle["ComparisonOperator"] == "LessThanThreshold"
    assert (idle["DatapointsToAlarm"], idle["EvaluationPeriods"]) == (IDLE_PERIODS, IDLE_PERIODS)
    assert busy["Threshold"] == idle["Threshold"] == 1


def test_jobs_are_counted_by_the_sweeper_and_by_sqs_and_either_is_enough(stage, template):
    for name in ("busy", "idle"):
        metrics = {metric["Id"]: metric for metric in alarm(template, name)["Metrics"]}
        (expression,) = [metric for metric in metrics.values() if "Expression" in metric]
        assert expression["Expression"] == (
            "MAX([FILL(counted, REPEAT), FILL(visible, REPEAT) + FILL(in_hand, REPEAT)])"
        )
        counted = metrics["counted"]["MetricStat"]
        assert counted["Metric"] == {
            "Namespace": "CoachPlus",
            "MetricName": "JobsOpen",
            "Dimensions": [
                {"Name": "Service", "Value": "backstage"},
                {"Name": "Stage", "Value": stage.name},
            ],
        }
        assert counted["Period"] == EVERY_S
        assert [
            metrics[name]["MetricStat"]["Metric"]["MetricName"] for name in ("visible", "in_hand")
        ] == ["ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"]


MISSING = None
"""A measurement that has not come yet, or never will."""


def rings(template, name, **counts):
    """Whether an alarm rings for these counts, the newest last, and what its policy then sees."""
    deployed = alarm(template, name)
    (expression,) = [each["Expression"] for each in deployed["Metrics"] if "Expression" in each]
    known = [jobs for jobs in over_time(expression, **counts) if jobs is not None]
    looked_at = known[-deployed["EvaluationPeriods"] :]
    passed = [jobs for jobs in looked_at if (jobs >= deployed["Threshold"]) == (name == "busy")]
    return len(passed) >= deployed["DatapointsToAlarm"], max(looked_at)


@pytest.mark.parametrize("late", [0, 1, 2])
def test_counts_that_come_late_call_the_workers_that_the_last_ones_did(template, late):
    counted = [0, 0, *[30] * 5, *[MISSING] * late]
    asleep = [MISSING] * len(counted)
    assert rings(template, "busy", counted=counted, visible=asleep, in_hand=asleep) == (True, 30)


def test_a_queue_that_says_nothing_yet_takes_no_worker_away(template):
    """The newest minute has SQS's counts from before the jobs, and not yet the sweeper's."""
    counted, visible, in_hand = [0, 0, 9, 9, MISSING], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]
    busy = rings(template, "busy", counted=counted, visible=visible, in_hand=in_hand)
    assert busy == (True, 9)


def test_a_single_0_neither_ends_the_work_nor_takes_workers_away(template):
    counts = {"counted": [9, 9, 9, 0], "visible": [0] * 4, "in_hand": [0] * 4}
    assert rings(template, "busy", **counts) == (True, 9)


def test_when_nothing_was_open_for_some_minutes_nobody_is_busy(template):
    quiet = [9, *[0] * BUSY_PERIODS]
    none = [0] * len(quiet)
    assert rings(template, "busy", counted=quiet, visible=none, in_hand=none) == (False, 0)


def test_late_counts_neither_make_a_busy_service_idle_nor_keep_an_idle_one(template):
    asleep = [MISSING] * (IDLE_PERIODS + 2)
    queue = {"visible": asleep, "in_hand": asleep}
    busy, idle = [*[1] * IDLE_PERIODS, MISSING, MISSING], [*[0] * IDLE_PERIODS, MISSING, MISSING]
    assert rings(template, "idle", counted=busy, **queue) == (False, 1)
    assert rings(template, "idle", counted=idle, **queue) == (True, 0)


def test_one_open_job_within_the_quiet_time_keeps_the_last_workers(template):
    counted = [*[0] * (IDLE_PERIODS - 1), 1]
    none = [0] * IDLE_PERIODS
    assert not rings(template, "idle", counted=counted, visible=none, in_hand=none)[0]


def test_a_0_beside_an_alarm_that_stays_has_no_step(template):
    assert min(low for low, _, _ in steps_of(template, "busy")) == 1


def test_without_any_count_nothing_grows_and_everything_comes_to_rest(template):
    assert alarm(template, "busy")["TreatMissingData"] == "notBreaching"
    assert alarm(template, "idle")["TreatMissingData"] == "breaching"


def test_each_scaling_alarm_calls_its_policy_and_says_where_to_read_on(stage, template):
    policies = resources(template, "AWS::ApplicationAutoScaling::ScalingPolicy")
    for name in ("busy", "idle"):
        (action,) = alarm(template, name)["AlarmActions"]
        policy = policies[action["Ref"]]["Properties"]
        assert policy["PolicyName"].endswith(f"-{name}")
        assert policy["StepScalingPolicyConfiguration"]["Cooldown"] == COOLDOWN_S
        assert f"{stage.runbook}#backlog" in alarm(template, name)["AlarmDescription"]


def test_the_service_is_scaled_within_the_stages_limits(stage, template):
    (target,) = resources(template, "AWS::ApplicationAutoScaling::ScalableTarget").values()
    properties = target["Properties"]
    assert (properties["MinCapacity"], properties["MaxCapacity"]) == (
        stage.min_tasks,
        stage.max_tasks,
    )
    assert properties["ScalableDimension"] == "ecs:service:DesiredCount"


def test_a_deployment_leaves_the_number_of_workers_as_it_is(template):
    (service,) = resources(template, "AWS::ECS::Service").values()
    assert "DesiredCount" not in service["Properties"]
