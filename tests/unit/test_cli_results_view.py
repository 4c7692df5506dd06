"""What a person reads of a results document."""

from io import StringIO

import pytest
from rich.console import Console

from api_lambda.examples.results import RESULTS
from cli.results_view import clock, show_results
from cli.words import ACTIONS, STAGES, what_to_do
from shared.errors import UserAction
from shared.jobs import Stage
from shared.results import OverallLevel, Results


def shown(results: Results) -> str:
    text = StringIO()
    show_results(results, Console(file=text, width=100))
    return text.getvalue()


@pytest.fixture
def results() -> Results:
    return Results.model_validate(RESULTS)


def test_a_metric_is_shown_with_unit_score_and_confidence(results):
    line = next(one for one in shown(results).splitlines() if "head_stability_score" in one)
    assert line.split() == ["head_stability_score", "0.82", "0.90", "0.06", "torso"]


def test_a_missing_metric_is_shown_with_its_reason_in_words(results):
    assert "that part of the body was hidden" in shown(results)


def test_a_finding_is_shown_with_the_moment_that_proves_it(results):
    finding = results.findings.findings[0]
    assert f"{clock(finding.evidence.scrub_t_s)}  {finding.title}" in shown(results)
    assert f"• {finding.cues[0]}" in shown(results)


def test_the_report_is_shown_whole(results):
    text = shown(results)
    assert results.report.summary in text
    assert "Day 7:" in text


def test_nothing_found_and_nothing_measurable_read_differently(results):
    def without_findings(level: OverallLevel) -> str:
        findings = results.findings.model_copy(update={"findings": [], "overall_level": level})
        return shown(results.model_copy(update={"findings": findings}))

    assert "Nothing stands out." in without_findings(OverallLevel.LOW)
    assert "Nothing could be judged." in without_findings(OverallLevel.NOT_MEASURABLE)


def test_square_brackets_in_a_text_are_shown_as_they_are(results):
    report = results.report.model_copy(update={"summary": "Look at [bold]this[/bold]."})
    assert "[bold]this[/bold]" in shown(results.model_copy(update={"report": report}))


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00.00"), (3.4, "0:03.40"), (61.25, "1:01.25"), (-0.01, "0:00.00")]
)
def test_a_moment_reads_as_on_a_player(seconds, text):
    assert clock(seconds) == text


def test_every_code_has_its_words():
    assert set(STAGES) == set(Stage)
    assert set(ACTIONS) == set(UserAction)


def test_an_unknown_action_gives_no_advice():
    assert what_to_do("dance") == ""
