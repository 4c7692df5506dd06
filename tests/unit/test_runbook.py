"""The runbook says what is there: commands, metrics, log lines, sections for everything."""

import re
import shlex
from dataclasses import fields

import pytest
import typer.main
from typer.core import TyperGroup

from cli.main import app
from cli.operate.checks.all import ALL
from shared.errors import CoachError, JobError
from shared.sweep import sweeper
from tests.doc_pages import Page
from tests.error_kinds import leaves
from tests.source import emitted_metrics, logged_events

RUNBOOK = Page("docs/runbook.md")

PARTS = ("**Means.**", "**See.**", "**Do.**", "**Over when.**")

STEPS = ("Pose", "Metrics", "Findings", "Report")


def test_every_alarm_has_its_section_and_its_line():
    first_table = RUNBOOK.section("Alarm → section")
    assert re.findall(r"\[([^\]]+)\]\(#", first_table) == _titles("Alarms") != []


@pytest.mark.parametrize("title", ["Alarms", "Failures"])
def test_every_section_says_what_it_means_where_to_look_what_to_do_and_when_it_is_over(title):
    for name in _titles(title):
        section = RUNBOOK.section(name)
        assert [section.count(part) for part in PARTS] == [1, 1, 1, 1], name


def test_every_section_is_named_in_a_table_at_the_top():
    tables = RUNBOOK.section("Alarm → section") + RUNBOOK.section("Failure → section")
    named = re.findall(r"\[([^\]]+)\]\(#", tables)
    assert [name for name in _titles("Alarms") + _titles("Failures") if name not in named] == []


def test_every_error_a_job_can_end_with_has_a_section():
    by_the_sweeper = {error.code for error in sweeper.REFUSED_UPLOADS}
    of_jobs = {error.code for error in leaves(JobError)}
    assert set(_titles("Error codes")) == {CoachError.code, *by_the_sweeper, *of_jobs}


def test_every_metric_of_ours_is_emitted():
    assert _named_metrics() - _emitted() == set()


def test_every_metric_we_emit_is_explained():
    table = RUNBOOK.section("Every metric of ours")
    assert {name for name in _emitted() if f"`CoachPlus {name}`" not in table} == set()


def test_what_the_doctor_sends_people_to_is_there():
    sections = set(re.findall(r"^#+ (.+)$", RUNBOOK.text, re.MULTILINE))
    assert {check.runbook for check in ALL} - sections == set()


def test_every_quoted_log_event_is_logged():
    quoted = set(re.findall(r'\$\.event = "([^"]+)"', RUNBOOK.text))
    assert len(quoted) > 10
    assert quoted - logged_events() == set()


@pytest.mark.parametrize("name", ["docs/runbook.md", "README.md"])
def test_every_coach_command_exists_with_its_options(name):
    lines = [line for line in Page(name).commands if line.startswith("coach ")]
    assert lines
    for line in lines:
        _check_command(shlex.split(line, comments=True)[1:])


def _titles(section: str) -> list[str]:
    return re.findall(r"^### (.+)$", RUNBOOK.section(section), re.MULTILINE)


def _named_metrics() -> set[str]:
    return set(re.findall(r"`CoachPlus (\w+)`", RUNBOOK.text))


def _emitted() -> set[str]:
    """What the code emits; steps and the sweeper's counts get their names when it runs."""
    names = emitted_metrics()
    assert "*Seconds" in names
    steps = {f"{step}Seconds" for step in STEPS}
    sweeps = {sweeper._metric(count.name) for count in fields(sweeper.Swept)}
    return names - {"*Seconds"} | steps | sweeps


def _check_command(words: list[str]) -> None:
    command = typer.main.get_command(app)
    rest = list(words)
    while isinstance(command, TyperGroup) and rest and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    assert not isinstance(command, TyperGroup), f"no such command: coach {' '.join(words)}"
    known = {option for parameter in command.params for option in parameter.opts}
    assert [word for word in rest if word.startswith("-") and word not in known] == [], words
