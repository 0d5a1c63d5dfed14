"""The package without any extra: provider and sandbox under plain Terraform, and no CDK."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from package_build import Installation

pytestmark = pytest.mark.terraform

CDK = {"cdktf", "cdktn", "constructs", "jsii", "jsonschema"}


def test_no_cdk_is_installed(base: Installation) -> None:
    installed = base.packages()

    assert "connections-as-code" in installed
    assert not installed & CDK


def test_bill_requires_what_is_installed(
    base: Installation, distributions: dict[str, Path]
) -> None:
    bill = json.loads(distributions[".json"].read_text(encoding="utf-8"))
    listed = {scope: set[str]() for scope in ("required", "optional")}
    for each in bill["components"]:
        listed[each["scope"]].add(each["name"])

    installed = {name.replace("_", "-").lower() for name in base.packages()}
    assert listed["required"] | {"connections-as-code"} == installed
    assert listed["optional"] >= CDK


def test_first_use_of_a_construct_is_one_message(base: Installation) -> None:
    printed = base.python_run("-c", "from constructs_lib import Connection", status=1)

    assert printed.startswith("constructs_lib: the constructs need cdktf and constructs and jsii")
    assert "pip install 'connections-as-code[cdktf]'" in printed
    assert "Traceback" not in printed


def test_the_sandbox_and_the_catalogue_are_there(base: Installation) -> None:
    base.python_run("-m", "constructs_lib.sandbox", "add-group", "g", "--database", "s.sqlite3")

    shown = base.python_run("-m", "constructs_lib.schemas.catalogue", "show", "postgres")

    assert "update_method" in shown
    assert (base.project / "s.sqlite3").is_file()


def test_the_command_is_installed(base: Installation) -> None:
    code = (
        "import subprocess, sys, pathlib;"
        "program = pathlib.Path(sys.executable).with_name('connections');"
        "sys.exit(subprocess.run([program, 'catalogue', 'show', 'postgres']).returncode)"
    )

    assert "update_method" in base.python_run("-c", code)


def test_the_version_can_be_asked_for(base: Installation) -> None:
    code = "import constructs_lib, json; print(json.dumps(constructs_lib.__version__))"

    assert json.loads(base.python_run("-c", code))
