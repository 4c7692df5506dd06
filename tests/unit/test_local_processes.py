"""Child processes end with us, however we end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.errors import DidNotStart, PartEnded
from local.processes import child, free_port, listens, reachable_by_others
from tests.rig.processes import children, is_running
from tests.rig.waiting import wait_for

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
WITH_GRANDCHILD = f"""
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", {SLEEPER!r}]).pid, flush=True)
{SLEEPER}
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def says(text: str, log: Path) -> bool:
    return text in log.read_text()


def test_a_child_ends_with_its_block(tmp_path):
    log = tmp_path / "log"
    with child("It", python(SLEEPER), log=log) as it:
        it.wait_until(lambda: says("up", log))
        (pid,) = children(it.leash.pid)
    assert not is_running(pid)


def test_a_child_ends_when_its_block_raises(tmp_path):
    pids = []

    def break_off() -> None:
        with child("It", python(SLEEPER), log=tmp_path / "log") as it:
            it.wait_until(lambda: says("up", it.log))
            pids.extend(children(it.leash.pid))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert not is_running(*pids)


def test_a_child_that_ignores_the_signal_is_killed(tmp_path):
    log = tmp_path / "log"
    with child("It", python(STUBBORN), log=log, grace_s=1) as it:
        it.wait_until(lambda: says("up", log))
        (pid,) = children(it.leash.pid)
    assert not is_running(pid)


def test_what_a_child_started_ends_with_it(tmp_path):
    log = tmp_path / "log"
    with child("It", python(WITH_GRANDCHILD), log=log) as it:
        it.wait_until(lambda: says("up", log))
        grandchild = int(log.read_text().split()[0])
        assert is_running(grandchild)
    wait_for(lambda: not is_running(grandchild), "the process to end")


def test_a_child_ends_when_we_are_killed(tmp_path):
    log = tmp_path / "log"
    parent = subprocess.Popen(
        python(
            f"""
from pathlib import Path
from local.processes import child
with child("It", {python(SLEEPER)!r}, log=Path({str(log)!r})) as it:
    print(it.leash.pid, flush=True)
    it.leash.wait()
"""
        ),
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert parent.stdout is not None
        leash = int(parent.stdout.readline())
        (pid,) = wait_for(lambda: children(leash), "the leash's child")
    finally:
        parent.kill()
        parent.communicate()
    wait_for(lambda: not is_running(pid), "the process to end")
    wait_for(lambda: not is_running(leash), "the process to end")


def test_a_child_takes_its_folder_along(tmp_path):
    folder = tmp_path / "scratch"
    (folder / "inside").mkdir(parents=True)
    with child("It", python(SLEEPER), log=tmp_path / "log", takes_along=folder):
        assert folder.exists()
    assert not folder.exists()


def test_a_child_ends_when_its_leash_is_told_to_stop(tmp_path):
    log = tmp_path / "log"
    with child("It", python(SLEEPER), log=log) as it:
        it.wait_until(lambda: says("up", log))
        (pid,) = children(it.leash.pid)
        os.kill(it.leash.pid, signal.SIGTERM)
        wait_for(lambda: not is_running(pid), "the process to end")


def test_a_child_that_ends_while_starting_is_told_with_its_last_words(tmp_path):
    with (
        child("It", python("raise SystemExit('no luck today')"), log=tmp_path / "log") as it,
        pytest.raises(DidNotStart, match=r"It ended while starting\.\nno luck today"),
    ):
        it.wait_until(lambda: False)


def test_a_child_that_never_gets_ready_is_told(tmp_path):
    with (
        child("It", python(SLEEPER), log=tmp_path / "log") as it,
        pytest.raises(DidNotStart, match=r"It was not ready in 0\.1 s"),
    ):
        it.wait_until(lambda: False, within_s=0.1)


def test_an_ended_child_is_noticed(tmp_path):
    with child("It", python(""), log=tmp_path / "log") as it:
        it.leash.wait()
        with pytest.raises(PartEnded):
            it.check()


def test_the_exit_code_of_a_child_is_passed_on(tmp_path):
    with child("It", python("raise SystemExit(7)"), log=tmp_path / "log") as it:
        assert it.leash.wait() == 7


def test_nobody_listens_on_a_free_port():
    assert not listens(free_port())


def test_a_private_folder_is_not_reachable_by_others(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "inside").mkdir(mode=0o755)
    assert reachable_by_others(Path("/usr/bin"))
    assert not reachable_by_others(private / "inside")
