"""From the last release to this version and back: what the release left behind goes on working.

``releases`` holds the wheel of the last release, packed by xz: built from the last commit that had
its version.
"""

from __future__ import annotations

import lzma
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from package_build import Installation
from sandbox_address import SandboxAddress
from workspace import wait_until

from constructs_lib.sandbox import Api, Credentials, Store
from constructs_lib.sandbox.elastic import ElasticApi, ElasticCredentials, ElasticStore
from constructs_lib.version import __version__

pytestmark = pytest.mark.terraform

RELEASE = "0.1.0"
WHEEL = f"connections_as_code-{RELEASE}-py3-none-any.whl"
PACKED = Path(__file__).with_name("releases") / f"{WHEEL}.xz"
NO_CHANGES = "No changes. Your infrastructure matches the configuration."
_KEY, _SECRET = "canary-api-key", "canary-api-secret"
_ENDLESS = 1e6

MAIN_TF = """
terraform {{
  required_providers {{
    fivetranops = {{
      source  = "terraform.local/connections-as-code/fivetranops"
      version = "{version}"
    }}
    elasticops = {{
      source  = "terraform.local/connections-as-code/elasticops"
      version = "{version}"
    }}
  }}
}}

provider "fivetranops" {{
  api_url = "{fivetran}"
}}

provider "elasticops" {{
  endpoints = ["{elastic}"]
}}

variable "password" {{
  type      = string
  ephemeral = true
  default   = "canary-password"
}}

resource "fivetranops_connection" "orders" {{
  group_id       = "sandbox_warehouse"
  service        = "postgres"
  sync_frequency = {frequency}
  config         = {{ schema_prefix = "orders", host = "db.example.com" }}
  config_wo      = {{ password = var.password }}
}}

resource "fivetranops_connection_test" "orders" {{
  connection_id = fivetranops_connection.orders.id
}}

resource "fivetranops_connection_sync" "orders" {{
  connection_id = fivetranops_connection.orders.id
}}

resource "fivetranops_connection" "invoices" {{
  group_id = "sandbox_warehouse"
  service  = "connector_sdk"
  config   = {{ schema = "invoices", package_id = "invoices_package" }}
}}

resource "fivetranops_connection_state" "cursor" {{
  connection_id = fivetranops_connection.invoices.id
  state         = {{ updated_since = "{cursor}" }}
}}

resource "elasticops_connector_status" "wiki" {{
  connector_id = "wiki"
  status       = "configured"
  via          = "shortest"
}}
"""


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The last release in an environment of its own."""
    folder = tmp_path_factory.mktemp("release")
    (folder / WHEEL).write_bytes(lzma.decompress(PACKED.read_bytes()))
    return Installation.of(folder, str(folder / WHEEL))


class Project:
    """A project that was begun with the release, and both APIs that it manages."""

    def __init__(self, machine: Installation, fivetran: Store, elastic: ElasticStore) -> None:
        self._machine = machine
        self.fivetran, self.elastic = fivetran, elastic
        self._values: dict[str, Any] = {"frequency": 360, "cursor": "2024-06-01"}

    def configure(self, **values: Any) -> None:
        """Write ``main.tf`` with some values changed."""
        self._values |= values
        (self._machine.project / "main.tf").write_text(MAIN_TF.format(**self._values))

    def move_to(self, python: Path, version: str) -> None:
        """Do what the page on versions says: the package, the launchers, the version, ``init``."""
        self._machine.python = python
        self._machine.run("python", "-m", "constructs_lib.backend", "install")
        self.configure(version=version)
        self.terraform("init", "-upgrade")

    def terraform(self, *arguments: str) -> str:
        """What Terraform prints; it must succeed."""
        return self._machine.run("terraform", *arguments, "-no-color", environ=_ENVIRON).stdout

    def start_endless_sync(self, path: str) -> None:
        """Start a sync of a connection as a person would; it never ends.

        :param path: of the connection, in the API
        """
        self.fivetran.configure(sync_seconds=_ENDLESS)
        url = f"{self._values['fivetran']}{path}/sync"
        requests.post(url, json={}, auth=(_KEY, _SECRET), timeout=10).raise_for_status()

    def kill_when_paused(self) -> None:
        """Kill an apply, and the provider with it, once it has paused a connection."""
        before = len(self.writes())
        run = subprocess.Popen(
            ["terraform", "apply", "-auto-approve", "-no-color"],
            cwd=self._machine.project,
            env={**self._machine.environment(), **_ENVIRON},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        with run:
            wait_until(lambda: len(self.writes()) > before)
            os.killpg(run.pid, signal.SIGKILL)

    def writes(self) -> list[tuple[str, Any]]:
        """The changes that Fivetran was asked for, but for setup tests: path and body."""
        journal = [entry for entry in self.fivetran.journal(0) if entry.writes]
        return [(entry.path, entry.body) for entry in journal if not entry.path.endswith("/test")]


_ENVIRON = {
    "FIVETRAN_APIKEY": _KEY,
    "FIVETRAN_APISECRET": _SECRET,
    "ELASTICSEARCH_API_KEY": _KEY,
}


@pytest.fixture
def project(release: Installation, tmp_path: Path) -> Iterator[Project]:
    """What the release has deployed."""
    with ExitStack() as stack:
        at, beside = stack.enter_context(SandboxAddress()), stack.enter_context(SandboxAddress())
        fivetran = stack.enter_context(Store(tmp_path / "fivetran.sqlite3"))
        elastic = stack.enter_context(ElasticStore(tmp_path / "elastic.sqlite3"))
        elastic.add_connector("wiki", name="Wiki")
        stack.enter_context(at.answering(Api(fivetran, Credentials(_KEY, _SECRET), True)))
        logins = ElasticCredentials(_KEY, "user", "password", "token")
        stack.enter_context(beside.answering(ElasticApi(elastic, logins)))
        project = Project(release.elsewhere(tmp_path), fivetran, elastic)
        project.configure(version=RELEASE, fivetran=at.url, elastic=beside.url)
        project.move_to(release.python, RELEASE)
        project.terraform("apply", "-auto-approve")
        yield project


def test_upgrade_changes_nothing_and_goes_on(
    project: Project, base: Installation, release: Installation
) -> None:
    deployed = project.writes()

    project.move_to(base.python, __version__)

    assert NO_CHANGES in project.terraform("plan")
    project.configure(frequency=60, cursor="2024-07-01")
    project.terraform("apply", "-auto-approve")
    changed = [body for _, body in project.writes()[len(deployed) :]]
    assert {"sync_frequency": 60} in changed
    assert {"state": {"updated_since": "2024-07-01"}} in changed
    assert not any("config" in body for body in changed)

    project.move_to(release.python, RELEASE)

    planned = project.terraform("plan")
    assert '"config.password"' in planned
    assert "0 to add, 1 to change, 0 to destroy" in planned


def test_upgrade_finishes_what_the_release_began(project: Project, base: Installation) -> None:
    (path,) = [path for path, _ in project.writes() if path.endswith("/state")]
    project.start_endless_sync(path.removesuffix("/state"))
    project.configure(cursor="2024-07-01")
    project.kill_when_paused()
    left = project.writes()
    assert left[-1][1] == {"paused": True}

    project.move_to(base.python, __version__)

    project.fivetran.configure(sync_seconds=0)
    project.fivetran.advance(_ENDLESS)
    printed = project.terraform("apply", "-auto-approve")
    assert "was left behind by an interrupted run" in printed
    assert [body for _, body in project.writes()[len(left) :]] == [
        {"state": {"updated_since": "2024-07-01"}},
        {"paused": False},
    ]
