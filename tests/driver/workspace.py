"""A Terraform working directory in which the real terraform works with the real provider."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import state_file
from planned import Planned, unwrapped
from provider_process import ProviderProcess
from quick_programs import QUICK_TERRAFORM
from vendor import FIVETRAN, Vendor

from constructs_lib.version import __version__

_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")
_HEADER = """
terraform {{
  required_providers {{
    {provider} = {{
      source  = "terraform.local/connections-as-code/{provider}"
      version = "{version}"
    }}
  }}
}}
"""

SETTLED: tuple[tuple[str, ...], ...] = (
    ((), ("-refresh=false",)) if os.environ.get("PLAN_TWICE") else ((),)
)
"""The options of each plan that must find nothing to do after an apply. With all other tests the
providers in memory plan without refresh, and each attribute is planned so under Terraform.
"""


class Workspace:
    """One working directory with a clean environment.

    :param directory: an empty directory
    :param api_url: where the provider finds the API
    :param provider: the provider that terraform attaches to; without one, terraform launches it
    :param vendor: whose provider it is
    :param launchable: True if terraform launches it all the same in the runs that a test starts to
        interfere with, see :meth:`start`
    """

    def __init__(
        self,
        directory: Path,
        api_url: str,
        provider: ProviderProcess | None = None,
        vendor: Vendor = FIVETRAN,
        *,
        launchable: bool = False,
    ) -> None:
        self.directory, self.provider, self.vendor = directory, provider, vendor
        directory.mkdir(parents=True, exist_ok=True)
        self.environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self.environment |= {**vendor.environment, vendor.url_variable: api_url}
        self.environment |= {**QUICK_TERRAFORM, "CHECKPOINT_DISABLE": "1"}
        self.body = ""
        self._plans = 0
        self._started: list[subprocess.Popen[str]] = []
        self.is_launchable = launchable or provider is None
        if self.is_launchable:
            # It brings the CDK and with it a Node process, which nothing else here needs.
            from constructs_lib.constructs.synth.delivery import plant

            plant(directory, providers=(vendor.provider,))

    def write(self, body: str) -> None:
        """Writes ``main.tf``; initialises a directory in which the provider is launched."""
        self.body = body
        header = _HEADER.format(provider=self.vendor.provider, version=__version__)
        (self.directory / "main.tf").write_text(header + body)
        if self.is_launchable and not (self.directory / ".terraform" / "providers").exists():
            # A provider that terraform attaches to is none that it installs.
            init = self._start(self.environment, "init", "-input=false", "-no-color")
            status, output = self._end_of(init)
            assert status == 0, output

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts terraform in a process group of its own, for a test that interferes with it."""
        if self.is_launchable:
            return self._start(self.environment, *arguments)
        if self.provider is not None:
            self.provider.end_after_test()
        return self._start(self._environment(), *arguments)

    def run(self, *arguments: str, ok: bool = True) -> str:
        """Runs terraform, and returns what it printed."""
        status, output = self._finish(*arguments, "-no-color")
        assert (status == 0) is ok, output
        return unwrapped(output)

    def interrupt(
        self,
        process: subprocess.Popen[str],
        number: signal.Signals = signal.SIGINT,
        *,
        once_printed: str = "",
    ) -> str:
        """What Ctrl-C does: a signal to the whole group. Returns what was printed.

        :param once_printed: a word to wait for. Terraform crashes if an action completes after
            progress that comes at the very moment of the signal, so a test waits for that progress
        """
        assert process.stdout is not None
        before = ""
        while once_printed not in before:
            line = process.stdout.readline()
            assert line, f"{once_printed} was never printed\n{before}"
            before += line
        os.killpg(process.pid, number)
        return unwrapped(before + process.communicate(timeout=60)[0])

    def plan(self, *arguments: str) -> Planned:
        """Plans to a file of its own."""
        self._plans += 1
        file = self.directory / f"plan-{self._plans}.bin"
        output = self.run("plan", "-input=false", f"-out={file.name}", *arguments)
        return Planned(file, output, lambda: self.shown(file.name))

    def apply(self, *, ok: bool = True, from_file: bool = False) -> str:
        """Plans and applies in one command, or plans to a file and applies that file.

        :param ok: False if the apply must fail, after a plan that succeeds
        :param from_file: True keeps the plan in a file
        """
        if ok and not from_file:
            return self.run("apply", "-input=false", "-auto-approve")
        return self.run("apply", "-input=false", self.plan().file.name, ok=ok)

    def is_settled(self) -> bool:
        """True if a plan changes nothing, outputs included; with ``PLAN_TWICE`` one without refresh
        as well.
        """
        return all(not self.unsettled(*options) for options in SETTLED)

    def unsettled(self, *arguments: str) -> str:
        """What a plan still changes, as terraform prints it; empty if it changes nothing."""
        command = ("plan", "-input=false", "-detailed-exitcode", *arguments, "-no-color")
        status, output = self._finish(*command)
        assert status in (0, 2), output
        return "" if status == 0 and "No changes." in output else output

    def resource(self, address: str) -> dict[str, Any]:
        """The attributes of a resource in state."""
        found: dict[str, Any]
        found = next(r["values"] for r in self._resources() if r["address"] == address)
        return found

    def addresses(self) -> list[str]:
        """The addresses of all resources in state."""
        return sorted(resource["address"] for resource in self._resources())

    def holds_anything(self) -> bool:
        """True if the state file names a resource; asks nobody, so it works after any failure."""
        text = state_file.text_of(self.directory)
        return bool(text and json.loads(text)["resources"])

    def shown(self, *file: str) -> dict[str, Any]:
        """The state, or the plan in a file, as ``terraform show -json`` describes it."""
        status, output = self._finish("show", "-json", *file)
        assert status == 0, output
        shown: dict[str, Any] = json.loads(output[output.index("{") :])
        return shown

    def bytes_of_all_files(self) -> bytes:
        """Everything that terraform wrote, as raw bytes, and the plan file unpacked."""
        found = b""
        for path in self.directory.rglob("*"):
            if path.is_file() and path.name != "main.tf":
                found += path.read_bytes()
                if zipfile.is_zipfile(path):
                    with zipfile.ZipFile(path) as archive:
                        found += b"".join(archive.read(name) for name in archive.namelist())
        return found

    def close(self) -> None:
        """Ends what still runs of that which was started here."""
        for process in self._started:
            if process.poll() is None:
                if self.provider is not None:
                    self.provider.end_after_test()
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            if process.stdout is not None and not process.stdout.closed:
                process.communicate()

    def _environment(self) -> dict[str, str]:
        if self.provider is None:
            return self.environment
        attached = self.provider.reattach(self.environment)
        return {**self.environment, "TF_REATTACH_PROVIDERS": attached}

    def _start(self, environment: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            ["terraform", *arguments],
            cwd=self.directory,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def _finish(self, *arguments: str) -> tuple[int, str]:
        return self._end_of(self._start(self._environment(), *arguments))

    def _end_of(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        output = process.communicate(timeout=120)[0]
        self._started.remove(process)
        return process.returncode, output

    def _resources(self) -> list[dict[str, Any]]:
        # Another workspace, or a backend that was configured.
        ways = ("environment", "terraform.tfstate")
        is_elsewhere = any((self.directory / ".terraform" / each).exists() for each in ways)
        text = state_file.text_of(self.directory)
        found = None if is_elsewhere else state_file.resources(text)
        if found is None:
            module = self.shown().get("values", {}).get("root_module", {})
            found = list(module.get("resources", []))
        return found


def wait_until(
    condition: Callable[[], object], seconds: float = 60.0, seen: Callable[[], object] = str
) -> None:
    """Wait for a condition; fail with what was seen by then if it does not come about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it did not come about in time\n{seen()}"
        time.sleep(0.05)
