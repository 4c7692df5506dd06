"""Dead letters for the eye, and for programs."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console

from cli.operate.layout import line
from cli.operate.words import lasting
from shared.operations.dead_letters import Settled
from shared.queue.letters import Letter, Plan


def show_letters(letters: Sequence[Letter], held_elsewhere: int, console: Console) -> None:
    """Print the letters, oldest first, and how many somebody else looks at."""
    if not letters:
        console.print("There are no dead letters.")
    for letter in letters:
        _show(letter, console)
    if held_elsewhere:
        console.print(
            f"{held_elsewhere} more are being looked at by the sweeper or another person."
        )


def show_settled(settled: Settled, console: Console) -> None:
    """Print what became of a letter."""
    console.print(_name(settled.letter), style="bold", soft_wrap=True, highlight=False)
    line(f"{settled.plan.redrive}: {settled.plan.why}", console)
    line("the letter is gone" if settled.removed else "the letter stays", console)


def as_document(letter: Letter, plan: Plan | None = None) -> dict[str, object]:
    """Return a letter as JSON; `plan` is what was done where that differs from the letter's own."""
    plan = plan or letter.plan
    return {
        "message_id": letter.message.message_id,
        "job_id": letter.job_id and str(letter.job_id),
        "error_code": letter.job and letter.job.error_code,
        "error_message": letter.job and letter.job.error_message,
        "sent_at": letter.message.sent_at.isoformat(),
        "redrive": plan.redrive.value,
        "why": plan.why,
    }


def _show(letter: Letter, console: Console) -> None:
    message = letter.message
    age_s = (datetime.now(UTC) - message.sent_at).total_seconds()
    console.print(_name(letter), style="bold", soft_wrap=True, highlight=False)
    line(f"message {message.message_id}", console)
    line(f"sent {lasting(age_s)} ago", console)
    if letter.job is not None and letter.job.error_code is not None:
        line(f"{letter.job.error_code}: {letter.job.error_message}", console)
    line(f"redrive would {letter.plan.redrive}: {letter.plan.why}", console)


def _name(letter: Letter) -> str:
    return f"job {letter.job_id}" if letter.job_id else "unreadable"
