"""`coach token`: a bearer token for the local system."""

from typing import Annotated

import typer

from cli.errors import plain_errors


@plain_errors()
def token(
    *,
    subject: Annotated[str | None, typer.Option(help="Whose token; data is kept apart.")] = None,
    operator: Annotated[bool, typer.Option(help="One that opens the monitoring routes.")] = False,
) -> None:
    """Print a token that the local system accepts, for twelve hours. Worthless elsewhere."""
    from local.identity import SUBJECT, DevIdentity

    scope = "operator" if operator else ""
    print(DevIdentity.open().token(subject or SUBJECT, scope=scope))
