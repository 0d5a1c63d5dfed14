"""A checkout whose environments are those of a test, and what Terraform does in its stacks.

What only runs to its end attaches to one start of the provider for each stack. What a test holds or
kills, and what the CLI of the CDK runs, launches it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from cdktf_project import ROOT, Machine, Result, name_the_states
from provider_process import ProviderProcess

from constructs_lib.sandbox import Store
from constructs_lib.toolkit import App
from stacks import stack as app

_STACKS = Path("cdktf.out", "stacks")
_ATTACHING = ("apply", "plan", "destroy")


class Providers:
    """The providers that Terraform attaches to: one for each stack of each project."""

    def __init__(self) -> None:
        self._started: dict[Path, ProviderProcess] = {}

    def attached(self, project: StateProject, stack: str) -> dict[str, str]:
        """The variable with which a command in a stack attaches to its provider."""
        folder = project.folder / _STACKS / stack
        if folder not in self._started:
            log = project.folder.with_name(f"{project.folder.name}-{stack}.log")
            self._started[folder] = ProviderProcess(folder, log)
        environ = {**project.machine.environ, **project.environ}
        return {"TF_REATTACH_PROVIDERS": self._started[folder].reattach(environ)}

    def end(self) -> None:
        """End them; fail if one does not end well."""
        for process in self._started.values():
            process.end()


class StateProject(NamedTuple):
    """A project of its own, as each person of a team has one."""

    folder: Path
    machine: Machine
    environ: Mapping[str, str]
    providers: Providers

    def write(self, name: str, text: str) -> None:
        """Write an environment file."""
        (self.folder / "stacks" / "environments" / f"{name}.yaml").write_text(text)

    def cdktf(self, *arguments: str) -> Result:
        """Run the CLI of the CDK; it need not succeed."""
        return self.machine.run(self.folder, "cdktf", *arguments, **self.environ)

    def start_cdktf(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the CLI of the CDK, and do not wait."""
        return self._start(self.folder, "cdktf", *arguments)

    def synth(self) -> None:
        """Do what ``python -m stacks`` does, in this process, where the CDK runs already."""
        environments = self.folder / "stacks" / "environments"
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            for name, text in {**self.machine.environ, **self.environ}.items():
                patch.setenv(name, text)
            patch.setattr(app, "ENVIRONMENTS", environments)
            # The CDK runs in a process of its own, which knows nothing of our current directory.
            patch.setattr(app, "App", lambda: App(outdir=str(self.folder / "cdktf.out")))
            app.synthesise()
        name_the_states(self.folder)

    def terraform(self, stack: str, command: str, *arguments: str) -> Result:
        """Run Terraform in a stack; it need not succeed."""
        # Not by -chdir: Terraform looks for its providers where it was started.
        words = ("terraform", command, "-no-color", *arguments)
        attached = self.providers.attached(self, stack) if command in _ATTACHING else {}
        environ = {**self.environ, **attached}
        return self.machine.run(self.folder / _STACKS / stack, *words, **environ)

    def applied(self, stack: str) -> str:
        """Initialise and apply a stack, which must succeed; returns what was printed."""
        for command in (("init",), ("apply", "-auto-approve")):
            result = self.terraform(stack, *command)
            assert result.status == 0, result.output
        return result.output

    def start_terraform(self, stack: str, *arguments: str) -> subprocess.Popen[str]:
        """Start Terraform in a stack, and do not wait."""
        words = ("terraform", *arguments, "-no-color")
        return self._start(self.folder / _STACKS / stack, *words)

    @contextmanager
    def held(self) -> Iterator[None]:
        """No request to the API is answered meanwhile; a deploy that began goes on later."""
        file = self.folder.parent / "fivetran.sqlite3"
        with closing(sqlite3.connect(file, isolation_level=None)) as link:
            link.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                link.execute("ROLLBACK")

    def patched(self) -> list[object]:
        """What was changed at the API by requests, in order."""
        with Store(self.folder.parent / "fivetran.sqlite3") as store:
            return [each.body for each in store.journal(0) if each.method == "PATCH"]

    def connections(self) -> int:
        """How many connections were created and not deleted."""
        with Store(self.folder.parent / "fivetran.sqlite3") as store:
            done = [each.method for each in store.journal(0) if each.status in (200, 201)]
            return done.count("POST") - done.count("DELETE")

    def _start(self, folder: Path, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            words,
            cwd=folder,
            env={**self.machine.environ, **self.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def state_project(
    folder: Path, machine: Machine, providers: Providers, **environ: str
) -> StateProject:
    """A project without environments, whose sandbox is that of all projects beside it."""
    folder.mkdir()
    shutil.copy(ROOT / "cdktf.json", folder)
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    for file in (folder / "stacks" / "environments").iterdir():
        file.unlink()
    project = StateProject(folder, machine, environ, providers)
    project.write(
        "base",
        "provider: {api_url: 'sandbox:../fivetran.sqlite3'}\n"
        "defaults: {group_id: sandbox_warehouse, service: postgres}\n",
    )
    return project


def environment(name: str, backend: str, sync_frequency: int = 60) -> str:
    """The text of an environment with one connection of its own."""
    return (
        f"backend: {{{backend}}}\n"
        f"connections:\n  {name}:\n    config: {{schema_prefix: {name}}}\n"
        f"    sync_frequency: {sync_frequency}\n"
    )


def killed(process: subprocess.Popen[str]) -> None:
    """End a process and all that it has started, without a word."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def ended(process: subprocess.Popen[str]) -> Result:
    """Wait for a process; returns what it printed, and its exit status."""
    output, _ = process.communicate(timeout=120)
    return Result(process.returncode, output)
