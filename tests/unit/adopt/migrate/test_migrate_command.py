"""What the command writes and prints, what it leaves alone, and how it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from official_states import CANARY, Stored, connection, connector, schedule, settings, state_file

from constructs_lib.adopt.migrate import __main__ as command

OURS = "terraform.local/connections-as-code/fivetranops"


class Run(NamedTuple):
    """How a run ended."""

    status: int
    output: str
    errors: str
    files: dict[str, str]


Migrate = Callable[..., Run]


@pytest.fixture
def migrate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Migrate:
    """Runs the command on a state with some objects; no secret is anywhere afterwards."""
    out = tmp_path / "out"

    def _migrate(objects: Sequence[Stored], *options: str, form: str = "hcl") -> Run:
        state = tmp_path / "state.json"
        state.write_text(json.dumps(state_file(objects)))
        status = command.main([str(state), "--form", form, "--out", str(out), *options])
        printed = capsys.readouterr()
        files = {e.name: e.read_text() for e in out.iterdir()} if out.exists() else {}
        assert CANARY not in printed.out + printed.err + "".join(files.values())
        return Run(status, printed.out, printed.err, files)

    return _migrate


def orders(identifier: str, name: str = "orders", **more: Any) -> Stored:
    """A connection in a state."""
    given = {"host": "db", "password": CANARY}
    attributes = connection(identifier, "postgres", given, destination_schema={"prefix": name})
    return Stored("fivetran_connection", name, {**attributes, **more})


def there(identifier: str, name: str) -> Stored:
    """A connection that has moved."""
    return Stored("fivetranops_connection", name, {"id": identifier}, 0, source=OURS)


FILES = ("fivetranops_connections.tf", "fivetranops_moved.tf", "fivetranops_variables.tf")
A, B = orders("a", "first"), orders("b", "second")


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("hcl", set(FILES) | {"fivetranops_providers.tf"}),
        ("python", {"connections.py", "forget.tf"}),
        ("yaml", {"connections.yaml", "forget.tf"}),
    ],
)
def test_each_form_has_its_files(migrate: Migrate, form: str, names: set[str]) -> None:
    found = migrate([A, B], form=form)

    assert (found.status, found.errors) == (0, "")
    assert found.files.keys() == names
    assert f"written: {', '.join(sorted(names))}" in found.output


def test_other_forms_import_what_the_old_one_forgets(migrate: Migrate) -> None:
    part = Stored("fivetran_connector_schedule", "s", schedule("a"), 0)

    found = migrate([orders("a", run_setup_tests=False), part], form="yaml")

    assert "import_id: a" in found.files["connections.yaml"]
    assert "run_setup_tests: " not in found.files["connections.yaml"]
    assert "# run_setup_tests is not written" in found.files["connections.yaml"]
    forgotten = ["fivetran_connection.orders", "fivetran_connector_schedule.s"]
    lines = found.files["forget.tf"].splitlines()
    assert [line.split()[-1] for line in lines if "from" in line] == forgotten


def test_a_rehearsal_prints_and_writes_nothing(migrate: Migrate) -> None:
    found = migrate([A], "--dry-run")

    assert (found.status, found.files) == (0, {})
    assert "not written, because of --dry-run: fivetranops_connections.tf" in found.output
    assert "# fivetranops_moved.tf\nmoved {\n  from = fivetran_connection.first\n" in found.output
    assert "Next, in this order" not in found.output


def test_it_can_be_repeated(migrate: Migrate) -> None:
    first = migrate([A, B])
    again = migrate([A, B])

    assert again.files == first.files
    assert f"unchanged: {', '.join(FILES)}" in again.output


@pytest.mark.parametrize("form", command.FORMS)
def test_what_is_forgotten_can_be_repeated(migrate: Migrate, form: str) -> None:
    parts = [Stored("fivetran_connector_schedule", n, schedule(n), 0) for n in ("a", "b")]

    first = migrate([A, B, *parts], form=form)
    again = migrate([A, B, *parts], form=form)

    assert (again.status, again.errors) == (0, "")
    assert again.files == first.files
    forgotten = first.files.get("fivetranops_moved.tf") or first.files["forget.tf"]
    assert "from = fivetran_connector_schedule.b\n" in forgotten


def test_what_is_forgotten_stays_after_the_move(migrate: Migrate) -> None:
    parts = [Stored("fivetran_connector_schedule", n, schedule(n), 0) for n in ("a", "b")]
    first = migrate([A, B, *parts])

    found = migrate([there("a", "first"), there("b", "second")])

    assert found.files == first.files


def test_a_rehearsal_after_a_change_by_hand_prints(migrate: Migrate, tmp_path: Path) -> None:
    first = migrate([A])
    changed = tmp_path / "out" / FILES[0]
    changed.write_text(first.files[FILES[0]] + "# mine\n")

    found = migrate([A, B], "--dry-run")

    assert (found.status, found.errors) == (0, "")
    assert f"# {FILES[0]}\nresource" in found.output
    assert found.files == {**first.files, FILES[0]: changed.read_text()}


def test_what_has_moved_since_stays_in_the_files(migrate: Migrate) -> None:
    first = migrate([A, B])

    half = migrate([there("a", "first"), B])
    done = migrate([there("a", "first"), there("b", "second")])

    assert (half.status, done.status) == (0, 0)
    assert half.files == first.files
    assert done.files == first.files
    assert "moved earlier: fivetranops_connection.first" in half.output


def test_a_variable_of_what_has_moved_is_not_given_again(migrate: Migrate) -> None:
    # Given two connections whose variables would have one name
    listed = {"package_id": "p", "secrets_list": [{"key": "b_c", "value": CANARY}]}
    config = {"package_id": "p", "secrets_list": [{"key": "c", "value": CANARY}]}
    every = [
        Stored("fivetran_connection", name, connection(name, "connector_sdk", given, name=name))
        for name, given in (("a", listed), ("a_b", config))
    ]
    first = migrate(every)
    assert "var.a_b_c_value_2" in first.files[FILES[0]]
    # When one of them has moved, then the other keeps its own
    found = migrate([there("a", "a"), every[1]])
    assert found.files == first.files


def test_what_is_new_since_then_is_added(migrate: Migrate) -> None:
    first = migrate([A])

    found = migrate([there("a", "first"), B])

    for name in FILES:
        before, after = (each.files[name].partition("\n")[2] for each in (first, found))
        assert after.startswith(before)
        assert "second" in after


def test_what_is_neither_old_nor_moved_is_dropped(migrate: Migrate) -> None:
    migrate([A, B])

    found = migrate([B])

    assert "first" not in found.files[FILES[0]] + found.files[FILES[1]]


def test_a_changed_file_is_not_overwritten(migrate: Migrate, tmp_path: Path) -> None:
    first = migrate([A])
    changed = tmp_path / "out" / FILES[0]
    changed.write_text(first.files[FILES[0]] + "# mine\n")

    found = migrate([A, B])

    assert found.status == 1
    assert "connections.tf: not written by" in found.errors
    assert found.errors.endswith("Nothing was written.\n")
    assert found.files == {**first.files, FILES[0]: changed.read_text()}


@pytest.mark.parametrize(
    ("name", "content", "needs"),
    [
        ("fivetranops_providers.tf", "terraform {\n  required_providers {}\n}\n", False),
        ("main.tf", "terraform {\n  required_providers {\n  }\n}\n", True),
        ("main.tf.json", '{"terraform": {"required_providers": {}}}', True),
    ],
)
def test_required_providers_of_others_stay_theirs(
    migrate: Migrate, tmp_path: Path, name: str, content: str, needs: bool
) -> None:
    file = tmp_path / "out" / name
    file.parent.mkdir()
    file.write_text(content)

    found = migrate([A])

    assert found.files[name] == content
    assert {"fivetranops_providers.tf", name} & found.files.keys() == {name}
    assert ("Add fivetranops to required_providers" in found.output) is needs


def test_names_of_variables_of_others_are_not_taken(migrate: Migrate, tmp_path: Path) -> None:
    file = tmp_path / "out" / "variables.tf"
    file.parent.mkdir()
    file.write_text('variable "first_password" {\n  type = string\n}\n')

    first, again = migrate([A]), migrate([A])

    assert 'variable "first_password_2"' in first.files[FILES[2]]
    assert "var.first_password_2" in first.files[FILES[0]]
    assert again.files == first.files


def test_a_refused_state_writes_nothing(migrate: Migrate) -> None:
    tainted = [each._replace(more={"status": "tainted"}) for each in (A, B)]

    found = migrate(tainted)

    assert (found.status, found.output, found.files) == (1, "", {})
    assert "cannot be migrated as it is:\n  fivetran_connection.first is tainted" in found.errors
    assert "\n  fivetran_connection.second is tainted" in found.errors
    assert found.errors.endswith("Nothing was written.\n")


def test_a_state_without_connections_is_an_error(migrate: Migrate) -> None:
    found = migrate([Stored("fivetran_group", "g", {"id": "g"}, 0)])

    assert (found.status, found.files) == (1, {})
    assert "has no connection of fivetran/fivetran" in found.errors


def test_a_state_that_cannot_be_read_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = command.main([str(tmp_path / "no"), "--form", "hcl", "--out", str(tmp_path / "out")])

    assert status == 1
    assert "no cannot be read" in capsys.readouterr().err


def test_an_interrupt_writes_nothing(migrate: Migrate, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "plan_migration", interrupted)

    found = migrate([A])

    assert (found.status, found.files) == (130, {})
    assert found.errors == "migrate: interrupted; nothing was written.\n"


def test_the_report_names_all_that_was_found(migrate: Migrate) -> None:
    timed = connector("c", "postgres", {"host": "db"}, destination_schema={"prefix": "c"})
    objects = [
        A,
        Stored("fivetran_connection_config", "c", settings("a", {"port": 1})),
        Stored("fivetran_connector", "timed", {**timed, "timeouts": {"create": "1h"}}, 4),
        there("gone", "before"),
        Stored("fivetran_connector_schedule", "late", schedule("gone"), 0),
        Stored("fivetran_connector_schedule", "alone", schedule("nowhere"), 0),
        *(Stored("fivetran_group", name, {"id": name}, 0) for name in ("x", "y")),
        Stored("fivetran_user", "u", {"id": "u"}, 0, module="module.m"),
        Stored("aws_instance", "i", {}, 0, source="registry.terraform.io/hashicorp/aws"),
    ]

    output = migrate(objects).output

    for words in (
        "2 connections to move, and 2 other objects",
        "moved earlier: fivetranops_connection.before",
        "  fivetran_connection.first -> fivetranops_connection.first\n"
        "    with fivetran_connection_config.c\n",
        "  first: secrets.password: TF_VAR_first_password",
        "this provider has no resource for it\n"
        "  2 fivetran_group: fivetran_group.x, fivetran_group.y\n"
        "  1 fivetran_user: module.m.fivetran_user.u\n",
        "not in this state\n  1 fivetran_connector_schedule: fivetran_connector_schedule.alone\n",
        "has moved already\n  1 fivetran_connector_schedule: fivetran_connector_schedule.late\n",
        "timeouts of fivetran_connector.timed",
        "it must say '0 to add, 0 to change, 0 to destroy', and 'has moved to' 2 times",
    ):
        assert words in output
    assert "aws" not in output


def test_it_loads_neither_the_provider_nor_the_cdk(tmp_path: Path) -> None:
    (tmp_path / "terraform.tfstate").write_text(json.dumps(state_file([A])))
    program = (
        "import sys\n"
        "from constructs_lib.adopt.migrate.__main__ import main\n"
        f"main([{str(tmp_path)!r}, '--form', 'hcl', '--out', {str(tmp_path)!r}])\n"
        "print(*sys.modules, file=sys.stderr)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    loaded = set(done.stderr.split())
    assert "constructs_lib.adopt.migrate.state" in loaded
    others = {"constructs_lib.backend", "cdktf", "cdktn", "jsii", "jsonschema", "requests", "yaml"}
    assert loaded & others == set()


IMPORTED = [("python", "connections.py"), ("yaml", "connections.yaml")]


@pytest.mark.parametrize(("form", "name"), IMPORTED)
def test_a_file_of_imports_is_written_anew(migrate: Migrate, form: str, name: str) -> None:
    migrate([A], form=form)

    found = migrate([A, B], form=form)

    assert (found.status, found.errors) == (0, "")
    assert found.files[name].count("from __future__") == (form == "python")
    assert len([line for line in found.files[name].splitlines() if "import_id" in line]) == 2


@pytest.mark.parametrize(("form", "name"), IMPORTED)
def test_a_file_of_imports_loses_no_connection(migrate: Migrate, form: str, name: str) -> None:
    first = migrate([A, B], form=form)

    found = migrate([B], form=form)

    assert (found.status, found.files) == (1, first.files)
    assert f"{name} has connections that are not in this state" in found.errors
    assert "delete them: first (a). Choose another directory" in found.errors
