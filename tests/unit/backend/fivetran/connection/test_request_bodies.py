"""The bodies of the requests about a connection."""

from itertools import product
from typing import Any

import pytest
from every_case import check_every

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.model import (
    ONLY_CREATED,
    ONLY_MODIFIED,
    SETTINGS,
    TEST_CONTROLS,
)
from constructs_lib.backend.fivetran.connection.request import (
    controls_of,
    creation_body,
    settings_in_response,
    takeover_body,
    trust_settings,
    update_body,
    with_controls,
    without_controls,
)
from constructs_lib.backend.managed_object.equivalence import fingerprint
from constructs_lib.backend.managed_object.secret_tracking import secrets_of
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic

SCHEMA = schemas.load("fivetranops_connection")
CONFIG = {"schema_prefix": "orders", "host": "db", "port": 5432}


def values(**given: Any) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(SCHEMA.attributes)
    found |= {"group_id": "g", "service": "postgres", "config": Dynamic.of(CONFIG)}
    return found | given


def test_every_attribute_that_can_be_configured_has_its_place() -> None:
    placed = {*ONLY_CREATED, *ONLY_MODIFIED, *SETTINGS, *TEST_CONTROLS}
    special = {"config", "config_wo", "auth", "auth_wo"}
    special |= {"require_setup_tests", "pause_to_update", "unchecked", "timeouts"}
    configurable = {a.name for a in SCHEMA.attributes.values() if not a.read_only}

    assert placed | special == configurable
    assert not placed & special


def test_a_creation_sends_what_is_configured_and_nothing_else() -> None:
    planned = values(paused=True, sync_frequency=UNKNOWN, destination_configuration=None)

    assert creation_body(planned, planned) == {
        "group_id": "g",
        "service": "postgres",
        "paused": True,
        "config": CONFIG,
    }


def test_secrets_are_merged_over_the_settings_when_sent() -> None:
    planned = values(
        config=Dynamic.of({**CONFIG, "tunnel": {"host": "t"}}),
        auth=Dynamic.of({"client_access": {"user_agent": "x"}}),
    )
    config = planned | {
        "config_wo": Dynamic.of({"password": "p", "tunnel": {"key": "k"}}),
        "auth_wo": Dynamic.of({"client_access": {"client_secret": "s"}}),
    }

    body = creation_body(planned, config)

    assert body["config"] == {**CONFIG, "tunnel": {"host": "t", "key": "k"}, "password": "p"}
    assert body["auth"] == {"client_access": {"user_agent": "x", "client_secret": "s"}}


def test_what_is_left_out_inside_a_nested_attribute_is_not_sent() -> None:
    planned = values(connect_card_config={"redirect_uri": "https://x", "hide_setup_guide": None})

    assert creation_body(planned, planned)["connect_card_config"] == {"redirect_uri": "https://x"}


def test_a_null_setting_is_not_sent_at_creation() -> None:
    planned = values(config=Dynamic.of({**CONFIG, "user": None}))

    assert creation_body(planned, planned)["config"] == CONFIG


def test_a_modification_sends_exactly_the_key_that_changed() -> None:
    planned = values(config=Dynamic.of({**CONFIG, "host": "other"}))

    assert update_body(values(), planned, planned, [], {}) == {"config": {"host": "other"}}


def test_a_setting_that_becomes_null_is_cleared() -> None:
    planned = values(config=Dynamic.of({**CONFIG, "host": None}))

    assert update_body(values(), planned, planned, [], {}) == {"config": {"host": None}}


def test_settings_that_are_no_longer_managed_are_not_sent() -> None:
    planned = values(config=Dynamic.of({"schema_prefix": "orders", "port": 5433}))

    assert update_body(values(), planned, planned, [], {}) == {"config": {"port": 5433}}


def test_only_the_secret_that_changed_is_sent() -> None:
    planned = values()
    config = planned | {"config_wo": Dynamic.of({"password": "p", "client_private_key": "k"})}

    assert update_body(planned, planned, config, ["config.password"], {}) == {
        "config": {"password": "p"}
    }


def test_an_object_with_a_changed_secret_is_sent_whole() -> None:
    planned = values(config=Dynamic.of({**CONFIG, "tunnel": {"host": "t"}}))
    config = planned | {"config_wo": Dynamic.of({"tunnel": {"key": "k"}})}

    assert update_body(planned, planned, config, ["config.tunnel"], {}) == {
        "config": {"tunnel": {"host": "t", "key": "k"}}
    }


def test_modification_carries_what_steers_the_tests() -> None:
    changes: list[dict[str, Any]] = [
        {"config": {"host": "other"}},
        {"sync_frequency": 60},
        {"paused": True},
        {"schema_status": "ready"},
    ]
    steering: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"run_setup_tests": False}, {"run_setup_tests": False}),
        ({"run_setup_tests": True}, {"run_setup_tests": True}),
        ({"trust_certificates": True}, {"trust_certificates": True, "run_setup_tests": True}),
        ({"trust_fingerprints": True}, {"trust_fingerprints": True, "run_setup_tests": True}),
        ({}, {}),
    ]

    def check(case: tuple[dict[str, Any], tuple[dict[str, Any], dict[str, Any]]]) -> None:
        change, (configured, sent) = case
        given = {n: Dynamic.of({**CONFIG, **v}) for n, v in change.items() if n == "config"}
        planned = values(**{**change, **given}, **configured)
        assert update_body(values(), planned, planned, [], {}) == change | sent

    check_every(product(changes, steering), check)


def test_modification_never_steers_the_tests_alone() -> None:
    planned = values(run_setup_tests=False, trust_certificates=True)

    assert update_body(values(), planned, planned, [], {}) == {}


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"paused": True, "run_setup_tests": False}, {"paused": True, "run_setup_tests": False}),
        ({"config": {"schema_prefix": "orders"}, "run_setup_tests": False}, {}),
        ({"config": CONFIG}, {"config": {"host": "db", "port": 5432}}),
        ({"config": {"schema_prefix": "o", "table": "t"}}, {"config": {"table": "t"}}),
    ],
)
def test_takeover_asks_for_what_can_still_change(body: Any, sent: Any) -> None:
    assert takeover_body({"group_id": "g", "service": "postgres", **body}) == sent


def test_a_secret_that_is_null_is_not_sent() -> None:
    planned = values()
    config = planned | {"config_wo": Dynamic.of({"password": None, "client_private_key": "k"})}

    assert creation_body(planned, config)["config"] == {**CONFIG, "client_private_key": "k"}
    assert secrets_of(config) == {"config.client_private_key": "k"}


def test_settings_in_response_include_side_effects_and_nulls() -> None:
    planned = values(sync_frequency=60, daily_sync_time="05:00")
    created = values(config=Dynamic.of({**CONFIG, "user": None}))

    assert settings_in_response(planned, {"sync_frequency": 60}) == {
        "sync_frequency": 60,
        "daily_sync_time": "05:00",
    }
    assert settings_in_response(created, creation_body(created, created))["config"] == {
        **CONFIG,
        "user": None,
    }


def test_trusting_says_that_the_tests_run() -> None:
    planned = values(trust_fingerprints=True)

    body = creation_body(planned, planned)

    assert body["run_setup_tests"] is True
    assert body["trust_fingerprints"] is True


def test_the_destination_schema_is_never_part_of_a_modification() -> None:
    planned = values(config=Dynamic.of({**CONFIG, "schema_prefix": "other"}))

    assert update_body(values(), planned, planned, [], {}) == {}


def test_a_change_of_each_setting_is_sent() -> None:
    examples: dict[schemas.Kind, Any] = {
        schemas.Kind.BOOLEAN: True,
        schemas.Kind.INTEGER: 60,
        schemas.Kind.STRING: "x",
        schemas.Kind.NESTED: {"virtual_warehouse": "w"},
        schemas.Kind.MAP: {"password": "vault-key"},
    }

    def check(name: str) -> None:
        sent = {name: examples[SCHEMA.attributes[name].kind]}
        planned = values(**sent)
        assert update_body(values(), planned, planned, [], {}) == sent

    check_every([*SETTINGS, *ONLY_MODIFIED], check)


def test_a_change_of_method_clears_and_sends_what_belongs_to_it() -> None:
    link = {"networking_method": "PrivateLink", "private_link_id": "pl"}
    agent = {"networking_method": "ProxyAgent", "proxy_agent_id": "pa"}

    def sent(before: dict[str, Any], after: dict[str, Any], **config: Any) -> dict[str, Any]:
        planned = values(**after)
        return update_body(values(**before), planned, planned | config, [], {})

    # What is configured is sent once more, and what is only known is cleared.
    assert sent(link, link | agent) == link | agent
    assert sent(link, link | agent, private_link_id=None) == agent | {"private_link_id": None}
    empty = {"private_link_id": ""}
    assert sent(link | empty, agent | empty, private_link_id=None) == agent
    known = {"proxy_agent_id": "pa"}
    assert sent(known, known | link, proxy_agent_id=None) == link | {"proxy_agent_id": None}
    assert sent(known, agent) == agent
    assert sent(agent, agent | {"networking_method": "Directly"}, proxy_agent_id=None) == {
        "networking_method": "Directly",
        "proxy_agent_id": None,
    }
    # The method that an identifier belongs to goes along with it, if it is configured and known.
    assert sent(link, link | known) == {**known, "networking_method": "PrivateLink"}
    assert sent(link, link | known, networking_method=None) == known
    assert sent(link, {"networking_method": UNKNOWN, **known}, private_link_id=None) == known | {
        "private_link_id": None
    }


def test_the_keys_of_secrets_go_along_with_another_vault_alone() -> None:
    keys = {"external_secrets_keys_config": {"password": "k"}}
    before = values(external_secrets_manager_id="a", sync_frequency=60, **keys)
    planned = before | {"external_secrets_manager_id": "b"}
    other = before | {"sync_frequency": 15}

    expected = {"external_secrets_manager_id": "b", **keys}
    assert update_body(before, planned, planned, [], {}) == expected
    assert update_body(before, other, other, [], {}) == {"sync_frequency": 15}
    assert settings_in_response(planned, {"external_secrets_manager_id": "b"}) == {
        "external_secrets_manager_id": "b"
    }


@pytest.mark.parametrize(("imported", "before"), [(True, None), (True, False), (False, None)])
def test_an_imported_connection_is_not_asked_for_its_history(imported: bool, before: Any) -> None:
    planned = values(is_historical_sync=True, sync_frequency=15)
    private = {"adopted": True} if imported else {}

    body = update_body(values(is_historical_sync=before), planned, planned, [], private)

    asked = {} if imported and before is None else {"is_historical_sync": True}
    assert body == {"sync_frequency": 15} | asked


def test_what_fivetran_dropped_goes_along_with_what_decides() -> None:
    config = {**CONFIG, "user": "u"}
    before = values(config=Dynamic.of(config))
    private = {"echo": {"config.user": [fingerprint("u"), fingerprint(None)]}}
    secrets = {"config_wo": Dynamic.of({"password": "p"}), "auth": Dynamic.of({"a": "b"})}

    def sent(change: dict[str, Any], *named: str) -> dict[str, Any]:
        planned = before | change
        return update_body(before, planned, planned | secrets, named, private)

    port = {"config": Dynamic.of({**config, "port": 1})}
    assert sent({"paused": True}) == {"paused": True}
    assert sent(port) == {"config": {"port": 1, "user": "u"}}
    assert sent({}, "config.password") == {"config": {"password": "p", "user": "u"}}
    assert sent({"hybrid_deployment_agent_id": "a"}) == {
        "hybrid_deployment_agent_id": "a",
        "config": {"user": "u"},
    }


def test_what_the_setup_tests_trust_is_told_them() -> None:
    config = values(trust_certificates=True, trust_fingerprints=False, run_setup_tests=True)

    assert trust_settings(config) == {"trust_certificates": True}
    assert trust_settings(config | {"trust_certificates": UNKNOWN}) == {}
    body = {"paused": True, "run_setup_tests": False, "trust_certificates": True}
    assert controls_of(body) == {"run_setup_tests": False, "trust_certificates": True}
    assert without_controls(body) == {"paused": True}
    assert with_controls({"paused": True}, config | {"run_setup_tests": False}) == {
        "paused": True,
        "run_setup_tests": False,
        "trust_certificates": True,
        "trust_fingerprints": False,
    }


def test_a_response_shows_what_was_sent_and_what_changes_with_it() -> None:
    planned = values(
        networking_method="PrivateLink",
        private_link_id="pl",
        proxy_agent_id=UNKNOWN,
        daily_sync_time="05:00",
        config=Dynamic.of({"user": None, "host": "h"}),
    )
    body = {"networking_method": "Directly", "config": {"host": "h"}}

    assert settings_in_response(planned, body) == {**body, "private_link_id": "pl"}
    assert settings_in_response(planned, {"paused": True}) == {"paused": True}
    created = {"service": "postgres", "private_link_id": "x"}
    assert settings_in_response(planned, created) == {
        **created,
        "networking_method": "PrivateLink",
        "config": {"user": None},
    }


def test_takeover_leaves_out_what_creation_alone_takes() -> None:
    body = {"service": "appeared_tomorrow", "config": {"schema": "s", "table": "t", "host": "h"}}
    only_created = {"group_id": "g", "connect_card_config": {}, "destination_schema_names": "x"}

    assert takeover_body({**body, **only_created, "auth": {"a": 1}}) == {
        "auth": {"a": 1},
        "config": {"host": "h"},
    }
    assert takeover_body({"paused": True, "trust_certificates": True}) == {
        "paused": True,
        "trust_certificates": True,
    }
