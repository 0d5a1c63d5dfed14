"""The provider and the statuses of Elastic connectors in the files of an environment."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.validation import Finding, ValidationFailed
from stacks.settings import ConnectorStatusSettings, Environment, Variable, load_environments

Load = Callable[..., Environment]
Found = Callable[..., list[tuple[str, str]]]
Findings = Callable[..., list[Finding]]


def _base(elastic: str = "endpoints: [https://e]", status: str = "configured") -> str:
    return (
        f"connections: {{}}\nelastic: {{{elastic}}}\n"
        f"connector_statuses:\n  wiki: {{connector_id: w, status: {status}}}\n"
    )


def test_the_status_and_its_provider_become_arguments(load: Load) -> None:
    environment = load(_base(), "connector_statuses: {wiki: {connector_id: other}}")

    assert environment.elastic == {"endpoints": ["https://e"]}
    assert environment.connector_statuses == (
        ConnectorStatusSettings("wiki", {"connector_id": "other", "status": "configured"}),
    )


def test_without_elastic_there_is_no_provider_for_it(load: Load) -> None:
    environment = load("connections: {}")

    assert environment.elastic is None
    assert environment.connector_statuses == ()


def test_an_environment_takes_elastic_away(load: Load) -> None:
    environment = load(_base(), "elastic: null\nconnector_statuses: null")

    assert environment.elastic is None
    assert environment.connector_statuses == ()


def test_the_addresses_may_all_come_from_outside(load: Load) -> None:
    environment = load(_base(), "elastic: null")

    assert environment.elastic == {}


def test_removed_last_status_keeps_the_provider(load: Load) -> None:
    environment = load(_base(), "connector_statuses: null")

    assert environment.elastic == {"endpoints": ["https://e"]}


def test_files_are_found_from_the_root_of_the_project(load: Load, tmp_path: Path) -> None:
    sandbox = load(_base("endpoints: ['sandbox:x/e.sqlite3']"))
    real = load(_base("ca_file: ca.pem"))

    assert sandbox.elastic == {"endpoints": [f"sandbox:{tmp_path}/x/e.sqlite3"]}
    assert real.elastic == {"ca_file": f"{tmp_path}/ca.pem"}


@pytest.mark.parametrize("name", ["api_key", "username", "bearer_token"])
def test_a_credential_of_elastic_may_be_a_variable(name: str, load: Load) -> None:
    environment = load(_base(f"{name}: {{variable: v}}"))

    assert environment.elastic == {name: Variable("v", keep_unset=False)}
    assert environment.variables == ("v",)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("api_key", "leave it out and set ELASTICSEARCH_API_KEY, or write {variable: name}"),
        ("password", "leave it out and set ELASTICSEARCH_PASSWORD, or write {variable: name}"),
        ("bearer_token", "write {variable: name}"),
    ],
)
def test_no_credential_of_elastic_stands_in_a_file(
    name: str, hint: str, findings: Findings
) -> None:
    (finding,) = findings(_base(f"{name}: hunter2"))

    assert (finding.rule, finding.hint) == ("credentials-in-file", hint)
    assert "hunter2" not in str(finding)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (_base("endpoints: ['http://e']"), ("pattern", "base.yaml:2:23")),
        (
            _base("api_key: {variable: k}, bearer_token: {variable: t}"),
            ("one-authentication", "base.yaml:2:35"),
        ),
        (_base(status="conected"), ("enum", "base.yaml:4:35")),
        (_base(status="configured, vai: direct"), ("unknown-attribute", "base.yaml:4:47")),
        (_base(status="{variable: s}"), ("variable-place", "base.yaml:4:27")),
        (_base().replace("wiki", "Wiki"), ("name", "base.yaml:4:3")),
    ],
)
def test_a_mistake_is_found_at_its_place(
    base: str, expected: tuple[str, str], found: Found
) -> None:
    assert found(base) == [expected]


def test_a_status_in_capitals_is_right(load: Load) -> None:
    (status,) = load(_base(status="CONFIGURED")).connector_statuses

    assert status.parameters["status"] == "CONFIGURED"


def test_a_status_without_settings_is_asked_after(load: Load) -> None:
    (warning,) = load("connections: {}\nconnector_statuses: {wiki: null}").warnings

    assert (warning.rule, warning.pointer) == ("removes-nothing", "/connector_statuses/wiki")
    assert warning.hint == "write its settings, or delete the line"


def test_status_without_connector_names_the_environments(
    folder: Path,
) -> None:
    (folder / "base.yaml").write_text(_base().replace("connector_id: w, ", ""))
    (folder / "dev.yaml").write_text("connector_statuses: {wiki: {connector_id: w}}")
    (folder / "live.yaml").write_text("")

    with pytest.raises(ValidationFailed) as failed:
        load_environments(folder)

    (finding,) = failed.value.findings
    assert (finding.rule, finding.allowed) == ("required", "connector_id, which is required")
    assert "found in the environment live" in finding.hint


def test_the_name_of_a_status_makes_no_secret_of_it(findings: Findings) -> None:
    (finding,) = findings(_base(status="conected").replace("wiki", "token"))

    assert finding.found == "'conected'"
