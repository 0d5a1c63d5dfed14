"""What a stack needs before Terraform runs it: no test reaches an account or a shared state."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from constructs_lib import ElasticProvider, FivetranProvider
from constructs_lib.testing import DeployFailed, ElasticSandbox, FivetranSandbox
from constructs_lib.testing.prepared import Inputs, Prepared, prepare
from constructs_lib.toolkit import App, TerraformStack, TerraformVariable

Prepare = Callable[..., Prepared]


@pytest.fixture
def prepared(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fivetran_sandbox: FivetranSandbox,
    elastic_sandbox: ElasticSandbox,
) -> Prepare:
    """Prepares a stack, where the environment leads to an account of somebody."""
    for name in ("FIVETRAN_APIKEY", "ELASTICSEARCH_API_KEY", "TF_WORKSPACE", "TF_CLI_ARGS_plan"):
        monkeypatch.setenv(name, "of-somebody")
    sandboxes = {"fivetranops": fivetran_sandbox, "elasticops": elastic_sandbox}

    def made(
        define: Callable[[App], object] | TerraformStack,
        variables: Mapping[str, Any] | None = None,
        other_providers: tuple[str, ...] = (),
    ) -> Prepared:
        inputs = Inputs(variables or {}, other_providers)
        return prepare(define, tmp_path / "deployment", sandboxes.__getitem__, inputs)

    return made


def document(prepared: Prepared) -> Any:
    return json.loads((prepared.terraform.folder / "cdk.tf.json").read_text(encoding="utf-8"))


def of_accounts(app: App) -> None:
    stack = TerraformStack(app, "pipelines")
    key = TerraformVariable(stack, "key", type="string", sensitive=True)
    TerraformVariable(stack, "since", type="number")
    FivetranProvider(stack, "fivetran", api_url="https://api.fivetran.com")
    FivetranProvider(
        stack, "other", alias="other", api_key=key.string_value, api_secret="${var.key}"
    )
    ElasticProvider(
        stack,
        "elastic",
        endpoints=["https://elastic.example.com"],
        api_key=key.string_value,
        ca_file="ca.pem",
        server_version="8.14.3",
    )
    stack.add_override("terraform.backend", {"s3": {"bucket": "shared", "key": "state"}})


VALUES = {"key": "hunter2", "since": 7}


def test_every_provider_is_pointed_at_a_sandbox(
    prepared: Prepare, fivetran_sandbox: FivetranSandbox, elastic_sandbox: ElasticSandbox
) -> None:
    found = prepared(of_accounts, VALUES)

    providers = document(found)["provider"]
    there = fivetran_sandbox.provider_arguments()
    assert providers["fivetranops"] == [there, {"alias": "other", **there}]
    elastic = {**elastic_sandbox.provider_arguments(), "server_version": "8.14.3"}
    assert providers["elasticops"] == [elastic]
    assert found.synthesized.document["provider"]["fivetranops"][0] == {
        "api_url": "https://api.fivetran.com"
    }


def in_hcp_terraform(app: App) -> None:
    stack = TerraformStack(app, "pipelines")
    workspaces = {"name": "production"}
    stack.add_override("terraform.cloud", {"organization": "example", "workspaces": workspaces})


@pytest.mark.parametrize(
    ("define", "values"), [(of_accounts, VALUES), (in_hcp_terraform, {})], ids=["backend", "cloud"]
)
def test_the_state_is_kept_in_the_working_directory(
    prepared: Prepare, define: Callable[[App], None], values: Mapping[str, Any]
) -> None:
    settings = document(prepared(define, values))["terraform"]

    assert settings["backend"] == {"local": {"path": "terraform.tfstate"}}
    assert "cloud" not in settings


def test_the_environment_leads_to_no_account(prepared: Prepare) -> None:
    environ = prepared(of_accounts, VALUES).terraform.environ

    assert "of-somebody" not in environ.values()
    assert environ["FIVETRAN_APIKEY"] == "sandbox"
    assert {name: value for name, value in environ.items() if name.startswith("TF_VAR_")} == {
        "TF_VAR_key": "hunter2",
        "TF_VAR_since": "7",
    }


def test_the_catalogue_of_the_project_is_found(
    prepared: Prepare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FIVETRAN_SERVICES", raising=False)
    (tmp_path / "tests").mkdir()
    monkeypatch.chdir(tmp_path / "tests")
    assert "FIVETRAN_SERVICES" not in prepared(of_accounts, VALUES).terraform.environ

    services = tmp_path / "fivetran-services.json"
    services.write_text("{}\n", encoding="utf-8")

    environ = prepared(of_accounts, VALUES).terraform.environ
    assert environ["FIVETRAN_SERVICES"] == str(services)


def test_values_of_sensitive_variables_are_hidden(
    prepared: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_VAR_key", "hunter3")
    from_environment = prepared(of_accounts, {"since": 7}).terraform
    terraform = prepared(of_accounts, VALUES).terraform

    assert terraform.hide("7 times xhunter2x") == "7 times x(hidden)x"
    assert from_environment.hide("7 times xhunter3x") == "7 times x(hidden)x"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, 'needs values of variables: variables={"key": …, "since": …}'),
        ({"key": "a", "since": 1, "kee": "b"}, "has no variable kee; it has key, since"),
    ],
)
def test_variables_are_checked_before_terraform(
    prepared: Prepare, variables: Mapping[str, Any], message: str
) -> None:
    with pytest.raises(DeployFailed) as failure:
        prepared(of_accounts, variables)

    assert message in str(failure.value)


def test_a_stack_that_is_made_already_is_prepared(prepared: Prepare, tmp_path: Path) -> None:
    stack = TerraformStack(App(outdir=str(tmp_path / "own")), "pipelines")
    FivetranProvider(stack, "fivetran", api_url="https://api.fivetran.com")

    left = tmp_path / "own" / "stacks" / "pipelines" / ".terraform" / "terraform.tfstate"
    left.parent.mkdir(parents=True)
    left.write_text('{"backend": {"type": "s3"}}', encoding="utf-8")

    found = prepared(stack)

    own = tmp_path / "own" / "stacks" / "pipelines" / "cdk.tf.json"
    assert "https://api.fivetran.com" in own.read_text(encoding="utf-8")
    assert "https://api.fivetran.com" not in json.dumps(document(found))
    assert (found.terraform.folder / "terraform.d" / "plugins").is_dir()
    assert not (found.terraform.folder / ".terraform").exists()


@pytest.mark.parametrize("name", ["cdk.tf", "landing.tf.json"])
def test_configuration_of_another_file_is_refused(
    prepared: Prepare, tmp_path: Path, name: str
) -> None:
    stack = TerraformStack(App(outdir=str(tmp_path / "own")), "pipelines")
    FivetranProvider(stack, "fivetran")
    other = tmp_path / "own" / "stacks" / "pipelines" / name
    other.parent.mkdir(parents=True)
    other.write_text("{}", encoding="utf-8")

    with pytest.raises(DeployFailed, match=rf"cannot point at a sandbox: {re.escape(name)}\."):
        prepared(stack)


def with_others(app: App) -> None:
    stack = TerraformStack(app, "pipelines")
    FivetranProvider(stack, "fivetran")
    required = "terraform.required_providers"
    stack.add_override(f"{required}.aws", {"source": "hashicorp/aws"})
    stack.add_override(f"{required}.random", {"source": "hashicorp/random"})


def test_providers_of_others_must_be_allowed(prepared: Prepare) -> None:
    with pytest.raises(DeployFailed, match=r"real systems: aws\. .*other_providers=\['aws'\]"):
        prepared(with_others, other_providers=("random",))

    found = prepared(with_others, other_providers=("random", "aws"))

    assert list(found.sandboxes) == ["fivetranops"]


def with_module(app: App) -> None:
    stack = TerraformStack(app, "pipelines")
    FivetranProvider(stack, "fivetran")
    stack.add_override("module.landing.source", "/modules/landing")


def test_a_stack_with_a_module_is_refused(prepared: Prepare, tmp_path: Path) -> None:
    with pytest.raises(DeployFailed, match=r"module\.landing: the stack has a module"):
        prepared(with_module)

    assert not (tmp_path / "deployment" / "work").exists()


def test_what_is_in_the_working_directory_stays(prepared: Prepare) -> None:
    state = prepared(of_accounts, VALUES).terraform.folder / "terraform.tfstate"
    state.write_text("{}", encoding="utf-8")

    folder = prepared(with_others, other_providers=("random", "aws")).terraform.folder

    assert (folder / "terraform.tfstate").read_text(encoding="utf-8") == "{}"
