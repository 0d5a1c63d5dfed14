"""What the checks know of each backend is what the real Terraform knows of it.

Terraform has no command that tells the settings of a backend. But it reports each name that it does
not know, and each value of a wrong type, before it asks any service; and once it has begun with a
backend, it notes all settings of it, those that were left out as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cdktf_project import Machine
from postgres_server import postgres_server, program
from service_answers import services
from two_terraforms import text_of

from constructs_lib.schemas import Attribute, Kind
from constructs_lib.validation.environment_schema import backend_types
from stacks.settings.backend import settings_of

pytestmark = pytest.mark.terraform
Init = Callable[..., list[dict[str, Any]]]

UNREACHABLE = {"cos", "pg"}
"""The types that begin with none of our answers: ``pg`` has a test of its own, and ``cos`` asks its
real name without a proxy."""
_NEWER = {"oss": {"tablestore_instance_name"}}
"""The settings that came after Terraform 1.11, the least that an environment may be used with."""
_KUBERNETES = """\
apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {{server: "{}"}}}}]
contexts: [{{name: c, context: {{cluster: c, user: u}}}}]
users: [{{name: u, user: {{token: t}}}}]
current-context: c
"""
_WRONG: dict[Kind, Any] = {Kind.LIST: {"a": "b"}, Kind.MAP: ["a"]}
_DEMANDED = {
    Kind.STRING: ": string required",
    Kind.BOOLEAN: ": bool required",
    Kind.INTEGER: ": number required",
    Kind.LIST: " of string required",
    Kind.MAP: "map of string required",
}
"""How Terraform says what it wants instead of a value."""
_VALUES = {
    Kind.STRING: "1",
    Kind.BOOLEAN: True,
    Kind.INTEGER: 1,
    Kind.LIST: ["a"],
    Kind.MAP: {"a": "b"},
}


@pytest.fixture(name="init")
def _init(machine: Machine, tmp_path: Path) -> Init:
    """Initialises a backend, and returns the errors that Terraform has reported."""

    def run(type_name: str, settings: Mapping[str, Any], **environ: str) -> list[dict[str, Any]]:
        block = {"cloud": settings} if type_name == "cloud" else {"backend": {type_name: settings}}
        (tmp_path / "main.tf.json").write_text(json.dumps({"terraform": block}))
        result = machine.run(tmp_path, "terraform", "init", "-json", "-input=false", **environ)
        lines = [line for line in result.output.splitlines() if line.startswith("{")]
        found = [json.loads(line).get("diagnostic", {}) for line in lines]
        return [each for each in found if each.get("severity") == "error"]

    return run


def _value(attribute: Attribute) -> Any:
    if attribute.kind is Kind.NESTED:
        return {name: _value(inner) for name, inner in attribute.attributes.items()}
    return _VALUES[attribute.kind]


def _unknown(errors: list[dict[str, Any]]) -> set[str]:
    words = "No argument or block type is named "
    details = [each["detail"] for each in errors if each["detail"].startswith(words)]
    return {detail.removeprefix(words).split('"')[1] for detail in details}


def _inner_names(type_name: str) -> set[str]:
    return {name for each in settings_of(type_name).values() for name in each.attributes}


@pytest.mark.parametrize("type_name", backend_types())
def test_terraform_has_exactly_these_settings_of_each_type(init: Init, type_name: str) -> None:
    known = settings_of(type_name)
    values = {name: _value(attribute) for name, attribute in known.items()}
    others = {name for each in backend_types() for name in settings_of(each)} - set(known)
    wrong = dict.fromkeys(("misspelt", *others), "1")
    inside: set[str] = set()
    everywhere = {name for each in backend_types() for name in _inner_names(each)}
    for name, attribute in known.items():
        # Inside of what is no block, as in s3, Terraform leaves a name aside without a word.
        if attribute.kind is Kind.NESTED and type_name != "s3":
            strange = dict.fromkeys(everywhere - set(attribute.attributes), "1")
            values[name] = {**values[name], **strange}
            inside |= set(strange)

    unknown = _unknown(init(type_name, {**values, **wrong}))

    assert unknown == set(wrong) | inside


@pytest.mark.parametrize("type_name", backend_types())
def test_a_value_that_we_refuse_is_refused_by_terraform(init: Init, type_name: str) -> None:
    flat = {
        name: attribute
        for name, attribute in settings_of(type_name).items()
        if attribute.kind is not Kind.NESTED
    }
    wrong = {name: _WRONG.get(attribute.kind, ["a"]) for name, attribute in flat.items()}
    nested = {n: {} for n in settings_of(type_name) if n not in flat}

    errors = init(type_name, {**wrong, **nested})

    reported = [
        each["detail"].split('"', 2)[1:]
        for each in errors
        if each["summary"] == "Incorrect attribute value type"
    ]
    demanded = {name: words for name, words in reported if name in flat}
    assert set(demanded) == set(flat)
    for name, attribute in flat.items():
        assert _DEMANDED[attribute.kind] in demanded[name], name


@pytest.mark.parametrize("type_name", sorted({*backend_types()} - UNREACHABLE))
def test_terraform_has_no_setting_that_we_do_not_know(
    init: Init, tmp_path: Path, type_name: str
) -> None:
    with services(tmp_path) as (address, environ):
        (tmp_path / "kube.yaml").write_text(_KUBERNETES.format(address))
        init(type_name, _begun(address)[type_name], **environ)

    _assert_noted(tmp_path, type_name)


@pytest.mark.skipif(
    not all(map(program, ("initdb", "pg_ctl", "psql"))),
    reason="PostgreSQL is not installed: apt install postgresql",
)
def test_terraform_has_no_setting_of_pg_that_we_do_not_know(init: Init, tmp_path: Path) -> None:
    with postgres_server() as server:
        assert init("pg", {"conn_str": server.conn_str}, **server.environ) == []

    _assert_noted(tmp_path, "pg")


def _assert_noted(folder: Path, type_name: str) -> None:
    noted = json.loads((folder / ".terraform" / "terraform.tfstate").read_text())
    config = noted["backend"]["config"]
    is_newer = not noted["terraform_version"].startswith("1.11.")
    newer = _NEWER.get(type_name, set()) if is_newer else set()
    assert set(config) - newer == set(settings_of(type_name))
    for name, attribute in settings_of(type_name).items():
        if attribute.attributes and config[name]:
            assert set(config[name]) == set(attribute.attributes)


def _begun(address: str) -> dict[str, dict[str, Any]]:
    """For each type what Terraform needs to begin, with a server that answers at an address."""
    role = {"role_arn": "arn:aws:iam::123456789012:role/state"}
    skipped = ("credentials_validation", "requesting_account_id", "metadata_api_check")
    keys = {"access_key": "a", "secret_key": "s"}
    workspace = {"organization": "o", "token": "t", "workspaces": {"name": "workspace"}}
    return {
        "azurerm": {
            "storage_account_name": "account",
            "container_name": "c",
            "key": "k",
            "access_key": "AAAA",
        },
        "cloud": workspace,
        "consul": {"path": "p", "address": address.removeprefix("http://")},
        "gcs": {
            "bucket": "b",
            "access_token": "t",
            "storage_custom_endpoint": f"{address}/storage/v1/b",
        },
        "http": {"address": address},
        "kubernetes": {"secret_suffix": "s", "config_path": "kube.yaml"},
        "local": {},
        "oss": {"bucket": "bucket", "region": "cn-beijing", "endpoint": address, **keys},
        "remote": workspace,
        "s3": {
            "bucket": "bucket",
            "key": "k",
            "region": "eu-central-1",
            "use_path_style": True,
            "endpoints": {"s3": address, "sts": address},
            "assume_role": role,
            **keys,
            **{f"skip_{name}": True for name in skipped},
        },
    }


def test_the_variables_that_messages_name_are_those_of_terraform(terraform_program: Path) -> None:
    program_text = text_of(terraform_program)

    rules = (
        inner.rule
        for type_name in backend_types()
        for each in settings_of(type_name).values()
        for inner in (each, *each.attributes.values())
    )
    named = {rule.get("x-environment-variable") for rule in rules} - {None}

    assert len(named) > 50
    assert [name for name in named if name.encode() not in program_text] == []


CANARY = "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmE="
"""A secret that is also a key of 32 bytes in Base64, as S3 wants one."""
FROM_ENVIRONMENT = {
    "azurerm": ["ARM_ACCESS_KEY"],
    "cloud": ["TF_TOKEN_app_terraform_io"],
    "consul": ["CONSUL_HTTP_TOKEN"],
    "gcs": ["GOOGLE_OAUTH_ACCESS_TOKEN"],
    "http": ["TF_HTTP_PASSWORD"],
    "kubernetes": ["KUBE_TOKEN"],
    "oss": ["ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY"],
    "s3": [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_SSE_CUSTOMER_KEY",
    ],
}


@pytest.mark.parametrize("type_name", FROM_ENVIRONMENT)
def test_a_secret_of_the_environment_is_noted_nowhere(
    init: Init, tmp_path: Path, type_name: str
) -> None:
    secrets = dict.fromkeys(FROM_ENVIRONMENT[type_name], CANARY)
    with services(tmp_path) as (address, environ):
        (tmp_path / "kube.yaml").write_text(_KUBERNETES.format(address))
        known = settings_of(type_name)
        begun = _begun(address)[type_name].items()
        settings = {name: value for name, value in begun if not known[name].sensitive}
        init(type_name, settings, **environ, **secrets)

    noted = tmp_path / ".terraform" / "terraform.tfstate"
    assert noted.exists(), "Terraform has begun"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if CANARY.encode() in path.read_bytes()]
