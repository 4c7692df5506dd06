"""The HTTP API: the gateway, which checks tokens, and the function behind it."""

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import rights
from infra.api.gateway import Gateway
from infra.api.sign_in import SignIn
from infra.database.database import Login
from infra.functions.functions import Functions, role_of
from infra.logs import Logs
from infra.media_bucket import MediaBucket
from infra.queues import Queues

FUNCTION_LIMIT = Duration.seconds(28)
"""Before the gateway gives up, so that what took so long is in the function's own log."""


class Api(Construct):
    """Attributes.

    `function`, what alarms watch; `http_api`; and `url`, the API's base address.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Functions,
        logs: Logs,
        media: MediaBucket,
        queues: Queues,
        sign_in: SignIn,
    ) -> None:
        super().__init__(scope, construct_id)
        stage = functions.stage
        self.function = functions.inside(
            self,
            "Function",
            entry="api_lambda.handler.handler",
            login=Login.APP,
            log_group=logs.api,
            timeout=FUNCTION_LIMIT,
            memory_mib=stage.api_memory_mib,
            concurrency=stage.api_concurrency,
            environment={
                "JWT_VERIFIED_BY_GATEWAY": "true",
                "JWT_ISSUER": sign_in.issuer,
                "JWT_AUDIENCE": sign_in.audience,
            },
            snap_start=stage.snap_start,
        )
        rights.API.give(role_of(self.function), media=media, queues=queues)
        entrance: lambda_.IFunction = (
            self.function.add_alias("live") if stage.snap_start else self.function
        )
        gateway = Gateway(
            self,
            "Gateway",
            stage=stage,
            function=entrance,
            access_log=logs.access,
            authorizer=authorizers.HttpJwtAuthorizer(
                "Tokens", sign_in.issuer, jwt_audience=[sign_in.audience]
            ),
        )
        self.http_api = gateway.http_api
        self.url = gateway.url
