"""Fivetran quotes what it was sent: the message names the setting, and does not show its value."""

from __future__ import annotations

from typing import Any

import pytest
from scripted_api import Answer, ScriptedApi

from constructs_lib.backend.fivetran.api import errors, quoted_texts
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.connection_sync.preconditions import connection_problems
from constructs_lib.backend.fivetran.connection_test import resource
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.redaction import SettingText, values_shown

pytestmark = pytest.mark.usefixtures("quick")
CONFIG = {"schema_prefix": "orders", "host": "canary-host", "auth_method": "PASSWORD", "port": 5432}
CREATION = {
    "service": "postgres",
    "group_id": "canary_group",
    "paused": True,
    "config": CONFIG,
    "auth": {"client_access": {"client_id": "canary-client"}},
    "connect_card_config": {"redirect_uri": "https://canary.example.com/x"},
    "destination_schema_names": "FIVETRAN_NAMING",
}


def refused(api: ScriptedApi, words: Any, status: int = 400, code: str = "InvalidInput") -> None:
    api.answers = [Answer(status, {"code": code, "message": words})]


def create(client: Client) -> str:
    with pytest.raises(errors.ApiError) as caught:
        client.create_connection(dict(CREATION), Deadline(5))
    return str(caught.value)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Invalid value 'canary-host' for host", "Invalid value '(value of config.host)' for host"),
        ("no client canary-client", "no client (value of auth.client_access.client_id)"),
        (
            "not https://canary.example.com/x",
            "not (value of connect_card_config.redirect_uri)",
        ),
        ({"host": "canary-host"}, '{"host": "(value of config.host)"}'),
    ],
)
def test_a_quoted_setting_is_named(
    api: ScriptedApi, client: Client, words: Any, shown: str
) -> None:
    refused(api, words)

    assert create(client).endswith(f"answered 400 (InvalidInput): {shown}")


def test_what_is_no_secret_of_anybody_is_shown(api: ScriptedApi, client: Client) -> None:
    words = "orders in canary_group: postgres with PASSWORD at 5432, FIVETRAN_NAMING, true"
    refused(api, words)

    assert create(client).endswith(words)


def places(texts: list[SettingText]) -> dict[str, str]:
    return {str(text): text.place for text in texts}


def test_names_and_words_of_the_catalogue_are_not_hidden() -> None:
    reports = [{"report_type": "Full_Path", "ad_unit_view": "canary view", "name": "full_path"}]
    config = {"schema_prefix": "orders", "table": "canary table", "service": "canary service"}
    shown = {"service": "brand_new", "group_id": "canary_group", "paused": True}

    found = quoted_texts.of_request(
        {**shown, "name": "n1", "config": {**config, "reports": reports, "x_id": "n2"}}
    )

    assert places(found) == {
        "n1": "name",
        "n2": "config.x_id",
        "canary service": "config.service",
        "canary view": "config.reports[0].ad_unit_view",
        "full_path": "config.reports[0].name",
    }
    of_postgres = quoted_texts.of_request({"service": "postgres", "config": config})
    assert places(of_postgres).keys() == {"canary table", "canary service"}
    assert quoted_texts.of_request(None) == []


def test_only_a_known_service_says_what_its_schema_is_called() -> None:
    sent = {"config": {"schema": "canary", "schema_prefix": "other"}}

    assert places(quoted_texts.of_request(sent)) == {
        "canary": "config.schema",
        "other": "config.schema_prefix",
    }


def test_all_settings_of_a_connection_are_hidden_nothing_else() -> None:
    connection = {
        "id": "abc",
        "service": "postgres",
        "schema": "orders",
        "config": {"host": "h1"},
        "auth": {"client": "h2"},
        "connect_card_config": {"redirect_uri": "h3"},
        "status": {"setup_state": "canary"},
    }

    assert places(quoted_texts.of_connection(connection)) == {
        "h1": "config.host",
        "h2": "auth.client",
        "h3": "connect_card_config.redirect_uri",
    }


def test_setup_tests_of_any_form_show_no_settings() -> None:
    hidden: list[str] = [SettingText("failed", "config.role"), "hunter2"]
    test = {"status": "failed", "message": "is 'failed'"}
    shown = {"status": "failed", "message": "is '(value of config.role)'"}
    unknown = {"status": "hunter2", "title": "t"}

    assert quoted_texts.without([test, unknown, "hunter2", 5], hidden) == [
        shown,
        {"status": "(hidden)", "title": "t"},
        "(hidden)",
        5,
    ]
    assert quoted_texts.without({"a": "hunter2"}, hidden) == {"a": "(hidden)"}
    assert quoted_texts.without(None, hidden) is None


def test_a_change_hides_what_it_sends(api: ScriptedApi, client: Client) -> None:
    refused(api, "canary-key of 'canary-host' with PASSWORD is 'ab'")
    body = {
        "config": {"host": "canary-host", "auth_method": "PASSWORD", "role": "ab"},
        "external_secrets_keys_config": {"x": "canary-key"},
    }

    with pytest.raises(errors.ApiError) as caught:
        client.modify_connection("abc", body, Deadline(5))

    assert str(caught.value).endswith(
        "(value of external_secrets_keys_config.x) of '(value of config.host)' with PASSWORD is "
        "'(value of config.role)'"
    )


def test_a_secret_stays_without_a_name(api: ScriptedApi, client: Client) -> None:
    refused(api, "not canary-secret")
    body = {"config": {"password": "canary-secret"}}

    with pytest.raises(errors.ApiError, match=r"not \(hidden\)$"):
        client.modify_connection("abc", body, Deadline(5), ["canary-secret"])


def test_a_state_and_the_scope_of_a_resync_are_named(api: ScriptedApi, client: Client) -> None:
    refused(api, "'canary-cursor' and 'canary-table' are wrong")

    with pytest.raises(errors.ApiError, match=r"'\(value of state\.next\.c\)' and 'canary-table"):
        client.set_state("abc", {"next": {"c": "canary-cursor"}}, Deadline(5))
    with pytest.raises(errors.ApiError, match=r"canary-cursor' and '\(value of scope\.s\[0\]\)'"):
        client.resync("abc", Deadline(5), lambda: False, {"s": ["canary-table"]})


def test_a_state_is_shown_where_that_is_asked_for(api: ScriptedApi, client: Client) -> None:
    refused(api, "'canary-cursor' is wrong")

    with values_shown(True), pytest.raises(errors.ApiError, match="'canary-cursor' is wrong"):
        client.set_state("abc", {"next": "canary-cursor"}, Deadline(5))


@pytest.mark.parametrize(
    ("word", "message", "kind"),
    [
        ("sync", "the sync is in progress", errors.SyncInProgress),
        ("progress", "Failed to stop in-progress sync", errors.SyncInProgress),
    ],
)
def test_setting_like_a_word_of_the_api_does_not_pick_the_error(
    api: ScriptedApi, client: Client, word: str, message: str, kind: type[errors.ApiError]
) -> None:
    refused(api, message)

    with pytest.raises(kind):
        client.modify_connection("abc", {"config": {"database": word}}, Deadline(5))


@pytest.mark.parametrize("secret", ["exist", "NotFound_Connection"])
def test_secret_like_a_word_of_the_api_does_not_pick_the_error(
    api: ScriptedApi, client: Client, secret: str
) -> None:
    refused(api, f"it does not {secret}", 404, "NotFound_Connection")

    with pytest.raises(errors.NotFound):
        client.modify_connection("abc", {"paused": True}, Deadline(5), [secret])


def test_the_setup_tests_name_the_settings_of_the_connection(
    api: ScriptedApi, client: Client
) -> None:
    tests = [
        {
            "title": "Connecting to canary-host",
            "status": "FAILED",
            "message": "canary-host refused failed@canary-db",
            "details": {"tried": ["canary-host", 5432], "message": "x"},
        }
    ]
    config = {**CONFIG, "database": "canary-db", "role": "failed", "password": "******"}
    data = {"id": "abc", "service": "postgres", "config": config, "setup_tests": tests}
    api.answers = [Answer(200, {"code": "Success", "data": data})]

    answer = client.run_setup_tests("abc", {}, Deadline(5))

    assert resource.setup_test_results(answer, ["FAILED"]) == [
        resource.SetupTestResult(
            "Connecting to (value of config.host)",
            "FAILED",
            "(value of config.host) refused (value of config.role)@(value of config.database)",
            '{"tried": ["(value of config.host)", 5432], "message": "x"}',
        )
    ]


def test_the_tasks_of_a_connection_name_its_settings() -> None:
    connection = {
        "service": "postgres",
        "schema": "orders",
        "config": CONFIG,
        "status": {"tasks": [{"code": "lost", "message": "canary-host does not answer orders"}]},
    }

    assert connection_problems(connection, ()) == (
        "\n  (value of config.host) does not answer orders (lost)"
    )
