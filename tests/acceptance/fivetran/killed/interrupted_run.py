"""A run that is interrupted while four things are under way, each held at its moment.

=============  =====================================================================
resource       what is under way when the interruption comes
=============  =====================================================================
``new``        two connections: the answers to ``POST /v1/connections`` are held back
``waiting``    a state: its connection is paused, and a sync is waited for
``patching``   a state: the answer to ``PATCH …/state`` is held back
``pausing``    a state: the answer to the pause is held back, and nothing is patched
=============  =====================================================================
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import tfplugin6_pb2 as pb
from grpclib.client import Channel, UnaryUnaryMethod
from sandbox_server import Sandbox
from workspace import Workspace, wait_until

STATES = ("waiting", "patching", "pausing")
WANTED = {"cursor": "2024-01-01"}
BEFORE = {"cursor": "2020-01-01"}
_HELD = 3.0
"""Seconds for which answers are held back: long enough to interrupt meanwhile."""
_LONG = 1000.0
_NEW = """
resource "fivetranops_connection" "new" {
  count    = 2
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders_${count.index}", host = "db.example.com" }
}
"""
_STATE = """
resource "fivetranops_connection_state" "%s" {
  connection_id = "%s"
  state         = { cursor = "2024-01-01" }
}
"""


class Run(NamedTuple):
    """A run of terraform that is under way."""

    terraform: Workspace
    process: subprocess.Popen[str]


class Left(NamedTuple):
    """What is left after the interruption."""

    terraform: Workspace
    sandbox: Sandbox
    output: str
    connections: Mapping[str, str]
    """The identifiers of the connections that a person made, by the state that is set."""
    patched: set[str]
    """The connections whose state was set until then."""

    def created(self) -> set[str]:
        """The connections that were really created."""
        by_hand = set(self.connections.values())
        return {one["id"] for one in self.sandbox.connections()} - by_hand

    def paused(self, name: str) -> bool:
        """The paused flag of the connection whose state is set."""
        flag: bool = self.sandbox.connection(self.connections[name])["paused"]
        return flag

    def state(self, name: str) -> Any:
        """The state of that connection."""
        return self.sandbox.state(self.connections[name])


Interrupt = Callable[[Run], str]
"""Interrupts a run, and returns all that terraform printed."""


def ctrl_c(run: Run) -> str:
    """SIGINT to the whole process group: what a terminal does."""
    return run.terraform.interrupt(run.process, signal.SIGINT)


def group_is_terminated(run: Run) -> str:
    """SIGTERM to the whole process group: what a container does."""
    return run.terraform.interrupt(run.process, signal.SIGTERM)


def terraform_is_terminated(run: Run) -> str:
    """SIGTERM to terraform alone, which then tells the provider to stop."""
    os.kill(run.process.pid, signal.SIGTERM)
    return run.process.communicate(timeout=60)[0]


def provider_is_terminated(run: Run) -> str:
    """SIGTERM to the provider alone: terraform does not know of it."""
    (provider,) = children(run.process.pid)
    os.kill(provider, signal.SIGTERM)
    return run.process.communicate(timeout=60)[0]


def stop_is_called(run: Run) -> str:
    """``StopProvider`` over gRPC, called by another client."""
    provider = run.terraform.provider
    assert provider is not None
    (entry,) = json.loads(provider.reattach(run.terraform.environment)).values()
    asyncio.run(_stop(entry["Addr"]["String"]))
    return run.process.communicate(timeout=60)[0]


def ctrl_c_twice(run: Run) -> str:
    """Ctrl-C, and again: terraform exits at once, and its provider stays behind."""
    (provider,) = children(run.process.pid)
    assert run.process.stdout is not None
    os.killpg(run.process.pid, signal.SIGINT)
    output = ""
    while "Interrupt received" not in output:
        line = run.process.stdout.readline()
        assert line, output
        output += line
    os.killpg(run.process.pid, signal.SIGINT)
    output += run.process.stdout.read()
    run.process.wait(60)
    wait_until(lambda: not is_alive(provider), 60)
    return output


def interrupted(
    terraform: Workspace,
    sandbox: Sandbox,
    interrupt: Interrupt,
    held: float,
) -> Left:
    """Begins a run, interrupts it when everything is under way, and waits for its end."""
    made = {name: _made(sandbox, name) for name in STATES}
    terraform.write(_NEW + "".join(_STATE % (name, made[name]) for name in STATES))
    sandbox.store.configure(sync_seconds=_LONG, faults=_faults(made, held))
    sandbox.ask("POST", f"/v1/connections/{made['waiting']}/sync", {"force": True})
    begin = sandbox.store.journal(0)[-1].number
    process = terraform.start("apply", "-auto-approve", "-input=false", "-no-color")
    _await_all(sandbox, begin, made, process)
    output = interrupt(Run(terraform, process))
    entries = sandbox.store.journal(begin)
    patched = {one.path.split("/")[3] for one in entries if one.writes and "/state" in one.path}
    sandbox.calm()
    return Left(terraform, sandbox, output, made, patched)


def children(parent: int) -> list[int]:
    """The processes that a process has started."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    rows = (line.split() for line in listed.stdout.splitlines())
    return [int(pid) for pid, of in rows if int(of) == parent]


def is_alive(pid: int) -> bool:
    """True while a process runs; one that ended and is not collected yet does not."""
    shown = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()[:1] not in ("", "Z")


def _made(sandbox: Sandbox, name: str) -> str:
    identifier = sandbox.add("connector_sdk", schema=name, package_id="p")
    sandbox.ask("PATCH", f"/v1/connections/{identifier}/state", {"state": BEFORE})
    return identifier


def _faults(made: Mapping[str, str], seconds: float) -> list[dict[str, Any]]:
    held = {"kind": "delay", "seconds": seconds}
    return [
        {**held, "method": "POST", "path": "/v1/connections", "times": 2},
        {**held, "method": "PATCH", "path": f"/v1/connections/{made['patching']}/state"},
        {**held, "method": "PATCH", "path": f"/v1/connections/{made['pausing']}"},
    ]


def _seen(sandbox: Sandbox, begin: int) -> list[tuple[str, str]]:
    return [(entry.method, entry.path) for entry in sandbox.store.journal(begin)]


def _await_all(
    sandbox: Sandbox, begin: int, made: Mapping[str, str], process: subprocess.Popen[str]
) -> None:
    """Waits until all is under way; if it does not come so far, fails with what was printed."""

    def is_decided() -> bool:
        return process.poll() is not None or _is_under_way(sandbox, begin, made)

    with suppress(AssertionError):
        wait_until(is_decided, 120)
    if not _is_under_way(sandbox, begin, made):
        seen = _seen(sandbox, begin)
        process.kill()
        raise AssertionError(f"not all was under way: {seen}\n{process.communicate()[0]}")


def _is_under_way(sandbox: Sandbox, begin: int, made: Mapping[str, str]) -> bool:
    seen = _seen(sandbox, begin)
    waiting = f"/v1/connections/{made['waiting']}"
    pause = ("PATCH", waiting)
    return (
        seen.count(("POST", "/v1/connections")) == 2
        and pause in seen
        and ("GET", waiting) in seen[seen.index(pause) :]
        and ("PATCH", f"/v1/connections/{made['patching']}/state") in seen
        and ("PATCH", f"/v1/connections/{made['pausing']}") in seen
    )


async def _stop(socket: str) -> None:
    channel = Channel(path=socket)
    method = UnaryUnaryMethod(
        channel,
        "/tfplugin6.Provider/StopProvider",
        pb.StopProvider.Request,
        pb.StopProvider.Response,
    )
    try:
        answer = await method(pb.StopProvider.Request())
        assert answer.Error == ""
    finally:
        channel.close()
