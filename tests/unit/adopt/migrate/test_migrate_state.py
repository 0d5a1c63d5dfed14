"""A state is read in each of its forms, and what is none is refused without showing it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from official_states import CANARY, SOURCE, Stored, state_file

from constructs_lib.adopt.migrate.state import StateError, StateObject, read_state

ORDERS = Stored("fivetran_connection", "orders", {"id": "a", "config": CANARY})


def shown(*resources: dict[str, Any], modules: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """What ``terraform show -json`` prints."""
    root = {"resources": list(resources), "child_modules": list(modules)}
    return {"format_version": "1.0", "values": {"outputs": {}, "root_module": root}}


def shown_resource(name: str = "orders", **more: Any) -> dict[str, Any]:
    """One resource of it."""
    return {
        "mode": "managed",
        "type": "fivetran_connection",
        "name": name,
        "provider_name": SOURCE,
        "schema_version": 1,
        "values": {"id": "a"},
        "sensitive_values": {},
        **more,
    }


def read(tmp_path: Path, document: Any) -> list[StateObject]:
    """What a file with this document says."""
    file = tmp_path / "state.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return read_state(str(file))


def addresses(objects: list[StateObject]) -> list[str]:
    """The addresses of objects."""
    return [each.address for each in objects]


def test_a_state_file_names_each_instance(tmp_path: Path) -> None:
    inner = 'module.a["k"].module.b[0]'
    state = state_file(
        [
            ORDERS._replace(name="many", key=10),
            ORDERS._replace(name="many", key=2),
            ORDERS._replace(name="each", key='e "u" ${x}'),
            ORDERS._replace(name="deep", module=inner),
        ]
    )

    found = read(tmp_path, state)

    assert addresses(found) == [
        'fivetran_connection.each["e \\"u\\" $${x}"]',
        "fivetran_connection.many[10]",
        "fivetran_connection.many[2]",
        f"{inner}.fivetran_connection.deep",
    ]
    assert found[-1].resource == "module.a.module.b.fivetran_connection.deep"
    assert {each.provider for each in found} == {SOURCE}


def test_shown_state_says_the_same_as_its_file(tmp_path: Path) -> None:
    module = {"address": "module.a", "resources": [shown_resource("inner", index="k")]}
    document = shown(shown_resource(values={"id": "a"}), modules=(module,))
    objects = [
        Stored("fivetran_connection", "orders", {"id": "a"}),
        Stored("fivetran_connection", "inner", {"id": "a"}, module="module.a", key="k"),
    ]

    assert read(tmp_path, document) == read(tmp_path, state_file(objects))


@pytest.mark.parametrize(
    ("more", "is_tainted", "is_deposed"),
    [({}, False, False), ({"status": "tainted"}, True, False), ({"deposed": "1234"}, False, True)],
)
def test_what_a_plan_would_destroy_is_noticed(
    tmp_path: Path, more: dict[str, str], is_tainted: bool, is_deposed: bool
) -> None:
    names = {"status": ("tainted", True), "deposed": ("deposed_key", "1234")}
    resource = shown_resource(**dict(names[name] for name in more))

    for document in (state_file([ORDERS._replace(more=more)]), shown(resource)):
        (found,) = read(tmp_path, document)
        assert (found.is_tainted, found.is_deposed) == (is_tainted, is_deposed)


def test_marks_of_sensitive_settings_are_read(tmp_path: Path) -> None:
    def step(value: Any) -> dict[str, Any]:
        if isinstance(value, int):
            return {"type": "index", "value": {"value": value, "type": "number"}}
        return {"type": "get_attr", "value": value}

    marked = [[step(each) for each in path] for path in (["config", "files", 0, "url"], ["auth"])]
    stored = state_file([ORDERS._replace(more={"sensitive_attributes": marked})])
    resource = shown_resource(
        sensitive_values={"config": {"files": [{"url": True}, {}]}, "auth": True}
    )

    for document in (stored, shown(resource)):
        (found,) = read(tmp_path, document)
        assert found.sensitive == {"config.files[].url", "auth"}


def test_data_sources_are_no_objects(tmp_path: Path) -> None:
    stored = state_file([ORDERS])
    stored["resources"][0]["mode"] = "data"

    assert read(tmp_path, stored) == []
    assert read(tmp_path, shown(shown_resource(mode="data"))) == []


@pytest.mark.parametrize("document", [state_file([]), {"format_version": "1.0"}, shown()])
def test_an_empty_state_has_no_objects(tmp_path: Path, document: Any) -> None:
    assert read(tmp_path, document) == []


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("", "is not valid JSON at line 1, column 1"),
        (f'{{"a": "{CANARY}', "is not valid JSON at line 1, column 7"),
        ("[" * 100_000, "is not JSON that can be read"),
        ([], "it is not a JSON object"),
        ({"resource": CANARY}, "it has neither format_version nor lineage"),
        ({"version": 3, "serial": 1, "modules": []}, "is a state of version 3, but version 4"),
        ({"format_version": "1.0", "planned_values": {}}, "is a plan, not a state"),
        ({"format_version": "1.0", "values": CANARY}, "an object in it has another form"),
        (shown({"mode": "managed", "type": CANARY}), "an object in it has another form"),
        ({**state_file([ORDERS]), "resources": [CANARY]}, "an object in it has another form"),
    ],
)
def test_what_is_no_state_is_refused(tmp_path: Path, document: Any, words: str) -> None:
    with pytest.raises(StateError) as refused:
        read(tmp_path, document)

    message = str(refused.value)
    assert words in message
    assert str(tmp_path / "state.json") in message
    assert "terraform" in message
    assert CANARY not in message
    assert refused.value.__context__ is None or refused.value.__suppress_context__


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(b"\xff\xfe\xfd")

    with pytest.raises(StateError, match="is not text in UTF-8"):
        read_state(str(file))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"nothing\.json cannot be read: No such file"):
        read_state(str(tmp_path / "nothing.json"))


def test_the_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.dumps(state_file([ORDERS])).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    assert addresses(read_state("-")) == ["fivetran_connection.orders"]


def test_the_state_file_of_a_directory_is_read(tmp_path: Path) -> None:
    (tmp_path / "terraform.tfstate").write_text(json.dumps(state_file([ORDERS])))

    assert addresses(read_state(str(tmp_path))) == ["fivetran_connection.orders"]


def program(tmp_path: Path, script: str) -> str:
    """A program in place of Terraform."""
    file = tmp_path / "terraform"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


def test_the_state_of_a_backend_is_pulled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    # Given a directory without a state file, whose backend has the state
    directory = tmp_path / "work"
    directory.mkdir()
    (directory / "pulled").write_text(json.dumps(state_file([ORDERS])))
    script = 'test "$*" = "state pull" && echo noise >&2 && cat pulled'
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", program(tmp_path, script))
    # When it is read, then Terraform is asked in that directory, and prints nothing
    assert addresses(read_state(str(directory))) == ["fivetran_connection.orders"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "content", "is_stale"),
    [
        (".terraform/environment", "eu", True),
        (".terraform/environment", "default\n", False),
        (".terraform/terraform.tfstate", '{"version": 3, "backend": {"type": "pg"}}', True),
        (".terraform/terraform.tfstate", '{"version": 3, "serial": 1}', False),
        (".terraform/terraform.tfstate", "{", True),
        ("terraform.tfstate", " \n", True),
        ("terraform.tfstate", "", True),
    ],
)
def test_a_state_file_that_is_not_in_use_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str, is_stale: bool
) -> None:
    # Given a directory with a state file, of which Terraform may use another state
    (tmp_path / ".terraform").mkdir()
    (tmp_path / "terraform.tfstate").write_text(json.dumps(state_file([ORDERS])))
    (tmp_path / "pulled").write_text(json.dumps(state_file([ORDERS._replace(name="pulled")])))
    (tmp_path / name).write_text(content)
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", program(tmp_path, "cat pulled"))
    # When it is read, then what Terraform uses is
    expected = "pulled" if is_stale else "orders"
    assert addresses(read_state(str(tmp_path))) == [f"fivetran_connection.{expected}"]


def test_a_workspace_of_the_environment_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "terraform.tfstate").write_text(json.dumps(state_file([ORDERS])))
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", program(tmp_path, "exit 3"))
    monkeypatch.setenv("TF_WORKSPACE", "eu")

    with pytest.raises(StateError, match=r"has no terraform\.tfstate in use, and .* status 3"):
        read_state(str(tmp_path))


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (f"echo {CANARY}; echo {CANARY} >&2; exit 3", "failed with status 3; run it there"),
        ("exit 0", "printed nothing: there is no state yet"),
        (f"echo {CANARY}", "is not valid JSON at line 1"),
    ],
)
def test_a_pull_that_fails_says_so_without_output(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    script: str,
    words: str,
) -> None:
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", program(tmp_path, script))

    with pytest.raises(StateError) as refused:
        read_state(str(tmp_path))

    assert words in str(refused.value)
    assert CANARY not in str(refused.value)
    assert capfd.readouterr() == ("", "")


def test_terraform_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "/nowhere/terraform")

    with pytest.raises(StateError, match=r"'/nowhere/terraform state pull' .* cannot be started"):
        read_state(str(tmp_path))
