"""Log groups: `/coach-plus/<stage>/…`, the addresses that the runbook names."""

from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.keeping import outlives_its_stack
from infra.stage import Stage

API = "api"
BACKSTAGE = "backstage"
WORKER = "worker"
ACCESS = "access"
NETWORK = "network"


class Logs(Construct):
    """One group for each kind of process, and for the access log and the network's."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        self._stage = stage
        self.api = self._group(API)
        self.backstage = self._group(BACKSTAGE)
        self.worker = self._group(WORKER)
        self.access = self._group(ACCESS)
        self.network = self._group(NETWORK)

    def _group(self, name: str) -> logs.LogGroup:
        address = address_of(name, stage=self._stage)
        return log_group(self, name.capitalize(), name=address, stage=self._stage)


def address_of(name: str, *, stage: Stage) -> str:
    """The address of one of the groups in `Logs`."""
    return f"/coach-plus/{stage.name}/{name}"


def log_group(scope: Construct, construct_id: str, *, name: str, stage: Stage) -> logs.LogGroup:
    """A group that forgets after `stage.log_days`, and outlives a stack that is protected."""
    group = logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        removal_policy=outlives_its_stack(stage),
    )
    plain = group.node.default_child
    assert isinstance(plain, logs.CfnLogGroup)  # noqa: S101 - tells mypy
    plain.retention_in_days = stage.log_days
    return group
