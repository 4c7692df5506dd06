"""What `coach doctor` knows without asking anybody."""

from datetime import UTC, datetime, timedelta

import pytest

from cli.operate.checks import clocks
from cli.operate.checks.all import ALL
from cli.operate.checks.check import Verdict
from tests.doc_pages import Page


def test_every_section_that_is_named_is_in_the_runbook():
    runbook = Page("docs/runbook.md")
    assert all(runbook.section(check.runbook) for check in ALL)


@pytest.mark.parametrize(
    ("header_says", "verdict"),
    [
        ("Fri, 20 Nov 2026 12:00:00 GMT", Verdict.OK),
        ("Fri, 20 Nov 2026 12:00:30 GMT", Verdict.WARN),
        ("Fri, 20 Nov 2026 11:59:30 GMT", Verdict.WARN),
        ("Fri, 20 Nov 2026 12:02:00 GMT", Verdict.FAILED),
        ("Fri, 20 Nov 2026 11:00:00 GMT", Verdict.FAILED),
    ],
)
def test_a_clock_is_judged_by_its_distance(header_says, verdict):
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    ahead = clocks.ahead_s(clocks.moment_of(header_says), noon, noon + timedelta(seconds=1))
    assert clocks.judged(ahead).verdict is verdict


def test_a_clock_is_read_between_question_and_answer():
    asked = datetime(2026, 11, 20, 12, tzinfo=UTC)
    theirs = asked + timedelta(seconds=12)
    assert clocks.ahead_s(theirs, asked, asked + timedelta(seconds=4)) == 10
