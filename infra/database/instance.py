"""The instance of PostgreSQL, with nobody's password."""

from collections.abc import Mapping

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_rds as rds
from constructs import Construct

from infra.accepted import accept
from infra.keeping import outlives_its_stack
from infra.logs import log_group
from infra.network import DATABASE_PORT, Network
from infra.stage import Stage

DATABASE = "coach"

VERSION = "18"
"""PostgreSQL's major version; RDS takes the minor ones by itself."""

SLOW_MS = 1000
"""A statement that takes longer stands in PostgreSQL's log."""

PARAMETERS: Mapping[str, str] = {
    "rds.force_ssl": "1",
    "log_min_duration_statement": str(SLOW_MS),
    "log_lock_waits": "1",
    # Titles and notes must not reach a log: no values of statements, and no DETAIL lines, which
    # quote the row.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
"""Beside `max_connections`, which comes from the size."""

EXPORTED = ("postgresql", "iam-db-auth-error")
"""Logs that RDS hands on: PostgreSQL's own, and why somebody was not let in."""

LAST_HOUR = 23

INSIGHTS_DAYS = 7
"""What costs nothing ("Pricing", CloudWatch Database Insights)."""


class DatabaseInstance(Construct):
    """An instance, its parameters and its logs.

    Made of CloudFormation's own resources: the CDK's `DatabaseInstance` insists on a password, and
    limits the age of logs with a function of its own.

    Attributes:
        name: in metrics, and in the addresses of its logs.
        host, port: where it listens.
        resource_id: what IAM calls it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        network: Network,
        owner: str,
        max_connections: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = stage.full_name
        self.port = DATABASE_PORT
        plain = rds.CfnDBInstance(
            self,
            "Instance",
            db_instance_identifier=self.name,
            db_instance_class=f"db.{stage.database_instance}",
            engine="postgres",
            engine_version=VERSION,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            auto_minor_version_upgrade=True,
            preferred_maintenance_window=_maintenance(stage.quiet_hour),
            db_name=DATABASE,
            db_parameter_group_name=self._parameters(max_connections).ref,
            port=str(DATABASE_PORT),
            # who gets in: the owner too has no password
            master_username=owner,
            master_user_authentication_type="iam-db-auth",
            enable_iam_database_authentication=True,
            ca_certificate_identifier="rds-ca-rsa2048-g1",
            publicly_accessible=False,
            db_subnet_group_name=self._subnets(network).ref,
            vpc_security_groups=[network.database.security_group_id],
            multi_az=stage.multi_az,
            # what it keeps
            storage_type="gp3",
            storage_encrypted=True,
            allocated_storage=str(stage.database_storage_gib),
            max_allocated_storage=stage.database_max_storage_gib,
            backup_retention_period=stage.backup_days,
            preferred_backup_window=_backups(stage.quiet_hour),
            copy_tags_to_snapshot=True,
            delete_automated_backups=not stage.protected,
            deletion_protection=stage.protected,
            # what can be seen of it
            enable_performance_insights=True,
            performance_insights_retention_period=INSIGHTS_DAYS,
            database_insights_mode="standard",
            enable_cloudwatch_logs_exports=list(EXPORTED),
        )
        plain.apply_removal_policy(outlives_its_stack(stage))
        self._keep_logs(plain, stage)
        self._accept_what_a_small_stage_lacks(plain, stage)
        self.host = plain.attr_endpoint_address
        self.resource_id = plain.attr_dbi_resource_id

    def _parameters(self, max_connections: int) -> rds.CfnDBParameterGroup:
        return rds.CfnDBParameterGroup(
            self,
            "Parameters",
            family=f"postgres{VERSION}",
            description="Coach Plus",
            parameters={**PARAMETERS, "max_connections": str(max_connections)},
        )

    def _subnets(self, network: Network) -> rds.CfnDBSubnetGroup:
        return rds.CfnDBSubnetGroup(
            self,
            "Subnets",
            db_subnet_group_description="Coach Plus",
            subnet_ids=network.data_subnet_ids,
        )

    def _keep_logs(self, plain: rds.CfnDBInstance, stage: Stage) -> None:
        """Make the groups before RDS does, which would keep every line for ever."""
        for log in EXPORTED:
            address = f"/aws/rds/instance/{self.name}/{log}"
            plain.node.add_dependency(log_group(self, log, name=address, stage=stage))

    def _accept_what_a_small_stage_lacks(self, plain: rds.CfnDBInstance, stage: Stage) -> None:
        if not stage.multi_az:
            because = "One zone: this stage may be away while a zone is."
            accept(plain, "AwsSolutions-RDS3", because=because)
        if not stage.protected:
            because = "This stage is made to be thrown away, database and all."
            accept(plain, "AwsSolutions-RDS10", because=because)


def _backups(hour: int) -> str:
    """The first half of an hour of UTC, the least that RDS takes."""
    return f"{hour:02}:00-{hour:02}:30"


def _maintenance(hour: int) -> str:
    """The second half, for the two may not meet; on Tuesdays, between days of work."""
    day_of_end, end = ("wed", 0) if hour == LAST_HOUR else ("tue", hour + 1)
    return f"tue:{hour:02}:30-{day_of_end}:{end:02}:00"


def may_log_in(at: Construct, *, resource_id: str, login: str) -> iam.PolicyStatement:
    """The right to log in as `login` to the instance or proxy with this id, and nothing else."""
    user = Stack.of(at).format_arn(
        service="rds-db",
        resource="dbuser",
        resource_name=f"{resource_id}/{login}",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    return iam.PolicyStatement(actions=["rds-db:connect"], resources=[user])
