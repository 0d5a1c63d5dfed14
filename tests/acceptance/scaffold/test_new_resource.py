"""``make new-resource`` in a copy of the checkout: what it makes is checked like the rest."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from checkout_copy import CheckoutCopy
from toolkits import ROOT

NAME = "fivetranops_dbt_thing"
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command as run; run()"
CHECKS = {
    "ruff check": ("-m", "ruff", "check", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "."),
    "mypy": ("-m", "mypy"),
    "lint-imports": ("-c", LINT_IMPORTS),
    "signatures": ("scripts/construct_signatures.py", "--check"),
    "tables of the provider": ("scripts/provider_registry.py", "--check"),
    "prepared schemas": ("scripts/prepared_schemas.py", "--check"),
    "reference pages": ("scripts/reference_pages.py", "--check"),
    "page of messages": ("scripts/message_page.py", "--check"),
    "code size": ("scripts/code_size.py",),
}
"""What ``make check`` and ``make size`` run."""
OWN_TESTS = "tests/acceptance/fivetran/dbt_thing/test_dbt_thing.py"
SCENARIOS, PARITY, EXAMPLES = 8, 7, 3
"""How many tests there are: its scenarios, one for each rule of a construct, and its examples in
HCL and in Python, with both imports."""
GUIDE = ROOT / "docs" / "guides" / "writing_a_resource.md"


class Scaffolded(NamedTuple):
    checkout: CheckoutCopy
    before: dict[str, bytes]
    after: dict[str, bytes]

    @property
    def created(self) -> set[str]:
        return self.after.keys() - self.before.keys()

    @property
    def changed(self) -> set[str]:
        return {path for path, content in self.before.items() if self.after[path] != content}


@pytest.fixture(scope="module")
def scaffolded(tmp_path_factory: pytest.TempPathFactory) -> Scaffolded:
    checkout = CheckoutCopy(tmp_path_factory.mktemp("scaffold") / "checkout")
    before = checkout.files()
    done = checkout.run("scripts/new_resource.py", NAME)
    assert done.returncode == 0, done.stderr
    return Scaffolded(checkout, before, checkout.files())


@pytest.mark.parametrize("check", CHECKS)
def test_a_new_resource_passes_the_checks(scaffolded: Scaffolded, check: str) -> None:
    done = scaffolded.checkout.run(*CHECKS[check])

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.terraform
@pytest.mark.cdktf
def test_a_new_resource_passes_its_own_tests(scaffolded: Scaffolded) -> None:
    paths = (OWN_TESTS, "tests/unit/constructs/base/test_parity.py", "tests/acceptance/examples")
    options = ("-q", "-p", "no:cacheprovider", "-k", "dbt_thing or DbtThing")

    done = scaffolded.checkout.run("-m", "pytest", *options, *paths)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"\b{SCENARIOS + PARITY + EXAMPLES} passed\b", done.stdout), done.stdout


def test_each_new_file_marks_what_is_to_fill_in(scaffolded: Scaffolded) -> None:
    complete = ("__init__.py", "import.tf", "import.sh")

    marked = {
        path for path in scaffolded.created if b"TODO(new resource)" in scaffolded.after[path]
    }

    assert marked == {path for path in scaffolded.created if not path.endswith(complete)}


@pytest.mark.parametrize("heading", ["What it creates", "What it changes"])
def test_the_guide_names_each_file_that_is_written(scaffolded: Scaffolded, heading: str) -> None:
    part = GUIDE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE))

    written = scaffolded.created if heading == "What it creates" else scaffolded.changed

    assert named == {path.replace("dbt_thing", "example") for path in written}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (NAME, f"The name {NAME} is taken"),
        ("fivetranops_connection", "The name fivetranops_connection is taken"),
        ("fivetranops_journal", "is taken: constructs_lib/backend/fivetran/journal"),
        ("fivetranops_group", "is taken: constructs_lib/sandbox/fivetran/routes.py"),
        ("fivetranops_connection_instance", "is taken: constructs_lib/constructs/__init__.py"),
        ("fivetranops_Thing", "'fivetranops_Thing' cannot be the name of a resource"),
        ("", "Give it a name: make new-resource NAME=fivetranops_example"),
    ],
)
def test_a_refused_name_writes_nothing(scaffolded: Scaffolded, name: str, reason: str) -> None:
    done = scaffolded.checkout.run("scripts/new_resource.py", name)

    assert done.returncode == 1
    assert reason in done.stderr
    assert done.stderr.endswith("Nothing was written.\n")
    assert done.stderr.count("\n") == 1
    assert scaffolded.checkout.files() == scaffolded.after


def test_a_second_resource_can_be_begun(
    scaffolded: Scaffolded, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("second") / "checkout"
    checkout = CheckoutCopy(folder, scaffolded.checkout.root)
    done = checkout.run("scripts/new_resource.py", "fivetranops_other_one_as_long_as_can")
    assert done.returncode == 0, done.stderr

    for check in ("ruff check", "ruff format"):
        done = checkout.run(*CHECKS[check])
        assert done.returncode == 0, done.stdout
    code = "from constructs_lib.sandbox import Store; s = Store(None); s.reset(); s.close()"
    done = checkout.run("-c", code)

    assert done.returncode == 0, done.stderr
