"""A project whose environment adopts an account of the sandbox, and what Terraform makes of it.

Terraform attaches to a provider of the project, because here nothing depends on its start.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from provider_process import ProviderProcess
from quick_programs import QUICK_TERRAFORM

from constructs_lib.sandbox import Store
from constructs_lib.sandbox.fivetran.connection_schema.source import KIND, SourceRecord
from constructs_lib.toolkit import App
from stacks import stack

ROOT = Path(__file__).resolve().parents[3]
TOOLS = [ROOT / ".venv" / "bin", ROOT / ".venv" / "node" / "bin"]
EMPTY = """\
# The account of the warehouse.
provider:
  api_url: sandbox:sandbox.sqlite3   # A stand-in for Fivetran.
"""
_SUMMARY = re.compile(r"^(?:Plan: .*|No changes\..*)$", re.MULTILINE)


HARD_NAMES = {
    "public": {
        "orders": {"columns": {"id": {}, "e-mail ${of}": {}}},
        "%{if} a b": {"columns": {"id": {}}},
        "untouched": {"columns": {"id": {}}},
    },
    'Other "schema"': {"9": {"columns": {}}},
}
"""A source with names that a form has to quote."""


def choose(store: Store, identifier: str) -> None:
    """Lets a connection have a schema configuration that somebody has changed."""
    record = SourceRecord(None)
    record.source = HARD_NAMES
    record.reload("PRESERVE")
    columns = {"e-mail ${of}": {"enabled": True, "hashed": True}}
    tables = {
        "orders": {"enabled": True, "sync_mode": "HISTORY", "columns": columns},
        "%{if} a b": {"enabled": False},
    }
    off = {"enabled": True, "tables": {"9": {"enabled": False}}}
    record.apply({"public": {"enabled": True, "tables": tables}, 'Other "schema"': off})
    with store.transaction() as kept:
        kept.store_document(KIND, identifier, record.to_json())


class Result(NamedTuple):
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


class Project:
    """A checkout of which the settings may be changed, with an account of its own.

    :param folder: where it is made
    :param like: the project that it begins as; one without connections if left out
    """

    def __init__(self, folder: Path, like: Project | None = None) -> None:
        self.folder = folder
        self.base = folder / "stacks" / "environments" / "base.yaml"
        self.file = self.base.with_name("warehouse.yaml")
        self._synthesised: dict[str, bytes] = {}
        self._provider = ProviderProcess(self._stack, folder.with_name(f"{folder.name}.log"))
        if like is not None:
            self._copy(like)
            return
        shutil.copytree(ROOT / "stacks", folder / "stacks")
        for path in (folder / "stacks" / "environments").iterdir():
            path.unlink()
        self.base.write_text("")
        self.file.write_text(EMPTY)

    def _copy(self, other: Project) -> None:
        shutil.copytree(other.folder, self.folder, symlinks=True)
        self._synthesised = dict(other._synthesised)
        # The stack names the account by its whole path.
        document = self._stack / "cdk.tf.json"
        text = document.read_text(encoding="utf-8")
        document.write_text(text.replace(str(other.folder), str(self.folder)), encoding="utf-8")

    def store(self) -> Store:
        """The account."""
        return Store(self.folder / "sandbox.sqlite3")

    def adopt(self, *arguments: str) -> Result:
        """``python -m stacks adopt --environment warehouse``; it need not succeed."""
        command = ("-m", "stacks", "adopt", "--environment", "warehouse", *arguments)
        return self._run(self.folder, sys.executable, *command)

    def plan(self, *arguments: str, **variables: str) -> str:
        """Synthesises what changed, and plans; returns what Terraform prints."""
        settings = {path.name: path.read_bytes() for path in self.base.parent.iterdir()}
        if settings != self._synthesised:
            self._synthesise()
            self._synthesised = settings
        if not (self._stack / ".terraform").exists():
            self._succeed(self._stack, "terraform", "init")
        environ = self._attached(variables)
        command = ("plan", "-no-color", "-input=false", "-out=plan", *arguments)
        done = self._run(self._stack, "terraform", *command, **environ)
        return done.out + done.err

    def apply(self, **variables: str) -> None:
        """Applies what was planned last."""
        command = ("terraform", "apply", "-no-color", "plan")
        self._succeed(self._stack, *command, **self._attached(variables))

    def end(self) -> None:
        """Ends its provider; fails if that does not end well."""
        self._provider.end()

    def writes(self) -> list[tuple[str, str, Any]]:
        """The requests that changed something, or tried to."""
        with self.store() as store:
            return [(each.method, each.path, each.body) for each in store.journal() if each.writes]

    def reads(self) -> list[str]:
        """The addresses that were asked for."""
        with self.store() as store:
            return [each.path for each in store.journal() if each.method == "GET"]

    @property
    def _stack(self) -> Path:
        return self.folder / "cdktf.out" / "stacks" / "warehouse"

    def _attached(self, variables: dict[str, str]) -> dict[str, str]:
        """The environment of a command that attaches to the provider, with these variables."""
        given = {f"TF_VAR_{name}": value for name, value in variables.items()}
        return {**given, "TF_REATTACH_PROVIDERS": self._provider.reattach(self._environ())}

    def _synthesise(self) -> None:
        """Do what ``python -m stacks`` does, in this process, where the CDK runs already."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(stack, "ENVIRONMENTS", self.base.parent)
            # The CDK runs in a process of its own, which knows nothing of our current directory.
            patch.setattr(stack, "App", lambda: App(outdir=str(self.folder / "cdktf.out")))
            stack.synthesise()
        file = self._stack / "cdk.tf.json"
        document = json.loads(file.read_text(encoding="utf-8"))
        local = document["terraform"]["backend"]["local"]
        # Without folders, a copy of the project has a state of its own.
        local["path"] = os.path.relpath(self.folder / Path(local["path"]).name, self._stack)
        file.write_text(json.dumps(document, indent=2), encoding="utf-8")

    def _succeed(self, folder: Path, *command: str, **environ: str) -> None:
        done = self._run(folder, *command, **environ)
        assert done.status == 0, done.out + done.err

    def _run(self, folder: Path, *command: str, **environ: str) -> Result:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**self._environ(), **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def _environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("TMPDIR", "LANG") if name in os.environ}
        return {
            **kept,
            **QUICK_TERRAFORM,
            "PATH": os.pathsep.join([*map(str, TOOLS), os.environ["PATH"]]),
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "CHECKPOINT_DISABLE": "1",
        }


def summary(planned: str) -> str:
    """The line of a plan that says what it comes to."""
    found = _SUMMARY.search(planned)
    assert found is not None, planned
    return found.group()


def imports(number: int, changed: int = 0) -> str:
    """The line of a plan that imports connections."""
    return f"Plan: {number} to import, 0 to add, {changed} to change, 0 to destroy."
