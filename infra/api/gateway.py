"""The gateway: which requests reach the API's function, how many, and what is noted of them."""

import json

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_certificatemanager as certificates
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.accepted import accept
from infra.stage import Domain, Stage
from shared.settings import API_BASE_PATH

LIMIT = Duration.seconds(29)
"""A second below the longest that an HTTP API can wait."""

METHODS = (
    apigateway.HttpMethod.GET,
    apigateway.HttpMethod.POST,
    apigateway.HttpMethod.PUT,
    apigateway.HttpMethod.PATCH,
    apigateway.HttpMethod.DELETE,
)
"""Named one by one: a route for ANY also takes a browser's OPTIONS, which brings no token."""

OPEN_PATHS = (f"{API_BASE_PATH}/health", f"{API_BASE_PATH}/health/ready")

OPEN_REQUESTS_PER_S = 10
OPEN_BURST = 20
"""Of each open route: strangers cannot use up what coaches may."""

REQUEST_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "If-None-Match")

ANSWER_HEADERS = (
    "Deletion-Receipt",
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "Retry-After",
    "X-Request-Id",
)
"""What a web page may read beside what every page may."""

PREFLIGHT_HOLDS = Duration.hours(1)

ACCESS_LOG = {
    "request_id": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "route": "$context.routeKey",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "ms": "$context.responseLatency",
    "function_ms": "$context.integrationLatency",
    "function_status": "$context.integrationStatus",
    "function_error": "$context.integrationErrorMessage",
    "refusal": "$context.error.responseType",
    "token_refusal": "$context.authorizer.error",
}
"""Field by field. No path, query or agent: they hold ids, and what a stranger typed.
`request_id` is the one in the API's own log and in every problem."""


class Gateway(Construct):
    """Attributes: `http_api`, and `url`, the API's base address."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        function: lambda_.IFunction,
        access_log: logs.ILogGroup,
        authorizer: apigateway.IHttpRouteAuthorizer,
    ) -> None:
        super().__init__(scope, construct_id)
        self._to_the_function = integrations.HttpLambdaIntegration(
            "Function",
            function,
            payload_format_version=apigateway.PayloadFormatVersion.VERSION_2_0,
            timeout=LIMIT,
            scope_permission_to_route=False,  # one right for this API, and for nobody else
        )
        self.http_api = apigateway.HttpApi(
            self,
            "HttpApi",
            api_name=stage.full_name,
            create_default_stage=False,
            disable_execute_api_endpoint=stage.domain is not None,
            cors_preflight=_cors(stage),
        )
        self._closed_routes(authorizer)
        opened = self._open_routes()
        deployed = self._deployed(stage, access_log)
        deployed.node.add_dependency(opened)  # it names their routes
        if stage.domain is None:
            host = self.http_api.api_endpoint
        else:
            host = f"https://{stage.domain.name}"
            self._reached_by(stage.domain, deployed)
        self.url = f"{host}{API_BASE_PATH}"

    def _closed_routes(self, authorizer: apigateway.IHttpRouteAuthorizer) -> None:
        """Every address of the API, for whoever brings a token that holds."""
        self.http_api.add_routes(
            path=f"{API_BASE_PATH}/{{proxy+}}",
            methods=list(METHODS),
            integration=self._to_the_function,
            authorizer=authorizer,
        )

    def _open_routes(self) -> Construct:
        opened = Construct(self, "Open")
        for path in OPEN_PATHS:
            apigateway.HttpRoute(
                opened,
                path.rsplit("/", 1)[-1],
                http_api=self.http_api,
                route_key=apigateway.HttpRouteKey.with_(path, apigateway.HttpMethod.GET),
                integration=self._to_the_function,
            )
        accept(
            opened,
            "AwsSolutions-APIG4",
            because="Whoever watches the API from outside asks without a token. These two routes "
            "say whether it is alive and nothing else, a few times a second.",
        )
        return opened

    def _deployed(self, stage: Stage, access_log: logs.ILogGroup) -> apigateway.CfnStage:
        few = {"ThrottlingRateLimit": OPEN_REQUESTS_PER_S, "ThrottlingBurstLimit": OPEN_BURST}
        return apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.http_api.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=stage.requests_per_s, throttling_burst_limit=stage.burst
            ),
            route_settings={f"GET {path}": few for path in OPEN_PATHS},
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=access_log.log_group_arn, format=json.dumps(ACCESS_LOG)
            ),
        )

    def _reached_by(self, own: Domain, deployed: apigateway.CfnStage) -> None:
        """The API's own name; who runs its zone points it to `DomainTarget`."""
        certificate = certificates.Certificate.from_certificate_arn(
            self, "Certificate", own.certificate_arn
        )
        domain = apigateway.DomainName(
            self,
            "Domain",
            domain_name=own.name,
            certificate=certificate,
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
        )
        apigateway.CfnApiMapping(
            self,
            "Mapping",
            api_id=self.http_api.api_id,
            domain_name=domain.name,
            stage=deployed.ref,
        )
        stack = Stack.of(self)
        CfnOutput(stack, "DomainTarget", value=domain.regional_domain_name)
        CfnOutput(stack, "DomainTargetZone", value=domain.regional_hosted_zone_id)


def _cors(stage: Stage) -> apigateway.CorsPreflightOptions | None:
    """Without web pages nobody asks beforehand: apps do not."""
    if not stage.cors_origins:
        return None
    return apigateway.CorsPreflightOptions(
        allow_origins=list(stage.cors_origins),
        allow_methods=[apigateway.CorsHttpMethod[method.name] for method in METHODS],
        allow_headers=list(REQUEST_HEADERS),
        expose_headers=list(ANSWER_HEADERS),
        max_age=PREFLIGHT_HOLDS,
    )
