"""An AWS account of an emulator: who may call it, and under which rights."""

import json
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

from local.aws_environment import REGION, aws_environment


@dataclass(frozen=True, slots=True)
class Account:
    """One account, in the hands of its root.

    Attributes:
        certificate: whoever trusts this file trusts the account's server.
    """

    endpoint: str
    certificate: Path
    key_id: str
    secret: str

    def client(self, service: str, *, role_arn: str | None = None) -> Any:
        """A client of a service: root's, who may do everything, or a role's."""
        return _client(self, service, role_arn)

    def http(self) -> httpx.Client:
        """A client for presigned URLs: an app's, which has no rights of its own."""
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        return httpx.Client(verify=trusted, trust_env=False)

    def environment_of(self, role_arn: str) -> dict[str, str]:
        """What AWS tells a process that it runs under a role."""
        who = {name.upper(): value for name, value in self.credentials(role_arn).items()}
        return aws_environment(self.endpoint) | who | {"AWS_CA_BUNDLE": str(self.certificate)}

    def credentials(self, role_arn: str | None) -> dict[str, str]:
        """Root's, or short-lived ones of a role, as boto3 names them.

        Only Lambda or ECS may take on such a role, so root is let in first, as their stand-in.
        """
        if role_arn is None:
            return {"aws_access_key_id": self.key_id, "aws_secret_access_key": self.secret}
        sts, iam = self.client("sts"), self.client("iam")
        statement = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": sts.get_caller_identity()["Arn"]},
        }
        iam.update_assume_role_policy(
            RoleName=role_arn.rsplit("/", 1)[-1],
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        taken = sts.assume_role(RoleArn=role_arn, RoleSessionName="process")["Credentials"]
        return {
            "aws_access_key_id": taken["AccessKeyId"],
            "aws_secret_access_key": taken["SecretAccessKey"],
            "aws_session_token": taken["SessionToken"],
        }


@cache
def _client(account: Account, service: str, role_arn: str | None) -> Any:
    """Kept: a session reads the descriptions of its services from many files."""
    who: dict[str, Any] = {**account.credentials(role_arn), "region_name": REGION}
    return boto3.Session(**who).client(  # type: ignore[call-overload]
        service,
        endpoint_url=account.endpoint,
        verify=str(account.certificate),
        config=Config(proxies={}, s3={"addressing_style": "path"}),
    )
