"""Tokens with which IAM lets a process log in to RDS: signed here, nobody is asked.

A token is a presigned URL without its scheme, good for 15 minutes and for one database, port and
role ("IAM database authentication", Amazon RDS User Guide).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self
from urllib.parse import urlencode

from botocore.exceptions import BotoCoreError, NoCredentialsError
from botocore.model import ServiceId
from botocore.session import Session
from botocore.signers import RequestSigner
from sqlalchemy import URL

from shared.errors import DatabaseError

_SERVICE = "rds-db"

_EXPIRES_S = 900
"""RDS takes no token that lives longer."""

_ONLY_TO_THE_DATABASE = "verify-full"
"""Encrypted, and to the host whose certificate it is: a token opens the door to whoever has it."""

_SCHEME = "https://"
"""Needed to sign, and not part of a token."""


@dataclass(frozen=True)
class IamLogin:
    """Logs in as this process' own AWS identity, whose credentials change every few hours."""

    host: str
    port: int
    user: str
    region: str

    @classmethod
    def of(cls, url: URL, *, region: str) -> Self:
        """Return the login to a database by its address.

        Raises:
            ValueError: the address names no host, port or user, which are all signed; or it lets
                somebody else read the token.
        """
        if url.host is None or url.port is None or url.username is None:
            message = "DATABASE_IAM_LOGIN needs host, port and user in DATABASE_URL"
            raise ValueError(message)
        if url.query.get("sslmode") != _ONLY_TO_THE_DATABASE:
            message = f"DATABASE_IAM_LOGIN needs sslmode={_ONLY_TO_THE_DATABASE} in DATABASE_URL"
            raise ValueError(message)
        return cls(url.host, url.port, url.username, region)

    def token(self) -> str:
        """Return a fresh token.

        Raises:
            DatabaseError: this process has no credentials just now.
        """
        query = urlencode({"Action": "connect", "DBUser": self.user})
        request = {
            "method": "GET",
            "url": f"{_SCHEME}{self.host}:{self.port}/?{query}",
            "body": {},
            "headers": {},
            "context": {},
        }
        try:
            url: str = self._signer().generate_presigned_url(
                request, operation_name="connect", expires_in=_EXPIRES_S
            )
        except BotoCoreError as error:
            raise DatabaseError from error
        return url.removeprefix(_SCHEME)

    def _signer(self) -> RequestSigner:
        """What an RDS client would sign with, without the tenth of a second that it takes."""
        credentials = self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        return RequestSigner(
            ServiceId(_SERVICE),
            self.region,
            _SERVICE,
            "v4",
            credentials,
            self._session.get_component("event_emitter"),
        )

    @cached_property
    def _session(self) -> Session:
        """Made at the first login: a function may be frozen and copied before it."""
        return Session()
