"""What Fivetran's services say of settings, and what a response says of a connection's status."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from constructs_lib.backend.fivetran.connection import model

ALL_FORMS = ("schema", "table", "schema_prefix", "table_group_name")


def test_the_keys_of_a_destination_schema_are_of_its_service() -> None:
    services = ["postgres", "google_sheets", "s3", "github", "appeared_tomorrow", None, 5]

    assert [model.destination_keys(service) for service in services] == [
        ("schema_prefix",),
        ("schema", "table"),
        ("schema", "table_group_name"),
        ("schema",),
        *[ALL_FORMS] * 3,
    ]


def test_another_destination_schema_is_one_of_another_name() -> None:
    def named(service: Any, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
        return model.names_another_schema(service, before, after)

    before = {"schema": "A", "table": "b", "host": "x"}
    assert named("s3", before, {"schema": "a", "table": "c"}) == []
    assert named("google_sheets", before, {"schema": "a", "table": "c", "host": "y"}) == ["table"]
    assert named("google_sheets", before, {"schema": "c", "table": "d"}) == ["schema", "table"]
    assert named("appeared_tomorrow", before, {"schema": "c", "table": 5}) == ["schema"]
    assert named("github", {"schema": None}, {"schema": "c"}) == []
    assert named("github", before, {}) == []


def test_the_destination_schema_is_taken_from_the_joined_name() -> None:
    cases: list[tuple[Any, Any, dict[str, str]]] = [
        ("postgres", "a.b", {"schema_prefix": "a.b"}),
        ("google_sheets", "a.b.c", {"schema": "a", "table": "b.c"}),
        ("google_sheets", "a", {"schema": "a"}),
        ("appeared_tomorrow", "a.b", {}),
        (None, "a", {}),
        ("postgres", None, {}),
        ("postgres", 5, {}),
    ]
    found = [model.destination({"service": one, "schema": name}) for one, name, _ in cases]

    assert found == [expected for *_, expected in cases]


def test_what_is_secret_is_taken_out_of_a_copy() -> None:
    config = {
        "aws_credentials": {"s3_role_arn": "s", "region": "r"},
        "project_credentials": [{"api_key": "k", "project": "p"}, {"secret_key": "s"}, "text"],
        "host": "h",
    }
    before = deepcopy(config)

    assert model.without_secrets("amplitude", config) == {
        "aws_credentials": {"region": "r"},
        "project_credentials": [{"project": "p"}, {}, "text"],
        "host": "h",
    }
    assert config == before
    assert model.without_secrets("adroll", config) is config
    assert model.without_secrets("appeared_tomorrow", config) is config
    assert model.MODEL.without_secrets({"password": "s", "a": 1}, {"service": "postgres"}) == {
        "a": 1
    }
    assert model.MODEL.without_secrets({"password": "s"}, {}) == {"password": "s"}


def test_the_model_knows_what_the_services_say() -> None:
    assert model.MODEL.fixed_keys({"service": "postgres"}) == ("schema_prefix",)
    assert model.MODEL.fixed_keys({}) == ALL_FORMS
    assert model.MODEL.keys_of_api({"service": "postgres"}) == ("public_key",)
    assert model.MODEL.keys_of_api({"service": "appeared_tomorrow"}) == ()
    assert model.MODEL.keys_of_api({}) == ()
    assert (model.MODEL.vendor, model.MODEL.noun) == ("Fivetran", "connection")


def test_the_status_of_a_connection_is_read_in_any_spelling() -> None:
    status = {"setup_state": " Connected", "sync_state": "SYNCING", "is_historical_sync": "True"}
    syncing: dict[str, Any] = {"status": status, "paused": " TRUE "}
    others: list[dict[str, Any]] = [{}, {"status": None}, {"status": "syncing"}, {"status": {}}]
    others.append({"status": {"is_historical_sync": False, "sync_state": "paused"}, "paused": 1})
    questions = (model.is_syncing, model.is_historical_sync, model.is_paused_in)

    assert (model.setup_state(syncing), model.sync_state(syncing)) == ("connected", "syncing")
    assert [ask(syncing) for ask in questions] == [True] * 3
    assert [ask(other) for other in others for ask in questions] == [False] * 15
    assert [model.setup_state(other) for other in others] == [""] * 5
    assert model.is_paused_in({"paused": True})


def test_the_last_syncs_are_told_apart_as_they_are_answered() -> None:
    answer = {"succeeded_at": "2026-01-01T00:00:00Z", "failed_at": None}

    assert model.last_syncs(answer) == ("2026-01-01T00:00:00Z", None)
    assert model.last_syncs({}) == (None, None)
    assert model.last_syncs({"succeeded_at": {"a": 1}, "failed_at": 5}) == ('{"a": 1}', "5")


def test_a_connection_is_named_with_its_schema() -> None:
    assert model.connection_name("abc", {"schema": "orders"}) == "connection abc (orders)"
