"""PostgreSQL: no password anywhere, only over TLS."""

from enum import StrEnum

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.database.instance import DATABASE, DatabaseInstance, may_log_in
from infra.database.proxy import DatabaseProxy
from infra.database.sizes import DatabaseSize
from infra.network import Network
from infra.stage import Stage


class Login(StrEnum):
    """Who logs in: roles of PostgreSQL that IAM lets in."""

    OWNER = "coach_owner"
    """Owns the tables; for migrations only."""
    APP = "coach_app"
    """Reads and writes rows; API, backstage and workers."""


class Database(Construct):
    """An instance, and the proxy before it if the stage wants one.

    Attributes:
        instance_id: its name in metrics.
        memory_mib: of the instance.
        storage_gib: of the disk when it was new; RDS lets it grow.
        max_connections: one more is refused.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, network: Network
    ) -> None:
        super().__init__(scope, construct_id)
        size = DatabaseSize.of(stage.database_instance)
        self._instance = DatabaseInstance(
            self,
            "Instance",
            stage=stage,
            network=network,
            owner=Login.OWNER,
            max_connections=size.max_connections,
        )
        self._proxy = self._proxy_before_it(network) if stage.database_proxy else None
        self.instance_id = self._instance.name
        self.memory_mib = size.memory_mib
        self.storage_gib = stage.database_storage_gib
        self.max_connections = size.max_connections

    def environment(self, login: Login, *, certificates: str) -> dict[str, str]:
        """What a process needs to log in (`shared.settings.DatabaseSettings`).

        Args:
            login: as whom.
            certificates: path of the file with RDS's certificates in that process.
        """
        door = self._door(login)
        query = f"sslmode=verify-full&sslrootcert={certificates}"
        told = {
            "DATABASE_URL": f"postgresql+psycopg://{login}@{door.host}:{door.port}/{DATABASE}?{query}",
            "DATABASE_IAM_LOGIN": "true",
        }
        return told | {"DATABASE_PROXY": "true"} if door is self._proxy else told

    def let_in(self, role: iam.IGrantable, login: Login) -> None:
        """Allow `role` to log in as `login`, and as nobody else."""
        right = may_log_in(self, resource_id=self._door(login).resource_id, login=login)
        role.grant_principal.add_to_principal_policy(right)

    def _door(self, login: Login) -> DatabaseInstance | DatabaseProxy:
        """The owner goes past the proxy: migrations change what a session is."""
        if login is Login.OWNER or self._proxy is None:
            return self._instance
        return self._proxy

    def _proxy_before_it(self, network: Network) -> DatabaseProxy:
        return DatabaseProxy(
            self, "Proxy", instance=self._instance, network=network, login=Login.APP
        )
