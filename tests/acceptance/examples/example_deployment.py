"""A working directory that the examples are deployed in, and the sandbox that answers it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import requests
from pages.catalogue import ROOT
from quick_programs import SHARED_CACHE
from workspace import Workspace

from constructs_lib.sandbox import SandboxAdapter, Store

SCHEMA = "shop_events"
"""The connection that is there before, under the name that the examples look for."""


class Deployment(NamedTuple):
    """A working directory of Terraform whose provider answers from an embedded sandbox."""

    terraform: Workspace
    database: Path
    existing: str
    """The identifier of the connection that somebody else made."""

    def connections(self) -> list[str]:
        """The identifiers of all connections that there are."""
        with requests.Session() as session:
            session.mount("sandbox://local", SandboxAdapter(self.database))
            session.auth = ("sandbox", "sandbox")
            answer = session.get("sandbox://local/v1/connections?limit=1000").json()
        return [connection["id"] for connection in answer["data"]["items"]]


Deploy = Callable[[str, Path], Deployment]


def fill(database: Path) -> str:
    """Makes the connection that somebody else made, with a state; returns its identifier.

    Syncs end at once there, so that no example waits for one.
    """
    with Store(database) as store:
        store.configure(sync_seconds=0)
    config = {"schema": SCHEMA, "package_id": "events_package"}
    body = {"group_id": "sandbox_warehouse", "service": "connector_sdk", "config": config}
    with requests.Session() as session:
        session.mount("sandbox://local", SandboxAdapter(database))
        session.auth = ("sandbox", "sandbox")
        made = session.post("sandbox://local/v1/connections", json=body)
        assert made.ok, made.text
        identifier: str = made.json()["data"]["id"]
        path = f"sandbox://local/v1/connections/{identifier}/state"
        assert session.patch(path, json={"state": {"page": 7}}).ok
    return identifier


_RUN_ALL = """
import os, runpy, shutil, sys
from pathlib import Path

for folder in map(Path, sys.argv[1:]):
    print(folder.name, flush=True)
    runpy.run_path(str(folder / "main.py"), run_name="__main__")
    shutil.move("cdktf.out", folder)
    # Files, such as that of the state, are named by their whole paths.
    (document,) = folder.glob("cdktf.out/stacks/*/cdk.tf.json")
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace(os.getcwd() + "/", f"{folder}/"), "utf-8")
"""
"""Runs the ``main.py`` of each folder, as if it were run there."""


def synthesise(folders: Iterable[Path]) -> None:
    """Runs the ``main.py`` of each folder, which gets its ``cdktf.out``.

    One process runs them all, because each start of the CDK takes seconds.
    """
    paths = list(map(str, folders))
    done = subprocess.run(
        [sys.executable, "-c", _RUN_ALL, *paths],
        cwd=Path(paths[0]).parent,
        env={**os.environ, **SHARED_CACHE, "PYTHONPATH": str(ROOT), "CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
