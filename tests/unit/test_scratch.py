import errno
import resource
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest

from shared.errors import DiskFull
from worker_service.scratch import Scratch

HOLD_A_FOLDER = """
import sys
from pathlib import Path
from worker_service.scratch import Scratch

scratch = Scratch(Path(sys.argv[1]))
(scratch.path / "left").mkdir()
(scratch.path / "left" / "source").write_bytes(b"x" * 1000)
print(scratch.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def scratch(tmp_path):
    scratch = Scratch(tmp_path)
    yield scratch
    scratch.close()


@contextmanager
def _other_worker(tmp_path):
    """Another process with a folder that it filled; yields the process and the folder."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD_A_FOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    try:
        yield other, other.stdout.readline().strip()
    finally:
        other.kill()
        other.communicate()


@contextmanager
def _no_file_above(size_bytes):
    """The kernel itself refuses to write more, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_only_this_user_may_look_inside(scratch):
    with scratch.folder() as folder:
        assert scratch.path.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_job_leaves_nothing_even_when_it_broke(scratch):
    def work():
        with scratch.folder() as folder:
            (folder / "source").write_bytes(b"x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert list(scratch.path.iterdir()) == []


def test_what_a_killed_worker_left_is_removed_and_a_living_ones_is_not(tmp_path):
    with _other_worker(tmp_path) as (killed, left), _other_worker(tmp_path) as (_, held):
        killed.kill()
        killed.wait()
        scratch = Scratch(tmp_path)
        assert {str(path) for path in tmp_path.iterdir()} == {held, str(scratch.path)}
        assert left != held
        scratch.close()


def test_a_worker_that_dies_later_is_cleared_away_before_the_next_job(tmp_path, scratch):
    with _other_worker(tmp_path) as (other, _):
        other.kill()
        other.wait()
        with scratch.folder():
            assert list(tmp_path.iterdir()) == [scratch.path]


def test_a_worker_that_stops_takes_its_folder_with_it(tmp_path):
    Scratch(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


def test_other_peoples_folders_are_left_alone(tmp_path):
    (tmp_path / "someone").mkdir()
    (tmp_path / "coach-worker-file").write_bytes(b"")
    Scratch(tmp_path).close()
    assert {path.name for path in tmp_path.iterdir()} == {"someone", "coach-worker-file"}


def test_a_video_that_cannot_fit_is_not_begun(scratch):
    scratch.need(0)
    with pytest.raises(DiskFull):
        scratch.need(10**18)


def test_running_out_of_room_is_called_so(scratch):
    with pytest.raises(DiskFull), _no_file_above(1000), scratch.folder() as folder:
        (folder / "source").write_bytes(b"x" * 2000)
    assert list(scratch.path.iterdir()) == []


def test_another_trouble_with_files_keeps_its_name(scratch):
    with pytest.raises(FileNotFoundError) as raised, scratch.folder() as folder:
        (folder / "none").read_bytes()
    assert raised.value.errno == errno.ENOENT


def test_where_no_folder_can_be_locked_none_are_left_lying_about(tmp_path):
    """As where file locks are not supported; here the process may open nothing more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        with pytest.raises(OSError, match="locks"):
            Scratch(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_cleared_away_is_made_anew_and_held(tmp_path, scratch):
    shutil.rmtree(scratch.path)
    with scratch.folder() as folder:
        (folder / "source").write_bytes(b"x")
        other = Scratch(tmp_path)
        assert (folder / "source").exists()
        other.close()
