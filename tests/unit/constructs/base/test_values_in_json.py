from __future__ import annotations

from typing import Any

from construct_fixtures import Connect, Synth

from constructs_lib.toolkit import TerraformStack, TerraformVariable, Token


def connect_with(connect: Connect, **settings: Any) -> None:
    """Makes a connection with any settings, which no service need have."""
    unchecked = {f"config.{key}": "what matters here is the value" for key in settings}
    connect(config={"schema_prefix": "x", **settings}, unchecked=unchecked)


def config_of(document: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = document["resource"]["fivetranops_connection"]["orders"]["config"]
    config.pop("schema_prefix")
    return config


def test_plain_values_arrive_as_they_are(connect: Connect, synth: Synth) -> None:
    plain = {"text": "a", "int": 360, "yes": True, "half": 0.5, "empty": {}, "none": [], "": ""}
    connect_with(connect, **plain)

    assert config_of(synth()) == plain


def test_an_integer_is_not_written_as_a_float(connect: Connect, synth: Synth) -> None:
    connect(config={"schema_prefix": "x", "port": 5432})

    assert str(config_of(synth())["port"]) == "5432"


def test_nulls_inside_a_value_are_kept(connect: Connect, synth: Synth) -> None:
    connect_with(connect, a=None, b=[1, None], c={"d": None})

    null = "${null}"
    assert config_of(synth()) == {"a": null, "b": [1, null], "c": {"d": null}}


def test_a_parameter_of_none_is_left_out(connect: Connect, synth: Synth) -> None:
    connect(paused=None)

    assert "paused" not in synth()["resource"]["fivetranops_connection"]["orders"]


def test_numbers_beyond_the_doubles_of_javascript_are_kept(connect: Connect, synth: Synth) -> None:
    connect_with(connect, cursor=1763700000000000001, minus=-1763700000000000001)

    assert config_of(synth()) == {
        "cursor": "${1763700000000000001}",
        "minus": "${-1763700000000000001}",
    }


def test_tokens_inside_a_value_become_expressions(
    connect: Connect, synth: Synth, stack: TerraformStack
) -> None:
    variable = TerraformVariable(stack, "host", type="string")
    inner = {"host": variable.string_value, "port": Token.as_number("${var.port}")}
    connect_with(connect, inner=[inner])

    assert config_of(synth()) == {"inner": [{"host": "${var.host}", "port": "${var.port}"}]}


def test_tuples_are_lists(connect: Connect, synth: Synth) -> None:
    connect_with(connect, tables=("a", "b"))

    assert config_of(synth()) == {"tables": ["a", "b"]}


def test_secrets_become_the_write_only_attributes(connect: Connect, synth: Synth) -> None:
    connect(secrets={"password": "${var.p}"}, auth_secrets={"refresh_token": "${var.t}"})

    resource = synth()["resource"]["fivetranops_connection"]["orders"]
    assert resource["config_wo"] == {"password": "${var.p}"}
    assert resource["auth_wo"] == {"refresh_token": "${var.t}"}
    assert not {"secrets", "auth_secrets"} & set(resource)


def test_the_empty_value_that_clears_is_written(connect: Connect, synth: Synth) -> None:
    empty: dict[str, Any] = {
        "daily_sync_time": "",
        "private_link_id": "",
        "proxy_agent_id": "",
        "external_secrets_keys_config": {},
        "destination_configuration": {"virtual_warehouse": ""},
    }
    connect(**empty)

    resource = synth()["resource"]["fivetranops_connection"]["orders"]
    assert {name: resource[name] for name in empty} == empty
