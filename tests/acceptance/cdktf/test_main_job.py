"""The main job as the README tells it: make deploy, make diff, and the way to the other CDK."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from cdktf_project import Machine, checkout_copy
from provider_process import ProviderProcess

from constructs_lib.sandbox import Store
from constructs_lib.sandbox.elastic import ElasticStore

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]

BASE = Path("stacks/environments/base.yaml")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose settings a test may change; what is installed is that of this one."""
    return checkout_copy(tmp_path / "check out")


def writes(checkout: Path, since: int = 0) -> list[tuple[str, str, Any]]:
    with Store(checkout / ".sandbox" / "fivetran.sqlite3") as store:
        return [(e.method, e.path, e.body) for e in store.journal(since) if e.writes]


def last_entry(checkout: Path) -> int:
    with Store(checkout / ".sandbox" / "fivetran.sqlite3") as store:
        return store.journal(0)[-1].number


def statuses_sent(checkout: Path) -> list[str]:
    with ElasticStore(checkout / ".sandbox" / "elastic.sqlite3") as store:
        return [entry.body["status"] for entry in store.journal(0) if entry.writes]


def planted_providers(checkout: Path) -> set[str]:
    plugins = checkout / "cdktf.out" / "stacks" / "sandbox" / "terraform.d" / "plugins"
    return {path.name for path in plugins.glob("terraform.local/connections-as-code/*")}


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert text.count(before) == 1
    file.write_text(text.replace(before, after))


def changed_lines(diff: str) -> list[str]:
    lines = (" ".join(line.split()) for line in diff.splitlines())
    return [line for line in lines if line.startswith(("~", "+ ", "- ")) and "=" in line]


def everything_written(checkout: Path) -> bytes:
    found = b""
    written = (checkout / "cdktf.out").rglob("*"), checkout.glob("terraform.*")
    for path in [*written[0], *written[1], *checkout.glob("*.log")]:
        if path.is_file():
            found += path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    found += b"".join(archive.read(name) for name in archive.namelist())
    return found


@contextmanager
def attached(machine: Machine, checkout: Path, environ: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of commands that attach to one start of each provider: for what follows the
    deploys that launch them.
    """
    stack = checkout / "cdktf.out" / "stacks" / "sandbox"
    entries: dict[str, Any] = {}
    with ExitStack() as ending:
        for name in sorted(planted_providers(checkout)):
            process = ProviderProcess(stack, checkout.with_name(f"{name}.log"), name)
            ending.callback(process.end)
            entries |= json.loads(process.reattach({**machine.environ, **environ}))
        yield {**environ, "TF_REATTACH_PROVIDERS": json.dumps(entries)}


def go_back(machine: Machine, checkout: Path, environ: dict[str, str]) -> str:
    """Moves a cursor back, and returns by what is printed, as the page of ConnectionState says.

    :returns: what ``make output`` printed
    """
    first = '{"updated_since": "2024-01-01T00:00:00Z", "page": 1}'
    text = (checkout / BASE).read_text()
    block = text[text.index("        invoices:\n") : text.index("\n  # Returned parcels")]
    moved = "        invoices: {updated_since: 2023-01-01T00:00:00Z, page: 1}\n"
    change(checkout / BASE, block, moved.replace("2023-01-01T00:00:00Z", '"2023-01-01T00:00:00Z"'))

    deployed = machine.succeed(checkout, "make", "deploy", **environ)
    assert "moves BACKWARDS" in deployed
    assert '"2024-01-01T00:00:00Z" -> "2023-01-01T00:00:00Z" (backwards by 365 days)' in deployed
    printed = machine.succeed(checkout, "make", "output", **environ)
    before = printed.partition("erp_invoices_state_before =")[2].split()[0]

    assert json.loads(before) == {"invoices": json.loads(first)}
    file = (checkout / BASE).read_text()
    start, end = file.index("      state:\n" + moved[:17]), file.index("\n  # Returned parcels")
    (checkout / BASE).write_text(f"{file[:start]}      state: {before}\n{file[end:]}")
    machine.succeed(checkout, "make", "deploy", **environ)
    sent = [body for _, path, body in writes(checkout) if path.endswith("/state")]
    assert sent[-1] == {"state": {"invoices": json.loads(first)}}
    return printed


def test_deploy_change_one_key_move_to_cdktn_and_destroy(machine: Machine, checkout: Path) -> None:
    # The keys of real accounts must neither be needed nor matter.
    account = {
        "FIVETRAN_APIKEY": "canary-key",
        "FIVETRAN_APISECRET": "canary-secret",
        "ELASTICSEARCH_API_KEY": "canary-elastic-key",
    }
    secrets = ["orders_db_password", "billing_api_key", "erp_invoices_api_token"]
    canaries = account | {f"TF_VAR_{name}": f"canary-{name}" for name in secrets}

    machine.succeed(checkout, "make", "deploy", **canaries)
    posted = [path for method, path, _ in writes(checkout) if method == "POST"]
    created = [path for path in posted if path == "/v1/connections"]
    states = [path for _, path, _ in writes(checkout) if path.endswith("/state")]
    assert len(created) == 7
    assert len(states) == 2
    done = [path.rpartition("/")[2] for path in posted if path not in created]
    # The setup tests come before the sync that depends on them; the card waits for neither.
    assert sorted(done) == ["connect-card", "sync", "test"]
    assert done.index("test") < done.index("sync")
    assert statuses_sent(checkout) == ["needs_configuration", "configured"]
    assert planted_providers(checkout) == {"elasticops", "fivetranops"}

    before = last_entry(checkout)
    machine.succeed(checkout, "make", "deploy", **canaries)
    assert last_entry(checkout) > before
    assert writes(checkout, before) == []
    assert len(statuses_sent(checkout)) == 2

    change(checkout / BASE, "host: orders-db.example.com", "host: orders-db-2.example.com")
    diff = machine.succeed(checkout, "make", "diff", **canaries)
    assert changed_lines(diff) == [
        "~ config = {",
        '~ host = "orders-db.example.com" -> "orders-db-2.example.com"',
    ]
    assert zipfile.is_zipfile(checkout / "cdktf.out" / "stacks" / "sandbox" / "plan")
    planned = everything_written(checkout)
    before = last_entry(checkout)
    machine.succeed(checkout, "make", "deploy", **canaries)
    ((method, _, body),) = writes(checkout, before)
    assert (method, body) == ("PATCH", {"config": {"host": "orders-db-2.example.com"}})

    found = everything_written(checkout)
    assert b"orders-db-2.example.com" in found
    for value in (*canaries.values(), "sandbox-engineering_token"):
        assert value.encode() not in found
        assert value.encode() not in planned

    with attached(machine, checkout, canaries) as environ:
        printed = go_back(machine, checkout, environ)
    assert "click_events_setup_connect_card_uri = <sensitive>" in " ".join(printed.split())
    assert "fivetran.com/connect-card" not in printed

    moved = machine.succeed(checkout, "make", "diff", CONNECTIONS_TOOLKIT="cdktn", **canaries)
    assert "No changes. Your infrastructure matches the configuration." in moved

    before = last_entry(checkout)
    machine.succeed(checkout, "make", "destroy", **canaries)
    with Store(checkout / ".sandbox" / "fivetran.sqlite3") as store:
        deleted = [e for e in store.journal(before) if (e.method, e.status) == ("DELETE", 200)]
    assert len(deleted) == 7
    assert len(statuses_sent(checkout)) == 2, "destroying a status only forgets it"


def test_mistakes_in_the_files_end_the_command_with_all_of_them(
    machine: Machine, checkout: Path
) -> None:
    file = checkout / BASE
    change(file, "service: stripe", "service: stripe\n    pausd: true")
    change(file, "sync_frequency: 1440", "sync_frequency: 45")

    result = machine.run(checkout, "make", "diff")

    assert result.status != 0
    assert "Traceback" not in result.output
    assert re.search(r"base\.yaml:\d+:\d+: error\[unknown-attribute\]", result.output)
    assert "did you mean 'paused'?" in result.output
    assert re.search(r"base\.yaml:\d+:\d+: error\[enum\]", result.output)
    assert not (checkout / "cdktf.out" / "stacks").exists()


def test_missing_secrets_are_listed_before_anything_runs(machine: Machine, checkout: Path) -> None:
    result = machine.run(checkout, "make", "diff", ENVIRONMENT="staging")

    assert result.status != 0
    assert "TF_VAR_orders_db_password" in result.output
    assert "TF_VAR_billing_api_key" in result.output
    assert not (checkout / "cdktf.out").exists()
