from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import Connection, ConnectionState, FivetranProvider
from constructs_lib.toolkit import App, Construct, TerraformStack, TerraformVariable
from constructs_lib.validation import ValidationFailed

Anything: Any = Connection
AnyProvider: Any = FivetranProvider
VALID = {"group_id": "g", "service": "postgres", "config": {"schema_prefix": "x"}}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("pausd", "did you mean 'paused'?"),
        ("depend_on", "did you mean 'depends_on'?"),
        ("config_wo", "write 'secrets'"),
        ("sync_state", "leave it out: 'sync_state' can only be read, the API sets it"),
    ],
)
def test_an_unknown_parameter_is_a_finding(
    name: str, hint: str, connect: Connect, synth: Synth
) -> None:
    connect(**{name: True})

    (finding,) = reported(synth)
    assert (finding.rule, finding.pointer, finding.hint) == ("unknown-attribute", f"/{name}", hint)


def test_an_unknown_parameter_like_no_other_gets_the_list(connect: Connect, synth: Synth) -> None:
    connect(xyzzy=1)

    (finding,) = reported(synth)
    assert "sync_frequency" in finding.allowed
    assert "for_each" in finding.allowed


def test_missing_parameters_are_findings(stack: TerraformStack, synth: Synth) -> None:
    Anything(stack, "orders", service="postgres")

    found = sorted(finding.allowed for finding in reported(synth))
    assert found == ["config, which is required", "group_id, which is required"]


def test_a_misspelt_required_parameter_is_one_finding(stack: TerraformStack, synth: Synth) -> None:
    Anything(stack, "orders", group_id="g", servcie="postgres", config={"schema_prefix": "x"})

    assert findings_of(synth) == [("demo/orders", "unknown-attribute", "/servcie")]


def test_parameters_are_given_by_name(stack: TerraformStack, synth: Synth) -> None:
    Anything(stack, "orders", "g", **VALID)

    assert findings_of(synth) == [("demo/orders", "argument", "")]


def test_a_parameter_is_given_once(stack: TerraformStack, synth: Synth) -> None:
    Anything(stack, "orders", id_="returns", **VALID)

    assert ("demo/returns", "argument", "/id_") in findings_of(synth)


def test_other_constructs_take_no_unknown_parameters_either(
    bare_stack: TerraformStack, synth: Synth
) -> None:
    AnyProvider(bare_stack, "fivetran", api_ulr="sandbox")
    state: Any = ConnectionState
    state(bare_stack, "cursor", connection_id="abc", stat={})

    assert findings_of(synth) == [
        ("demo/cursor", "unknown-attribute", "/stat"),
        ("demo/fivetran", "unknown-attribute", "/api_ulr"),
    ]


def test_the_signature_stays_as_it_is_for_editors() -> None:
    parameters = inspect.signature(Connection.__init__).parameters

    assert parameters["group_id"].default is inspect.Parameter.empty
    assert inspect.Parameter.VAR_KEYWORD not in {each.kind for each in parameters.values()}


@pytest.mark.parametrize("identifier", [None, "", 5])
def test_a_connection_from_elsewhere_needs_its_identifier(
    identifier: Any, stack: TerraformStack, synth: Synth
) -> None:
    Connection.from_id(stack, "elsewhere", identifier)

    assert findings_of(synth) == [("demo/elsewhere", "required", "/connection_id")]


@pytest.mark.parametrize("identifier", [".", "..", "a/b", "a b", "a?b", "%2e%2e", "a\n"])
def test_reference_to_what_is_no_identifier_is_a_finding(
    identifier: str, stack: TerraformStack, synth: Synth
) -> None:
    Connection.from_id(stack, "elsewhere", identifier)

    assert findings_of(synth) == [("demo/elsewhere", "pattern", "/connection_id")]


def test_a_forgotten_identifier_is_a_finding(stack: TerraformStack, synth: Synth) -> None:
    Anything.from_id(stack, "elsewhere", servce="github")

    assert findings_of(synth) == [
        ("demo/elsewhere", "required", "/connection_id"),
        ("demo/elsewhere", "unknown-attribute", "/servce"),
    ]


def test_an_id_that_is_taken_is_one_finding(connect: Connect, synth: Synth) -> None:
    connect("orders")

    connect("orders")

    assert findings_of(synth) == [("demo/orders", "id-taken", "/id_")]


def test_a_reference_needs_an_id_of_its_own(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    connect("orders")

    Connection.from_id(stack, "orders", "abc")

    assert findings_of(synth) == [("demo/orders", "id-taken", "/id_")]


@pytest.mark.parametrize("id_", [None, "", 5])
def test_an_id_is_a_text(id_: Any, stack: TerraformStack, synth: Synth) -> None:
    Anything(stack, id_, **VALID)

    assert findings_of(synth) == [("demo/(Connection)", "id", "/id_")]


def test_an_id_is_known_at_synth(stack: TerraformStack, synth: Synth) -> None:
    variable = TerraformVariable(stack, "name", type="string")

    Anything(stack, variable.string_value, **VALID)

    assert [finding.rule for finding in reported(synth)] == ["id"]


@pytest.mark.parametrize("id_", ["1st", "-x", "é"])
def test_an_id_makes_a_name_of_terraform(id_: str, connect: Connect, synth: Synth) -> None:
    connect(id_, config={"schema_prefix": "x"})

    assert findings_of(synth) == [(f"demo/{id_}", "resource-name", "/id_")]


def test_an_id_inside_a_construct_may_begin_with_a_digit(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    connect("1st", scope=Construct(stack, "team"), config={"schema_prefix": "x"})

    (name,) = synth()["resource"]["fivetranops_connection"]
    assert name.startswith("team_1st_")


def test_default_is_no_name_at_the_top_of_a_stack(connect: Connect, synth: Synth) -> None:
    connect("Default")

    assert findings_of(synth) == [("demo/Default", "id", "/id_")]


@pytest.mark.parametrize("construct", [Connection, ConnectionState, FivetranProvider])
@pytest.mark.parametrize("scope", [None, "stack", "app"])
def test_without_a_stack_the_report_comes_at_once(construct: Any, scope: Any, app: App) -> None:
    with pytest.raises(ValidationFailed) as failure:
        construct(app if scope == "app" else scope, "orders")

    (finding,) = failure.value.findings
    assert (str(finding.place), finding.rule) == ("orders", "scope")


@pytest.mark.parametrize("name", ["config", "secrets", "auth"])
def test_an_object_of_python_is_no_value(name: str, connect: Connect, synth: Synth) -> None:
    connect(**{name: {"schema_prefix": "x", "p": Path("x")}})

    assert ("demo/orders", "not-json", f"/{name}/p") in findings_of(synth)


@pytest.mark.parametrize("name", ["config", "secrets", "for_each"])
def test_a_value_that_contains_itself_is_a_finding(
    name: str, connect: Connect, synth: Synth
) -> None:
    value: dict[str, Any] = {"schema_prefix": "x"}
    value["again"] = value

    connect(**{name: value})

    assert findings_of(synth) == [("demo/orders", "not-json", f"/{name}/again")]


def test_a_text_in_place_of_the_connection_is_one_finding(
    stack: TerraformStack, synth: Synth
) -> None:
    ConnectionState(stack, "cursor", connection="abc", state={})  # type: ignore[arg-type]

    (finding,) = reported(synth)
    assert (finding.rule, finding.pointer) == ("connection-or-id", "/connection")
    assert finding.hint == "write connection_id='abc'"


def test_a_state_without_connection_names_both_parameters(
    stack: TerraformStack, synth: Synth
) -> None:
    ConnectionState(stack, "cursor", state={})

    (finding,) = reported(synth)
    assert finding.allowed == "either a connection or a connection_id"


def test_wrong_service_names_the_given_parameter(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    ConnectionState(stack, "cursor", connection=connect(), state={})

    assert findings_of(synth) == [("demo/cursor", "state-service", "/connection")]
