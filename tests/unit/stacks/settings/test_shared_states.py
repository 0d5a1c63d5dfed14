"""Two environments that would keep their state in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.validation import Finding, ValidationFailed
from stacks.settings import Environment, load_environments, warnings_of

BASE = "connections: {}\n"
LoadTwo = Callable[..., list[Environment]]
Shared = Callable[..., list[Finding]]

S3 = "type: s3, use_lockfile: true, bucket: b"
SAME = [
    (f"{S3}, key: k", f"{S3}, key: k, region: eu-west-1"),
    (f"{S3}, key: k, endpoint: 'https://m'", f"{S3}, key: k, endpoints: {{s3: 'https://m'}}"),
    ("type: gcs, bucket: b", "type: gcs, bucket: b, prefix: /"),
    (
        "type: azurerm, storage_account_name: a, container_name: c, key: k",
        "type: azurerm, storage_account_name: a, container_name: c, key: k, use_oidc: true",
    ),
    ("type: pg", "type: pg, schema_name: terraform_remote_state"),
    (
        "type: pg, schema_name: s, conn_str: 'postgres://one@h/d'",
        "type: pg, schema_name: s, conn_str: 'postgres://two@h:5432/d?sslmode=require'",
    ),
    (
        "type: pg, conn_str: 'host=h dbname=d user=one'",
        "type: pg, conn_str: 'postgres:///d?host=h'",
    ),
    (
        "type: http, address: 'https://s/a', update_method: PUT",
        "type: http, address: 'https://s/a/'",
    ),
    ("type: consul, path: p", "type: consul, path: p, gzip: true"),
    (
        "type: kubernetes, secret_suffix: s",
        "type: kubernetes, secret_suffix: s, namespace: default",
    ),
    ("type: oss, bucket: b, tablestore_table: t", "type: oss, bucket: b, key: terraform.tfstate"),
    ("type: cos, bucket: b", "type: cos, bucket: b, key: terraform.tfstate"),
    ("type: local, path: a/../b", "type: local, path: b"),
    ("type: local, path: terraform.two.tfstate", "type: local"),
    ("type: cloud, workspaces: {tags: [a, b]}", "type: cloud, workspaces: {tags: [b, a]}"),
    (
        "type: cloud, organization: o, workspaces: {name: w}",
        "type: remote, organization: o, hostname: app.terraform.io, workspaces: {name: w}",
    ),
]
OTHER = [
    (f"{S3}, key: k", f"{S3}, key: l"),
    (f"{S3}, key: k", f"{S3}, key: k, endpoints: {{s3: 'https://m'}}"),
    ("type: gcs, bucket: b, prefix: one", "type: gcs, bucket: b, prefix: two"),
    ("type: pg, schema_name: one", "type: pg, schema_name: two"),
    ("type: pg, conn_str: 'postgres://h/one'", "type: pg, conn_str: 'postgres://h/two'"),
    ("type: local", "type: local"),
    ("type: cloud, workspaces: {name: v}", "type: cloud, workspaces: {name: w}"),
    ("type: consul, path: p", f"{S3}, key: p"),
]


@pytest.fixture
def load_two(folder: Path) -> LoadTwo:
    """Writes base.yaml and two environments, one.yaml and two.yaml, and loads them."""

    def _load(one: str, two: str, base: str = BASE) -> list[Environment]:
        (folder / "base.yaml").write_text(base)
        (folder / "one.yaml").write_text(one)
        (folder / "two.yaml").write_text(two)
        return load_environments(folder)

    return _load


@pytest.fixture
def shared(load_two: LoadTwo) -> Shared:
    """As ``load_two``, but returns the findings that it must fail with, without warnings."""

    def _shared(*texts: str) -> list[Finding]:
        with pytest.raises(ValidationFailed) as failed:
            load_two(*texts)
        return [each for each in failed.value.findings if each.severity == "error"]

    return _shared


@pytest.mark.parametrize(("one", "two"), SAME)
def test_a_state_of_two_environments_is_an_error_in_both(
    shared: Shared, one: str, two: str
) -> None:
    found = shared(f"backend: {{{one}}}", f"backend: {{{two}}}")

    assert [each.rule for each in found] == ["shared-state", "shared-state"]
    assert [str(each.place).split(":")[0][-8:] for each in found] == ["one.yaml", "two.yaml"]
    assert all(each.found.startswith("one state for one and two:") for each in found)


@pytest.mark.parametrize(("one", "two"), OTHER)
def test_states_that_are_told_apart_are_taken(load_two: LoadTwo, one: str, two: str) -> None:
    environments = load_two(f"backend: {{{one}}}", f"backend: {{{two}}}")

    assert len(environments) == 2


def test_shared_state_of_the_base_is_reported_once_there(shared: Shared) -> None:
    base = f"{BASE}backend:\n  type: s3\n  bucket: b\n  key: k\n"

    (finding,) = shared("", "", base)

    assert str(finding.place) == "stacks/environments/base.yaml:5:8"
    assert finding.hint == "write a different key for each of them"


def test_states_without_a_visible_difference_are_a_warning(load_two: LoadTwo) -> None:
    environments = load_two("backend: {type: http}", "backend: {type: http}")

    found = warnings_of(environments)

    assert [(each.rule, each.severity) for each in found] == [("shared-state", "warning")] * 2
    assert "no setting that separates" in found[0].found


def test_a_shared_state_is_found_beside_other_mistakes(shared: Shared) -> None:
    found = shared("backend: {type: pg}\ndefaults: {pausd: true}", "backend: {type: pg}")

    assert sorted(each.rule for each in found) == [
        "shared-state",
        "shared-state",
        "unknown-attribute",
    ]


def test_a_backend_with_a_mistake_is_compared_with_none(shared: Shared) -> None:
    found = shared("backend: {type: s3, bucket: 5, key: k}", f"backend: {{{S3}, key: k}}")

    assert [each.rule for each in found] == ["type"]


def test_what_is_left_out_is_reported_beside_the_type(shared: Shared) -> None:
    base = f"{BASE}backend:\n  type: local\n"

    found = shared("backend: {type: pg}", "backend: {type: pg}", base)

    assert [str(each.place) for each in found] == [
        "stacks/environments/one.yaml:1:17",
        "stacks/environments/two.yaml:1:17",
    ]
