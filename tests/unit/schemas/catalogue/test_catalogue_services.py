"""The facts about services: how they are kept, found and laid over one another."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from generated_settings import facts

from constructs_lib import schemas
from constructs_lib.schemas import FieldKind
from constructs_lib.schemas.catalogue import __main__, service_facts
from constructs_lib.schemas.catalogue.service_facts import forget

Write = Callable[[str], None]

OWN = """\
{
"brand_new": {
 "schema": ["schema"],
 "config.mode": ["fast", "slow"],
 "config.token": "string secret"
},
"postgres": {
 "schema": ["schema_prefix"],
 "config.hosts[]": "string"
}
}
"""


def test_services_file_is_small_sorted_one_line_per_field() -> None:
    text = Path(service_facts.PACKAGED).read_text(encoding="utf-8")
    document = json.loads(text)

    assert len(text) < 300_000
    assert list(document) == sorted(document)
    assert __main__.file_text(document) == text
    assert text.count("\n") == sum(len(entry) + 2 for entry in document.values()) + 2


def test_the_file_holds_names_and_no_sentences() -> None:
    document = json.loads(Path(service_facts.PACKAGED).read_text(encoding="utf-8"))
    paths = [path for entry in document.values() for path in entry]

    assert {path for path in paths if not re.fullmatch(r"[a-z0-9_.\[\]]+", path)} == set()
    words = {fact for entry in document.values() for fact in entry.values() if type(fact) is str}
    assert words <= {
        *(kind.value for kind in FieldKind),
        *(f"{kind.value} secret" for kind in FieldKind),
        *(f"{kind.value} read_only" for kind in FieldKind),
    }


def test_the_fields_of_a_service_are_typed() -> None:
    postgres = facts("postgres")

    assert postgres.destination_schema == ("schema_prefix",)
    assert postgres.config["port"].kind is FieldKind.INTEGER
    assert "WAL_PGOUTPUT" in postgres.config["update_method"].allowed
    assert postgres.config["password"].secret
    assert postgres.config["public_key"].read_only
    assert postgres.secrets == ("client_private_key", "password")
    assert postgres.read_only == ("public_key",)


def test_nested_fields_and_items_of_lists_are_known() -> None:
    secrets_list = facts("connector_sdk").config["secrets_list"]

    assert secrets_list.kind is FieldKind.LIST
    assert secrets_list.item is not None
    assert {name: field.secret for name, field in secrets_list.item.fields.items()} == {
        "key": False,
        "value": True,
    }
    assert facts("google_ads").auth["client_access"].fields["client_secret"].secret


def test_secret_of_auth_that_the_contract_does_not_mark() -> None:
    known = {name: facts(name).auth_secrets for name in schemas.services() if facts(name).auth}
    forgotten = [
        name
        for name, secrets in known.items()
        if "client_access" in facts(name).auth
        and "client_access.client_secret" not in secrets
        and "client_secret" in facts(name).auth["client_access"].fields
    ]

    assert forgotten == []


def test_an_unknown_service_is_none() -> None:
    assert schemas.service("no_such_service") is None


@pytest.mark.parametrize("name", ['"', "schema", "config.port", "a\nb", ""])
def test_a_name_that_is_none_is_not_found_by_accident(name: str) -> None:
    assert schemas.service(name) is None


def test_one_service_is_read_without_the_others() -> None:
    text = '{\n"a": {\n "schema": ["schema"]\n},\n"b": {\n broken\n}\n}\n'

    file = service_facts.ServicesFile(text)

    assert file.entry("a") == {"schema": ["schema"]}
    assert file.names() == ["a", "b"]
    with pytest.raises(ValueError, match="Expecting"):
        file.entry("b")


def test_the_file_of_the_project_adds_and_replaces_services(project: Path, write: Write) -> None:
    write(OWN)

    assert facts("brand_new").config["mode"].allowed == ("fast", "slow")
    assert list(facts("postgres").config) == ["hosts"]
    assert facts("stripe").secrets == ("access_token", "api_key")
    assert {"brand_new", "stripe"} <= set(schemas.services())


def test_the_file_of_the_project_is_found_from_below(
    project: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(OWN)
    below = project / "cdktf.out" / "stacks" / "demo"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    forget()

    assert schemas.service("brand_new") is not None


def test_a_variable_names_another_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = project / "other.json"
    other.write_text(OWN, encoding="utf-8")
    monkeypatch.setenv(service_facts.VARIABLE, str(other))
    forget()

    assert schemas.service("brand_new") is not None


@pytest.mark.parametrize(
    "text",
    [
        '{\n"a": {\n',
        '{\n"a": {\n "schema": 5\n}\n}\n',
        '{\n"a": {\n "b": "c"\n}\n}\n',
        '{\n  "a": {\n    "schema": ["schema"]\n  }\n}\n',
        "[]",
    ],
)
def test_damaged_project_file_is_reported_and_ignored(
    project: Path, write: Write, text: str
) -> None:
    write(text)

    assert schemas.service("postgres") is not None
    _, problem = service_facts.project_file()
    assert problem.startswith("fivetran-services.json cannot be used: ")


def test_missing_file_of_the_variable_is_reported(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(service_facts.VARIABLE, "missing.json")
    forget()

    _, problem = service_facts.project_file()

    assert problem == "missing.json cannot be used: No such file or directory"


def test_a_destination_schema_of_an_unknown_form_has_no_name(project: Path, write: Write) -> None:
    write('{\n"formless": {\n "schema": []\n}\n}\n')

    assert schemas.destination_schema_name("formless", {"schema": "a"}) is None
