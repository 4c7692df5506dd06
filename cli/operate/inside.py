"""Lambda's entry for operators: their commands, run in the network where the database is.

`coach status --stage prod` calls it. Who may call is for IAM to say. It knows no other command.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any, Protocol

import typer
from pydantic import ValidationError
from typer.main import get_command

from cli.errors import Exit
from cli.operate.commands import add_to
from cli.operate.errand import Errand, Report
from cli.operate.system import from_inside
from shared.settings import RuntimeSettings
from shared.telemetry import configure_logging, logger

log = logger(__name__)

SERVICE = "operator"

CALLED_WRONGLY = 2
"""How a shell's commands end when they are."""

ELSEWHERE = ("--stage", "--port")
"""Options that name a system; here there is only one."""

_PLAIN_WORD = re.compile(r"-{0,2}[a-z][a-z-]{1,15}|[0-9a-f-]{36}")
"""Of commands, options and ids. What else somebody typed may be a secret, and is not logged."""


class Context(Protocol):
    """Lambda's, as far as we look at it."""

    @property
    def aws_request_id(self) -> str: ...


class OperatorBroke(Exception):
    """Tells the caller the kind of an error; the log, which fewer people read, says more."""


def answer(event: Mapping[str, Any], context: Context | None) -> dict[str, object]:
    """Run the command of an `Errand`; return the `Report`.

    Raises:
        OperatorBroke: by a bug of ours.
    """
    runtime = RuntimeSettings()
    configure_logging(service=SERVICE, stage=runtime.stage, level=runtime.log_level)
    try:
        errand = Errand.model_validate(event)
    except ValidationError as error:
        return _refused(f"Not understood: {error.error_count()} of its fields are wrong.")
    noted = log.bind(
        arguments=[_loggable(word) for word in errand.arguments],
        asked_by=errand.asked_by,
        request_id=context and context.aws_request_id,
    )
    if any(word.partition("=")[0] in ELSEWHERE for word in errand.arguments):
        noted.warning("operator's command refused")
        return _refused(f"There is only one system here: no {' or '.join(ELSEWHERE)}.")
    began = time.monotonic()
    try:
        report = _run(errand)
    except Exception as error:  # noqa: BLE001 - see OperatorBroke
        noted.exception("operator's command broke")
        raise OperatorBroke(type(error).__name__) from None
    noted.info("operator's command", exit=report.exit, seconds=time.monotonic() - began)
    return report.as_answer()


def _run(errand: Errand) -> Report:
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    add_to(app)
    out, err, code = StringIO(), StringIO(), Exit.OK.value
    with from_inside(), _terminal(errand), redirect_stdout(out), redirect_stderr(err):
        try:
            get_command(app).main(list(errand.arguments), prog_name="coach")
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else Exit.FAILED
    return Report(exit=code, out=out.getvalue(), err=err.getvalue())


@contextmanager
def _terminal(errand: Errand) -> Iterator[None]:
    """Have Rich print for the caller's terminal: it asks the environment."""
    before = dict(os.environ)
    os.environ["COLUMNS"] = str(errand.columns)
    if errand.colours:
        os.environ["FORCE_COLOR"] = "1"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _refused(why: str) -> dict[str, object]:
    return Report(exit=CALLED_WRONGLY, out="", err=f"{why}\n").as_answer()


def _loggable(word: str) -> str:
    return word if _PLAIN_WORD.fullmatch(word) else "…"
