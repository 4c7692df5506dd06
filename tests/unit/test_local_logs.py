"""Logs of past runs: kept, but not for ever."""

from local.logs import KEEP, new_logs_folder


def test_each_run_gets_a_folder(tmp_path):
    assert new_logs_folder(tmp_path).is_dir()


def test_the_oldest_runs_go(tmp_path):
    for day in range(10, 10 + KEEP + 3):
        (tmp_path / f"202501{day}T000000-1").mkdir()
    newest = new_logs_folder(tmp_path)
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert len(kept) == KEEP
    assert kept[-1] == newest.name
    assert "20250110T000000-1" not in kept
