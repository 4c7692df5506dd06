"""Whatever happens in whatever order: no job is lost, none is completed twice.

Hypothesis plays workers, outages, coaches and time against the real rows, the real sweeper and
the real settling of messages.
"""

from dataclasses import dataclass
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, text

from shared.attempt_store import Busy, Claimed, Over
from shared.errors import DownloadFailed, JobNotCancellable, LeaseLost, NoPersonFound, QueueError
from shared.job_store import JobStore
from shared.jobs import LEASED, AttemptOutcome, Stage, Status
from shared.media.store import MediaStore
from shared.queue.dispatch import Dispatcher, message_for
from shared.queue.job_queue import Received
from shared.queue.messages import JobMessage
from shared.settings import (
    LEASE_S,
    MAX_RECEIVE_COUNT,
    VISIBILITY_TIMEOUT_S,
    SweepSettings,
    WorkerSettings,
)
from tests.builders import COACH, a_session, a_waiting_job
from tests.fakes.sqs import Clock, FakeSqs, queue_of
from tests.sweeping import a_sweeper
from worker_service.settle import Settler

LONG_S = 2000
"""Past every lease, every message's hiding, and what the sweeper waits for."""

HEALS_WITHIN = 12
"""Sweeps with a healthy worker after which nothing may be open."""


AGE = """
UPDATE video_analysis_jobs
SET lease_until = lease_until - CAST(:passed AS interval),
    updated_at = updated_at - CAST(:passed AS interval),
    started_at = started_at - CAST(:passed AS interval),
    completed_at = completed_at - CAST(:passed AS interval),
    pushed_at = pushed_at - CAST(:passed AS interval)
"""


@dataclass(frozen=True)
class InHand:
    """A worker at work."""

    claimed: Claimed
    received: Received


class Operation(RuleBasedStateMachine):
    """Some jobs, some workers, and everything that can go wrong between them."""

    def __init__(self, engine: Engine, media: MediaStore) -> None:
        super().__init__()
        self.engine = engine
        self.clock = Clock()
        self.dead_letters = FakeSqs(self.clock)
        self.sqs = FakeSqs(self.clock, self.dead_letters)
        self.queue = queue_of(self.sqs)
        self.jobs = JobStore(engine)
        self.dispatcher = Dispatcher(self.jobs, self.queue)
        self.settler = Settler(self.jobs, media, self.queue, WorkerSettings())
        self.sweeper = a_sweeper(
            engine, media, self.queue, queue_of(self.dead_letters), settings=SweepSettings()
        )
        self.ids: list[UUID] = []
        self.in_hand: list[InHand] = []
        self.completed: set[UUID] = set()
        self.final: dict[UUID, str] = {}

    @initialize(count=st.integers(3, 4), sent=st.booleans())
    def jobs_come_in(self, count: int, sent: bool) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("DELETE FROM video_sessions"))
        session_id = a_session(self.engine)
        self.ids = [a_waiting_job(self.engine, session_id=session_id) for _ in range(count)]
        for job_id in self.ids:
            if sent:
                self.dispatcher.send(self.jobs.get(job_id))

    @rule()
    def a_worker_polls(self) -> None:
        received = self.queue.receive(wait_s=0, visibility_s=VISIBILITY_TIMEOUT_S)
        if received is None:
            return
        job_id = JobMessage.model_validate_json(received.body).job_id
        match self.jobs.claim(job_id, worker="w", lease_s=LEASE_S, message_id=received.message_id):
            case Claimed() as claimed:
                self.in_hand.append(InHand(claimed, received))
            case Busy() as busy:
                self.settler.held_by_another(received, busy)
            case Over() as over:
                self.settler.over(received, job_id, over)

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data(), dies_before_delete=st.booleans())
    def a_worker_finishes(self, data: st.DataObject, dies_before_delete: bool) -> None:
        work = self._any(data)
        job_id = work.claimed.lease.job_id
        try:
            self.jobs.finish(work.claimed.lease, results={}, results_prefix=f"results/{job_id}/")
        except LeaseLost:
            return
        assert job_id not in self.completed
        self.completed.add(job_id)
        if not dies_before_delete:
            self._settle(work)

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data(), error=st.sampled_from([DownloadFailed(), NoPersonFound()]))
    def a_worker_fails(self, data: st.DataObject, error: DownloadFailed | NoPersonFound) -> None:
        work = self._any(data)
        try:
            status = self.jobs.fail(work.claimed.lease, error)
        except LeaseLost:
            return
        if status is Status.PROCESSING:
            self.settler.try_again_later(work.received, work.claimed)
        else:
            self._settle(work)

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data(), sends_anew=st.booleans())
    def a_worker_gives_back(self, data: st.DataObject, sends_anew: bool) -> None:
        work = self._any(data)
        try:
            self.jobs.give_back(work.claimed.lease)
        except LeaseLost:
            return
        if sends_anew:
            self.settler.send_anew(work.received, work.claimed)

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data())
    def a_worker_is_killed(self, data: st.DataObject) -> None:
        self._any(data)

    @precondition(lambda self: self.in_hand)
    @rule()
    def the_workers_beat(self) -> None:
        for work in self.in_hand:
            try:
                self.jobs.beat(work.claimed.lease, lease_s=LEASE_S)
                self.queue.extend(work.received, visibility_s=VISIBILITY_TIMEOUT_S)
            except (LeaseLost, QueueError):
                continue

    @rule(seconds=st.sampled_from([60, LEASE_S + 5, VISIBILITY_TIMEOUT_S + 5, LONG_S]))
    def time_passes(self, seconds: int) -> None:
        self.clock.now_s += seconds
        with self.engine.begin() as connection:
            connection.execute(text(AGE), {"passed": f"{seconds} seconds"})

    @precondition(lambda self: self.sqs.messages)
    @rule()
    def all_messages_are_lost(self) -> None:
        self.sqs.messages.clear()

    @rule(data=st.data())
    def a_message_is_sent_twice(self, data: st.DataObject) -> None:
        self.queue.send(message_for(self.jobs.get(data.draw(st.sampled_from(self.ids)))))

    @rule()
    def a_message_is_set_aside(self) -> None:
        for _ in range(MAX_RECEIVE_COUNT + 1):
            self.queue.receive(wait_s=0, visibility_s=0)

    @rule(deaths=st.integers(1, 3))
    def workers_die_of_a_job_one_after_the_other(self, deaths: int) -> None:
        for _ in range(deaths):
            at_work = self.in_hand[:]
            self.a_worker_polls()
            self.in_hand = at_work
            self.time_passes(VISIBILITY_TIMEOUT_S + 5)

    @rule()
    def the_sweeper_sweeps(self) -> None:
        assert self.sweeper.sweep().errors == 0

    @rule()
    def the_coach_cancels_the_first(self) -> None:
        try:
            self.jobs.cancel(self.ids[0], owner=COACH)
        except JobNotCancellable:
            return

    @rule(data=st.data(), dies_before_send=st.booleans())
    def an_operator_revives(self, data: st.DataObject, dies_before_send: bool) -> None:
        job_id = data.draw(st.sampled_from(self.ids))
        if not self.jobs.revive(job_id):
            return
        del self.final[job_id]
        if not dies_before_send:
            self.dispatcher.send(self.jobs.get(job_id))

    @invariant()
    def what_is_final_stays(self) -> None:
        for job_id in self.ids:
            status = self.jobs.get(job_id).status
            if Status(status).final:
                assert self.final.setdefault(job_id, status) == status

    @invariant()
    def the_history_has_a_line_for_each_attempt(self) -> None:
        for job_id in self.ids:
            job, lines = self.jobs.get(job_id), self.jobs.attempts(job_id)
            assert [line.attempt for line in lines] == list(range(1, job.attempt + 1))
            running = [line.attempt for line in lines if line.outcome == AttemptOutcome.RUNNING]
            assert running == ([job.attempt] if Stage(job.stage) in LEASED else [])

    def teardown(self) -> None:
        """Nothing stays open once somebody works and sweeps."""
        self.in_hand.clear()
        for _ in range(HEALS_WITHIN):
            self.time_passes(LONG_S)
            self.the_sweeper_sweeps()
            self._a_healthy_worker_works()
            if not self._left_open():
                break
        assert self._left_open() == []
        assert {job_id for job_id in self.ids if self._is(job_id, "completed")} == self.completed
        self.what_is_final_stays()
        self.the_history_has_a_line_for_each_attempt()

    def _any(self, data: st.DataObject) -> InHand:
        """One worker's work, which is out of its hands afterwards."""
        return self.in_hand.pop(data.draw(st.integers(0, len(self.in_hand) - 1)))

    def _is(self, job_id: UUID, status: str, *, retryable: bool | None = None) -> bool:
        job = self.jobs.get(job_id)
        return (job.status, job.error_retryable) == (status, retryable)

    def _left_open(self) -> list[object]:
        """Jobs without an end, messages, and dead letters that no operator needs."""
        jobs = [
            job for job_id in self.ids if not Status((job := self.jobs.get(job_id)).status).final
        ]
        return [*jobs, *self.sqs.messages, *self._needless_letters()]

    def _needless_letters(self) -> list[str]:
        return [
            letter.body
            for letter in self.dead_letters.messages
            if not self._is(
                JobMessage.model_validate_json(letter.body).job_id, "failed", retryable=True
            )
        ]

    def _settle(self, work: InHand) -> None:
        over = self.jobs.over(work.claimed.lease.job_id)
        assert over is not None
        self.settler.over(work.received, work.claimed.lease.job_id, over)

    def _a_healthy_worker_works(self) -> None:
        while self.queue.depth().visible:
            self.a_worker_polls()
            for work in self.in_hand:
                lease = work.claimed.lease
                self.jobs.finish(lease, results={}, results_prefix=f"results/{lease.job_id}/")
                assert lease.job_id not in self.completed
                self.completed.add(lease.job_id)
                self._settle(work)
            self.in_hand.clear()


def test_no_job_is_lost_and_none_completed_twice(engine, media):
    run_state_machine_as_test(
        lambda: Operation(engine, media),  # type: ignore[arg-type] # a factory will do
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
