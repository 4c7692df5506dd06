"""Our Lambda functions: one bundle, one shape, a role each with exactly its rights."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Annotations, Duration, Stack, aws_logs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.accepted import accept
from infra.database.database import Database, Login
from infra.functions import bundle
from infra.network import Network
from infra.stage import Stage

RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.X86_64
CERTIFICATES = f"{bundle.AT_RUN_TIME}/{bundle.CERTIFICATES}"
"""Where a function finds them."""

LOG_FORMAT = lambda_.LoggingFormat.TEXT
"""Leaves what we print as it is: JSON lines and metrics (`shared/telemetry.py`).

Format JSON would put a second filter behind `LOG_LEVEL`: lines of level debug would vanish until
the function is set up anew ("Log-level filtering", AWS Lambda Developer Guide).
"""

NETWORK_INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
"""What Lambda does with a function's role to bring it into a network ("Giving Lambda functions
access to resources in an Amazon VPC", AWS Lambda Developer Guide)."""


class Functions(Construct):
    """Makes functions out of the bundle. Attribute: `stage`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        code: lambda_.Code,
        network: Network,
        database: Database,
        environment: Mapping[str, str],
    ) -> None:
        """Take the bundle (`bundling.py`) and what all are told (`infra/environment.py`)."""
        super().__init__(scope, construct_id)
        self.stage = stage
        self._code = code
        self._network = network
        self._database = database
        self._environment = dict(environment)
        self._in_the_network = self._may_get_an_address()

    def inside(
        self,
        scope: Construct,
        construct_id: str,
        *,
        entry: str,
        login: Login,
        log_group: aws_logs.ILogGroup,
        timeout: Duration,
        memory_mib: int = 512,
        concurrency: int | None = None,
        environment: Mapping[str, str] | None = None,
        snap_start: bool = False,
        name: str | None = None,
    ) -> lambda_.Function:
        """A function in our network that may log in to the database.

        Args:
            scope: the construct that it belongs to.
            construct_id: its name there.
            entry: module and name, as `api_lambda.handler.handler`.
            login: as whom it logs in to the database.
            log_group: where its lines go.
            timeout: when Lambda ends a call.
            memory_mib: its memory; processor time comes in proportion.
            concurrency: most calls at once; None: as the account allows.
            environment: beside what all are told.
            snap_start: published versions begin from a snapshot of the initialised process; then
                only an alias is to be called (`add_alias`), never the function itself.
            name: by which people call it; None: AWS makes one up.
        """
        function = lambda_.Function(
            scope,
            construct_id,
            function_name=name,
            handler=entry,
            role=self._role_inside(scope, construct_id, log_group=log_group, login=login),
            log_group=log_group,
            timeout=timeout,
            memory_size=memory_mib,
            reserved_concurrent_executions=concurrency,
            environment=self._told(login) | dict(environment or {}),
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snap_start else None,
            **self._our_shape(),
            **self._in_our_network(),
        )
        if snap_start:
            Annotations.of(function).acknowledge_warning(
                "@aws-cdk/aws-lambda:snapStartRequirePublish",
                "Whoever wants a snapshot adds an alias of the published version.",
            )
        return function

    def outside(
        self,
        scope: Construct,
        construct_id: str,
        *,
        entry: str,
        log_group: aws_logs.ILogGroup,
        timeout: Duration,
        memory_mib: int = 256,
    ) -> lambda_.Function:
        """A function without our network, our database and any right but to log."""
        return lambda_.Function(
            scope,
            construct_id,
            handler=entry,
            role=role_for_lambda(scope, construct_id, log_group),
            log_group=log_group,
            timeout=timeout,
            memory_size=memory_mib,
            **self._our_shape(),
        )

    def _our_shape(self) -> dict[str, Any]:
        """What all functions have in common."""
        return {
            "runtime": RUNTIME,
            "architecture": ARCHITECTURE,
            "code": self._code,
            "logging_format": LOG_FORMAT,
        }

    def _in_our_network(self) -> dict[str, Any]:
        return {
            "vpc": self._network.vpc,
            "vpc_subnets": self._network.inside,
            "security_groups": [self._network.functions],
        }

    def _told(self, login: Login) -> dict[str, str]:
        """The environment of every function inside."""
        return {
            **self._environment,
            **self._database.environment(login, certificates=CERTIFICATES),
            "DATABASE_POOL_SIZE": "1",  # a function does one thing at a time
        }

    def _role_inside(
        self, scope: Construct, construct_id: str, *, log_group: aws_logs.ILogGroup, login: Login
    ) -> iam.Role:
        role = role_for_lambda(scope, construct_id, log_group)
        role.add_managed_policy(self._in_the_network)
        self._database.let_in(role, login)
        return role

    def _may_get_an_address(self) -> iam.ManagedPolicy:
        policy = iam.ManagedPolicy(
            self,
            "InTheNetwork",
            description="Lets Lambda, not the code that runs there, give functions an address.",
            statements=[
                iam.PolicyStatement(
                    actions=list(NETWORK_INTERFACES),
                    resources=["*"],
                    # Calls of the function's own code carry the key; calls of Lambda do not.
                    conditions={"Null": {"lambda:SourceFunctionArn": "true"}},
                )
            ],
        )
        accept(
            Stack.of(self),
            "AwsSolutions-IAM5[Resource::*]",
            because="Network interfaces that do not exist yet, and ecr:GetAuthorizationToken: IAM "
            "has no resource to name for these. Every other right names its resource.",
        )
        return policy


def role_for_lambda(scope: Construct, construct_id: str, log_group: aws_logs.ILogGroup) -> iam.Role:
    """A role with the right to write to `log_group` and nothing else."""
    role = iam.Role(
        scope,
        f"{construct_id}Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
    )
    log_group.grant_write(role)
    return role


def role_of(function: lambda_.Function) -> iam.IRole:
    """The role that `Functions` gave it."""
    role = function.role
    assert role is not None  # noqa: S101 - tells mypy
    return role
