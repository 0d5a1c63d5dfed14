"""How long Ctrl-C takes when many operations wait for something."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from terraform_project import Project

from constructs_lib.sandbox import Api, Credentials, SandboxServer, Store

_MANY = 200
_LONG = 3600.0
_STATE = """
resource "fivetranops_connection_state" "s{0}" {{
  connection_id = "{1}"
  state         = {{ cursor = "2026-01-01" }}
}}
"""


def facts() -> Iterator[str]:
    """What is timed once, because nothing is there to compare it with."""
    restored, ended = _interrupted(_MANY)
    yield (
        f"Ctrl-C while {_MANY} states wait for syncs to end: the last connection runs again after "
        f"{restored:.1f} s, and Terraform has ended after {ended:.1f} s; it tells of each."
    )


def _interrupted(count: int) -> tuple[float, float]:
    """The seconds from Ctrl-C until each of so many connections runs again, and until the run in
    which their states waited for a sync has ended.
    """
    with tempfile.TemporaryDirectory() as folder, _sandbox(Path(folder)) as (url, store):
        made = _syncing(url, count)
        project = Project(Path(folder, "project"), url)
        project.states(_STATE.format(n, identifier) for n, identifier in enumerate(made))
        with Path(folder, "printed.txt").open("wb") as printed:
            process = subprocess.Popen(
                ["terraform", "apply", "-auto-approve", "-input=false", f"-parallelism={count}"],
                cwd=project.directory,
                env=project.environment,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while _flags(store, paused=True) < count:
            if process.poll() is not None:
                raise RuntimeError(Path(folder, "printed.txt").read_text())
            time.sleep(0.2)
        start = time.perf_counter()
        os.killpg(process.pid, signal.SIGINT)
        while _flags(store, paused=False) < count and process.poll() is None:
            time.sleep(0.05)
        restored = time.perf_counter() - start
        process.wait()
        return restored, time.perf_counter() - start


def _syncing(url: str, count: int) -> list[str]:
    """Makes connections with a sync that runs, and returns their identifiers."""

    def ask(path: str, body: dict[str, Any]) -> Any:
        answer = requests.post(
            f"{url}/v1/{path}", json=body, auth=("bench-key", "bench-secret"), timeout=60
        )
        answer.raise_for_status()
        return answer.json().get("data")

    def make(number: int) -> str:
        config = {"schema": f"bench_{number}", "package_id": "bench"}
        body = {"group_id": "sandbox_warehouse", "service": "connector_sdk", "config": config}
        identifier: str = ask("connections", body)["id"]
        ask(f"connections/{identifier}/sync", {"force": True})
        return identifier

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(make, range(count)))


def _flags(store: Store, *, paused: bool) -> int:
    """How many connections were paused, after which their states wait; or set running again."""
    body = {"paused": paused}
    return sum(entry.body == body for entry in store.journal(0) if entry.method == "PATCH")


@contextmanager
def _sandbox(folder: Path) -> Iterator[tuple[str, Store]]:
    credentials = Credentials("bench-key", "bench-secret")
    with (
        Store(folder / "sandbox.sqlite3") as store,
        SandboxServer(Api(store, credentials), 0) as server,
    ):
        store.configure(sync_seconds=_LONG)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.url, store
        finally:
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    sys.stdout.write("".join(f"{fact}\n" for fact in facts()))
