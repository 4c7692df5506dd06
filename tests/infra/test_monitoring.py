"""Alarms: each tells somebody, leads into the runbook, and rings as the runbook says."""

import re
from typing import Any

import pytest

from infra.api.gateway import ACCESS_LOG
from tests.doc_pages import Page, slug
from tests.infra.conftest import only
from tests.infra.watching import IDENTIFIER, Alarm, Watched, watched

RUNBOOK = Page("docs/runbook.md")

ROW = re.compile(
    r"^\| \[(?P<section>[^\]]+)\]\(#\S+\) \| (?P<rules>.+) \| (?P<metrics>.+) \|$", re.MULTILINE
)
RULE = re.compile(
    r"(?:(?P<part>[a-z ]+): )?(?P<side>[>≥<]) (?P<value>\d+)(?: (?:s|ms|%))?, "
    r"(?P<passed>\d+)(?: of (?P<of>\d+))? × (?P<minutes>\d+) min"
)
SIDES = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": "≥",
    "LessThanThreshold": "<",
}


@pytest.fixture
def template(assembly, stage) -> Watched:
    return watched(assembly.template_of(stage.name), stage.name)


@pytest.fixture
def dev(assembly) -> dict[str, Alarm]:
    return watched(assembly.template_of("dev"), "dev").alarms


@pytest.fixture
def prod(assembly) -> dict[str, Alarm]:
    return watched(assembly.template_of("prod"), "prod").alarms


@pytest.fixture
def ours(template) -> dict[str, Alarm]:
    return dict(template.alarms)


@pytest.fixture
def topic(template, stage) -> dict[str, str]:
    topics = template.of_kind("AWS::SNS::Topic").items()
    (found,) = [name for name, of in topics if of["DisplayName"] == f"Coach Plus {stage.name}"]
    return {"Ref": found}


def test_every_alarm_tells_when_it_begins_and_when_it_is_over(ours, topic):
    for alarm in ours.values():
        assert alarm.of["AlarmActions"] == [topic], alarm.name
        assert alarm.of["OKActions"] == [topic], alarm.name


def test_no_alarm_of_the_stack_is_without_an_action(template):
    every = template.of_kind("AWS::CloudWatch::Alarm")
    assert [name for name, of in every.items() if not of.get("AlarmActions")] == []


def test_every_alarm_leads_to_its_section_of_the_runbook(ours):
    for alarm in ours.values():
        page, _, anchor = alarm.runbook.partition("#")
        assert page == RUNBOOK.name
        assert anchor == slug(alarm.section)
        assert anchor in RUNBOOK.anchors


def test_every_section_of_the_table_has_an_alarm_and_every_alarm_a_row(dev, prod):
    rung = {one.section for one in (*dev.values(), *prod.values())}
    assert rung | {"Budget"} == set(_rows())


def test_alarms_ring_as_the_runbook_says(ours):
    rules = {
        _name(section, rule): _as_deployed(rule)
        for section, row in _rows().items()
        for rule in RULE.finditer(row["rules"])
    }
    deployed = {
        name: (
            SIDES[alarm.of["ComparisonOperator"]],
            alarm.of["Threshold"],
            alarm.of["DatapointsToAlarm"],
            alarm.of["EvaluationPeriods"],
            alarm.minutes,
        )
        for name, alarm in ours.items()
    }
    assert deployed == {name: rules[name] for name in deployed}


def test_the_runbook_names_the_metrics_that_are_looked_at(prod):
    looked_at: dict[str, set[str]] = {}
    for alarm in prod.values():
        looked_at.setdefault(alarm.section, set()).update(map(str, alarm.metrics))
    named = {
        section: set(re.findall(r"`(\S+ \S+)`", row["metrics"]))
        for section, row in _rows().items()
        if section != "Budget"
    }
    assert looked_at == named


def test_fields_of_the_gateways_log_are_written():
    told = set(re.findall(r"`((?:function|token)_\w+|refusal)`", RUNBOOK.section("API 5xx")))
    assert told == {"function_error", "function_ms", "function_status", "refusal", "token_refusal"}
    assert told <= set(ACCESS_LOG)


def test_silence_is_trouble_only_where_something_is_always_measured(dev, prod):
    by_the_clock = {"Sweeper errors: no sweep", "Webhooks not delivered: not sent"}
    assert _ring_in_silence(dev) == by_the_clock
    assert _ring_in_silence(prod) == by_the_clock | {"Running below desired"}


def test_only_workers_with_a_gpu_can_lose_it(dev, prod):
    name = "GPU fallback to CPU"
    assert name not in dev
    assert name in prod


def test_expressions_reckon_with_at_most_ten_metrics_all_of_one_period(ours):
    for alarm in ours.values():
        assert len(alarm.minutes) == 1, alarm.name
        assert len(alarm.measured) <= 10, alarm.name
        if alarm.measured:
            assert set(IDENTIFIER.findall(alarm.expression)) == set(alarm.measured), alarm.name


def test_expressions_use_no_function_that_looks_at_more_than_one_moment(ours):
    """`MAX` of one metric is a scalar over all of its time, which alarms fetch too much of."""
    for alarm in ours.values():
        if alarm.measured:
            functions = set(re.findall(r"[A-Z_]{2,}", alarm.expression))
            assert functions <= {"IF", "FILL", "MAX", "TIME_SERIES"}
            assert "MAX(" not in alarm.expression.replace("MAX([", "")


@pytest.mark.parametrize(
    ("open_jobs", "messages", "tasks", "rings_with"),
    [
        (None, None, None, 0),  # idle for hours: neither queue nor tasks are measured
        (3, None, None, 3),  # a sleeping queue: the sweeper counts
        (None, 2, None, 2),  # no sweeper: the queue counts
        (3, 2, None, 3),
        (3, 2, 1, 0),
        (0, 0, 0, 0),
    ],
)
def test_jobs_without_workers_are_noticed_by_either_source(
    ours, open_jobs, messages, tasks, rings_with
):
    reckoned = _reckon(
        ours["Backlog without workers"], open=open_jobs, waiting=messages, running=tasks
    )
    assert reckoned == rings_with


def test_a_count_of_tasks_that_is_late_does_not_ring_alone(ours):
    alarm = ours["Backlog without workers"]
    with_late = [_reckon(alarm, open=3, waiting=2, running=tasks) for tasks in (1, 1, None)]
    passed = [jobs for jobs in with_late if jobs >= alarm.of["Threshold"]]
    assert len(passed) == 1 < alarm.of["DatapointsToAlarm"] == alarm.of["EvaluationPeriods"]
    assert alarm.minutes == {5}
    assert alarm.measured["running"]["Stat"] == "Maximum"


@pytest.mark.parametrize(
    ("failed", "completed", "percent"), [(4, 0, 0), (5, 0, 100), (5, 15, 25), (0, 9, 0)]
)
def test_failed_attempts_are_no_ratio_while_they_are_few(ours, failed, completed, percent):
    alarm = ours["Job failure ratio"]
    assert _reckon(alarm, failed=failed, completed=completed) == percent


@pytest.mark.parametrize(
    ("delivered", "postponed", "failed", "in_vain"), [(0, 4, 1, 5), (1, 40, 9, 0)]
)
def test_one_webhook_that_is_taken_is_enough(ours, delivered, postponed, failed, in_vain):
    alarm = ours["Webhooks not delivered: none taken"]
    tries = {"delivered": delivered, "postponed": postponed, "failed": failed}
    assert _reckon(alarm, **tries) == in_vain


@pytest.mark.parametrize(("lost", "on_gpu", "on_the_cpu"), [(0, 1, 0), (1, 1, 1), (0, 0, 1)])
def test_a_job_without_a_gpu_counts_as_much_as_a_lost_one(prod, lost, on_gpu, on_the_cpu):
    alarm = prod["GPU fallback to CPU"]
    assert _reckon(alarm, lost=lost, on_gpu=on_gpu) == on_the_cpu


def test_one_slow_request_of_a_few_is_nothing(ours):
    assert _reckon(ours["API p99"], requests=99, latency=9000) == 0
    assert _reckon(ours["API p99"], requests=100, latency=9000) == 9000


def test_errors_of_the_api_are_a_share_of_its_answers(ours):
    assert _reckon(ours["API 5xx"], errors=4, requests=4) == 0
    assert _reckon(ours["API 5xx"], errors=5, requests=100) == 5


def test_no_alarm_looks_at_functions_whose_caller_sees_them_fail(ours, template):
    """Of the seven: whoever deploys sees migrations, an operator the answer to a command."""
    looked_at = {
        seen.dimensions["FunctionName"]["Ref"]
        for alarm in ours.values()
        for seen in alarm.metrics
        if seen.namespace == "AWS/Lambda"
    }
    others = set(template.of_kind("AWS::Lambda::Function")) - looked_at
    assert [name[:8] for name in sorted(others)] == ["Migratio", "Operator"]


def test_functions_are_measured_by_their_own_time_limits(ours, template):
    alarm = ours["Lambda duration"]
    functions = template.of_kind("AWS::Lambda::Function")
    for name, measured in alarm.measured.items():
        (dimension,) = measured["Metric"]["Dimensions"]
        limit_s = functions[dimension["Value"]["Ref"]]["Timeout"]
        others = dict.fromkeys(alarm.measured, 0)
        assert _reckon(alarm, **others | {name: limit_s * 1000}) == pytest.approx(100)


def test_the_database_is_measured_by_what_its_instance_has(dev):
    gib = 1024**3
    assert _reckon(dev["Database connections"], taken=100) == 50
    assert _reckon(dev["Database memory"], memory=1 * gib) == 50
    assert _reckon(dev["Database storage"], storage=2 * gib) == 10


def test_only_alarms_and_budgets_of_this_account_publish_and_only_over_tls(template, topic):
    policies = template.of_kind("AWS::SNS::TopicPolicy").values()
    (policy,) = [of["PolicyDocument"] for of in policies if of["Topics"] == [topic]]
    no_tls, *let_in = policy["Statement"]
    assert no_tls["Effect"] == "Deny"
    assert no_tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    services = [statement["Principal"]["Service"] for statement in let_in]
    assert services == ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
    for statement in let_in:
        assert statement["Action"] == "sns:Publish"
        assert statement["Condition"]["StringEquals"] == {
            "aws:SourceAccount": {"Ref": "AWS::AccountId"}
        }
        assert "aws:SourceArn" in statement["Condition"]["ArnLike"]


def test_a_stage_without_an_address_has_nobody_to_tell_and_no_budget(template):
    assert template.of_kind("AWS::SNS::Subscription") == {}
    assert template.of_kind("AWS::Budgets::Budget") == {}


def test_the_address_of_a_stage_hears_of_alarms_and_of_the_budget(thrifty):
    named = {"Properties": {"DisplayName": "Coach Plus thrifty"}}
    (logical_id,) = thrifty.find_resources("AWS::SNS::Topic", named)
    topic = {"Ref": logical_id}
    subscription = only(thrifty, "AWS::SNS::Subscription")
    assert subscription == {"Protocol": "email", "Endpoint": "ops@club.example", "TopicArn": topic}
    told = only(thrifty, "AWS::Budgets::Budget")["NotificationsWithSubscribers"]
    kinds = [
        (one["Notification"]["NotificationType"], one["Notification"]["Threshold"]) for one in told
    ]
    assert kinds == [("ACTUAL", 80), ("FORECASTED", 100)]
    hearers = [hearer for one in told for hearer in one["Subscribers"]]
    assert hearers == [{"Address": topic, "SubscriptionType": "SNS"}] * 2


def test_a_budget_counts_what_carries_the_tags_of_its_stage(thrifty):
    counted = only(thrifty, "AWS::Budgets::Budget")["Budget"]
    assert counted["BudgetLimit"] == {"Amount": 400, "Unit": "USD"}
    tags = {one["Tags"]["Key"]: one["Tags"]["Values"] for one in counted["FilterExpression"]["And"]}
    assert tags == {"product": ["coach-plus"], "stage": ["thrifty"]}
    assert _rows()["Budget"]["rules"] == "> 80 % spent; > 100 % foreseen"


def _rows() -> dict[str, dict[str, str]]:
    """The runbook's table of alarms, by section."""
    table = RUNBOOK.section("Alarm → section")
    return {row["section"]: row.groupdict() for row in ROW.finditer(table)}


def _name(section: str, rule: re.Match[str]) -> str:
    return f"{section}: {rule['part'].strip()}" if rule["part"] else section


def _as_deployed(rule: re.Match[str]) -> tuple[str, int, int, int, set[float]]:
    passed = int(rule["passed"])
    looked_at = int(rule["of"] or passed)
    return rule["side"], int(rule["value"]), passed, looked_at, {float(rule["minutes"])}


def _ring_in_silence(ours: dict[str, Alarm]) -> set[str]:
    silent = {name: alarm.of["TreatMissingData"] for name, alarm in ours.items()}
    assert set(silent.values()) == {"breaching", "notBreaching"}
    return {name for name, treated in silent.items() if treated == "breaching"}


def _reckon(alarm: Alarm, **measured: float | None) -> float:
    """What an expression makes of one moment; None where nothing was measured.

    Metric math reads like Python, and so far as we use it means the same.
    """
    assert set(measured) == set(alarm.measured)
    meaning: dict[str, Any] = {
        "IF": lambda condition, then, otherwise: then if condition else otherwise,
        "FILL": lambda value, filler: filler if value is None else value,
        "MAX": max,
        "TIME_SERIES": lambda value: value,
    }
    return float(eval(alarm.expression, {"__builtins__": {}}, meaning | measured))  # noqa: S307 - our own template's
