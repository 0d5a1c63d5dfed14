"""How long Terraform waits: for an API that is slow, that is not there, and for Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from terraform_project import HEAD, Project, api

from constructs_lib.constructs.synth.delivery import plant
from constructs_lib.sandbox import Api as SandboxApi
from constructs_lib.sandbox import Credentials, SandboxServer, Store

TITLE = "Waits"
"""What ``--only`` may name."""
_REFUSED = 20
_LATENCY = 0.4
_SIZES = (3, 10, 11)
_OPERATIONS = 200
_LONG = 100_000.0
_OUTPUT = "output.txt"
_LONGEST_END = 120.0
"""Seconds after Ctrl-C in which terraform must end; else it is killed."""
_PROGRAM_TIMEOUT = 600.0
_START, _PAUSE = 180.0, 15.0
"""Seconds in which the first sync must begin, and after which no further one is expected."""
_LOGIN = ("bench-key", "bench-secret")
_SYNC = """
resource "fivetranops_connection_sync" "s{0}" {{
  connection_id = "{1}"
  wait          = true
}}
"""


def facts() -> Iterator[str]:
    """What is measured, each as a sentence."""
    yield _refused()
    yield _slow()
    yield _interrupted()


def _refused() -> str:
    """Plan for an API that nobody listens for."""
    with tempfile.TemporaryDirectory() as folder, api() as server:
        project = Project(Path(folder) / "refused", server.url)
        project.connections(range(1, _REFUSED + 1))
        project.apply()
        project.environment["FIVETRAN_API_URL"] = f"http://127.0.0.1:{_closed_port()}"
        started = time.perf_counter()
        _start(project, "plan", "-input=false").wait(_PROGRAM_TIMEOUT)
        seconds = time.perf_counter() - started
        output = _output(project)
    errors = output.count("Error: ")
    words = f"{errors} error{'' if errors == 1 else 's'}"
    return f"Plan of {_REFUSED} connections against a closed port: {seconds:.1f} s, {words}."


def _slow() -> str:
    """Plans without a change of a few connections, by an API that takes its time."""
    found: list[str] = []
    for size in _SIZES:
        with tempfile.TemporaryDirectory() as folder, api(_LATENCY) as server:
            project = Project(Path(folder) / "slow", server.url)
            project.connections(range(1, size + 1))
            project.apply()
            found.append(f"{min(project.plan() for _ in range(3)):.1f} s")
    sizes = ", ".join(map(str, _SIZES))
    return (
        f"Plans without a change of {sizes} connections, latency {_LATENCY * 1000:.0f} ms: "
        f"{', '.join(found)}."
    )


def _interrupted() -> str:
    """Ctrl-C while syncs are waited for."""
    with tempfile.TemporaryDirectory() as folder, _sandbox(Path(folder)) as (store, url):
        store.configure(sync_seconds=_LONG)
        project = Project(Path(folder) / "interrupted", url)
        project.environment |= {"FIVETRAN_APIKEY": _LOGIN[0], "FIVETRAN_APISECRET": _LOGIN[1]}
        plant(project.directory, providers=("fivetranops",))
        made = [_connection(url, number) for number in range(_OPERATIONS)]
        blocks = (_SYNC.format(number, identifier) for number, identifier in enumerate(made))
        project.write(HEAD + "".join(blocks))
        options = ("-auto-approve", "-input=false", f"-parallelism={_OPERATIONS}")
        process = _start(project, "apply", *options)
        waiting = _begun(store)
        started = time.perf_counter()
        os.killpg(process.pid, signal.SIGINT)
        has_ended = _ends(process)
        seconds = time.perf_counter() - started
        output = _output(project)
    if not waiting:
        raise RuntimeError(f"no sync was begun: {output[-2000:]}")
    return (
        f"Ctrl-C while {waiting} of {_OPERATIONS} syncs are waited for: terraform "
        f"{'ended' if has_ended else 'had not ended'} after {seconds:.1f} s."
    )


def _begun(store: Store) -> int:
    """Wait until all syncs were begun, or no more are begun; return how many were."""
    begun, since = 0, time.monotonic()
    while begun < _OPERATIONS and time.monotonic() - since < (_PAUSE if begun else _START):
        time.sleep(0.5)
        entries = [entry for entry in store.journal(0) if entry.path.endswith("/sync")]
        if len(entries) > begun:
            begun, since = len(entries), time.monotonic()
    return begun


def _start(project: Project, *arguments: str) -> subprocess.Popen[bytes]:
    """Start terraform in a process group of its own, as a terminal does.

    What it prints goes to a file: a pipe that nobody reads would hold it up.
    """
    with (project.directory / _OUTPUT).open("wb") as output:
        return subprocess.Popen(
            ["terraform", *arguments, "-no-color"],
            cwd=project.directory,
            env=project.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _ends(process: subprocess.Popen[bytes]) -> bool:
    """Wait until a process ends by itself; kill it and its children if it does not."""
    try:
        process.wait(_LONGEST_END)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False
    return True


def _output(project: Project) -> str:
    return (project.directory / _OUTPUT).read_text(encoding="utf-8")


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _sandbox(folder: Path) -> Iterator[tuple[Store, str]]:
    """A sandbox on a socket, because the bench API knows no syncs."""
    credentials = Credentials(*_LOGIN)
    with (
        Store(folder / "sandbox.sqlite3") as store,
        SandboxServer(SandboxApi(store, credentials, False), 0) as server,
    ):
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield store, server.url
        finally:
            server.shutdown()
            thread.join()


def _connection(url: str, number: int) -> str:
    body = {
        "group_id": "sandbox_warehouse",
        "service": "connector_sdk",
        "config": {"schema": f"bench_{number}", "package_id": "bench"},
    }
    answer = requests.post(f"{url}/v1/connections", json=body, auth=_LOGIN, timeout=30)
    answer.raise_for_status()
    identifier: str = answer.json()["data"]["id"]
    return identifier
