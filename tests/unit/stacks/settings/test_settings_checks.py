"""Secrets, variables, the backend and the managed state of an environment."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.validation import Finding
from stacks.settings import Backend, Environment, Variable

Load = Callable[..., Environment]
Found = Callable[..., list[tuple[str, str]]]
Findings = Callable[..., list[Finding]]


def _connection(service: str, config: str, more: str) -> str:
    return (
        f"connections:\n  a:\n    service: {service}\n    group_id: g\n"
        f"    config: {config}\n    {more}\n"
    )


def _postgres(more: str) -> str:
    return _connection("postgres", "{schema_prefix: s}", more)


def _ads(more: str) -> str:
    return _connection("google_ads", "{schema: s}", more)


def _sdk(more: str) -> str:
    return _connection("connector_sdk", "{schema: s}", more)


def test_a_variable_becomes_a_leaf_of_its_own_type(load: Load) -> None:
    environment = load(_postgres("secrets: {password: {variable: db_password}}"))

    parameters = environment.connections[0].parameters
    assert parameters["secrets"] == {"password": Variable("db_password", keep_unset=False)}


def test_the_variables_are_named_sorted_and_once_each(load: Load) -> None:
    environment = load(
        _ads("secrets: {accounts: [{variable: z}, {variable: a}]}"),
        "provider: {api_key: {variable: k}}\n"
        "connections: {a: {auth_secrets: {refresh_token: {variable: z}}}}",
    )

    assert environment.variables == ("a", "k", "z")
    assert environment.provider == {"api_key": Variable("k", keep_unset=False)}


@pytest.mark.parametrize(
    "text",
    [
        _postgres("secrets: {password: hunter2}"),
        _postgres("secrets: {port: 1234}"),
        _postgres("secrets: {always_encrypted: true}"),
        _ads("auth_secrets: {client_access: {developer_token: hunter2}}"),
        _ads("secrets: {reports: [{report_type: hunter2}]}"),
    ],
)
def test_a_literal_among_the_secrets_is_refused_and_hidden(findings: Findings, text: str) -> None:
    (finding,) = findings(text)

    assert finding.rule == "secret-in-file"
    assert finding.found == "(hidden)"
    assert "{variable: a_" in finding.hint


def test_the_name_beside_a_secret_in_a_list_may_be_literal(load: Load) -> None:
    text = _sdk("secrets: {secrets_list: [{key: token, value: {variable: t}}]}")

    secrets = load(text).connections[0].parameters["secrets"]

    assert secrets == {"secrets_list": [{"key": "token", "value": Variable("t", keep_unset=False)}]}


def test_an_empty_text_in_a_list_of_secrets_is_a_value(load: Load) -> None:
    text = _sdk("secrets: {secrets_list: [{key: token, value: ''}]}")

    secrets = load(text).connections[0].parameters["secrets"]

    assert secrets == {"secrets_list": [{"key": "token", "value": ""}]}


def test_the_secret_in_a_list_may_not_be_literal(found: Found) -> None:
    text = _sdk("secrets: {secrets_list: [{key: token, value: hunter2}]}")

    assert found(text) == [("secret-in-file", "base.yaml:6:50")]


@pytest.mark.parametrize(
    "more",
    [
        "paused: {variable: v}",
        "auth: {client_access: {user_agent: {variable: v}}}",
        "secrets: {variable: v}",
    ],
)
def test_a_variable_elsewhere_is_refused_with_the_reason(findings: Findings, more: str) -> None:
    (finding,) = findings(_ads(more))

    assert finding.rule == "variable-place"
    assert "plan and state" in finding.hint


@pytest.mark.parametrize("name", ["Upper", "a-b", "9a", "''", "5", "count"])
def test_a_name_that_terraform_does_not_take_is_refused(found: Found, name: str) -> None:
    text = _postgres(f"secrets: {{password: {{variable: {name}}}}}")

    assert [rule for rule, _ in found(text)] == ["variable-name"]


@pytest.mark.parametrize("nothing", ["", "null", "~"])
def test_a_forgotten_name_of_a_variable_is_found(findings: Findings, nothing: str) -> None:
    (finding,) = findings(_postgres(f"secrets: {{password: {{variable: {nothing}}}}}"))

    assert (finding.rule, finding.found) == ("variable-name", "nothing")


@pytest.mark.parametrize(
    "text",
    [
        _postgres("secrets: {password: {variabel: db_password}}"),
        _ads("auth_secrets: {client_access: {user_agent: {Variable: agent}}}"),
        "connections: {}\nprovider: {api_key: {varible: key}}",
    ],
)
def test_a_misspelt_variable_is_recognised(findings: Findings, text: str) -> None:
    (finding,) = findings(text)

    assert finding.rule == "variable-name"
    assert finding.hint == "did you mean 'variable'?"


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        (_connection("postgres", "{schema_prefix: s, host: '${HOST}'}", ""), "/config/host"),
        (_connection("postgres", "{schema_prefix: s, host: 'a-%{if true}'}", ""), "/config/host"),
        (
            _connection("github", "{schema: s, repositories: ['${HOST}']}", ""),
            "/config/repositories/0",
        ),
        (_connection("postgres", "{schema_prefix: s, '${KEY}': a}", ""), "/config/${KEY}"),
        (_sdk("managed_state: {state: {since: '${DATE}'}}"), "/managed_state/state/since"),
    ],
)
def test_an_expression_of_terraform_is_refused(findings: Findings, text: str, pointer: str) -> None:
    (finding,) = findings(text)

    assert finding.rule == "terraform-expression"
    assert finding.pointer == f"/connections/a{pointer}"
    mark = "%" if "%" in text else "$"
    assert f"write {mark}{mark}{{ for the text {mark}{{" in finding.hint


def test_expression_among_the_defaults_is_reported_once(found: Found) -> None:
    text = "connections: {}\ndefaults:\n  group_id: ${GROUP}\n"
    connections = "{service: stripe, config: {schema: %s}}"

    assert found(text, f"connections: {{a: {connections % 'a'}, b: {connections % 'b'}}}") == [
        ("terraform-expression", "base.yaml:3:13")
    ]


@pytest.mark.parametrize("text", ["$${HOST}", "%%{if}", "$HOME", "5 %", "{a}", "$5"])
def test_other_text_with_such_marks_is_accepted(load: Load, text: str) -> None:
    environment = load(_connection("postgres", f"{{schema_prefix: s, host: '{text}'}}", ""))

    assert environment.connections[0].parameters["config"]["host"] == text


def test_an_expression_in_the_backend_is_refused(found: Found) -> None:
    text = "connections: {}\nbackend: {type: gcs, bucket: '${BUCKET}'}"

    assert found(text) == [("terraform-expression", "base.yaml:2:30")]


def test_a_credential_of_the_provider_is_refused_and_hidden(findings: Findings) -> None:
    (finding,) = findings("connections: {}\nprovider: {api_secret: hunter2}")

    assert (finding.rule, finding.found) == ("credentials-in-file", "(hidden)")
    assert "FIVETRAN_APISECRET" in finding.hint


def test_the_backend_is_local_if_nothing_else_is_said(load: Load) -> None:
    assert load("connections: {}").backend == Backend("local", {})


def test_a_backend_keeps_its_settings(load: Load) -> None:
    environment = load("connections: {}", "backend: {type: s3, bucket: b, key: k, encrypt: true}")

    assert environment.backend == Backend("s3", {"bucket": "b", "key": "k", "encrypt": True})


@pytest.mark.parametrize(
    ("backend", "rule"),
    [
        ("{type: s4}", "enum"),
        ("{bucket: b}", "required"),
        ("{type: local, pth: a}", "unknown-attribute"),
        ("{type: local, path: 5}", "type"),
        ("{type: gcs, bucket: b, access_token: hunter2}", "credentials-in-file"),
        ("{type: pg, conn_str: 'postgres://u:hunter2@h/d'}", "credentials-in-file"),
        ("s3", "type"),
    ],
)
def test_a_wrong_backend_is_a_finding(findings: Findings, backend: str, rule: str) -> None:
    (finding,) = findings(f"connections: {{}}\nbackend: {backend}")

    assert finding.rule == rule
    assert "hunter2" not in str(finding)


def test_relative_paths_start_at_the_root_of_the_project(load: Load, tmp_path: Path) -> None:
    overlay = "provider: {api_url: 'sandbox:.s/a.db'}\nbackend: {type: local, path: b.tfstate}"

    environment = load("connections: {}", overlay)

    assert environment.provider["api_url"] == f"sandbox:{tmp_path}/.s/a.db"
    assert environment.backend.settings == {"path": f"{tmp_path}/b.tfstate"}


@pytest.mark.parametrize("url", ["sandbox", "sandbox:/var/a.db", "https://api.fivetran.com"])
def test_other_addresses_stay_as_they_are(load: Load, url: str) -> None:
    environment = load("connections: {}", f"provider: {{api_url: '{url}'}}")

    assert environment.provider == {"api_url": url}


def test_a_managed_state_is_kept_apart_from_the_parameters(load: Load) -> None:
    environment = load(_sdk("managed_state: {state: {a: 1}, paused_after: paused}"))

    (connection,) = environment.connections
    assert connection.managed_state is not None
    assert connection.managed_state.parameters == {"state": {"a": 1}, "paused_after": "paused"}
    assert connection.managed_state.place.line == 6
    assert "managed_state" not in connection.parameters


@pytest.mark.parametrize(
    ("state", "rule", "pointer"),
    [
        ("{}", "required", ""),
        ("{state: {}, connection_id: x}", "unknown-attribute", "/connection_id"),
        ("{state: {}, drift_polcy: enforce}", "unknown-attribute", "/drift_polcy"),
        ("{state: {}, timeouts: {create: 5}}", "type", "/timeouts/create"),
    ],
)
def test_a_managed_state_is_checked(
    findings: Findings, state: str, rule: str, pointer: str
) -> None:
    (finding,) = findings(_sdk(f"managed_state: {state}"))

    assert (finding.rule, finding.pointer) == (rule, f"/connections/a/managed_state{pointer}")


def test_a_state_in_json_text_keeps_the_limits(findings: Findings) -> None:
    state = '{"a": ' + "[" * 300 + "]" * 300 + "}"

    (finding,) = findings(_sdk(f"managed_state: {{state: '{state}'}}"))

    assert (finding.rule, finding.pointer) == ("limit", "/connections/a/managed_state/state")


@pytest.mark.parametrize(
    ("secrets", "pointer", "found"),
    [
        ("{secrets_list: [{key: k, value: null}]}", "secrets_list/0/value", "nothing"),
        ("{secrets_list: [{key: k, value: {}}]}", "secrets_list/0/value", "an empty value"),
        ("{new_secret: {}}", "new_secret", "an empty value"),
    ],
)
def test_an_empty_secret_is_refused_at_its_place(
    findings: Findings, secrets: str, pointer: str, found: str
) -> None:
    empty = [each for each in findings(_sdk(f"secrets: {secrets}")) if each.rule == "empty-secret"]

    assert [(each.pointer, each.found) for each in empty] == [
        (f"/connections/a/secrets/{pointer}", found)
    ]


def test_an_empty_setting_next_to_a_secret_is_none(load: Load) -> None:
    (connection,) = load(_sdk('secrets: {secrets_list: [{key: "", value: ""}]}')).connections

    assert connection.parameters["secrets"] == {"secrets_list": [{"key": "", "value": ""}]}


def test_a_managed_state_is_no_default(found: Found) -> None:
    text = "connections: {}\ndefaults: {managed_state: {state: {}}}"

    assert found(text) == [("unknown-attribute", "base.yaml:2:12")]


@pytest.mark.parametrize("connections", ["[]", "{a: 5}", "{a: [1]}", "text"])
def test_what_is_no_connection_is_a_finding_and_no_traceback(
    findings: Findings, connections: str
) -> None:
    text = f"connections: {connections}\ndefaults: {{paused: true}}"

    assert [finding.rule for finding in findings(text)] == ["type"]


@pytest.mark.parametrize("identifier", ["..", "a/b", "'a b'", "a%2e"])
def test_import_of_what_is_no_identifier_is_a_finding(identifier: str, findings: Findings) -> None:
    (finding,) = findings(_postgres(f"import_id: {identifier}"))

    assert (finding.rule, finding.pointer) == ("pattern", "/connections/a/import_id")
    assert finding.allowed == "an identifier as Fivetran shows it, such as pale_hydrogen"
