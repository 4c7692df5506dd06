"""What set-up decides: whom it refuses, what it installs, what it leaves alone."""

import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from local import setup

BARE_DEBIAN = setup.Machine(
    python=(3, 11),
    can_make_venv=False,
    missing_libraries=tuple(setup.LIBRARY_PACKAGES),
    is_root=True,
    has_apt=True,
    newer_python=None,
)
COMPLETE = replace(BARE_DEBIAN, can_make_venv=True, missing_libraries=())
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> setup.Checkout:
    """Return an empty checkout with a lock file."""
    checkout = setup.Checkout(tmp_path)
    checkout.lock.parent.mkdir()
    checkout.lock.write_text("numpy==2.4.6\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return checkout


def stamp(checkout: setup.Checkout, *steps: setup.Step) -> None:
    for step in steps:
        checkout.stamp(step).parent.mkdir(parents=True, exist_ok=True)
        checkout.stamp(step).write_text(step.key)


def due(checkout: setup.Checkout) -> list[str]:
    return [step.name for step in checkout.steps() if not checkout.is_done(step)]


def test_a_complete_machine_needs_no_system_package():
    assert setup.packages_to_install(COMPLETE) == ()
    assert setup.apt_commands(()) == {}


def test_root_on_bare_debian_gets_venv_and_every_library():
    packages = setup.packages_to_install(BARE_DEBIAN)
    assert packages == ("python3.11-venv", "libegl1", "libgles2", "libgl1", "libglib2.0-0")


def test_only_what_is_missing_is_installed():
    machine = replace(COMPLETE, missing_libraries=("libGLESv2.so.2",))
    assert setup.packages_to_install(machine) == ("libgles2",)


def test_the_venv_package_is_the_one_of_the_python_that_runs():
    machine = replace(COMPLETE, python=(3, 12), can_make_venv=False)
    assert setup.packages_to_install(machine) == ("python3.12-venv",)


def test_without_root_the_exact_line_is_printed():
    with pytest.raises(setup.CannotSetUp) as stop:
        setup.packages_to_install(replace(BARE_DEBIAN, is_root=False))
    line = str(stop.value).strip().splitlines()[-1].strip()
    assert line == (
        "sudo apt-get update && sudo apt-get install -y"
        " python3.11-venv libegl1 libgles2 libgl1 libglib2.0-0"
    )


def test_without_root_a_complete_machine_goes_on():
    assert setup.packages_to_install(replace(COMPLETE, is_root=False)) == ()


def test_without_apt_the_missing_things_are_named():
    machine = replace(COMPLETE, missing_libraries=("libEGL.so.1",), has_apt=False)
    with pytest.raises(setup.CannotSetUp, match=r"package manager.*libEGL\.so\.1"):
        setup.packages_to_install(machine)


def test_apt_reads_its_lists_first_and_asks_nothing():
    update, install = setup.apt_commands(("libegl1",)).values()
    assert update[-1] == "update"
    assert install[-4:] == ("install", "-y", "--no-install-recommends", "libegl1")


@pytest.mark.parametrize("version", [(3, 8), (3, 10)])
def test_an_old_python_is_refused(version):
    with pytest.raises(
        setup.CannotSetUp, match=r"3\.11 or newer is needed.*\n.*PYTHON=python3\.11"
    ):
        setup.refuse_old_python(replace(COMPLETE, python=version))


def test_a_newer_python_on_the_path_is_named():
    machine = replace(COMPLETE, python=(3, 10), newer_python="python3.13")
    with pytest.raises(setup.CannotSetUp, match=r"make PYTHON=python3\.13 demo"):
        setup.refuse_old_python(machine)


@pytest.mark.parametrize("version", [(3, 11), (3, 13), (4, 0)])
def test_a_new_python_is_taken(version):
    setup.refuse_old_python(replace(COMPLETE, python=version))


def test_a_library_is_missing_when_the_loader_says_so():
    def load(library):
        if library == "libEGL.so.1":
            raise OSError(library)

    assert setup.missing_libraries(load) == ("libEGL.so.1",)


def test_everything_is_due_in_a_fresh_checkout(checkout):
    assert due(checkout) == ["venv", "installer", "packages", "project", "media"]


def test_nothing_is_due_a_second_time(checkout):
    stamp(checkout, *checkout.steps())
    assert due(checkout) == []


def test_a_new_lock_file_installs_the_packages_again(checkout):
    stamp(checkout, *checkout.steps())
    checkout.lock.write_text("numpy==2.4.7\n")
    assert due(checkout) == ["packages"]


def test_a_new_pyproject_installs_the_project_again(checkout):
    stamp(checkout, *checkout.steps())
    (checkout.root / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    assert due(checkout) == ["project"]


def test_a_moved_checkout_starts_over(checkout, tmp_path):
    stamp(checkout, *checkout.steps())
    moved = setup.Checkout(tmp_path.rename(tmp_path.with_name("moved")))
    assert due(moved) == ["venv", "installer", "packages", "project", "media"]


def test_the_lock_is_installed_with_its_hashes_and_the_project_without_dependencies(checkout):
    commands = {step.name: step.command for step in checkout.steps()}
    assert "--require-hashes" in commands["packages"]
    assert {"--no-deps", "-e"} < set(commands["project"])


def test_a_step_that_worked_is_not_repeated(checkout):
    step = setup.Step("hello", "key", "Greeting", (sys.executable, "-c", "print('hello')"), "")
    (checkout.root / ".venv").mkdir()
    checkout.do(step)
    assert checkout.is_done(step)


def test_a_step_that_failed_repeats_its_last_words_and_is_due_again(checkout, capsys):
    program = "import sys; print('disk full'); sys.exit(3)"
    step = setup.Step("hello", "key", "Greeting", (sys.executable, "-c", program), "Make room.")
    with pytest.raises(setup.CannotSetUp, match=r"Greeting failed.*\nMake room\. Then retry\."):
        checkout.do(step)
    assert "disk full" in capsys.readouterr().err
    assert not checkout.is_done(step)


def test_a_step_that_failed_is_done_in_the_other_way_where_there_is_one(checkout):
    fails, works = (sys.executable, "-c", "raise SystemExit(2)"), (sys.executable, "-c", "")
    step = setup.Step("hello", "key", "Greeting", fails, "", otherwise=works)
    (checkout.root / ".venv").mkdir()
    checkout.do(step)
    assert checkout.is_done(step)


def test_pip_installs_the_same_lock_where_uv_does_not_reach_the_registry(checkout):
    packages = next(step for step in checkout.steps() if step.name == "packages")
    assert packages.command[1:3] == ("-m", "uv")
    assert packages.otherwise[1:3] == ("-m", "pip")
    for command in (packages.command, packages.otherwise):
        assert command[-3:] == ("--require-hashes", "-r", str(checkout.lock))


def test_a_dry_run_prints_commands_and_makes_nothing(checkout, capsys):
    setup.show_plan(checkout, BARE_DEBIAN)
    commands = [shlex.split(line) for line in capsys.readouterr().out.splitlines()]
    assert [command[0] for command in commands[:2]] == ["apt-get", "apt-get"]
    assert commands[-1][-3:] == ["models", "fetch", "--all"]
    assert not (checkout.root / ".venv").exists()


def test_set_up_needs_nothing_but_the_standard_library():
    command = [sys.executable, "-I", "-S", str(REPOSITORY / "local" / "setup.py"), "--help"]
    answer = subprocess.run(command, capture_output=True, check=False, text=True)
    assert answer.returncode == 0, answer.stderr


def test_the_locks_name_no_registry_and_no_folder_of_one_machine():
    for lock in (REPOSITORY / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert not [word for word in ("://", "--index", "--find-links", "@ file") if word in text]
