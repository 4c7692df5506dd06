"""`coach dlq`: the messages that SQS set aside."""

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cli.errors import CliError, plain_errors
from cli.operate.options import AllOption, JobOption, JsonOption, PortOption, StageOption

if TYPE_CHECKING:
    from shared.operations.dead_letters import Settled

dead_letters = typer.Typer(no_args_is_help=True, help="Messages that were set aside.")

YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@dead_letters.command("list")
@plain_errors()
def list_letters(
    *, port: PortOption = None, stage: StageOption = None, as_json: JsonOption = False
) -> None:
    """Show every dead letter, its job, and what redriving it would do.

    The JSON is a list of {"message_id", "job_id", "error_code", "error_message", "sent_at",
    "redrive", "why"}; `redrive` is one of revive, resend, remove, keep.
    """
    from rich.console import Console

    from cli.operate.dead_letters_view import as_document, show_letters
    from cli.operate.stages import ended_in
    from cli.operate.system import reached

    if stage is not None:
        raise ended_in(stage, "dlq", "list", as_json=as_json)
    with reached(port) as system:
        held_elsewhere = system.letters.queue.depth().in_flight
        letters = system.letters.look()
    if as_json:
        typer.echo(json.dumps([as_document(letter) for letter in letters], indent=1))
    else:
        show_letters(letters, held_elsewhere, Console())


@dead_letters.command()
@plain_errors()
def redrive(
    *,
    job: JobOption = None,
    everything: AllOption = False,
    port: PortOption = None,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send the jobs of dead letters on their way again.

    A failed job gets all its tries back. A letter that nobody can act on stays. May be repeated.
    The JSON is as that of `list`, with "removed" for whether the letter is gone.
    """
    from cli.operate.stages import ended_in
    from cli.operate.system import reached

    _check_choice(job, everything=everything)
    if stage is not None:
        raise ended_in(stage, "dlq", "redrive", *_which(job), as_json=as_json)
    with reached(port) as system:
        _tell(system.letters.redrive(job), job, as_json=as_json)


@dead_letters.command()
@plain_errors()
def purge(
    *,
    job: JobOption = None,
    everything: AllOption = False,
    yes: YesOption = False,
    port: PortOption = None,
    stage: StageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Throw dead letters away; their jobs stay failed.

    A letter that an open job still depends on stays. The JSON is as that of `redrive`.
    """
    from cli.operate.stages import ended_in
    from cli.operate.system import reached

    _check_choice(job, everything=everything)
    if not yes:
        _ask(job, stage)
    if stage is not None:
        raise ended_in(stage, "dlq", "purge", *_which(job), "--yes", as_json=as_json)
    with reached(port) as system:
        _tell(system.letters.purge(job), job, as_json=as_json)


def _check_choice(job: UUID | None, *, everything: bool) -> None:
    if (job is None) is not everything:
        raise typer.BadParameter("Say which: --job ID or --all.")


def _which(job: UUID | None) -> tuple[str, ...]:
    return ("--all",) if job is None else ("--job", str(job))


def _ask(job: UUID | None, stage: str | None) -> None:
    if not sys.stdin.isatty():
        raise CliError("Nobody can be asked here: say --yes.")
    which = "all dead letters" if job is None else f"the dead letters of job {job}"
    where = "" if stage is None else f" of stage {stage}"
    typer.confirm(f"Throw {which}{where} away for good?", abort=True, err=True)


def _tell(settled: "Iterable[Settled]", job: UUID | None, *, as_json: bool) -> None:
    """Print what becomes of each letter as it does; one job's must have had one."""
    from rich.console import Console

    from cli.operate.dead_letters_view import as_document, show_settled

    console = Console(quiet=as_json)
    documents = []
    for one in settled:
        documents.append(as_document(one.letter, one.plan) | {"removed": one.removed})
        show_settled(one, console)
    if job is not None and not documents:
        raise CliError(f"There is no dead letter of job {job}. Somebody may be looking at it.")
    if as_json:
        typer.echo(json.dumps(documents, indent=1))
    elif not documents:
        console.print("There are no dead letters.")
