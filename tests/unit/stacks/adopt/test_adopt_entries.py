"""The entries of adopted connections: what stands in them, and what is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from constructs_lib.adopt.account import FoundConnection
from constructs_lib.adopt.settings import NameRegistry
from constructs_lib.schemas import MASK
from stacks.adopt.command import without_refused_settings
from stacks.adopt.entry import EntryCandidate
from stacks.adopt.environment import ExistingEnvironment


class Adopted:
    """One connection, and what its adoption came to."""

    def __init__(self, folder: Path, defaults: str, found: FoundConnection) -> None:
        (folder / "base.yaml").write_text(defaults)
        (folder / "dev.yaml").write_text("")
        existing = ExistingEnvironment("dev", folder)
        self.candidate = EntryCandidate(found, "orders", existing.defaults, NameRegistry(()))
        self.is_adopted = without_refused_settings([self.candidate], existing) == [self.candidate]
        self.text = self.candidate.text(0)
        self.entry: dict[str, Any] = yaml.safe_load(self.text)["orders"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "stacks" / "environments"
    folder.mkdir(parents=True)
    return folder


def found(
    service: str = "postgres",
    destination: dict[str, str] | None = None,
    attributes: dict[str, Any] | None = None,
    **config: Any,
) -> FoundConnection:
    named = {"schema_prefix": "orders"} if destination is None else destination
    return FoundConnection(
        "some_id", "some_group", service, ".".join(named.values()), attributes or {}, named, config
    )


def test_an_entry_says_what_was_chosen_and_nothing_else(folder: Path) -> None:
    usual = {"paused": False, "schedule_type": "auto", "networking_method": "Directly"}
    chosen = {"sync_frequency": 360, "pause_after_trial": True}
    nothing = {"database": "", "tunnel_host": None, "tunnel_user": []}
    connection = found(attributes={**usual, **chosen}, host="db", port=5432, **nothing)

    adopted = Adopted(folder, "", connection)

    assert adopted.entry == {
        "import_id": "some_id",
        "service": "postgres",
        "group_id": "some_group",
        "sync_frequency": 360,
        "pause_after_trial": True,
        "config": {"schema_prefix": "orders", "host": "db", "port": 5432},
    }


def test_what_only_fivetran_sets_is_left_out(folder: Path) -> None:
    adopted = Adopted(folder, "", found(public_key="ssh-rsa AAAA"))

    assert adopted.entry["config"] == {"schema_prefix": "orders"}


@pytest.mark.parametrize(
    ("service", "destination"),
    [
        ("github", {"schema": "gh"}),
        ("google_sheets", {"schema": "sheets", "table": "budget.v2"}),
        ("s3", {"schema": "lake", "table_group_name": "files"}),
        ("db2luw", {"schema_prefix": "db2"}),
    ],
)
def test_the_destination_schema_has_the_form_of_the_service(
    service: str, destination: dict[str, str], folder: Path
) -> None:
    adopted = Adopted(folder, "", found(service, destination))

    assert adopted.is_adopted
    assert adopted.entry["config"] == destination


def test_what_the_defaults_say_is_not_repeated(folder: Path) -> None:
    defaults = "defaults: {group_id: some_group, sync_frequency: 60, config: {host: db}}"

    adopted = Adopted(folder, defaults, found(attributes={"sync_frequency": 60}, host="db"))

    assert adopted.entry == {
        "import_id": "some_id",
        "service": "postgres",
        "config": {"schema_prefix": "orders"},
    }


def test_other_values_than_the_defaults_are_written(folder: Path) -> None:
    defaults = """
defaults:
  paused: true
  daily_sync_time: "05:00"
  sync_frequency: 1440
  require_setup_tests: true
  protect: true
  config: {host: other, user: somebody}
"""
    adopted = Adopted(
        folder, defaults, found(attributes={"paused": False, "sync_frequency": 15}, host="db")
    )

    assert adopted.is_adopted
    assert adopted.candidate.left_out == {}
    assert {k: adopted.entry[k] for k in adopted.entry if k not in ("import_id", "service")} == {
        "group_id": "some_group",
        "paused": False,
        "sync_frequency": 15,
        "config": {"schema_prefix": "orders", "host": "db", "user": None},
        "daily_sync_time": None,
        "require_setup_tests": None,
    }


def test_masked_secrets_become_variables_that_keep_what_is_there(folder: Path) -> None:
    secrets = [{"key": "token", "value": MASK}, {"key": "other", "value": MASK}]

    adopted = Adopted(folder, "", found("connector_sdk", {"schema": "x"}, secrets_list=secrets))

    assert adopted.entry["secrets"] == {
        "secrets_list": [
            {"key": "token", "value": {"variable": "orders_token_value", "unset": "keep"}},
            {"key": "other", "value": {"variable": "orders_other_value", "unset": "keep"}},
        ]
    }


def test_an_empty_item_of_secrets_is_a_value_and_no_variable(folder: Path) -> None:
    secrets = [{"key": "token", "value": MASK}, {"key": "other", "value": ""}]

    adopted = Adopted(folder, "", found("connector_sdk", {"schema": "x"}, secrets_list=secrets))

    assert adopted.is_adopted
    assert adopted.entry["secrets"]["secrets_list"][1] == {"key": "other", "value": ""}


def test_secrets_that_are_all_empty_are_secrets_all_the_same(folder: Path) -> None:
    secrets = [{"key": "token", "value": ""}]

    adopted = Adopted(folder, "", found("connector_sdk", {"schema": "x"}, secrets_list=secrets))

    assert adopted.is_adopted
    assert adopted.entry["secrets"]["secrets_list"] == secrets
    assert "secrets_list" not in adopted.entry["config"]


@pytest.mark.parametrize("mask", ["***", "********", "\u2022" * 6, "\u25cf" * 4, "\u2219" * 12])
def test_a_mask_of_any_length_becomes_a_variable(folder: Path, mask: str) -> None:
    adopted = Adopted(folder, "", found(password=mask))

    assert mask not in adopted.text
    assert adopted.entry["secrets"]["password"]["variable"] == "orders_password"


def test_a_secret_that_the_api_answers_in_clear_is_not_written(folder: Path) -> None:
    adopted = Adopted(folder, "", found(password="canary"))

    assert "canary" not in adopted.text
    assert adopted.entry["secrets"]["password"]["variable"] == "orders_password"


def test_secret_inside_an_object_is_kept_with_its_settings(folder: Path) -> None:
    credentials = {"bucket_name": "b", "s3_role_arn": MASK}

    adopted = Adopted(folder, "", found("amplitude", {"schema": "x"}, aws_credentials=credentials))

    variable = {"variable": "orders_aws_credentials_s3_role_arn", "unset": "keep"}
    assert adopted.entry["config"]["aws_credentials"] == {"bucket_name": "b"}
    assert adopted.entry["secrets"]["aws_credentials"] == {"s3_role_arn": variable}


def test_settings_of_an_unknown_service_are_taken_as_they_are(folder: Path) -> None:
    adopted = Adopted(folder, "", found("appeared_tomorrow", {}, token=MASK, mode={"a": [1, ""]}))

    assert adopted.is_adopted
    assert adopted.entry["config"] == {"mode": {"a": [1, ""]}}
    assert adopted.entry["secrets"] == {"token": {"variable": "orders_token", "unset": "keep"}}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"new_field": 5}, "unknown-field"),
        ({"new_secret": MASK}, "unknown-field"),
        ({"port": "many"}, "field-type"),
        ({"update_method": "GUESSING"}, "field-value"),
        ({"new_list": [{"key": "a", "value": MASK}]}, "secret-in-file"),
        ({"tunnel_user": {"variable": "a"}}, "variable-place"),
    ],
)
def test_refused_setting_is_left_out_with_the_reason(
    config: dict[str, Any], reason: str, folder: Path
) -> None:
    (name,) = config

    adopted = Adopted(folder, "", found(host="db", **config))

    assert adopted.is_adopted
    assert adopted.entry["config"] == {"schema_prefix": "orders", "host": "db"}
    assert not adopted.entry.get("secrets")
    assert f"# config.{name} is not managed: it stays as it is at Fivetran. The " in adopted.text
    assert f"[{reason}]" in adopted.text


@pytest.mark.parametrize(
    ("attributes", "left"),
    [
        ({"sync_frequency": 60, "daily_sync_time": "14:00"}, {"daily_sync_time"}),
        ({"sync_frequency": 1440, "daily_sync_time": "14:30"}, {"daily_sync_time"}),
        ({"sync_frequency": 7}, {"sync_frequency"}),
        ({"data_delay_threshold": 30}, {"data_delay_threshold"}),
        ({"networking_method": "UnmanagedProxyAgent"}, {"networking_method"}),
        ({"networking_method": "PrivateLink"}, {"networking_method"}),
        ({"private_link_id": "link"}, {"private_link_id"}),
        ({"sync_frequency": 7, "daily_sync_time": "14:00"}, {"sync_frequency", "daily_sync_time"}),
    ],
)
def test_an_odd_attribute_is_left_as_it_is(
    attributes: dict[str, Any], left: set[str], folder: Path
) -> None:
    adopted = Adopted(folder, "", found(attributes=attributes))

    assert adopted.is_adopted
    assert set(adopted.candidate.left_out) == left
    assert not left & set(adopted.entry)


@pytest.mark.parametrize("destination", [{}, {"schema": "only"}])
def test_a_connection_without_its_destination_schema_is_refused(
    destination: dict[str, str], folder: Path
) -> None:
    adopted = Adopted(folder, "", found("google_sheets", destination))

    assert not adopted.is_adopted
    assert "[destination-schema]" in adopted.candidate.refused
