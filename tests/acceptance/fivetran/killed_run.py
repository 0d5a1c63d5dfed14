"""Runs of terraform in which it, its provider or both are killed (``kill -9``) half way."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from sandbox_server import Sandbox
from scenario import Scenario
from workspace import wait_until

STEPS = ["read", "read state", "pause", "read", "read state", "patch", "read state", "unpause"]
"""The requests that set a state."""
_PLANNING = 2
"""Requests of the plan that Terraform asks for during apply."""


def provider_of(terraform: int) -> int:
    """The process of the provider that a terraform has started."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(stat[1]) == terraform and b"constructs_lib.backend" in command:
            return int(entry.name)
    raise AssertionError("terraform has started no provider")


def kill_after(terraform: Scenario, sandbox: Sandbox, identifier: str, step: int) -> None:
    """Plans and applies, and kills the provider when a request of the choreography took effect."""
    plan = terraform.plan()
    held: dict[str, Any] = {
        "kind": "delay",
        "seconds": 20,
        "path": f"^/v1/connections/{identifier}",
    }
    sandbox.requests()
    sandbox.store.configure(faults=[{**held, "nth": _PLANNING + step}])
    first = sandbox.store.journal(0)[-1].number
    process = terraform.start("apply", "-input=false", "-no-color", plan.file.name)
    wait_until(lambda: len(sandbox.store.journal(first)) >= _PLANNING + step)
    os.kill(provider_of(process.pid), signal.SIGKILL)
    output = process.communicate(timeout=60)[0]
    assert process.returncode != 0, output
    sandbox.store.configure(faults=[])


def kill_terraform_while(
    terraform: Scenario, sandbox: Sandbox, method: str, path: str, *, provider_too: bool
) -> None:
    """Plans and applies, and kills terraform while the answer to a request is held back.

    :param provider_too: True kills its provider as well; otherwise it finishes what it does
    """
    plan = terraform.plan()
    seconds = 20.0 if provider_too else 2.0
    fault = {"kind": "delay", "seconds": seconds, "method": method, "path": path}
    sandbox.store.configure(faults=[fault])
    earlier = sandbox.store.journal(0)
    first = earlier[-1].number if earlier else 0
    process = terraform.start("apply", "-input=false", "-no-color", plan.file.name)
    held = (method, path)

    def is_held() -> bool:
        return any((e.method, e.path) == held for e in sandbox.store.journal(first))

    wait_until(is_held)
    provider = provider_of(process.pid)
    process.kill()
    if provider_too:
        os.kill(provider, signal.SIGKILL)
    process.communicate(timeout=60)
    wait_until(lambda: not is_alive(provider))
    sandbox.store.configure(faults=[])


def is_alive(process: int) -> bool:
    """True while a process runs."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"
