"""How the command starts, and that Terraform's way of starting does not pay for it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

PLUGIN = """
import sys
from constructs_lib.backend.__main__ import main
from constructs_lib.backend.fivetran import load
main(["fivetranops"])
load()
people = ("argparse", "argcomplete", "rich", "constructs_lib.cli")
print([n for n in sys.modules if n.startswith(people) or "state_command" in n])
"""
ANSWERING = """
import sys
from constructs_lib.backend.fivetran import load
from constructs_lib.backend.plugin import serve
from constructs_lib.backend.plugin.protocol.dispatcher import methods, streams
from constructs_lib.backend.plugin.protocol.session import Session
session = Session(load)
answers = [method(b"") for method in methods(session).values()]
answers += [list(stream(b"")) for stream in streams(session).values()]
print(len(answers), [name for name in sys.modules if name.partition(".")[0] == "google"])
"""
INTERRUPTED = """
import os, signal
from constructs_lib.backend import __main__ as backend
backend._import = lambda name: os.kill(os.getpid(), signal.SIGINT)
backend.main(["state"])
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_provider_imports_nothing_of_the_commands() -> None:
    assert run("-c", PLUGIN).stdout == "[]\n"


def test_provider_that_answers_all_calls_imports_no_google() -> None:
    assert run("-c", ANSWERING).stdout == "27 []\n"


def test_an_interruption_while_it_starts_is_no_traceback() -> None:
    ended = run("-c", INTERRUPTED)

    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, "")


def test_the_usage_of_the_module_names_the_command() -> None:
    ended = run("-m", "constructs_lib.backend")

    assert ended.returncode == 2
    assert "python -m constructs_lib.backend state --help" in ended.stderr


def test_the_help_has_examples_and_the_exit_statuses() -> None:
    whole = run("-m", "constructs_lib.backend", "state", "--help").stdout
    of_set = run("-m", "constructs_lib.backend", "state", "set", "--help").stdout

    assert "examples:" in whole
    assert re.search("\n  2 +of diff: they differ\n", whole)
    assert "--from-history 7" in of_set
    assert max(map(len, (whole + of_set).splitlines())) <= 100
