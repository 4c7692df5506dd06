"""docs/metrics.md says what the data files say."""

import re

import pytest

from cli.metrics_page.markdown import number, table
from cli.metrics_page.movements import undefined
from cli.metrics_page.page import PAGE, page
from shared import catalogue
from shared.results import EventType, Movement, Reason
from tests.athletes import analysed, delivery, running, squats, stroke
from worker_service.pipeline.findings.rulebook import rulebooks
from worker_service.pipeline.metrics.table import APP_METRICS, metric_specs


@pytest.fixture(scope="module")
def written():
    return page()


def test_the_page_is_up_to_date(written):
    assert PAGE.read_text(encoding="utf-8") == written, "run: make docs"


@pytest.mark.parametrize("movement", list(Movement))
def test_every_metric_of_a_movement_stands_in_its_section(written, movement):
    section = section_of(written, movement)
    for key, spec in metric_specs(movement).items():
        assert f"`{key}`" in section
        if key not in undefined(movement):
            assert spec.definition in section
            assert spec.source in section


@pytest.mark.parametrize(
    ("scenario", "movement"),
    [
        (squats(), Movement.GENERAL),
        (squats(), Movement.WORKOUT),
        (running(), Movement.RUNNING),
        (delivery(), Movement.CRICKET_BOWLING),
        (stroke(), Movement.CRICKET_BATTING),
    ],
    ids=["general", "workout", "running", "bowling", "batting"],
)
def test_what_the_page_calls_undefined_is_never_measured(scenario, movement):
    metrics = analysed(scenario.filmed(), movement).measurement.metrics
    never = {key for key in APP_METRICS if metrics[key].reason is Reason.NOT_DEFINED_FOR_MOVEMENT}
    assert never == set(undefined(movement))


@pytest.mark.parametrize("movement", list(Movement))
def test_every_rule_stands_in_its_section_with_its_source(written, movement):
    section = section_of(written, movement)
    for rule in rulebooks()[movement].rule:
        assert f"`{rule.code}`" in section
        assert rule.source in section
        assert all(adjustment.because in section for adjustment in rule.adjust)


def test_every_reason_event_and_drill_is_named(written):
    names = [*Reason, *EventType, *catalogue.drills()]
    assert [name for name in names if f"`{name}`" not in written] == []


def test_every_table_is_whole(written):
    """Every row of a table has as many cells as its head."""
    for block in re.findall(r"(?:^\|.*\|\n?)+", written, flags=re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines()}
        assert len(widths) == 1


def test_a_cell_cannot_break_its_table():
    assert table(("a",), [("b | c\nd",)]).splitlines()[-1] == "| b \\| c d |"
    assert table(("a",), []) == ""


def test_numbers_are_written_as_people_write_them():
    assert [number(value) for value in (-0.05, 120.0, 0.6)] == ["−0.05", "120", "0.6"]


def section_of(text, movement):
    title = f"## {catalogue.movements()[movement].title}: `{movement}`"
    return text.split(title, maxsplit=1)[1].split("\n## ", maxsplit=1)[0]
