"""How one connection is described, from what several resources of a state say of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from official_states import (
    CANARY,
    SOURCE,
    Stored,
    connection,
    connector,
    schedule,
    settings,
    state_file,
)

from constructs_lib.adopt.description import Variable
from constructs_lib.adopt.hcl_form import to_hcl
from constructs_lib.adopt.migrate.connection import Migrated, Secret
from constructs_lib.adopt.migrate.migration import Refused, plan_migration
from constructs_lib.adopt.migrate.state import read_state
from constructs_lib.schemas import Field, FieldKind, service, services
from constructs_lib.schemas.rules import REASON_OF_IMPORT

PREFIX = {"prefix": "orders"}
SAMPLES: dict[FieldKind, Any] = {
    FieldKind.BOOLEAN: True,
    FieldKind.INTEGER: 5,
    FieldKind.NUMBER: 0.5,
    FieldKind.LIST: [],
    FieldKind.OBJECT: {},
}


@pytest.fixture
def migrated(tmp_path: Path) -> Any:
    """Describes the one connection of a state with some objects."""

    def _migrated(*objects: Stored) -> Migrated:
        file = tmp_path / "state.json"
        file.write_text(json.dumps(state_file(objects)))
        (found,) = plan_migration(read_state(str(file))).connections
        assert CANARY not in repr(found.described) + repr(found.left_out) + repr(found.secrets)
        return found

    return _migrated


def postgres(config: dict[str, Any] | None = None, **more: Any) -> Stored:
    """A ``fivetran_connection`` of this service."""
    given = {"host": "db", "port": 5432, "password": CANARY} if config is None else config
    attributes = connection("abc", "postgres", given, destination_schema=PREFIX, **more)
    return Stored("fivetran_connection", "orders", attributes)


def configured(config: dict[str, Any] | None, auth: Any = None, **more: Any) -> Stored:
    """The ``fivetran_connection_config`` of it."""
    return Stored("fivetran_connection_config", "c", settings("abc", config, auth) | more)


def scheduled(**more: Any) -> Stored:
    """The ``fivetran_connector_schedule`` of it."""
    return Stored("fivetran_connector_schedule", "s", schedule("abc", **more), 0)


def test_settings_are_written_and_secrets_become_variables(migrated: Any) -> None:
    found = migrated(postgres())

    assert found.described.attributes == {
        "service": "postgres",
        "group_id": "sandbox_warehouse",
        "config": {"host": "db", "port": 5432, "schema_prefix": "orders"},
        "secrets": {"password": Variable("orders_password")},
    }
    assert found.described.moved_from == "fivetran_connection.orders"
    assert found.described.import_id is None
    assert found.secrets == (Secret("secrets.password", ("orders_password",)),)


def test_what_says_only_the_default_is_left_out(migrated: Any) -> None:
    defaults = {"run_setup_tests": True, "trust_certificates": False, "data_delay_threshold": 0}
    defaults |= {"networking_method": "Directly", "data_delay_sensitivity": "NORMAL"}

    found = migrated(postgres(**defaults))

    assert found.described.attributes.keys() == {"service", "group_id", "config", "secrets"}


def test_what_the_move_takes_over_is_kept(migrated: Any) -> None:
    given = {"trust_certificates": True, "trust_fingerprints": True}
    given |= {"networking_method": "ProxyAgent", "proxy_agent_id": "agent"}
    given |= {"data_delay_sensitivity": "CUSTOM", "data_delay_threshold": 90}

    found = migrated(postgres(**given))

    written = found.described.attributes
    assert {name: written.get(name) for name in given} == given


def test_trust_without_tests_is_left_out(migrated: Any) -> None:
    """The move leaves it out as well, because the two together mean nothing."""
    found = migrated(postgres(run_setup_tests=False, trust_certificates=True))

    assert found.described.attributes["run_setup_tests"] is False
    assert "trust_certificates" not in found.described.attributes
    assert "[trust-needs-tests]" in found.left_out[0]


def test_texts_of_a_schedule_become_values(migrated: Any) -> None:
    found = migrated(
        postgres(), scheduled(paused="true", sync_frequency="1440", daily_sync_time="03:00")
    )

    written = {"paused": True, "pause_after_trial": False, "sync_frequency": 1440}
    written |= {"schedule_type": "auto", "daily_sync_time": "03:00"}
    assert found.described.attributes.items() >= written.items()
    assert found.left_out == ()


def test_an_hour_without_a_daily_sync_is_left_out(migrated: Any) -> None:
    found = migrated(postgres(), scheduled(daily_sync_time="03:00"))

    assert "daily_sync_time" not in found.described.attributes
    assert found.described.comments == found.left_out
    (comment,) = found.left_out
    assert comment.startswith("daily_sync_time is not managed: it stays as it is at Fivetran.")


def test_a_schedule_as_an_object_is_left_out(migrated: Any) -> None:
    found = migrated(postgres(), scheduled(schedule={"schedule_type": "CRON", "cron": "0 3 * * *"}))

    (comment,) = found.left_out
    assert "schedule of fivetran_connector_schedule.s is not managed" in comment


def test_settings_of_their_own_resource_count(migrated: Any) -> None:
    given = {"host": "new", "user": "u", "password": CANARY, "port": 9007199254740993}

    found = migrated(postgres({"host": "old", "database": "d"}), configured(given))

    config = {"host": "new", "user": "u", "port": 9007199254740993}
    assert found.described.attributes["config"] == {
        "schema_prefix": "orders",
        "database": "d",
        **config,
    }
    assert found.described.attributes["secrets"] == {"password": Variable("orders_password")}


def test_a_connection_without_settings_has_its_schema(migrated: Any) -> None:
    attributes = connection("abc", "postgres", None, destination_schema=PREFIX)

    found = migrated(Stored("fivetran_connection", "orders", attributes))

    assert found.described.attributes["config"] == {"schema_prefix": "orders"}


@pytest.mark.parametrize(
    ("service", "name", "config"),
    [
        ("postgres", "orders", {"schema_prefix": "orders"}),
        ("connector_sdk", "orders", {"schema": "orders"}),
        ("google_sheets", "a.b", {"schema": "a", "table": "b"}),
    ],
)
def test_a_schema_that_is_not_stated_is_read_from_the_name(
    migrated: Any, service: str, name: str, config: dict[str, str]
) -> None:
    attributes = connection("abc", service, None, name=name)

    found = migrated(Stored("fivetran_connection", "orders", attributes))

    assert found.described.attributes["config"] == config


def test_a_list_with_a_secret_is_secret_as_a_whole(migrated: Any) -> None:
    listed = [{"key": "a", "value": CANARY}, {"key": "b", "value": CANARY}]
    config = {"package_id": "p", "secrets_list": listed}
    attributes = connection("abc", "connector_sdk", config, destination_schema={"name": "s"})

    found = migrated(Stored("fivetran_connection", "sdk", attributes))

    assert found.described.attributes["config"] == {"schema": "s", "package_id": "p"}
    assert found.described.attributes["secrets"] == {
        "secrets_list": [
            {"key": "a", "value": Variable("sdk_a_value")},
            {"key": "b", "value": Variable("sdk_b_value")},
        ]
    }
    assert found.secrets == (Secret("secrets.secrets_list", ("sdk_a_value", "sdk_b_value")),)


def test_what_the_state_marks_as_sensitive_becomes_a_variable(migrated: Any) -> None:
    path = [{"type": "get_attr", "value": each} for each in ("config", "host")]
    marked = {"sensitive_attributes": [path]}

    found = migrated(postgres({"host": CANARY})._replace(more=marked))

    assert found.described.attributes["secrets"] == {"host": Variable("orders_host")}


def test_a_mark_on_all_of_config_hides_unknown_settings(tmp_path: Path) -> None:
    # Given a state that marks config as a whole, in both of its forms
    stored = state_file([postgres({"host": "db", "new": CANARY, "port": 1})])
    instance = stored["resources"][0]["instances"][0]
    instance["sensitive_attributes"] = [[{"type": "get_attr", "value": "config"}]]
    head = {"mode": "managed", "type": "fivetran_connection", "name": "orders"}
    head |= {"provider_name": SOURCE, "schema_version": 1, "values": instance["attributes"]}
    resources = [{**head, "sensitive_values": {"config": True}}]
    shown = {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}
    # When they are migrated, then what the catalogue knows is in clear, and nothing else is
    for number, document in enumerate((stored, shown)):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(document))
        (found,) = plan_migration(read_state(str(file))).connections
        assert found.described.attributes["config"] == {
            "host": "db",
            "port": 1,
            "schema_prefix": "orders",
        }
        assert "config.new is not managed" in found.left_out[0]
        assert CANARY not in repr(found.described)


def test_a_secret_of_settings_is_one_in_the_connection(migrated: Any) -> None:
    found = migrated(postgres({"host": "db", "new": CANARY}), configured({"password": CANARY}))

    assert found.described.attributes["config"] == {"host": "db", "schema_prefix": "orders"}


@pytest.mark.parametrize("text", ["no JSON", "[1]", f'"{CANARY}"', '{"host": '])
def test_a_config_that_is_no_object_is_named(migrated: Any, text: str) -> None:
    stored = postgres()
    stored = stored._replace(attributes={**stored.attributes, "config": text})

    found = migrated(
        stored, configured(None)._replace(attributes=settings("abc", None) | {"auth": text})
    )

    reason = "it is not a JSON object. It stays as it is at Fivetran."
    assert found.left_out == (
        f"config of fivetran_connection.orders is not managed: {reason}",
        f"auth of fivetran_connection_config.c is not managed: {reason}",
    )


@pytest.mark.parametrize("depth", [2_000, 10_000])
def test_settings_nested_too_deeply_are_refused(migrated: Any, depth: int) -> None:
    stored = postgres()
    text = '{"a":' * depth + "1" + "}" * depth
    nested = stored._replace(attributes={**stored.attributes, "config": text})

    with pytest.raises(Refused) as refused:
        migrated(nested)

    (reason,) = refused.value.reasons
    assert "orders cannot be described. Its settings are nested too deeply" in reason


def test_a_setting_at_fault_is_unchecked(migrated: Any) -> None:
    found = migrated(postgres({"host": "db", "new_field": 1, "port": "many"}))

    unchecked = dict.fromkeys(("config.new_field", "config.port"), REASON_OF_IMPORT)
    assert found.described.attributes["unchecked"] == unchecked
    assert found.described.attributes["config"]["new_field"] == 1
    assert found.left_out == ()


def test_a_secret_that_the_catalogue_does_not_know_is_left_out(migrated: Any) -> None:
    found = migrated(postgres({"host": "db", "new_api_key": CANARY}))

    assert "secrets" not in found.described.attributes
    (comment,) = found.left_out
    assert comment.startswith("config.new_api_key is not managed")
    assert "[unknown-field]" in comment


def test_the_auth_of_a_connector_is_what_the_move_takes_over(migrated: Any) -> None:
    auth = {"client_access": {"client_id": "me", "client_secret": CANARY}, "refresh_token": CANARY}
    attributes = connector("abc", "google_sheets", {"sheet_id": "x"}, name="a.b")

    found = migrated(Stored("fivetran_connector", "c", {**attributes, "auth": auth}, 4))

    attributes = found.described.attributes
    assert attributes["auth"] == {"client_access": {"client_id": "me"}}
    assert attributes["auth_secrets"] == {
        "client_access": {"client_secret": Variable("c_client_access_client_secret")},
        "refresh_token": Variable("c_refresh_token"),
    }


def test_the_auth_of_settings_is_named_as_it_would_be_a_change(migrated: Any) -> None:
    auth = {"client_access": {"client_id": "me", "client_secret": CANARY}}
    attributes = connection("abc", "google_sheets", {"sheet_id": "x"}, name="a.b")

    found = migrated(Stored("fivetran_connection", "c", attributes), configured(None, auth))

    assert "auth" not in found.described.attributes
    assert found.described.attributes["auth_secrets"] == {
        "client_access": {"client_secret": Variable("c_client_access_client_secret")}
    }
    (comment,) = found.left_out
    assert comment.startswith(
        "auth.client_access of fivetran_connection_config.c is not written, because"
    )


def test_what_steers_requests_of_settings_is_named(migrated: Any) -> None:
    parts = configured({"user": "u"}, run_setup_tests=False, trust_certificates=True)

    found = migrated(postgres(trust_certificates=True), parts)

    assert found.described.attributes["trust_certificates"] is True
    assert "run_setup_tests" not in found.described.attributes
    (comment,) = found.left_out
    assert comment.startswith(
        "run_setup_tests of fivetran_connection_config.c is not written, because"
    )


@pytest.mark.parametrize("version", range(5))
def test_each_version_of_a_connector_is_described_alike(migrated: Any, version: int) -> None:
    given = {"host": "db", "port": "5432", "password": CANARY}
    attributes = connector("abc", "postgres", given, destination_schema=PREFIX)
    attributes |= {"run_setup_tests": "false" if version < 3 else False}
    if version < 3:
        attributes |= {name: [attributes[name]] for name in ("config", "destination_schema")}
        attributes |= {"auth": [], "data_delay_threshold": "0"}

    found = migrated(Stored("fivetran_connector", "orders", attributes, version))

    assert found.described.attributes == {
        "service": "postgres",
        "group_id": "sandbox_warehouse",
        "run_setup_tests": False,
        "config": {"host": "db", "port": 5432, "schema_prefix": "orders"},
        "secrets": {"password": Variable("orders_password")},
    }


def valued(field: Field) -> Any:
    """A value of a setting, with a secret wherever there can be one."""
    if field.item is not None:
        return [valued(field.item)]
    if field.fields:
        return {name: valued(inner) for name, inner in field.fields.items()}
    return CANARY if field.secret else SAMPLES.get(field.kind, "text")


def test_no_secret_of_any_service_is_written(tmp_path: Path) -> None:
    """Each service, with all its settings, in both forms of a state."""
    made = []
    for name in services():
        facts = service(name)
        assert facts is not None
        config = {key: valued(field) for key, field in facts.config.items()}
        auth = {key: valued(field) for key, field in facts.auth.items()}
        named = {"name": "a.b" if len(facts.destination_schema) > 1 else "a"}
        for type_name, make in (("connection", connection), ("connector", connector)):
            state = {**make(f"{name}_{type_name}", name, config, **named), "auth": auth}
            made.append(Stored(f"fivetran_{type_name}", name, state, 1))
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state_file(made)))

    found = plan_migration(read_state(str(file)))

    assert len(found.connections) == len(made)
    assert sum(len(each.secrets) for each in found.connections) > len(made)
    assert CANARY not in repr([(e.described, e.left_out, e.secrets) for e in found.connections])
    assert CANARY not in "".join(to_hcl(found.document).values())


def test_a_connection_of_an_unknown_service_is_described(migrated: Any) -> None:
    given = {"schema": "s", "anything": [1], "token": CANARY, "host": CANARY}
    attributes = connection("abc", "unheard_of", given)

    found = migrated(Stored("fivetran_connection", "x", attributes))

    assert found.described.attributes["config"] == {"schema": "s", "anything": [1]}
    assert found.described.attributes["secrets"] == {
        "token": Variable("x_token"),
        "host": Variable("x_host"),
    }
    assert found.left_out[0].startswith("The service unheard_of is not in the catalogue")
