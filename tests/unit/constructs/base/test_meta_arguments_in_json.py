from __future__ import annotations

from typing import Any

from construct_fixtures import Connect, Synth

from constructs_lib import FivetranProvider, Lifecycle
from constructs_lib.toolkit import TerraformIterator, TerraformStack


def orders(document: dict[str, Any]) -> dict[str, Any]:
    resource: dict[str, Any] = document["resource"]["fivetranops_connection"]["orders"]
    return resource


def test_the_provider_is_required_with_source_and_version(connect: Connect, synth: Synth) -> None:
    connect()

    document = synth()

    assert document["terraform"]["required_providers"] == {
        "fivetranops": {
            "source": "terraform.local/connections-as-code/fivetranops",
            "version": "0.2.0",
        }
    }
    assert document["provider"] == {"fivetranops": [{"api_url": "sandbox"}]}


def test_a_second_provider_is_used_by_its_alias(
    connect: Connect, synth: Synth, stack: TerraformStack
) -> None:
    second = FivetranProvider(stack, "second", alias="second", request_timeout=2.5)
    connect(provider=second)

    document = synth()

    assert document["provider"]["fivetranops"][1] == {"alias": "second", "request_timeout": 2.5}
    assert orders(document)["provider"] == "fivetranops.second"


def test_the_lifecycle_names_attributes(connect: Connect, synth: Synth) -> None:
    connect(lifecycle=Lifecycle(prevent_destroy=True, ignore_changes=["secrets", "paused"]))

    assert orders(synth())["lifecycle"] == {
        "prevent_destroy": True,
        "ignore_changes": ["config_wo", "paused"],
    }


def test_the_lifecycle_may_be_a_mapping(connect: Connect, synth: Synth) -> None:
    connect(lifecycle={"ignore_changes": "all", "create_before_destroy": True})

    assert orders(synth())["lifecycle"] == {"ignore_changes": "all", "create_before_destroy": True}


def test_count_makes_several(connect: Connect, synth: Synth) -> None:
    connect(count=2, config={"schema_prefix": "orders_${count.index}"})

    resource = orders(synth())

    assert resource["count"] == 2
    assert resource["config"] == {"schema_prefix": "orders_${count.index}"}


def test_for_each_takes_a_mapping(connect: Connect, synth: Synth) -> None:
    config = {"schema_prefix": "x_${each.key}"}
    connect(for_each={"eu": {"host": "a"}, "us": {"host": None}}, config=config)

    assert orders(synth())["for_each"] == {"eu": {"host": "a"}, "us": {"host": "${null}"}}


def test_for_each_takes_an_iterator_of_the_cdk(connect: Connect, synth: Synth) -> None:
    iterator = TerraformIterator.from_list(["eu", "us"])
    connect(for_each=iterator, config={"schema_prefix": iterator.value})

    resource = orders(synth())

    assert resource["for_each"] == '${toset(["eu", "us"])}'
    assert resource["config"] == {"schema_prefix": "${each.value}"}


def test_existing_connections_are_imported_by_blocks(connect: Connect, synth: Synth) -> None:
    connect("orders", import_id="first_one")
    connect("returns", import_id="second_one")

    assert synth()["import"] == [
        {"to": "fivetranops_connection.orders", "id": "first_one"},
        {"to": "fivetranops_connection.returns", "id": "second_one"},
    ]


def test_a_sandbox_file_is_found_from_the_directory_of_terraform(
    bare_stack: TerraformStack, synth: Synth, tmp_path: Any, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    FivetranProvider(bare_stack, "fivetran", api_url="sandbox:data/api.sqlite3")

    (provider,) = synth()["provider"]["fivetranops"]

    assert provider["api_url"] == f"sandbox:{tmp_path}/data/api.sqlite3"
