"""Brings the tables to the newest revision during a deployment, before code changes."""

from aws_cdk import CustomResource, Duration
from constructs import Construct

from infra.database.database import Login
from infra.functions.functions import Functions
from infra.logs import Logs

LIMIT = Duration.minutes(15)
"""The longest that Lambda offers."""


class Migrations(Construct):
    """A function and the custom resource that calls it. What depends on this waits for it.

    No role of ours may call the function: CloudFormation does, with the rights of who deploys.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, functions: Functions, logs: Logs
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = functions.inside(
            self,
            "Function",
            entry="api_lambda.on_deploy.migrate",
            login=Login.OWNER,
            log_group=logs.backstage,
            timeout=LIMIT,
            environment={"DATABASE_APP_ROLE": Login.APP},
        )
        # A call that died is for the next deployment; one that comes late would be in its way.
        self.function.configure_async_invoke(retry_attempts=0)
        CustomResource(
            self,
            "Done",
            resource_type="Custom::Migrations",
            service_token=self.function.function_arn,
            service_timeout=Duration.seconds(LIMIT.to_seconds() + 60),
            # Another one for other code or settings: whenever it changes, they are run.
            properties={"Version": self.function.current_version.version},
        )
