"""The backend of an environment: known settings, no secrets, locks, encrypted addresses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.schemas import Kind
from constructs_lib.validation import Finding
from constructs_lib.validation.environment_schema import backend_types
from stacks.settings import Environment
from stacks.settings.backend import settings_of, token_variable

Load = Callable[..., Environment]
Findings = Callable[..., list[Finding]]

LEAST = {
    "azurerm": "storage_account_name: a, container_name: c, key: k",
    "cloud": "workspaces: {name: w}",
    "consul": "path: p",
    "cos": "bucket: b",
    "gcs": "bucket: b",
    "http": "address: 'https://s/', lock_address: 'https://s/', unlock_address: 'https://s/'",
    "kubernetes": "secret_suffix: s",
    "local": "",
    "oss": "bucket: b, tablestore_table: t",
    "pg": "",
    "remote": "organization: o, workspaces: {name: w}",
    "s3": "bucket: b, key: k, use_lockfile: true",
}
"""For each type the least that is neither wrong nor suspicious."""


def _text(type_name: str, settings: str) -> str:
    return f"connections: {{}}\nbackend: {{{', '.join([f'type: {type_name}', settings])}}}"


def _secrets() -> list[tuple[str, str]]:
    return [
        (type_name, setting.name)
        for type_name in backend_types()
        for setting in settings_of(type_name).values()
        if setting.sensitive
    ]


@pytest.mark.parametrize("type_name", backend_types())
def test_the_least_settings_of_a_type_are_taken_in_silence(load: Load, type_name: str) -> None:
    environment = load(_text(type_name, LEAST[type_name]))

    assert environment.backend.type == type_name
    assert environment.warnings == ()


@pytest.mark.parametrize(
    ("type_name", "missing"),
    [
        (type_name, setting.name)
        for type_name in backend_types()
        for setting in settings_of(type_name).values()
        if setting.required
    ],
)
def test_a_required_setting_that_is_missing_is_named(
    findings: Findings, type_name: str, missing: str
) -> None:
    found = findings(_text(type_name, ""))

    assert f"{missing}, which is required" in [each.allowed for each in found]
    mistakes = {(each.rule, each.pointer) for each in found if each.severity == "error"}
    assert mistakes == {("required", "/backend/type")}


def test_misspelt_setting_is_not_missing_as_well(findings: Findings) -> None:
    (finding,) = findings(_text("s3", "bucket: b, key: k, use_lokfile: true"))

    assert (finding.rule, finding.hint) == ("unknown-attribute", "did you mean 'use_lockfile'?")


def test_a_setting_that_comes_from_the_base_is_explained(findings: Findings) -> None:
    base = "connections: {}\nbackend: {type: local, path: a.tfstate}"

    (finding,) = findings(base, "backend: {type: gcs, bucket: b}")

    assert str(finding.place) == "stacks/environments/base.yaml:2:24"
    assert finding.hint.endswith("if base.yaml sets it, write path: null here")


def test_missing_setting_is_reported_in_the_environment(findings: Findings) -> None:
    base = "connections: {}\nbackend: {type: local}"

    found = findings(base, "backend: {type: s3, bucket: b}")

    assert {str(each.place) for each in found} == {"stacks/environments/dev.yaml:1:17"}
    assert sorted(each.rule for each in found) == ["required", "state-lock"]


def test_a_setting_of_the_base_can_be_removed(load: Load) -> None:
    base = "connections: {}\nbackend: {type: local, path: a.tfstate}"

    environment = load(base, "backend: {type: gcs, bucket: b, path: null}")

    assert environment.backend.settings == {"bucket": "b"}


@pytest.mark.parametrize(
    ("type_name", "settings", "pointer"),
    [
        ("s3", "bucket: b, key: k, use_lockfile: 'yes'", "/use_lockfile"),
        ("s3", "bucket: 5, key: k, use_lockfile: true", "/bucket"),
        ("s3", "bucket: b, key: k, use_lockfile: true, endpoints: {s3: 5}", "/endpoints/s3"),
        ("http", "retry_max: '5'", "/retry_max"),
        ("cloud", "workspaces: w", "/workspaces"),
        ("pg", "skip_table_creation: 1", "/skip_table_creation"),
    ],
)
def test_a_value_of_another_type_is_a_finding(
    findings: Findings, type_name: str, settings: str, pointer: str
) -> None:
    (finding,) = findings(_text(type_name, settings))

    assert (finding.rule, finding.pointer) == ("type", f"/backend{pointer}")


@pytest.mark.parametrize(("type_name", "name"), _secrets())
def test_each_secret_setting_is_refused_with_the_variable_to_set(
    findings: Findings, type_name: str, name: str
) -> None:
    (finding,) = findings(_text(type_name, f"{LEAST[type_name]}, {name}: hunter2".strip(", ")))

    assert (finding.rule, finding.found) == ("credentials-in-file", "(hidden)")
    wanted = settings_of(type_name)[name].rule.get("x-environment-variable", "TF_TOKEN_")
    assert f"set {wanted}" in finding.hint


@pytest.mark.parametrize(
    ("type_name", "setting"),
    [
        ("pg", "conn_str: 'postgres://u:hunter2@h/d'"),
        ("pg", "conn_str: 'postgres://u@h/d?sslmode=require&password=hunter2'"),
        ("pg", "conn_str: 'host=h dbname=d password=hunter2'"),
        ("gcs", 'bucket: b, credentials: \'{"private_key": "hunter2"}\''),
        ("s3", "bucket: b, key: k, use_lockfile: true, https_proxy: 'http://u:hunter2@proxy'"),
        (
            "s3",
            "bucket: b, key: k, use_lockfile: true, "
            "assume_role_with_web_identity: {role_arn: a, web_identity_token: hunter2}",
        ),
        ("http", "username: u, address: 'https://u:hunter2@s/'"),
        ("s4", "secret_key: hunter2"),
    ],
)
def test_a_secret_within_a_setting_is_refused_and_hidden(
    findings: Findings, type_name: str, setting: str
) -> None:
    found = findings(_text(type_name, setting))

    assert "credentials-in-file" in [each.rule for each in found]
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("type_name", "setting"),
    [
        ("pg", "conn_str: 'postgres://u@h/d?sslmode=verify-full'"),
        ("pg", "conn_str: 'host=h dbname=d user=password'"),
        ("gcs", "bucket: b, credentials: keys/terraform.json"),
    ],
)
def test_a_setting_that_only_could_hold_a_secret_is_taken(
    load: Load, type_name: str, setting: str
) -> None:
    assert load(_text(type_name, setting)).backend.type == type_name


def test_variable_in_a_backend_names_what_terraform_reads(findings: Findings) -> None:
    text = _text("azurerm", LEAST["azurerm"] + ", access_key: {variable: key}")

    (finding,) = findings(text)

    assert finding.rule == "variable-place"
    assert finding.hint == "leave it out and set ARM_ACCESS_KEY, which Terraform reads"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        (None, "TF_TOKEN_app_terraform_io"),
        ("tfe.my-company.com", "TF_TOKEN_tfe_my__company_com"),
    ],
)
def test_the_token_of_a_host_has_a_variable_of_its_own(host: str | None, name: str) -> None:
    assert token_variable(host) == name


@pytest.mark.parametrize(
    ("type_name", "settings", "hint"),
    [
        ("s3", "bucket: b, key: k", "use_lockfile: true"),
        ("s3", "bucket: b, key: k, use_lockfile: false", "use_lockfile: true"),
        ("http", "address: 'https://s/'", "lock_address"),
        ("consul", "path: p, lock: false", "leave lock out"),
        ("oss", "bucket: b", "tablestore_table"),
    ],
)
def test_a_state_that_nothing_locks_is_a_warning(
    load: Load, type_name: str, settings: str, hint: str
) -> None:
    (finding,) = load(_text(type_name, settings)).warnings

    assert (finding.rule, finding.severity) == ("state-lock", "warning")
    assert hint in finding.hint


@pytest.mark.parametrize(
    ("type_name", "settings"),
    [("s3", "bucket: b, key: k, dynamodb_table: t"), ("http", ""), ("http", "username: u")],
)
def test_a_state_that_is_locked_otherwise_is_no_warning(
    load: Load, type_name: str, settings: str
) -> None:
    assert load(_text(type_name, settings)).warnings == ()


def test_a_lock_that_is_never_released_is_an_error(findings: Findings) -> None:
    (finding,) = findings(_text("http", "address: 'https://s/', lock_address: 'https://s/'"))

    assert (finding.rule, finding.pointer) == ("state-lock", "/backend/lock_address")


@pytest.mark.parametrize(
    ("type_name", "settings", "pointer"),
    [
        ("http", LEAST["http"].replace("address: 'https", "address: 'http", 1), "/address"),
        ("s3", LEAST["s3"] + ", endpoints: {s3: 'http://minio.lan'}", "/endpoints/s3"),
        ("gcs", "bucket: b, storage_custom_endpoint: 'HTTP://s/'", "/storage_custom_endpoint"),
        ("consul", "path: p, address: 'consul.lan:8500'", "/address"),
    ],
)
def test_an_address_that_is_not_encrypted_is_an_error(
    findings: Findings, type_name: str, settings: str, pointer: str
) -> None:
    (finding,) = findings(_text(type_name, settings))

    assert (finding.rule, finding.pointer) == ("plain-address", f"/backend{pointer}")


@pytest.mark.parametrize(
    ("type_name", "settings"),
    [
        ("http", LEAST["http"].replace("https://s/", "http://127.0.0.1:8080/")),
        ("s3", LEAST["s3"] + ", endpoints: {s3: 'http://localhost:9000'}"),
        ("http", LEAST["http"].replace("https://s/", "http://[::1]/")),
        ("consul", "path: p, address: 'consul.lan:8500', scheme: https"),
        ("consul", "path: p, address: '127.0.0.1:8500'"),
    ],
)
def test_this_machine_may_be_reached_as_it_is(load: Load, type_name: str, settings: str) -> None:
    assert load(_text(type_name, settings)).warnings == ()


@pytest.mark.parametrize(
    ("type_name", "workspaces", "found"),
    [
        ("cloud", "{}", "neither name nor tags"),
        ("cloud", "{name: a, tags: [b]}", "name and tags"),
        ("remote", "{name: a, prefix: b}", "name and prefix"),
    ],
)
def test_workspaces_are_chosen_in_one_way(
    findings: Findings, type_name: str, workspaces: str, found: str
) -> None:
    (finding,) = findings(_text(type_name, f"organization: o, workspaces: {workspaces}"))

    assert (finding.rule, finding.found) == ("workspaces", found)


def test_files_start_at_the_root_of_the_project(load: Load, tmp_path: Path) -> None:
    files = "shared_credentials_files: [a, ~/b, /c], assume_role_with_web_identity: "
    nested = "{role_arn: r, web_identity_token_file: t}"

    settings = load(_text("s3", f"{LEAST['s3']}, {files}{nested}")).backend.settings

    assert settings["shared_credentials_files"] == [f"{tmp_path}/a", "~/b", "/c"]
    role = settings["assume_role_with_web_identity"]
    assert role == {"role_arn": "r", "web_identity_token_file": f"{tmp_path}/t"}


@pytest.mark.parametrize("type_name", backend_types())
def test_each_setting_says_what_it_means(type_name: str) -> None:
    for setting in settings_of(type_name).values():
        for each in (setting, *setting.attributes.values()):
            assert each.description.endswith("."), each.name
            assert each.kind is not Kind.DYNAMIC, each.name
