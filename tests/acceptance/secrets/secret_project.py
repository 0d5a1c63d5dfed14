"""A CDKTF project with every form of secret, and what its runs leave behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from canaries import API_KEY, API_SECRET, MARKER
from quick_programs import QUICK_NODE, QUICK_TERRAFORM

ROOT = Path(__file__).resolve().parents[3]
_TOOLS = [ROOT / ".venv" / "bin", ROOT / ".venv" / "node" / "bin", ROOT / "node_modules" / ".bin"]
_COLOURS = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]")
_MAIN = f'''
import os
from cdktf import App, TerraformStack, TerraformVariable
from constructs_lib import Connection, ConnectionState, FivetranProvider

app = App()
stack = TerraformStack(app, "demo")
FivetranProvider(stack, "fivetran", api_url=os.environ["DEMO_URL"])

def secret(name, type="string"):
    variable = TerraformVariable(stack, name, type=type, sensitive=True)
    variable.add_override("ephemeral", True)
    return variable.number_value if type == "number" else variable.string_value

limits = {{"create": "60s", "update": "2s"}}
first = Connection(stack, "{MARKER}", group_id="sandbox_warehouse", service="connector_sdk",
    config={{"schema": "{MARKER}", "package_id": "p"}}, timeouts=limits,
    secrets={{"secrets_list": [{{"key": "one", "value": secret("in_list")}},
                              {{"key": "two", "value": secret("short")}},
                              {{"key": "three", "value": secret("number", "number")}}]}},
    auth_secrets={{"refresh_token": secret("token"),
                  "client_access": {{"client_secret": secret("nested")}}}})
Connection(stack, "second", group_id="sandbox_warehouse", service="postgres", timeouts=limits,
    config={{"schema_prefix": "second", "host": "db.example.com"}},
    secrets={{"password": secret("quoted"), "client_private_key": secret("pem")}})
Connection(stack, "third", group_id="sandbox_warehouse", service="amplitude", timeouts=limits,
    config={{"schema": "third"}},
    secrets={{"aws_credentials": {{"s3_role_arn": secret("password")}},
             "project_credentials": [{{"project": "a", "api_key": secret("again")}}]}})
ConnectionState(stack, "cursor", connection=first, state={{"cursor": 1}})
app.synth()
'''


class Done(NamedTuple):
    """A command that ended: its exit status, and all that it printed."""

    status: int
    output: bytes


class Project:
    """The project in a folder, with a home of its own.

    :param folder: an empty folder
    :param url: the address of the API
    """

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.home = folder / "project", folder / "home"
        self.stack = self.folder / "cdktf.out" / "stacks" / "demo"
        self.trace = folder / "trace.log"
        for one in (self.folder, self.home):
            one.mkdir()
        (self.folder / "main.py").write_text(_MAIN)
        (self.folder / "cdktf.json").write_text(
            f'{{"language": "python", "app": "{sys.executable} main.py", "projectId": "demo",'
            ' "sendCrashReports": "false"}'
        )
        self._environ = self._environment(url)

    def _environment(self, url: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("TMPDIR", "LANG") if name in os.environ}
        return {
            **kept,
            **QUICK_NODE,
            **QUICK_TERRAFORM,
            "PATH": os.pathsep.join([*map(str, _TOOLS), os.environ["PATH"]]),
            "HOME": str(self.home),
            "CDKTF_HOME": str(self.home / ".cdktf"),
            # The package may be tested from a checkout that is not installed.
            "PYTHONPATH": str(ROOT),
            "CHECKPOINT_DISABLE": "1",
            "DISABLE_VERSION_CHECK": "1",
            "CDKTF_LOG_LEVEL": "all",
            "CDKTF_LOG_FILE_DIRECTORY": str(self.home),
            "TF_LOG": "TRACE",
            "DEMO_URL": url,
            "FIVETRAN_APIKEY": API_KEY,
            "FIVETRAN_APISECRET": API_SECRET,
        }

    def cdktf(self, *arguments: str, **secrets: str) -> Done:
        """Runs the CDK's command line; Terraform's log goes to the file ``trace``."""
        log = {"TF_LOG_PATH": str(self.trace)}
        return self._run(self.folder, ["cdktf", *arguments], {**log, **secrets})

    def terraform(self, *arguments: str, **secrets: str) -> Done:
        """Runs terraform in the folder of the stack; its log is a part of the output."""
        log = {"TF_LOG_CORE": "TRACE", "TF_LOG_PROVIDER": "TRACE"}
        return self._run(self.stack, ["terraform", *arguments, "-no-color"], {**log, **secrets})

    def _run(self, folder: Path, command: list[str], more: Mapping[str, str]) -> Done:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**self._environ, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=180,
            check=False,
        )
        return Done(done.returncode, _COLOURS.sub(b"", done.stdout))


class Watched:
    """The command lines of all processes that this one has started, and theirs."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._end = threading.Event()

    def look(self) -> None:
        """Looks until the end is told."""
        while not self._end.wait(0.1):
            self.seen |= set(_descendants(os.getpid()))

    def finish(self) -> None:
        """Tells the end."""
        self._end.set()


@contextmanager
def watching() -> Iterator[Watched]:
    """Notes every command line while the block runs."""
    watched = Watched()
    thread = threading.Thread(target=watched.look)
    thread.start()
    try:
        yield watched
    finally:
        watched.finish()
        thread.join()


def _descendants(root: int) -> Iterator[str]:
    children: dict[str, list[tuple[str, str]]] = {}
    for pid, parent, arguments in _processes():
        children.setdefault(parent, []).append((pid, arguments))
    waiting = [str(root)]
    while waiting:
        for pid, arguments in children.get(waiting.pop(), ()):
            waiting.append(pid)
            yield arguments


def _processes() -> Iterator[tuple[str, str, str]]:
    """Every process: its number, that of its parent, and its command line."""
    if not Path("/proc/self/stat").exists():
        command = ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="]
        listed = subprocess.run(command, capture_output=True, text=True, check=True)
        for line in listed.stdout.splitlines():
            pid, parent, *arguments = line.split(None, 2)
            yield pid, parent, "".join(arguments)
        return
    # To start ``ps`` ten times a second costs more than much of what is watched.
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # It has ended meanwhile.
            # The name of the program, which stands before, may have blanks and brackets.
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            words = (entry / "cmdline").read_bytes().split(b"\0")
            yield entry.name, parent, " ".join(word.decode(errors="replace") for word in words)
