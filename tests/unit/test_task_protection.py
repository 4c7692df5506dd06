import pytest
from structlog.testing import capture_logs

from tests.fakes.ecs_agent import BROKEN, REFUSAL, fake_ecs_agent
from worker_service.task_protection import EcsTaskProtection, NoTaskProtection

PROTECT = {"ProtectionEnabled": True, "ExpiresInMinutes": 10}
RELEASE = {"ProtectionEnabled": False}


class Clock:
    """Goes on when it is told to."""

    def __init__(self):
        self.now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def agent():
    with fake_ecs_agent() as agent:
        yield agent


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def unavailable():
    """One entry for each time the agent could not be asked."""
    return []


@pytest.fixture
def protection(agent, clock, unavailable):
    return EcsTaskProtection(
        agent.uri, expires_min=10, on_unavailable=lambda: unavailable.append(1), now=clock
    )


def test_protection_is_asked_for_and_given_up(agent, protection):
    assert protection.acquire()
    assert agent.protected
    protection.release()
    assert not agent.protected
    assert agent.wishes == [PROTECT, RELEASE]


def test_what_was_never_acquired_is_not_released(agent, protection):
    protection.release()
    assert agent.wishes == []


def test_a_fresh_protection_is_not_asked_for_again(agent, protection, clock):
    protection.acquire()
    clock.now_s += 0.79 * 600
    protection.refresh()
    assert protection.acquire()
    assert agent.wishes == [PROTECT]


def test_at_eighty_percent_of_its_time_it_is_asked_for_again(agent, protection, clock):
    protection.acquire()
    clock.now_s += 0.81 * 600
    protection.refresh()
    assert agent.wishes == [PROTECT, PROTECT]
    clock.now_s += 0.5 * 600
    protection.refresh()
    assert agent.wishes == [PROTECT, PROTECT]


def test_a_refusal_says_so_until_it_is_granted(agent, protection, unavailable):
    agent.answer = REFUSAL
    assert not protection.acquire()
    assert not protection.acquire()
    agent.answer = None
    assert protection.acquire()
    assert unavailable == []


@pytest.mark.parametrize("answer", [BROKEN, {}, [], "no JSON object", {"error": None}])
def test_an_agent_that_cannot_help_does_not_stop_the_work(agent, protection, unavailable, answer):
    agent.answer = answer
    assert protection.acquire()
    assert unavailable == [1]


def test_an_agent_that_is_not_there_is_logged_once_and_counted_each_time(unavailable):
    protection = EcsTaskProtection(
        "http://127.0.0.1:1/api", on_unavailable=lambda: unavailable.append(1)
    )
    with capture_logs() as lines:
        assert [protection.acquire(), protection.acquire(), protection.acquire()] == [True] * 3
    assert len(unavailable) == 3
    assert [line["answer"] for line in lines] == ["unavailable: ConnectionRefusedError"]


def test_without_ecs_protection_is_always_there():
    protection = NoTaskProtection()
    assert protection.acquire()
    protection.refresh()
    protection.release()
