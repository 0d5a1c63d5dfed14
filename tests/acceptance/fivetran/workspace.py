"""A Terraform working directory in which the real terraform launches the real provider."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from constructs_lib.constructs.delivery import plant
from constructs_lib.version import __version__

SECRETS = {"FIVETRAN_APIKEY": "canary-api-key", "FIVETRAN_APISECRET": "canary-api-secret"}
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")
_HEADER = f"""
terraform {{
  required_providers {{
    fivetranops = {{
      source  = "terraform.local/connections-as-code/fivetranops"
      version = "{__version__}"
    }}
  }}
}}
"""


class Planned:
    """A plan in a file, and what it says."""

    def __init__(self, document: dict[str, Any], file: Path, output: str) -> None:
        self.document, self.file, self.output = document, file, output

    def actions(self) -> dict[str, list[str]]:
        """For each resource that changes: what happens to it."""
        changes = {c["address"]: c["change"]["actions"] for c in self.document["resource_changes"]}
        return {address: done for address, done in changes.items() if done != ["no-op"]}

    def differences(self, address: str) -> set[str]:
        """The attributes of a resource that change, those known after apply included."""
        change = next(
            c["change"] for c in self.document["resource_changes"] if c["address"] == address
        )
        before, after = change["before"] or {}, change["after"] or {}
        unknown = {name for name, value in change["after_unknown"].items() if _has_true(value)}
        names = before.keys() | after.keys()
        return {name for name in names if before.get(name) != after.get(name)} | unknown


class Workspace:
    """One working directory with a clean environment.

    :param directory: an empty directory
    :param api_url: where the provider finds the API
    """

    def __init__(self, directory: Path, api_url: str) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self.environment |= {**SECRETS, "FIVETRAN_API_URL": api_url, "CHECKPOINT_DISABLE": "1"}
        plant(directory)

    def write(self, body: str) -> None:
        """Writes ``main.tf``, and initialises the directory the first time."""
        (self.directory / "main.tf").write_text(_HEADER + body)
        if not (self.directory / ".terraform").exists():
            self.run("init", "-input=false")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts terraform in a process group of its own."""
        return subprocess.Popen(
            ["terraform", *arguments],
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, ok: bool = True) -> str:
        """Runs terraform, and returns what it printed."""
        with self.start(*arguments, "-no-color") as process:
            output = process.communicate(timeout=120)[0]
        assert (process.returncode == 0) is ok, output
        return unwrapped(output)

    def interrupt(
        self, process: subprocess.Popen[str], number: signal.Signals = signal.SIGINT
    ) -> str:
        """What Ctrl-C does: a signal to the whole group. Returns what was printed."""
        os.killpg(process.pid, number)
        return unwrapped(process.communicate(timeout=60)[0])

    def plan(self, *arguments: str) -> Planned:
        """Plans to a file."""
        file = self.directory / "plan.bin"
        output = self.run("plan", "-input=false", f"-out={file.name}", *arguments)
        return Planned(json.loads(self._show(file.name)), file, output)

    def apply(self, *, ok: bool = True) -> str:
        """Plans to a file, and applies that file."""
        return self.run("apply", "-input=false", self.plan().file.name, ok=ok)

    def is_settled(self) -> bool:
        """True if a plan without and one with refresh change nothing."""
        plans = self.plan("-refresh=false"), self.plan()
        return all(not plan.actions() and "No changes." in plan.output for plan in plans)

    def resource(self, address: str) -> dict[str, Any]:
        """The attributes of a resource in state."""
        resources = self._state()["values"]["root_module"]["resources"]
        found: dict[str, Any] = next(r["values"] for r in resources if r["address"] == address)
        return found

    def addresses(self) -> list[str]:
        """The addresses of all resources in state."""
        module = self._state().get("values", {}).get("root_module", {})
        return sorted(r["address"] for r in module.get("resources", []))

    def bytes_of_all_files(self) -> bytes:
        """Everything that terraform wrote, as raw bytes, and the plan file unpacked."""
        import zipfile

        found = b""
        for path in self.directory.rglob("*"):
            if path.is_file() and path.name != "main.tf":
                found += path.read_bytes()
                if zipfile.is_zipfile(path):
                    with zipfile.ZipFile(path) as archive:
                        found += b"".join(archive.read(name) for name in archive.namelist())
        return found

    def _state(self) -> dict[str, Any]:
        return json.loads(self._show())  # type: ignore[no-any-return]

    def _show(self, *file: str) -> str:
        with self.start("show", "-json", *file) as process:
            output = process.communicate(timeout=60)[0]
        assert process.returncode == 0, output
        return output[output.index("{") :]


def _has_true(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return any(map(_has_true, value.values() if isinstance(value, dict) else value))
    return value is True


def unwrapped(output: str) -> str:
    """Terraform's output with the frames and line breaks of its messages taken out."""
    lines = (line.strip("│╷╵ ").rstrip() for line in output.splitlines())
    return " ".join(" ".join(lines).split()) + "\n" + output


def wait_until(condition: Any, seconds: float = 20.0) -> None:
    """Waits for a condition; fails if it does not come about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)
