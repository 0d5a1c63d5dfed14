"""The later processes of a command are forks of the first one, and nothing is left of them."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from killed_run import is_alive
from test_requests_of_a_plan import bodies
from workspace import Workspace, wait_until

from constructs_lib.backend.plugin import fork_request

pytestmark = [
    pytest.mark.launched,
    pytest.mark.both_terraforms,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has fork servers"),
]

PLAN, APPLY = 2, 1
"""Processes of a provider that Terraform starts after the one for the schemas: one checks and one
plans, and one applies the plan."""


def temporary(terraform: Workspace, short: Path) -> Path:
    """The folder in which the providers of a run leave what they leave."""
    short.mkdir(exist_ok=True)
    terraform.environment |= {"TMPDIR": str(short), "TF_LOG_PROVIDER": "DEBUG"}
    terraform.environment |= {"TF_LOG_PATH": "provider.log"}
    return short


def forks(terraform: Workspace) -> list[str]:
    """The process ids of the fork servers, once for each fork in Terraform's log."""
    log = (terraform.directory / "provider.log").read_text()
    return re.findall(r"served by a fork of process (\d+)", log)


def is_emptied(folder: Path, seconds: float = 30.0) -> bool:
    """True if a folder becomes empty."""
    end = time.monotonic() + seconds
    while list(folder.iterdir()) and time.monotonic() < end:
        time.sleep(0.01)
    return not list(folder.iterdir())


def test_all_processes_after_the_first_are_forks(terraform: Workspace, tmp_path: Path) -> None:
    folder = temporary(terraform, tmp_path / "t")
    terraform.write(bodies(1))
    terraform.run("plan", "-input=false", "-out=tfplan")
    terraform.run("apply", "-input=false", "tfplan")

    served = forks(terraform)

    assert [number for _, number in Counter(served).items()] == [PLAN, APPLY]
    assert is_emptied(folder)
    wait_until(lambda: not any(is_alive(int(server)) for server in served))


def test_a_forbidden_fork_server_changes_nothing(terraform: Workspace, tmp_path: Path) -> None:
    folder = temporary(terraform, tmp_path / "t")
    terraform.environment[fork_request.SWITCH] = "0"
    terraform.write(bodies(1))
    terraform.apply()

    assert forks(terraform) == []
    assert terraform.is_settled()
    assert is_emptied(folder)
