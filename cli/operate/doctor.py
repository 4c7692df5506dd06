"""`coach doctor`: the list of what may be wrong, every line of it looked at."""

import json

import typer

from cli.errors import Exit, plain_errors
from cli.operate.options import JsonOption, PortOption, StageOption


@plain_errors()
def doctor(
    *, port: PortOption = None, stage: StageOption = None, as_json: JsonOption = False
) -> None:
    """Look at every part of the system and say what is broken and what to do.

    Ends with 1 when anything failed. A small object is put into the bucket and removed again.
    The JSON is `{"ok", "system", "checks": [{"name", "verdict", "saw", "advice", "runbook"}]}`,
    a verdict one of ok, warn, failed, skipped.
    """
    from rich.console import Console

    from cli.operate.checks.all import ALL
    from cli.operate.checks.check import Verdict, examine
    from cli.operate.doctor_view import show_finding, show_sum
    from cli.operate.stages import ended_in
    from cli.operate.system import reached

    if stage is not None:
        raise ended_in(stage, "doctor", as_json=as_json)
    findings = []
    with reached(port) as system:
        console = Console(quiet=as_json)
        console.print(f"{system.name}\n", soft_wrap=True)
        for finding in examine(system, ALL):
            findings.append(finding)
            show_finding(finding, console)
    healthy = all(finding.verdict is not Verdict.FAILED for finding in findings)
    show_sum(findings, console)
    if as_json:
        checks = [finding.model_dump(mode="json") for finding in findings]
        typer.echo(json.dumps({"ok": healthy, "system": system.name, "checks": checks}, indent=1))
    if not healthy:
        raise typer.Exit(Exit.FAILED)
