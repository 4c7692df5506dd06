"""Every page of documentation: links lead somewhere, and named tests exist."""

import ast
import re

import pytest

from shared import jobs, settings
from shared.settings import WorkerSettings
from tests.doc_pages import ROOT, Page, slug

PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
    ]
)

RELIABILITY = Page("docs/reliability.md")


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name):
    here = (ROOT / name).parent
    for link in Page(name).links:
        path, _, anchor = link.partition("#")
        target = (here / path).resolve() if path else ROOT / name
        assert target.exists(), link
        if anchor:
            assert anchor in Page(str(target.relative_to(ROOT))).anchors, link


def test_every_test_named_in_the_failure_table_exists():
    named = _named_tests()
    assert len(named) > 30
    assert [node for node in named if not _exists(node)] == []


def test_every_row_of_the_failure_table_names_its_proof():
    rows = [
        row
        for row in RELIABILITY.section("The failure table").splitlines()
        if row.startswith("| ") and not row.startswith(("| what happens", "|--"))
    ]
    assert len(rows) > 15
    assert [row for row in rows if "::" not in row] == []


def test_every_value_named_in_the_lease_table_is_a_setting():
    table = RELIABILITY.section("Lease and fencing")
    named = set(re.findall(r"`([A-Z_]{4,})`", table))
    known = {*vars(settings), *vars(jobs)} | {name.upper() for name in WorkerSettings.model_fields}
    assert len(named) > 8
    assert named - known == set()


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/reliability.md"])
def test_every_make_target_exists(name):
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {
        word
        for line in Page(name).commands
        if line.startswith("make ")
        for word in line.split()[1:]
        if word.isalpha()
    }
    assert called
    assert called - targets == set()


def test_the_readme_fits_on_a_few_screens():
    assert len(Page("README.md").text.splitlines()) <= 150


@pytest.mark.parametrize(
    ("title", "anchor"),
    [
        ("Oldest job age", "oldest-job-age"),
        ("API 5xx", "api-5xx"),
        ("Two workers, one job", "two-workers-one-job"),
        ("MAX_RETRIES", "max_retries"),
    ],
)
def test_anchors_are_made_as_github_makes_them(title, anchor):
    assert slug(title) == anchor


def _named_tests() -> set[str]:
    return set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", RELIABILITY.text))


def _exists(node: str) -> bool:
    path, _, name = node.partition("::")
    if not (ROOT / path).exists():
        return False
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    tests = (ast.FunctionDef, ast.ClassDef)
    return any(isinstance(part, tests) and part.name == name for part in tree.body)
