"""What the guides show runs: their programs, and the commands that change nothing elsewhere."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from example_deployment import Deploy, synthesise
from markdown_pages import blocks, name_of, pages
from official_states import Stored, connection, state_file
from pages.catalogue import DOCS, EXAMPLES, ROOT
from quick_programs import QUICK_TERRAFORM

from constructs_lib.sandbox import Connection, Store

GUIDES = sorted(path.parent for path in (EXAMPLES / "guides").rglob("main.py"))
_SAFE = (
    "python -m constructs_lib.schemas.catalogue show",
    "python -m constructs_lib.schemas.catalogue search",
    "python -m constructs_lib.sandbox",
    "python -m stacks new-connection",
    "python -m stacks adopt --environment sandbox --dry-run",
    "python -m constructs_lib adopt",
    "python -m constructs_lib migrate",
    "python -m constructs_lib sandbox",
    "python -m constructs_lib schema",
    "python -m constructs_lib state get",
    "python -m constructs_lib state history",
    "python scripts/construct_signatures.py",
    "python scripts/reference_pages.py",
)
"""How the commands begin that ask nobody but the sandbox."""


def run(command: list[str], folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    always = {"PYTHONPATH": str(ROOT), "CHECKPOINT_DISABLE": "1"}
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **QUICK_TERRAFORM, **always, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What the programs of the guides synthesise, by the names of the guides."""
    root = tmp_path_factory.mktemp("guides")
    folders = [Path(shutil.copytree(guide, root / guide.name)) for guide in GUIDES]
    synthesise(folders)
    found = {}
    for folder in folders:
        (document,) = folder.glob("cdktf.out/stacks/*/cdk.tf.json")
        found[folder.name] = json.loads(document.read_text())
    return found


@pytest.mark.cdktf
@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_program_of_a_guide_is_synthesised(guide: Path, documents: Mapping[str, Any]) -> None:
    assert documents[guide.name]["resource"]


@pytest.mark.cdktf
@pytest.mark.terraform
def test_a_new_connection_is_pinned_by_one_deploy(deployment: Deploy, tmp_path: Path) -> None:
    guide = Path(shutil.copytree(EXAMPLES / "guides" / "pinning", tmp_path / "pinning"))
    synthesise([guide])
    (stack,) = (guide / "cdktf.out" / "stacks").iterdir()
    terraform = deployment("fivetranops", stack).terraform
    terraform.run("init", "-input=false")

    terraform.run("apply", "-auto-approve", "-input=false")

    tested = terraform.resource("fivetranops_connection_test.tested")
    assert tested["status"] == "PASSED"
    chosen = terraform.resource("fivetranops_connection_schema.chosen")
    assert chosen["schema_change_handling"] == "ALLOW_COLUMNS"
    assert not terraform.unsettled()
    terraform.run("destroy", "-auto-approve", "-input=false")
    assert not terraform.holds_anything()


@pytest.mark.cdktf
def test_values_of_the_official_provider_reach_ours(documents: Mapping[str, Any]) -> None:
    document = documents["composing"]

    providers = document["terraform"]["required_providers"]
    connections = document["resource"]["fivetranops_connection"].values()
    assert {p["source"].rpartition("/")[2] for p in providers.values()} == {
        "fivetran",
        "fivetranops",
    }
    assert {c["group_id"] for c in connections} == {"${fivetran_group.warehouse.id}"}
    assert len(document["resource"]["fivetranops_connection_state"]) == 2


def safe_commands(page: Path) -> list[str]:
    """The commands of a page that can be run here, in their order."""
    found = []
    for block in blocks(page):
        code = block.code.replace("\\\n", "") if block.language in ("sh", "console") else ""
        for line in code.splitlines():
            words = by_python(line.removeprefix("$ ").partition("   #")[0].strip())
            # A server has no end; the tests of the sandbox start it.
            if words.startswith(_SAFE) and not {"--show", "serve"} & set(words.split()):
                found.append(words)
    return found


def by_python(line: str) -> str:
    """The same command without the script, which no test installs."""
    line = re.sub("^state ", "connections state ", line.removeprefix(".venv/bin/"))
    return re.sub("^connections ", "python -m constructs_lib ", line)


PAGES = [pytest.param(page, id=name_of(page)) for page in pages() if safe_commands(page)]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout, with the connection and the old state that the pages speak of."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("stacks", "scripts", "docs", "examples", "constructs_lib"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "README.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, folder)
    official = Stored("fivetran_connection", "orders", connection("a", "s3", None, name="a.b"))
    (folder / "before.tfstate").write_text(json.dumps(state_file([official])))
    (folder / ".sandbox").mkdir()
    (folder / "cdktf.out" / "stacks" / "sandbox").mkdir(parents=True)
    with Store(folder / ".sandbox" / "fivetran.sqlite3") as store, store.transaction() as tables:
        made = Connection(
            "pale_hydrogen",
            "sandbox_warehouse",
            "connector_sdk",
            "invoices",
            "2026-01-01T00:00:00Z",
        )
        made.state = {"page": 1}
        tables.insert(made)
    elastic = ["-m", "constructs_lib.sandbox", "add-connector", "wiki"]
    file = str(folder / ".sandbox" / "elastic.sqlite3")
    assert run([sys.executable, *elastic, "--database", file], folder).returncode == 0
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_the_safe_commands_of_a_page_succeed(page: Path, checkout: Path) -> None:
    for line in safe_commands(page):
        words = [sys.executable, *shlex.split(line)[1:]]
        done = run(words, checkout, FIVETRAN_API_URL="sandbox", PYTHONPATH=str(checkout))

        assert done.returncode == 0, f"{line}\n{done.stderr}"
        assert "Traceback" not in done.stderr


def test_the_pages_have_such_commands() -> None:
    assert sum(len(safe_commands(page)) for page in pages()) > 10


def test_state_command_of_its_page_works_beside_other_stacks(checkout: Path) -> None:
    for name in ("production", "staging"):
        (checkout / "cdktf.out" / "stacks" / name).mkdir()
    (checkout / "wanted.json").write_text('{"page": 2}')
    (block,) = (b for b in blocks(DOCS / "state_command.md") if "--stack" in b.code)
    lines = [by_python(line.partition("   #")[0]).split() for line in block.code.splitlines()]

    for _python, *words in lines:
        agreed = ["--yes"] if "set" in words else []
        done = run(
            [sys.executable, *words, *agreed],
            checkout,
            FIVETRAN_API_URL="sandbox",
            PYTHONPATH=str(checkout),
        )
        assert done.returncode == 0, f"{words}\n{done.stderr}"

    assert "by command: set" in done.stdout
