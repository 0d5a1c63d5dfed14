"""The stage of the demonstration: both sandboxes with their page, and a project."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests

from constructs_lib.cli.waiting import wait_for
from constructs_lib.sandbox import Api, JournalEntry, SandboxServer, Store
from constructs_lib.sandbox.elastic import ElasticApi, ElasticStore
from constructs_lib.sandbox.watch import ADDRESS, View, WatchedApi

MAIN_PY = """\
from cdktf import App, TerraformStack
from constructs_lib import (
    Connection, ConnectionState, ConnectorStatus, ElasticProvider, FivetranProvider,
)

app = App()
stack = TerraformStack(app, "demo")
FivetranProvider(stack, "fivetran", api_url="{fivetran}")
ElasticProvider(stack, "elastic", endpoints=["{elastic}"])
invoices = Connection(
    stack,
    "invoices",
    group_id="sandbox_warehouse",
    service="connector_sdk",
    sync_frequency=360,
    config={{"schema": "invoices", "package_id": "invoices_package"}},
)
ConnectionState(stack, "cursor", connection=invoices, state={{"updated_since": "2024-06-01"}})
ConnectorStatus(
    stack, "wiki", connector_id="sandbox_wiki", status="configured", via="shortest"
)
app.synth()
"""
"""The program of the project, with the addresses of the sandboxes left open."""

_LOGIN = ("sandbox", "sandbox")
_VARIABLES = {
    "FIVETRAN_APIKEY": _LOGIN[0],
    "FIVETRAN_APISECRET": _LOGIN[1],
    "ELASTICSEARCH_USERNAME": _LOGIN[0],
    "ELASTICSEARCH_PASSWORD": _LOGIN[1],
    "CHECKPOINT_DISABLE": "1",
    "TF_IN_AUTOMATION": "1",  # Terraform leaves out what to type next.
}
_OF_SOMEBODY_ELSE = ("FIVETRAN_", "ELASTICSEARCH_", "TF_", "CDKTF_")
_TO_WIND_DOWN_SECONDS = 30


class Stage:
    """The sandboxes and the project.

    :param folder: an empty folder, where everything is written
    :param fivetran_url: where the sandbox of Fivetran's API answers
    :param elastic_url: where that of Elastic's API answers
    :param store: the memory of the first
    """

    def __init__(self, folder: Path, fivetran_url: str, elastic_url: str, store: Store) -> None:
        self._folder, self._url, self._store = folder, fivetran_url, store
        self._seen = 0
        self.program = folder / "main.py"
        """The program of the project."""
        self.program.write_text(MAIN_PY.format(fivetran=fivetran_url, elastic=elastic_url))
        (folder / "terraformrc").touch()

    @property
    def page(self) -> str:
        """The address of the page."""
        return self._url + ADDRESS

    def synth(self) -> None:
        """Run the program, which writes the configuration for Terraform.

        :raises CalledProcessError: if it fails; so does :meth:`terraform`
        """
        self._run(self._folder, sys.executable, str(self.program))

    def terraform(self, *arguments: str) -> None:
        """Run Terraform in what the program wrote."""
        no_color = [] if sys.stdout.isatty() else ["-no-color"]
        folder = self._folder / "cdktf.out" / "stacks" / "demo"
        self._run(folder, "terraform", *arguments, *no_color)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request to Fivetran's API, past Terraform; return the data of the response."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, self._url + path, json=body, auth=_LOGIN, timeout=30)
        answer.raise_for_status()
        return answer.json().get("data")

    def let_happen(self, *faults: Mapping[str, Any], sync_seconds: float) -> None:
        """Set the faults of the next requests, and how long syncs run, in seconds."""
        self._store.configure(faults=list(faults), sync_seconds=sync_seconds)

    def requests(self) -> list[JournalEntry]:
        """Return the requests to Fivetran's API since the last call."""
        entries = self._store.journal(self._seen)
        self._seen = entries[-1].number if entries else self._seen
        return entries

    def _run(self, folder: Path, *command: str) -> None:
        # In a session of its own it gets Ctrl-C once and from here, and can wind down.
        with subprocess.Popen(  # noqa: S603 (our own commands)
            command,
            cwd=folder,
            env=_environment(self._folder),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                status = wait_for(process)
            except BaseException:
                _wind_down(process)
                raise
        if status != 0:
            raise subprocess.CalledProcessError(status, command)


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Serve both sandboxes on free ports until the block ends.

    :param folder: an empty folder, where everything is written
    """
    with ExitStack() as open_ones:
        fivetran = open_ones.enter_context(Store(folder / "fivetran.sqlite3"))
        elastic = open_ones.enter_context(ElasticStore(folder / "elastic.sqlite3"))
        view = View(fivetran, elastic)
        apis = (Api(fivetran, with_control=True), ElasticApi(elastic, with_control=True))
        urls = [open_ones.enter_context(_serving(WatchedApi(api, view))) for api in apis]
        yield Stage(folder, *urls, fivetran)


@contextmanager
def _serving(api: WatchedApi) -> Iterator[str]:
    with SandboxServer(api) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()


def _environment(folder: Path) -> dict[str, str]:
    """Return the variables of a command: nothing that is meant for an account of the user's."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(_OF_SOMEBODY_ELSE)
    }
    own = {
        "TF_CLI_CONFIG_FILE": str(folder / "terraformrc"),
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(folder / "jsii"),
    }
    return {**kept, **_VARIABLES, **own}


def _wind_down(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_TO_WIND_DOWN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
