"""What the state of Fivetran's own provider tells of a connection, by type and version."""

from __future__ import annotations

import json
from typing import Any

import pytest

from constructs_lib.schemas.official_state import VERSIONS, official_connection, secret_texts
from constructs_lib.schemas.redaction import MASK

SECRET = "canary-of-a-state"
CLEAR = {"path": "p", "key_columns": "id", "compass": "n", "pattern": "*"}


def read(type_name: str, **state: Any) -> dict[str, Any]:
    return official_connection(type_name, {"id": "abc", "group_id": "g", **state}).attributes


def config(type_name: str, service: str, given: Any, **state: Any) -> Any:
    return read(type_name, service=service, config=given, **state)["config"]


@pytest.mark.parametrize("type_name", VERSIONS)
def test_a_state_without_anything_tells_nothing(type_name: str) -> None:
    found, secrets = official_connection(type_name, {})

    nothing = dict.fromkeys(("id", "group_id", "service", "schema", "auth"))
    assert found == {**nothing, "config": {}}
    assert secrets == ()


@pytest.mark.parametrize(
    "given", [None, "", "no JSON", "[]", "[1, 2]", "5", 5, [], [None], [{}, {}]]
)
def test_a_config_that_is_no_object_tells_nothing(given: Any) -> None:
    assert config("fivetran_connection", "postgres", given) == {}


def test_the_text_of_a_config_is_read_with_its_numbers() -> None:
    given = json.dumps({"host": "db", "port": 5432, "new": {"big": 9007199254740993}})

    found = config("fivetran_connection", "postgres", given)

    assert found == {"host": "db", "port": 5432, "new": {"big": 9007199254740993}}


def test_what_nobody_set_is_left_out_of_a_full_config() -> None:
    given = {"host": "db", "port": None, "adobe": [], "files": [{"a": None}], "tables": [{"b": []}]}

    found = config("fivetran_connector", "postgres", given)

    assert found == {"host": "db", "files": [{}], "tables": [{}]}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("accounts_reddit_ads", "accounts"),
        ("app_ids_appsflyer", "app_ids"),
        ("dimensions_criteo_retail_media", "dimensions"),
        ("profiles_amazon_dsp", "profiles"),
        ("reports_linkedin_ads", "reports"),
    ],
)
def test_settings_have_the_names_of_the_api(theirs: str, ours: str) -> None:
    assert config("fivetran_connector", "unheard_of", {theirs: ["1"]}) == {ours: ["1"]}
    assert config("fivetran_connection", "unheard_of", {theirs: ["1"]}) == {theirs: ["1"]}


@pytest.mark.parametrize(
    ("service", "name", "theirs", "ours"),
    [
        ("yahoo_gemini", "advertisers_id", ["1", "2"], [1, 2]),
        ("zendesk", "api_usage", "50", 50),
        ("kustomer", "api_utilization_percentage", "0.5", 0.5),
        ("itunes_connect", "apps", ["1"], [1]),
        ("double_click_publishers", "custom_field_ids", ["7"], [7]),
        ("amazon_ads", "profiles", ["3"], [3]),
        ("jira", "projects", ["10"], [10]),
        ("yahoo_dsp", "seats", ["5"], [5]),
        ("postgres", "port", "5432", 5432),
        ("postgres", "port", "no number", "no number"),
        ("postgres", "port", "NaN", "NaN"),
        ("postgres", "port", "1e99999", "1e99999"),
        ("postgres", "always_encrypted", "true", True),
        ("postgres", "always_encrypted", "perhaps", "perhaps"),
        ("postgres", "host", "5432", "5432"),
    ],
)
def test_texts_are_of_the_kind_of_the_api(service: str, name: str, theirs: Any, ours: Any) -> None:
    (found,) = config("fivetran_connector", service, {name: theirs}).values()

    assert found == ours
    assert isinstance(found, str) == isinstance(ours, str)


def test_inside_of_reports_as_well() -> None:
    given = {"reports": [{"custom_dimension_key_ids": ["1"], "table": "t"}]}

    found = config("fivetran_connector", "double_click_publishers", given)

    assert found == {"reports": [{"custom_dimension_key_ids": [1], "table": "t"}]}


@pytest.mark.parametrize(
    ("service", "given", "left", "secrets"),
    [
        ("postgres", {"password": SECRET, "host": "db"}, {"host": "db"}, ["config.password"]),
        ("unheard_of", {"api_token": SECRET, "a": 1}, {"a": 1}, ["config.api_token"]),
        (
            "unheard_of",
            {"inner": {"client_secret": SECRET, "b": [{"password": SECRET, "c": 1}]}},
            {"inner": {"b": [{"c": 1}]}},
            ["config.inner.b[].password", "config.inner.client_secret"],
        ),
        (
            "connector_sdk",
            {"secrets_list": [{"key": "k", "value": SECRET}]},
            {"secrets_list": [{"key": "k"}]},
            ["config.secrets_list[].value"],
        ),
        ("postgres", {"host": "******"}, {}, ["config.host"]),
        ("postgres", {"hosts": ["******", "a"]}, {"hosts": ["a"]}, ["config.hosts[]"]),
    ],
)
def test_secrets_stay_behind_and_are_named(
    service: str, given: Any, left: Any, secrets: list[str]
) -> None:
    state = {"id": "abc", "service": service, "config": json.dumps(given)}

    found = official_connection("fivetran_connection", state)

    assert found.attributes["config"] == left
    assert list(found.secrets) == secrets
    assert SECRET not in repr(found)


def test_secrets_that_are_the_items_of_a_list_stay_behind() -> None:
    state = {"id": "abc", "service": "github", "config": {"pats": [SECRET, SECRET], "repo": "r"}}

    found = official_connection("fivetran_connector", state)

    assert "pats" not in found.attributes["config"]
    assert found.secrets == ("config.pats[]",)


def test_auth_is_read_without_its_secrets() -> None:
    auth = {
        "client_access": {"client_id": "i", "client_secret": SECRET, "user_agent": None},
        "refresh_token": SECRET,
        "access_token": None,
    }

    found = official_connection("fivetran_connector", {"service": "google_ads", "auth": auth})

    assert found.attributes["auth"] == {"client_access": {"client_id": "i"}}
    assert found.secrets == ("auth.client_access.client_secret", "auth.refresh_token")


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("postgres", {"schema_prefix": "p"}),
        ("google_sheets", {"schema": "n", "table": "t"}),
        ("s3", {"schema": "n", "table_group_name": "tg"}),
        ("github", {"schema": "n"}),
    ],
)
@pytest.mark.parametrize("is_old", [True, False])
def test_the_destination_schema_is_in_config(
    service: str, expected: dict[str, str], is_old: bool
) -> None:
    parts = {"name": "n", "prefix": "p", "table": "t", "table_group_name": "tg", "other": None}
    given = [parts] if is_old else parts

    assert config("fivetran_connector", service, {}, destination_schema=given) == expected


def test_attributes_of_the_oldest_state_are_of_their_kinds() -> None:
    found = read(
        "fivetran_connector",
        service="postgres",
        paused="true",
        sync_frequency="60",
        run_setup_tests="false",
        trust_certificates="",
        data_delay_threshold="0",
        local_processing_agent_id="agent",
        unheard_of="x",
    )

    assert found["paused"] is True
    assert found["run_setup_tests"] is False
    assert (found["sync_frequency"], found["data_delay_threshold"]) == (60, 0)
    assert found["hybrid_deployment_agent_id"] == "agent"
    assert not {"trust_certificates", "unheard_of"} & found.keys()


def test_a_mask_takes_the_place_of_each_secret() -> None:
    given = {"package_id": "p", "new": {"api_key": SECRET}, "empty_token": ""}
    given |= {"new_tokens": [SECRET, {"a": SECRET, "b": None}]}
    given |= {"secrets_list": [{"key": "a", "value": SECRET}]}
    state = {"service": "connector_sdk", "config": json.dumps(given)}

    found, secrets = official_connection("fivetran_connection", state, masked=True)

    hidden = {
        "new_tokens": [MASK, {"a": MASK, "b": None}],
        "new": {"api_key": MASK},
        "secrets_list": [{"key": "a", "value": MASK}],
    }
    assert found["config"] == {"package_id": "p", "empty_token": "", **hidden}
    assert {"config.secrets_list[].value", "config.new.api_key"} <= set(secrets)


def test_what_a_state_marks_as_sensitive_is_a_secret() -> None:
    given = {"host": "db", "files": [{"url": SECRET}], "tags": [SECRET], "port": 5}
    state = {"service": "postgres", "config": json.dumps(given)}
    marked = {"config.host", "config.files[].url", "config.tags[]"}

    found, secrets = official_connection("fivetran_connection", state, sensitive=marked)

    assert found["config"] == {"files": [{}], "tags": [], "port": 5}
    assert set(secrets) == marked


def test_an_object_of_a_dynamic_type_is_read() -> None:
    dynamic = {"type": ["object", {"host": "string"}], "value": {"host": "db"}}

    assert config("fivetran_connection_v2", "postgres", dynamic) == {"host": "db"}


@pytest.mark.parametrize(
    "name",
    [
        "connection_string",
        "sshKey",
        "private-key",
        "key",
        "pat",
        "pw",
        "bearer",
        "dsn",
        "sas_url",
        "pass word",
        "Authorization",
        "xMasterKey",
        "Trusted Cert",
        "token_id",
        "SASUrl",
        "db_pass",
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_an_unknown_setting_is_a_secret_by_its_name(name: str, strict: bool) -> None:
    state = {"service": "postgres", "config": {name: SECRET, "new": {name: SECRET}, **CLEAR}}

    found, secrets = official_connection("fivetran_connection", state, strict=strict)

    assert found["config"] == {"new": {}, **CLEAR}
    assert set(secrets) == {f"config.{name}", f"config.new.{name}"}


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN CERTIFICATE",
        "see https://me:pw@host/",
        "Bearer abc",
        "basic abc",
        "the password",
    ],
)
def test_an_unknown_setting_is_a_secret_by_its_text(text: str) -> None:
    given = {"password": "the password", "new": text, "news": [text], "host": text, "path": "p"}
    state = {"service": "postgres", "config": given}

    known = secret_texts("fivetran_connection", state)
    found, secrets = official_connection("fivetran_connection", state, strict=True, known=known)

    assert found["config"] == {"news": [], "host": text, "path": "p"}
    assert set(secrets) == {"config.password", "config.new", "config.news[]"}


@pytest.mark.parametrize("mark", ["config", ""])
def test_a_mark_on_all_of_config_hides_what_is_unknown(mark: str) -> None:
    given = {"host": "db", "schema_prefix": "s", "new": SECRET, "number": 1, "tags": [SECRET]}
    state = {"service": "postgres", "config": given}

    found, secrets = official_connection("fivetran_connection", state, sensitive={mark})

    assert found["config"] == {"host": "db", "schema_prefix": "s"}
    assert set(secrets) == {"config.new", "config.number", "config.tags"}


def test_each_text_of_an_unknown_service_is_a_secret() -> None:
    given = {"schema": "s", "table": "t", "host": SECRET, "new": {"a": SECRET, "b": 1}, "port": 5}
    state = {"service": "unheard_of", "config": {**given, "tags": [SECRET, 2]}}

    found, _ = official_connection("fivetran_connection", state, strict=True)

    clear = {"schema": "s", "table": "t", "new": {"b": 1}, "port": 5, "tags": [2]}
    assert found["config"] == clear
