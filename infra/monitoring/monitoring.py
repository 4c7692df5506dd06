"""Puts topic, alarms, dashboard and budget together."""

from constructs import Construct

from infra.api.api import Api
from infra.database.database import Database
from infra.functions.backstage import Backstage
from infra.functions.migrations import Migrations
from infra.monitoring.alarms import Alarms
from infra.monitoring.api import watch_api
from infra.monitoring.budget import add_budget
from infra.monitoring.dashboard import add_dashboard
from infra.monitoring.database import watch_database
from infra.monitoring.functions import watch_backstage, watch_functions
from infra.monitoring.jobs import watch_jobs
from infra.monitoring.signals import System
from infra.monitoring.topic import AlarmTopic
from infra.monitoring.workers import watch_workers
from infra.queues import Queues
from infra.stage import Stage
from infra.worker.service import WorkerService


class Monitoring(Construct):
    """Everything that watches the stack."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        api: Api,
        backstage: Backstage,
        database: Database,
        migrations: Migrations,
        queues: Queues,
        worker: WorkerService,
    ) -> None:
        super().__init__(scope, construct_id)
        system = System(
            stage=stage,
            api=api,
            backstage=backstage,
            database=database,
            migrations=migrations,
            queues=queues,
            worker=worker,
        )
        topic = AlarmTopic(self, "AlarmTopic", stage=stage).topic
        alarms = Alarms(self, "Alarms", stage=stage, topic=topic)
        for watch in (
            watch_jobs,
            watch_workers,
            watch_api,
            watch_functions,
            watch_backstage,
            watch_database,
        ):
            watch(alarms, system)
        add_dashboard(self, system, alarms=alarms.made)
        if stage.budget_usd is not None:
            add_budget(self, stage=stage, usd=stage.budget_usd, topic=topic)
