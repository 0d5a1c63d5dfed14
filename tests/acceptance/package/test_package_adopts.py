"""The package adopts an account of the sandbox, from an empty directory and without a checkout."""

from __future__ import annotations

import re
from copy import copy
from pathlib import Path

import pytest
from package_build import Installation
from toolkits import CDKTF

from constructs_lib.sandbox import Store
from constructs_lib.sandbox.fivetran.generated import generate
from constructs_lib.schemas import is_mask

pytestmark = pytest.mark.terraform

NO_CHANGES = "No changes. Your infrastructure matches the configuration."
MAIN_PY = """\
from cdktf import App, TerraformStack

from constructs_lib import FivetranProvider
from fivetran.connections import connections

app = App()
stack = TerraformStack(app, "demo")
FivetranProvider(stack, "fivetran", api_url="{address}")
connections(stack)
app.synth()
"""
TEXTS = re.compile(r'"([^"]*)"')


class Account:
    """A generated account, and what the package makes of it.

    :param installed: the package, with an empty project
    :param connections: how many connections there are, of 60 services
    """

    def __init__(self, installed: Installation, connections: int) -> None:
        self._installed = installed
        self._number = connections
        self._file = installed.project / "sandbox.sqlite3"
        self.address = f"sandbox:{self._file}"
        with Store(self._file) as store:
            generate(store, connections=connections, services=60)

    def run(self, *command: str, folder: str = "") -> str:
        """Run a command in a folder of the project, for this account; it must succeed."""
        environ = {"FIVETRAN_API_URL": self.address, "TF_INPUT": "0"}
        there = copy(self._installed)
        there.project = self._installed.project / folder
        done = there.run(*command, environ=environ)
        return done.stdout + done.stderr

    def adopt(self, form: str) -> None:
        """Write the account into the folder ``fivetran``, without any value of a secret."""
        command = ("python", "-m", "constructs_lib.adopt", "--form", form, "--out", "fivetran")
        printed = self.run(*command)
        assert f"{self._number} connections written" in printed
        for path in (self._installed.project / "fivetran").iterdir():
            assert not any(map(is_mask, TEXTS.findall(path.read_text(encoding="utf-8"))))

    def imports_and_changes_nothing(self, folder: str) -> None:
        """Deploy a folder: the plan only imports, nothing is sent, and then nothing is to do."""
        self.run("terraform", "init", folder=folder)
        planned = self.run("terraform", "plan", "-no-color", "-out=plan", folder=folder)
        number = f"{self._number} to import, 0 to add, 0 to change, 0 to destroy."
        assert f"Plan: {number}" in planned
        self.run("terraform", "apply", "-no-color", "plan", folder=folder)
        assert NO_CHANGES in self.run("terraform", "plan", "-no-color", folder=folder)
        with Store(self._file) as store:
            assert [each for each in store.journal() if each.writes] == []


def check_hcl(installed: Installation, connections: int) -> None:
    """An account becomes HCL, as Terraform's own formatter leaves it."""
    account = Account(installed, connections)

    account.adopt("hcl")

    account.run("terraform", "fmt", "-check", "-diff", "fivetran")
    account.run("python", "-m", "constructs_lib.backend", "install")
    account.imports_and_changes_nothing("fivetran")


def test_300_connections_become_hcl(base: Installation, tmp_path: Path) -> None:
    check_hcl(base.elsewhere(tmp_path), 300)


@pytest.mark.newest_terraform
def test_60_connections_become_hcl(base: Installation, tmp_path: Path) -> None:
    check_hcl(base.elsewhere(tmp_path), 60)


@pytest.mark.cdktf
def test_60_connections_become_python(wheel: Path, tmp_path: Path) -> None:
    installed = Installation.of(tmp_path, f"{wheel}[cdktf]", CDKTF)
    account = Account(installed, 60)

    account.adopt("python")

    main = installed.project / "main.py"
    main.write_text(MAIN_PY.format(address=account.address))
    account.run("python", "main.py")
    account.imports_and_changes_nothing("cdktf.out/stacks/demo")
