"""RDS Proxy: many sessions of ours share few of PostgreSQL's."""

from aws_cdk import Fn
from aws_cdk import aws_iam as iam
from aws_cdk import aws_rds as rds
from constructs import Construct

from infra.database.instance import DatabaseInstance, may_log_in
from infra.network import PROXY_PORT, Network

WAIT_S = 10
"""How long a session waits for one of PostgreSQL's: as long as for one of our own pool."""

SHARE_PERCENT = 90
"""Of all connections; the rest is for migrations and people."""


class DatabaseProxy(Construct):
    """A proxy that logs in with IAM on both sides, so it needs no secret either.

    Attributes:
        host, port: where it listens.
        resource_id: what IAM calls it, `prx-…`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        instance: DatabaseInstance,
        network: Network,
        login: str,
    ) -> None:
        super().__init__(scope, construct_id)
        network.let_through_the_proxy()
        self.port = PROXY_PORT
        plain = rds.CfnDBProxy(
            self,
            "Proxy",
            db_proxy_name=instance.name,
            engine_family="POSTGRESQL",
            default_auth_scheme="IAM_AUTH",
            role_arn=self._role(instance, login).role_arn,
            require_tls=True,
            vpc_subnet_ids=network.data_subnet_ids,
            vpc_security_group_ids=[network.database.security_group_id],
        )
        rds.CfnDBProxyTargetGroup(
            self,
            "Targets",
            db_proxy_name=plain.ref,
            target_group_name="default",  # the only name there is
            db_instance_identifiers=[instance.name],
            connection_pool_configuration_info={
                "connectionBorrowTimeout": WAIT_S,
                "maxConnectionsPercent": SHARE_PERCENT,
            },
        ).node.add_dependency(instance)
        self.host = plain.attr_endpoint
        self.resource_id = Fn.select(6, Fn.split(":", plain.attr_db_proxy_arn))

    def _role(self, instance: DatabaseInstance, login: str) -> iam.Role:
        """As whom the proxy logs in to PostgreSQL."""
        right = may_log_in(self, resource_id=instance.resource_id, login=login)
        return iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("rds.amazonaws.com"),
            inline_policies={"LogIn": iam.PolicyDocument(statements=[right])},
        )
