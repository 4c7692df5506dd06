"""How operators reach what lies in the closed network: `coach status --stage prod`."""

from aws_cdk import Duration
from constructs import Construct

from infra import rights
from infra.database.database import Login
from infra.functions.functions import Functions, role_of
from infra.logs import Logs
from infra.media_bucket import MediaBucket
from infra.queues import Queues
from shared.settings import OPERATOR_LIMIT_S


class Operator(Construct):
    """A function that runs the operator's commands. Attribute: `function`.

    Nothing here lets anybody invoke it: whom an account's own policies allow
    `lambda:InvokeFunction` on it is an operator.
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
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = functions.inside(
            self,
            "Function",
            entry="cli.operate.inside.answer",
            login=Login.APP,
            log_group=logs.backstage,
            timeout=Duration.seconds(OPERATOR_LIMIT_S),
            name=f"{functions.stage.full_name}-operator",
        )
        # Somebody waits for the answer. Lambda must not run a command a second time by itself.
        self.function.configure_async_invoke(retry_attempts=0)
        rights.OPERATOR.give(role_of(self.function), media=media, queues=queues)
