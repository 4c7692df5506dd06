"""The catalogue: every entry valid, every name it is called by there."""

import re
from itertools import pairwise

import pytest

from shared import catalogue
from shared.results import Exercise, Movement, OverallLevel, Reason
from tests.athletes import analysed, delivery, jumps, squats, stroke, walking
from worker_service.pipeline.findings.rulebook import EVERY_MOVEMENT, rulebooks
from worker_service.pipeline.metrics.table import APP_METRICS, metric_specs
from worker_service.pipeline.quality.questions import PLACES, QUESTIONS
from worker_service.pipeline.report.plan import film_again, weeks

RULES = [(name, rule) for name, book in rulebooks().items() for rule in book.rule]


def test_every_movement_has_a_guide():
    assert set(catalogue.movements()) == set(Movement)


@pytest.mark.parametrize("movement", list(Movement))
def test_every_movement_has_the_metrics_that_the_app_knows(movement):
    assert tuple(metric_specs(movement))[: len(APP_METRICS)] == APP_METRICS


@pytest.mark.parametrize("movement", list(Movement))
def test_a_movement_names_its_metrics_as_the_tables_do(movement):
    names = {key: spec.name for key, spec in metric_specs(movement).items()}
    listed = catalogue.movements()[movement].metrics
    assert list(listed.items()) == list(names.items())


def test_every_code_has_its_words():
    words = catalogue.words()
    assert set(words.reason) == set(Reason)
    assert set(words.without_findings) == set(OverallLevel)


def test_there_are_enough_drills_with_different_words():
    entries = catalogue.drills().values()
    assert len(entries) >= 40
    for words in ("title", "purpose", "setup", "progression"):
        assert len({getattr(entry.drill, words) for entry in entries}) == len(entries)


@pytest.mark.parametrize("drill_id", catalogue.drills())
def test_every_drill_is_complete(drill_id):
    drill = catalogue.drill(drill_id)
    assert re.fullmatch(r"[a-z][a-z_]+", drill.id)
    assert len(drill.steps) >= 3
    assert drill.dose.sets >= 1
    sentences = (drill.purpose, drill.setup, drill.progression, drill.age_note, *drill.steps)
    assert all(len(sentence) >= 8 and sentence[-1] in ".?" for sentence in sentences)


CODES = {(rule.code, Movement(book)) for book, rule in RULES if rule.about == "technique"}


@pytest.mark.parametrize(("code", "movement"), sorted(CODES))
def test_every_fault_is_answered_by_two_drills(code, movement):
    named = {
        drill_id
        for rule in rulebooks()[movement].rule
        if rule.code == code
        for drill_id in rule.drills
    }
    assert len(named) >= 2


def test_every_drill_is_reached_from_a_rule_or_a_week():
    reached = {drill_id for _, rule in RULES for drill_id in rule.drills}
    every_week = [film_again()]
    for movement in Movement:
        every_week += [weeks(movement).work, weeks(movement).keep]
    reached |= {drill_id for week in every_week for day in week for drill_id in day.drills}
    assert set(catalogue.drills()) - reached == set()


@pytest.mark.parametrize("movement", list(Movement))
def test_every_movement_has_its_events(movement):
    assert any(movement in event.movements for event in catalogue.events().values())


@pytest.mark.parametrize(
    ("scenario", "movement"),
    [
        (delivery(), Movement.CRICKET_BOWLING),
        (stroke(), Movement.CRICKET_BATTING),
        (jumps(), Movement.GENERAL),
        (squats(), Movement.WORKOUT),
        (walking(), Movement.RUNNING),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_no_event_is_found_that_the_catalogue_does_not_know(scenario, movement):
    found = {event.type for event in analysed(scenario.filmed(), movement).measurement.events}
    assert {kind for kind in found if movement not in catalogue.events()[kind].movements} == set()


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


@pytest.mark.parametrize("rule", rulebooks()[Movement.WORKOUT].rule, ids=lambda rule: rule.title)
def test_every_drill_of_a_rule_fits_each_of_its_exercises(rule):
    asked = set(rule.exercises or Exercise)
    for drill_id in rule.drills:
        meant_for = catalogue.drills()[drill_id].exercises
        assert not meant_for or asked <= set(meant_for), drill_id


@pytest.mark.parametrize(("book", "rule"), RULES, ids=[f"{b}-{r.code}" for b, r in RULES])
def test_every_rule_names_a_known_metric_and_its_source(book, rule):
    if book == EVERY_MOVEMENT:
        assert rule.about == "recording"
        return
    assert rule.metric in metric_specs(Movement(book))
    assert rule.source
    assert rule.medium_beyond < rule.high_beyond


def checks_of(book):
    """Return the checks that a recording of this movement can fail."""
    asked = {"sample_rate"} | {question.id for question in QUESTIONS}
    if book == Movement.WORKOUT:
        return asked | {PLACES[exercise].id for exercise in Exercise if exercise in PLACES}
    return asked | {place.id for which, place in PLACES.items() if which == book}


@pytest.mark.parametrize("book", sorted(rulebooks()))
def test_what_weakens_a_finding_can_happen(book):
    found = {rule.code for rule in rulebooks()[book].rule}
    metrics = set() if book == EVERY_MOVEMENT else set(metric_specs(Movement(book)))
    own = [adjustment for rule in rulebooks()[book].rule for adjustment in rule.adjust]
    for one in [*rulebooks()[book].adjust, *own]:
        assert one.when_finding is None or one.when_finding in found
        assert one.when_missing is None or one.when_missing in metrics
        assert one.when_check_fails is None or one.when_check_fails in checks_of(book)


@pytest.mark.parametrize("movement", [Movement.CRICKET_BATTING, Movement.CRICKET_BOWLING])
def test_every_app_metric_of_cricket_has_one_rule(movement):
    metrics = [rule.metric for rule in rulebooks()[movement].rule]
    assert sorted(key for key in metrics if key in APP_METRICS) == sorted(APP_METRICS)


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
