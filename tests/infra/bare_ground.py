"""Network and database without what runs on them: quick to synthesise, for stages of all kinds."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from infra.database.database import Database, Login
from infra.logs import Logs
from infra.network import Network
from infra.stage import Stage

CERTIFICATES = "/here/rds.pem"


class BareGround(Stack):
    """Beside network and database: a role for each login, and what its process is told."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        network = Network(self, "Network", stage=stage, logs=Logs(self, "Logs", stage=stage))
        self.database = Database(self, "Database", stage=stage, network=network)
        for login in Login:
            role = iam.Role(
                self,
                f"Of{login.name.title()}",
                assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            )
            self.database.let_in(role, login)
            told = self.database.environment(login, certificates=CERTIFICATES)
            for name, value in told.items():
                name_of_output = f"{login.name}{name.replace('_', '')}"
                CfnOutput(self, name_of_output, value=value)


def bare_ground(stage: Stage, **changes: Any) -> Template:
    """The template of a stage with some values changed."""
    return Template.from_stack(BareGround(Stage.model_validate(dict(stage) | changes)))
