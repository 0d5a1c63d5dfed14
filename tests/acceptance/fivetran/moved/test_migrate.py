"""A state is migrated: the real Terraform moves all of it, changes nothing and sends nothing."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from account_size import SIZE
from bodies import orders
from expected_requests import change
from official_accounts import objects_of
from official_provider import plant
from official_states import CANARY, Stored, connection, moved, schedule, settings, state_file
from sandbox_server import Sandbox
from scenario import Scenario

from constructs_lib.adopt.description import Document
from constructs_lib.adopt.hcl_form import to_hcl
from constructs_lib.adopt.migrate.__main__ import main
from constructs_lib.adopt.migrate.connection import as_import
from constructs_lib.adopt.migrate.migration import plan_migration
from constructs_lib.adopt.migrate.state import read_state
from constructs_lib.sandbox.fivetran.generated import generate
from stacks.settings import load_environment

UNCHANGED = "Plan: 0 to add, 0 to change, 0 to destroy."


def store(terraform: Scenario, objects: Sequence[Stored]) -> None:
    """Writes a state with some objects into the working directory."""
    plant(terraform.directory)
    (terraform.directory / "terraform.tfstate").write_text(json.dumps(state_file(objects)))
    shutil.copy(terraform.directory / "terraform.tfstate", terraform.directory / "before.tfstate")


def migrate(directory: Path, *options: str) -> int:
    """Runs the command for this directory."""
    return main([str(directory), "--form", "hcl", "--out", str(directory), *options])


def files_with_canary(directory: Path) -> list[str]:
    """The files with a secret in them."""
    every = [path for path in directory.rglob("*") if path.is_file()]
    return sorted(path.name for path in every if CANARY.encode() in path.read_bytes())


def check_moves(terraform: Scenario, sandbox: Sandbox, number: int) -> None:
    """Plans and applies: all move, nothing changes, nothing is sent, no secret is left."""
    terraform.run("init", "-input=false")
    sandbox.writes()
    plan = terraform.run("plan", "-input=false", "-out=plan.bin")
    assert len(set(re.findall(r"has moved to (\S+)", plan))) == number
    assert UNCHANGED in plan
    output = terraform.run("apply", "-input=false", "plan.bin")
    assert "0 added, 0 changed, 0 destroyed" in output
    assert sandbox.writes() == []
    # A plan file holds the state before it.
    (terraform.directory / "plan.bin").unlink()
    kept = ["before.tfstate", "terraform.tfstate.backup"]
    assert files_with_canary(terraform.directory) == kept
    assert terraform.is_settled()


def add_official(terraform: Scenario) -> None:
    """Names that provider among those that the configuration needs."""
    file = terraform.directory / "main.tf"
    needed = 'required_providers {\n    fivetran = {\n      source = "fivetran/fivetran"\n    }\n'
    file.write_text(file.read_text().replace("required_providers {\n", needed, 1))


@pytest.mark.both_terraforms
def test_a_state_of_60_services_is_migrated(
    terraform: Scenario, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given connections of both kinds, with schedules and settings, in modules and as instances
    made = generate(sandbox.store, connections=SIZE, services=60)
    sandbox.made_by_hand |= set(made)
    objects = list(objects_of([sandbox.connection(each) for each in made]))
    group = Stored("fivetran_group", "kept", {"id": "g", "name": "g"}, 0)
    store(terraform, [*objects, group])
    terraform.write('resource "fivetran_group" "kept" {\n  name = "g"\n}\n')
    add_official(terraform)
    # When their state is migrated, then the report names all of it, and no secret
    assert migrate(terraform.directory) == 0
    report = capsys.readouterr().out
    assert f"{SIZE} connections to move" in report
    assert "1 fivetran_group: fivetran_group.kept" in report
    assert CANARY not in report
    # And Terraform moves it, and nothing else stays
    check_moves(terraform, sandbox, SIZE)
    addresses = terraform.addresses()
    assert {each.split(".")[0] for each in addresses} == {
        "fivetran_group",
        "fivetranops_connection",
    }
    assert len(addresses) == SIZE + 1
    (terraform.directory / "terraform.tfstate").unlink()


def one(identifier: str, name: str = "orders", **more: Any) -> Stored:
    """A connection in a state."""
    given = {"host": "db.example.com", "port": 5432, "password": CANARY}
    destination = {**dict.fromkeys(("name", "table", "table_group_name")), "prefix": name}
    attributes = connection(
        identifier, "postgres", given, destination_schema=destination, name=name, **more
    )
    return Stored("fivetran_connection", name, attributes)


@pytest.fixture
def there(sandbox: Sandbox) -> str:
    """A connection that Fivetran's own provider has made."""
    return sandbox.add(
        "postgres", schema_prefix="orders", host="db.example.com", port=5432, password=CANARY
    )


@pytest.mark.both_terraforms
def test_a_state_of_one_connection_is_migrated_alone(
    terraform: Scenario, sandbox: Sandbox, there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a directory with nothing but a state
    parts = [
        Stored("fivetran_connector_schedule", "s", schedule(there), 0),
        Stored("fivetran_connection_config", "c", settings(there, {"password": CANARY})),
    ]
    store(terraform, [one(there, run_setup_tests=False, trust_certificates=True), *parts])
    # When it is migrated, then the files are all that Terraform needs
    assert migrate(terraform.directory) == 0
    check_moves(terraform, sandbox, 1)
    # And when it is migrated again, then no file changes
    files = {path: path.read_bytes() for path in terraform.directory.glob("*.tf")}
    assert migrate(terraform.directory) == 0
    assert {path: path.read_bytes() for path in terraform.directory.glob("*.tf")} == files
    assert "moved earlier: fivetranops_connection.orders" in capsys.readouterr().out
    (terraform.directory / "terraform.tfstate").unlink()


def test_what_may_be_a_secret_moves_without_a_change(terraform: Scenario, sandbox: Sandbox) -> None:
    # Given settings, and a service, that the catalogue does not know
    given = {"host": "db", "sshKey": CANARY, "header": "Bearer abc", "password": CANARY}
    known = sandbox.add("postgres", schema_prefix="orders", **given)
    unknown = sandbox.add("postgres", schema_prefix="new", **given)
    with sandbox.store.transaction() as tables:
        made = tables.connection(unknown)
        assert made is not None
        made.service = "unheard_of"
        tables.update(made)
    every = [(known, "postgres", {"prefix": "orders"}), (unknown, "unheard_of", {"name": "new"})]
    stored = [
        Stored("fivetran_connection", service, connection(i, service, given, destination_schema=d))
        for i, service, d in every
    ]
    store(terraform, stored)
    # When they are migrated, then nothing changes, and the files have none of the values
    assert migrate(terraform.directory) == 0
    texts = [each.read_text() for each in terraform.directory.glob("*.tf")]
    assert not any("Bearer" in each or CANARY in each for each in texts)
    terraform.run("init", "-input=false")
    sandbox.writes()
    assert "0 added, 0 changed, 0 destroyed" in terraform.run("apply", "-auto-approve")
    assert sandbox.writes() == []
    names = {f"fivetranops_connection.{service}" for _, service, _ in every}
    assert set(terraform.addresses()) == names
    (terraform.directory / "terraform.tfstate").unlink()


def old_configuration(*objects: Stored) -> str:
    """The blocks of resources of that provider, in JSON."""
    blocks: dict[str, dict[str, Any]] = {}
    read = ("id", "connected_by", "created_at")
    for each in objects:
        given = {n: v for n, v in each.attributes.items() if n not in read and v is not None}
        blocks.setdefault(each.type_name, {})[each.name] = given
    return json.dumps({"resource": blocks})


def test_a_half_done_migration_is_finished(
    terraform: Scenario, sandbox: Sandbox, there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given two connections, of which the first was moved by hand, with its block in a file
    second = sandbox.add("postgres", schema_prefix="bills", host="db.example.com", port=5432)
    objects = [one(there), one(second, "bills")]
    store(terraform, objects)
    (terraform.directory / "old.tf.json").write_text(old_configuration(objects[1]))
    terraform.write(orders() + moved("fivetran_connection"))
    add_official(terraform)
    terraform.run("init", "-input=false")
    terraform.run("apply", "-auto-approve", "-input=false")
    # When the rest is migrated, then only that is written, and it moves
    (terraform.directory / "old.tf.json").unlink()
    assert migrate(terraform.directory) == 0
    written = (terraform.directory / "fivetranops_connections.tf").read_text()
    assert re.findall('^resource "(.+)" "(.+)"', written, re.MULTILINE) == [
        ("fivetranops_connection", "bills")
    ]
    check_moves(terraform, sandbox, 1)
    assert terraform.addresses() == [
        "fivetranops_connection.bills",
        "fivetranops_connection.orders",
    ]
    (terraform.directory / "terraform.tfstate").unlink()


@pytest.mark.both_terraforms
def test_what_terraform_shows_is_the_state_that_it_stores(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    # Given a state of each form of an object, and the same as Terraform shows and pulls it
    objects = [
        one("a"),
        one("b")._replace(name="b", module='module.m["x y"].module.n', key='k"${1}'),
        one("c")._replace(name="c", key=3, more={"status": "tainted"}),
        one("d")._replace(name="c", key=3, more={"deposed": "12345678"}),
        Stored("fivetran_connector_schedule", "s", schedule("a"), 0),
    ]
    store(terraform, objects)
    (terraform.directory / "terraform.tfstate").rename(terraform.directory / "far.tfstate")
    terraform.write('terraform {\n  backend "local" {\n    path = "far.tfstate"\n  }\n}\n')
    terraform.run("init", "-input=false")
    _, text = terraform._finish("show", "-json")
    (terraform.directory / "shown.json").write_text(text)
    # When each is read, then it says the same
    stored = read_state(str(terraform.directory / "far.tfstate"))
    assert read_state(str(terraform.directory)) == stored
    assert len(stored) == len(objects)
    shown = read_state(str(terraform.directory / "shown.json"))
    for ours, theirs in zip(stored, shown, strict=True):
        # An attribute that is in one alone is null.
        assert ours.attributes.items() <= dict(theirs.attributes).items()
        # It shows no version of what is deposed.
        same = {"attributes": {}} | ({"version": 0} if ours.is_deposed else {})
        assert ours._replace(**same) == theirs._replace(**same)


def test_a_secret_is_given_after_the_migration(
    terraform: Scenario, sandbox: Sandbox, there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store(terraform, [one(there)])
    terraform.write("")
    assert migrate(terraform.directory) == 0
    check_moves(terraform, sandbox, 1)

    terraform.environment["TF_VAR_orders_password"] = "given again"
    terraform.run("apply", "-auto-approve", "-input=false")

    assert sandbox.writes() == [change(there, config={"password": "******"})]
    assert terraform.is_settled()
    (terraform.directory / "terraform.tfstate").unlink()


def test_a_tainted_connection_is_migrated_once_it_is_kept(
    terraform: Scenario, sandbox: Sandbox, there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store(terraform, [one(there)._replace(more={"status": "tainted"})])
    terraform.write("")
    assert migrate(terraform.directory) == 1
    assert "Run 'terraform untaint' on its address first" in capsys.readouterr().err

    terraform.run("init", "-input=false")
    terraform.run("untaint", "fivetran_connection.orders")

    shutil.copy(terraform.directory / "terraform.tfstate", terraform.directory / "before.tfstate")
    assert migrate(terraform.directory) == 0
    check_moves(terraform, sandbox, 1)
    (terraform.directory / "terraform.tfstate").unlink()


@pytest.mark.both_terraforms
def test_a_migration_is_taken_back(
    terraform: Scenario, sandbox: Sandbox, there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a migration that was applied
    part = Stored("fivetran_connector_schedule", "s", schedule(there), 0)
    objects = [one(there), part]
    store(terraform, objects)
    terraform.write("")
    add_official(terraform)
    assert migrate(terraform.directory) == 0
    check_moves(terraform, sandbox, 1)
    # When the copy of the state and the old configuration are put back
    for path in terraform.directory.glob("fivetranops_*.tf"):
        path.unlink()
    (terraform.directory / "old.tf.json").write_text(old_configuration(*objects))
    terraform.run("init", "-input=false")
    terraform.run("state", "push", "-force", "before.tfstate")
    # Then the old provider has all of it, and nothing is to do
    assert terraform.is_settled()
    assert terraform.addresses() == [f"{each.type_name}.{each.name}" for each in objects]
    assert sandbox.writes() == []
    (terraform.directory / "terraform.tfstate").unlink()


def test_what_is_imported_elsewhere_changes_nothing(
    terraform: Scenario, sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given the state of an account of 60 services, whose connections another stack takes over
    made = generate(sandbox.store, connections=60, services=60)
    sandbox.made_by_hand |= set(made)
    objects = list(objects_of([sandbox.connection(each) for each in made]))
    old = Scenario(tmp_path / "old", sandbox, terraform.provider)
    store(old, objects)
    old.write("")
    add_official(old)
    arguments = [str(old.directory), "--form", "yaml", "--out", str(tmp_path / "new")]
    assert main(arguments) == 0
    # And whose entries are those of an environment
    folder = tmp_path / "stacks" / "environments"
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text("provider: {}\n")
    shutil.copy(tmp_path / "new" / "connections.yaml", folder / "new.yaml")
    assert len(load_environment("new", folder).connections) == 60
    # When the old one forgets them, then nothing is destroyed and nothing is sent
    shutil.copy(tmp_path / "new" / "forget.tf", old.directory)
    old.run("init", "-input=false")
    output = old.run("apply", "-auto-approve", "-input=false")
    assert "0 added, 0 changed, 0 destroyed" in output
    assert not old.holds_anything()
    # And when they are imported as they are described, then nothing changes
    found = plan_migration(read_state(str(old.directory / "before.tfstate")), for_entries=True)
    described = tuple(as_import(each).described for each in found.connections)
    terraform.write("")
    for name, content in to_hcl(Document(described)).items():
        if name != "providers.tf":
            (terraform.directory / name).write_text(content)
    output = terraform.run("plan", "-input=false")
    assert "Plan: 60 to import, 0 to add, 0 to change, 0 to destroy." in output
    assert files_with_canary(tmp_path / "new") == []
    assert sandbox.writes() == []


def guide_blocks(word: str) -> str:
    """The block of the guide with a word in it."""
    page = Path(__file__).parents[4] / "docs" / "guides" / "moving_in.md"
    blocks = re.findall("```hcl\n(.*?)```", page.read_text(), re.DOTALL)
    (found,) = (block for block in blocks if word in block)
    return str(found)


@pytest.mark.both_terraforms
def test_connections_refer_to_groups_of_the_other_provider(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    """The configuration of the guide: groups there, connections here."""
    plant(terraform.directory)
    terraform.write("")
    (terraform.directory / "main.tf").write_text(guide_blocks("fivetran_group"))
    terraform.run("init", "-input=false")
    sandbox.writes()

    terraform.run("apply", "-auto-approve", "-input=false")

    ((method, path, body),) = sandbox.writes()
    assert (method, path, body["group_id"]) == ("POST", "/v1/connections", "sandbox_warehouse")
    assert terraform.is_settled()
    terraform.run("destroy", "-auto-approve", "-input=false")
    assert [method for method, _, _ in sandbox.writes()] == ["DELETE"]


def test_a_rehearsal_leaves_the_real_state_alone(
    terraform: Scenario, sandbox: Sandbox, there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rehearsal of the guide: a shared state, of which nobody can be asked here."""
    store(terraform, [one(there)])
    terraform.write('terraform {\n  backend "http" {\n    address = "http://127.0.0.1:9"\n  }\n}\n')
    (terraform.directory / "backend_override.tf").write_text(guide_blocks("backend"))
    assert migrate(terraform.directory) == 0
    terraform.run("init", "-input=false")

    plan = terraform.run("plan", "-input=false")

    assert "has moved to fivetranops_connection.orders" in plan
    assert UNCHANGED in plan
    before = terraform.directory / "before.tfstate"
    assert (terraform.directory / "terraform.tfstate").read_bytes() == before.read_bytes()
    assert sandbox.writes() == []
    (terraform.directory / "terraform.tfstate").unlink()
