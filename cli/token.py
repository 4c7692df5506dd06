"""`coach token`: a bearer token for the local system."""

from typing import Annotated

import typer

from cli.errors import plain_errors


@plain_errors()
def token(
    subject: Annotated[str | None, typer.Option(help="Whose token; data is kept apart.")] = None,
) -> None:
    """Print a token that the local system accepts, for twelve hours. Worthless elsewhere."""
    from local.identity import SUBJECT, DevIdentity

    print(DevIdentity.open().token(subject or SUBJECT))
