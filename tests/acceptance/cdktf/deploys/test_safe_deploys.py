"""``make plan``, ``apply`` and ``destroy`` of an environment that is not the sandbox."""

from __future__ import annotations

import os
import pty
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cdktf_project import Machine, checkout_copy

from constructs_lib.sandbox import Api, Credentials, SandboxServer, Store

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]

ENVIRONMENT = """\
provider:
  api_url: {url}
connections:
  shop:
    service: stripe
    group_id: warehouse
    config:
      schema: shop
    secrets:
      api_key: {{variable: shop_api_key}}
"""
CANARY = "canary-of-the-shop"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "live.sqlite3") as store:
        store.add_group("warehouse")
        yield store


@pytest.fixture
def checkout(tmp_path: Path, store: Store) -> Iterator[Path]:
    """A checkout with the environment ``live`` alone, whose API answers on a socket."""
    folder = checkout_copy(tmp_path / "checkout")
    environments = folder / "stacks" / "environments"
    for file in environments.iterdir():
        file.unlink()
    (environments / "base.yaml").write_text("backend: {type: local}\n")
    with SandboxServer(Api(store, Credentials("sandbox", "sandbox")), 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        (environments / "live.yaml").write_text(ENVIRONMENT.format(url=server.url))
        yield folder
        server.shutdown()
        thread.join()


def command(action: str) -> list[str]:
    return [".venv/bin/python", "scripts/deploy.py", action, "live"]


def writes(store: Store) -> list[str]:
    return [entry.method for entry in store.journal(0) if entry.writes]


def answered(machine: Machine, checkout: Path, action: str, answer: bytes) -> tuple[int, str]:
    """Run an action on a terminal, and answer its question; return its status and output."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(action),
        cwd=checkout,
        env={**machine.environ, "TF_VAR_shop_api_key": CANARY},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        os.close(theirs)
        os.write(ours, answer)
        assert process.stdout is not None
        output = process.stdout.read().decode()
    os.close(ours)
    return process.returncode, output


def test_a_reviewed_plan_is_applied_and_a_stale_one_is_not(
    machine: Machine, checkout: Path, store: Store
) -> None:
    stack = checkout / "cdktf.out" / "stacks" / "live"
    secret = {"TF_VAR_shop_api_key": CANARY}

    planned = machine.succeed(checkout, *command("plan"), **secret)
    files = sorted(stack.glob("reviewed.tfplan*"))
    assert "Plan for live: 1 to create, 1 in outputs.\n" in planned
    assert "ENVIRONMENT=live make apply" in planned
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600] * 3
    assert CANARY not in planned
    assert writes(store) == []

    settings = checkout / "stacks" / "environments" / "live.yaml"
    text = settings.read_text()
    settings.write_text(text.replace("schema: shop", "schema: other"))
    refused = machine.run(checkout, *command("apply"), **secret)
    assert refused.status == 1
    assert "the settings of live have changed since the plan was made" in refused.output
    assert writes(store) == []

    settings.write_text(text)
    applied = machine.succeed(checkout, *command("apply"), **secret)
    assert "Apply complete! Resources: 1 added, 0 changed, 0 destroyed." in applied
    assert writes(store) == ["POST"]
    assert list(stack.glob("reviewed.tfplan*")) == []

    status, output = answered(machine, checkout, "destroy", b"yes\n")
    assert (status, writes(store)) == (0, ["POST", "DELETE"]), output
    assert "DESTROYED\n  fivetranops_connection.shop\n" in output
    assert "Destroy live like this? Type yes to do it: " in output
    assert list(stack.glob("reviewed.tfplan*")) == []
