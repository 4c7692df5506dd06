"""The catalogue: every entry valid, every name it is called by there."""

from itertools import pairwise

import pytest

from shared import catalogue
from shared.results import Movement
from worker_service.pipeline.findings.rulebook import EVERY_MOVEMENT, rulebooks
from worker_service.pipeline.metrics.table import APP_METRICS, metric_specs
from worker_service.pipeline.report.plan import film_again, weeks

RULES = [(name, rule) for name, book in rulebooks().items() for rule in book.rule]


def test_every_movement_has_a_guide():
    assert set(catalogue.movements()) == set(Movement)


@pytest.mark.parametrize("movement", list(Movement))
def test_every_movement_has_the_metrics_that_the_app_knows(movement):
    assert tuple(metric_specs(movement))[: len(APP_METRICS)] == APP_METRICS


def test_there_are_enough_drills_with_different_words():
    entries = catalogue.drills().values()
    assert len(entries) >= 14
    for words in ("title", "purpose", "setup"):
        assert len({getattr(entry.drill, words) for entry in entries}) == len(entries)
    assert all(len(entry.drill.steps) >= 3 for entry in entries)


def test_a_drill_is_found_by_its_id():
    assert catalogue.drill("dead_bug").id == "dead_bug"
    with pytest.raises(KeyError):
        catalogue.drill("no_such_drill")


def test_the_catalogue_cannot_be_changed():
    with pytest.raises(TypeError):
        catalogue.drills()["dead_bug"] = None  # type: ignore[index]


@pytest.mark.parametrize(("book", "rule"), RULES, ids=[f"{b}-{r.code}" for b, r in RULES])
def test_every_drill_of_a_rule_exists_and_answers_its_finding(book, rule):
    for drill_id in rule.drills:
        entry = catalogue.drills()[drill_id]
        assert rule.code in entry.codes
        assert Movement(book) in entry.movements


@pytest.mark.parametrize(("book", "rule"), RULES, ids=[f"{b}-{r.code}" for b, r in RULES])
def test_every_rule_names_a_known_metric_and_its_source(book, rule):
    if book == EVERY_MOVEMENT:
        assert rule.about == "recording"
        return
    assert rule.metric in metric_specs(Movement(book))
    assert rule.source
    assert rule.medium_beyond < rule.high_beyond


@pytest.mark.parametrize("movement", [Movement.CRICKET_BATTING, Movement.CRICKET_BOWLING])
def test_every_app_metric_of_cricket_has_one_rule(movement):
    assert sorted(rule.metric for rule in rulebooks()[movement].rule) == sorted(APP_METRICS)


@pytest.mark.parametrize("movement", list(Movement))
def test_every_week_has_seven_days_and_known_drills(movement):
    own = weeks(movement)
    for week in (own.work, own.keep, film_again()):
        assert len(week) in ({0, 7} if week is own.work else {7})
        assert all(catalogue.drill(drill_id) for day in week for drill_id in day.drills)


def test_a_bowler_never_bowls_on_two_days_in_a_row():
    own = weeks(Movement.CRICKET_BOWLING)
    for week in (own.work, own.keep):
        loaded = [bowls(day) for day in week]
        assert not any(one and other for one, other in pairwise(loaded))


def bowls(day):
    words = " ".join([day.focus, *day.activities]).lower()
    idle = "no bowling" in words or "rest" in words
    return not idle and (day.issue is not None or "over" in words or "balls" in words)
