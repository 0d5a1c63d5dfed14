"""The forms of the library: secrets that are set later, hard texts, types, and the same entries."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from adopt_project import ROOT, Project, choose, imports, summary
from quick_programs import QUICK_TERRAFORM

from constructs_lib import FivetranProvider
from constructs_lib.adopt.__main__ import main
from constructs_lib.sandbox import Connection, Store
from constructs_lib.sandbox.fivetran.generated import generate
from constructs_lib.sandbox.fivetran.trust.source import described, fingerprint_of
from constructs_lib.schemas import MASK
from constructs_lib.toolkit import App, LocalBackend, TerraformStack

NO_CHANGES = "No changes. Your infrastructure matches the configuration."
ONE_CHANGE = "Plan: 0 to add, 1 to change, 0 to destroy."
HARD = {
    "mark": ["${path}", "$${path}", "%{if}", "%%{a}", "$ { }"],
    "quotes": 'it\'s "so" \\ ${"a"}',
    "lines": "one\ntwo\r\n\tthree\x7f",
    "letters": "Zoë 注文 \U0001f600 \u2028",
    "9 odd ${key}": {"for": 1, "null": False, "a-b": 0.5, "": "empty", "ключ": [[1], [{"a": "b"}]]},
    "big": 2**53 - 1,
}

_AT = {"validated_by": "a_person", "validated_date": "2024-01-01T00:00:00Z"}
TRUSTED = {
    "certificates": [{"id": "ciR7fQ", "hash": "r${}", **described(""), **_AT}],
    "fingerprints": [{"id": "Zg", **fingerprint_of("db.example.com"), **_AT}],
}
"""What a connection trusts, as the API answers it."""


class Adopted:
    """An account of the sandbox as HCL or Python, under Terraform.

    :param folder: an empty folder
    """

    def __init__(self, folder: Path) -> None:
        self._home, self.out = folder, folder / "out"
        self._address = f"sandbox:{folder / 'sandbox.sqlite3'}"

    def store(self) -> Store:
        """The account."""
        return Store(self._home / "sandbox.sqlite3")

    def add(self, service: str, name: str, config: dict[str, Any]) -> None:
        """Add a connection that somebody made in the dashboard."""
        form = {"schema_prefix": name} if service == "postgres" else {"schema": name}
        created = "2024-01-01T00:00:00.000000Z"
        made = Connection(f"id_{name}", "lake", service, name, created, form, {}, config)
        made.setup_state = "connected"
        made.approved = TRUSTED if service == "github" else {}
        with self.store() as store, store.transaction() as tables:
            assert tables.insert(made)

    def adopt(self, *options: str) -> None:
        """Write the account, and let Terraform find the provider."""
        self._write("hcl", *options)
        self._run(sys.executable, "-m", "constructs_lib.backend", "install")
        self._run("terraform", "init")

    def adopt_in_python(self, *options: str) -> None:
        """Write the account, and synthesise it in this process, where the CDK runs already."""
        self._write("python", *options)
        module = runpy.run_path(str(self.out / "connections.py"))
        app = App(outdir=str(self._home / "synthesised"))
        stack = TerraformStack(app, "demo")
        FivetranProvider(stack, "fivetran", api_url=self._address)
        # Without a path the state would be in the current directory, for all tests alike.
        LocalBackend(stack, path=str(self._home / "terraform.tfstate"))
        module["connections"](stack)
        app.synth()
        self.out = self._home / "synthesised" / "stacks" / "demo"
        self._run("terraform", "init")

    def _write(self, form: str, *options: str) -> None:
        self.out.mkdir()
        command = (sys.executable, "-m", "constructs_lib.adopt", "--form", form, "--out", ".")
        self._run(*command, *options)

    def plan(self, **variables: str) -> str:
        """The line of a plan that says what it comes to; the plan is kept."""
        environ = {f"TF_VAR_{name}": value for name, value in variables.items()}
        command = ("terraform", "plan", "-no-color", "-out=plan")
        return summary(self._run(*command, **environ))

    def apply(self, **variables: str) -> None:
        """Apply what was planned last."""
        environ = {f"TF_VAR_{name}": value for name, value in variables.items()}
        self._run("terraform", "apply", "plan", **environ)

    def writes(self) -> list[Any]:
        """The bodies of the requests that changed something, or tried to."""
        with self.store() as store:
            return [each.body for each in store.journal() if each.writes]

    def _run(self, *command: str, **environ: str) -> str:
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        own = {"HOME": str(self._home), "FIVETRAN_API_URL": self._address, "TF_INPUT": "0"}
        done = subprocess.run(
            command,
            cwd=self.out,
            env={**kept, **QUICK_TERRAFORM, **own, "CHECKPOINT_DISABLE": "1", **environ},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def adopted(tmp_path: Path) -> Adopted:
    return Adopted(tmp_path)


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An account of 60 services, to which the process environment leads."""
    file = tmp_path / "sandbox.sqlite3"
    monkeypatch.setenv("FIVETRAN_API_URL", f"sandbox:{file}")
    with Store(file) as store:
        generate(store, connections=60, services=60)
        yield store


@pytest.mark.terraform
@pytest.mark.parametrize("adopt", [Adopted.adopt, Adopted.adopt_in_python])
def test_adopted_secret_is_kept_until_it_has_a_value(
    adopt: Callable[[Adopted], None], adopted: Adopted
) -> None:
    adopted.add("postgres", "orders", {"host": "db", "password": MASK})
    secrets = [{"key": "one", "value": MASK}, {"key": "two", "value": MASK}]
    adopted.add("connector_sdk", "invoices", {"package_id": "p", "secrets_list": secrets})
    adopt(adopted)
    assert adopted.plan() == imports(2)
    adopted.apply()

    assert adopted.plan(orders_password="", invoices_one_value="a") == NO_CHANGES
    assert adopted.plan(orders_password="hunter2") == ONE_CHANGE
    adopted.apply(orders_password="hunter2")

    assert [list(body["config"]) for body in adopted.writes()] == [["password"]]
    with adopted.store() as store:
        assert store.holds_secret("id_orders", "config.password", "hunter2")
    both = {"invoices_one_value": "a", "invoices_two_value": "b"}
    assert adopted.plan(orders_password="hunter2", **both) == ONE_CHANGE
    adopted.apply(orders_password="hunter2", **both)
    with adopted.store() as store:
        assert store.holds_secret("id_invoices", "config.secrets_list[1].value", "b")


@pytest.mark.terraform
@pytest.mark.parametrize("adopt", [Adopted.adopt, Adopted.adopt_in_python])
def test_any_text_of_an_account_is_imported_unchanged(
    adopt: Callable[..., None], adopted: Adopted
) -> None:
    adopted.add("appeared_tomorrow", "hard", HARD)
    adopted.add("github", "unknown", {"setting_of_next_year": HARD})

    adopt(adopted, "--trust")

    # The two connections, and what one of them trusts.
    assert adopted.plan() == imports(4)
    adopted.apply()
    assert adopted.plan() == NO_CHANGES
    assert adopted.writes() == []


@pytest.mark.terraform
@pytest.mark.parametrize("adopt", [Adopted.adopt, Adopted.adopt_in_python])
def test_adopted_schemas_are_imported_unchanged(
    adopt: Callable[..., None], adopted: Adopted
) -> None:
    adopted.add("postgres", "orders", {"host": "db"})
    adopted.add("postgres", "never_read", {"host": "db"})
    with adopted.store() as store:
        choose(store, "id_orders")

    adopt(adopted, "--schemas")

    assert adopted.plan() == imports(3)
    adopted.apply()
    assert adopted.plan() == NO_CHANGES
    assert adopted.writes() == []


def test_yaml_has_the_entries_of_an_environment(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with project.store() as store:
        generate(store, connections=60, services=60)
    monkeypatch.setenv("FIVETRAN_API_URL", f"sandbox:{project.folder / 'sandbox.sqlite3'}")

    assert main(["--form", "yaml", "--out", str(tmp_path / "out")]) == 0
    assert project.adopt().status == 0

    _, _, written = (tmp_path / "out" / "connections.yaml").read_text().partition("\n")
    assert project.file.read_text().endswith("\n\n" + written)


def test_python_passes_the_type_checker(account: Store, tmp_path: Path) -> None:
    assert main(["--form", "python", "--out", str(tmp_path)]) == 0

    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", ROOT / ".mypy_cache"]
    done = subprocess.run(
        [*command, "connections.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "Success: no issues found in 1 source file\n")
