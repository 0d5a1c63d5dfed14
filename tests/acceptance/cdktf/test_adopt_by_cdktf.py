"""Adopting as docs/guides/adopting.md tells it: by the project's commands and the CDK's CLI."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from cdktf_project import ROOT, Machine

from constructs_lib.sandbox import Store

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]


def test_empty_environment_adopts_and_has_nothing_to_do(machine: Machine, tmp_path: Path) -> None:
    folder = tmp_path / "check out"
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    settings = json.loads((ROOT / "cdktf.json").read_text())
    (folder / "cdktf.json").write_text(
        json.dumps({**settings, "app": f"{sys.executable} -m stacks", "sendCrashReports": "false"})
    )
    environments = folder / "stacks" / "environments"
    for path in environments.iterdir():
        path.write_text("") if path.stem == "base" else path.unlink()
    (environments / "warehouse.yaml").write_text("provider: {api_url: 'sandbox:s.sqlite3'}\n")
    made = ("generate", "--database", "s.sqlite3", "--connections", "7", "--services", "7")
    machine.succeed(folder, sys.executable, "-m", "constructs_lib.sandbox", *made)

    adopt = ("-m", "stacks", "adopt", "--environment", "warehouse")
    assert "7 connections added" in machine.succeed(folder, sys.executable, *adopt)

    diff = machine.succeed(folder, "cdktf", "diff", "warehouse")
    assert "Plan: 7 to import, 0 to add, 0 to change, 0 to destroy." in diff
    machine.succeed(folder, "cdktf", "deploy", "warehouse", "--auto-approve")
    assert "No changes." in machine.terraform(folder, "warehouse", "plan", "-no-color")
    with Store(folder / "s.sqlite3") as store:
        assert [entry for entry in store.journal() if entry.writes] == []
