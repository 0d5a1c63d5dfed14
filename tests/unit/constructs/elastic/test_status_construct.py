from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import ConnectorStatus, ElasticProvider, FivetranProvider
from constructs_lib.constructs.synth import delivery
from constructs_lib.toolkit import App, TerraformOutput, TerraformStack, TerraformVariable

Anything: Any = ConnectorStatus
VALID = {"connector_id": "wiki", "status": "configured"}


@pytest.fixture
def elastic(bare_stack: TerraformStack) -> TerraformStack:
    """A stack with a provider for the sandbox of Elastic, and none for Fivetran."""
    ElasticProvider(bare_stack, "elastic", endpoints=["sandbox"])
    return bare_stack


def test_a_status_is_a_resource_of_its_provider(elastic: TerraformStack, synth: Synth) -> None:
    ConnectorStatus(
        elastic, "wiki", **VALID, via="shortest", drift_policy="enforce", timeouts={"create": "90s"}
    )

    document = synth()

    wiki = document["resource"]["elasticops_connector_status"]["wiki"]
    del wiki["//"]
    assert wiki == {
        **VALID,
        "via": "shortest",
        "drift_policy": "enforce",
        "timeouts": {"create": "90s"},
    }
    assert document["terraform"]["required_providers"] == {
        "elasticops": {
            "source": "terraform.local/connections-as-code/elasticops",
            "version": "0.2.0",
        }
    }


@pytest.mark.parametrize("allowed", [False, True])
def test_all_may_vanish_is_said_of_both_providers(
    bare_stack: TerraformStack, synth: Synth, allowed: bool
) -> None:
    FivetranProvider(bare_stack, "fivetran", api_url="https://f.test", allow_vanished=allowed)
    ElasticProvider(bare_stack, "elastic", endpoints=["https://e.test"], allow_vanished=allowed)

    providers = synth()["provider"]

    assert [each["allow_vanished"] for (each,) in providers.values()] == [allowed, allowed]


@pytest.mark.parametrize("name", ["id", "status", "previous_status", "last_seen", "error"])
def test_an_attribute_of_a_status_is_an_expression(
    name: str, elastic: TerraformStack, synth: Synth
) -> None:
    status = ConnectorStatus(elastic, "wiki", **VALID)
    TerraformOutput(elastic, "result", value=getattr(status, name))

    value = synth()["output"]["result"]["value"]

    assert value == f"${{elasticops_connector_status.wiki.{name}}}"


def test_one_of_several_statuses_is_read_by_its_key(elastic: TerraformStack, synth: Synth) -> None:
    statuses = ConnectorStatus(
        elastic, "wikis", connector_id="${each.key}", status="configured", for_each=["eu", "us"]
    )
    TerraformOutput(elastic, "result", value=statuses.at("eu").previous_status)

    value = synth()["output"]["result"]["value"]

    assert value == '${elasticops_connector_status.wikis["eu"].previous_status}'


def test_the_status_of_a_connector_is_taken_over(elastic: TerraformStack, synth: Synth) -> None:
    ConnectorStatus(elastic, "wiki", **VALID, import_id="wiki")

    assert synth()["import"] == [{"to": "elasticops_connector_status.wiki", "id": "wiki"}]


@pytest.mark.parametrize("status", ["CONFIGURED", "Needs_Configuration", "error"])
def test_the_case_of_a_status_does_not_matter(
    status: str, elastic: TerraformStack, synth: Synth
) -> None:
    ConnectorStatus(elastic, "wiki", connector_id="wiki", status=status)

    written = synth()["resource"]["elasticops_connector_status"]["wiki"]["status"]

    assert written == status


def test_a_misspelt_status_is_found_before_synth(elastic: TerraformStack, synth: Synth) -> None:
    ConnectorStatus(elastic, "wiki", connector_id="wiki", status="Conected")

    (finding,) = reported(synth)
    assert (finding.rule, finding.pointer) == ("enum", "/status")
    assert finding.hint == "did you mean 'connected'?"
    assert finding.allowed == ("one of created, needs_configuration, configured, connected, error")


def test_missing_parameters_of_a_status_are_findings(elastic: TerraformStack, synth: Synth) -> None:
    Anything(elastic, "wiki")

    found = sorted(finding.allowed for finding in reported(synth))
    assert found == ["connector_id, which is required", "status, which is required"]


def test_what_only_elastic_sets_is_refused(elastic: TerraformStack, synth: Synth) -> None:
    Anything(elastic, "wiki", **VALID, last_seen="now")

    (finding,) = reported(synth)
    assert finding.hint == "leave it out: 'last_seen' can only be read, the API sets it"


def test_two_statuses_of_one_connector_are_refused(elastic: TerraformStack, synth: Synth) -> None:
    ConnectorStatus(elastic, "one", **VALID)
    ConnectorStatus(elastic, "two", connector_id="wiki", status="error")

    assert findings_of(synth) == [("demo/two", "status-twice", "/connector_id")]


def test_connectors_of_the_same_id_in_two_clusters_are_two(
    elastic: TerraformStack, synth: Synth
) -> None:
    other = ElasticProvider(elastic, "other", endpoints=["sandbox:other"], alias="other")
    ConnectorStatus(elastic, "one", **VALID)
    ConnectorStatus(elastic, "two", **VALID, provider=other)

    statuses = synth()["resource"]["elasticops_connector_status"]

    assert statuses["two"]["provider"] == "elasticops.other"


def test_a_status_needs_a_provider_of_its_own_kind(stack: TerraformStack, synth: Synth) -> None:
    ConnectorStatus(stack, "wiki", **VALID)

    (finding,) = reported(synth)
    assert (finding.rule, finding.found) == ("provider-missing", "no ElasticProvider in this stack")
    assert finding.hint == 'add ElasticProvider(self, "elastic") to the stack'


def test_the_provider_of_the_other_api_is_refused(
    elastic: TerraformStack, connect: Connect, synth: Synth
) -> None:
    fivetran = FivetranProvider(elastic, "named", api_url="sandbox", alias="named")
    Anything(elastic, "wiki", **VALID, provider=fivetran)

    (finding,) = reported(synth)
    assert (str(finding.place), finding.pointer) == ("demo/wiki", "/provider")
    assert finding.allowed == "the construct ElasticProvider"


def test_both_providers_may_go_without_alias(
    connect: Connect, elastic: TerraformStack, synth: Synth
) -> None:
    connect("orders")
    ConnectorStatus(elastic, "wiki", **VALID)

    assert set(synth()["provider"]) == {"elasticops", "fivetranops"}


def test_elastic_sandbox_does_not_excuse_fivetran_secrets(
    connect: Connect, app: App, synth: Synth
) -> None:
    both = TerraformStack(app, "both")
    ElasticProvider(both, "elastic", endpoints=["sandbox"])
    FivetranProvider(both, "fivetran", api_url="https://api.fivetran.com")
    connect(scope=both, secrets={"password": "hunter2"})

    (finding,) = reported(synth)
    assert (finding.rule, finding.severity) == ("secret-in-code", "error")


def test_each_stack_gets_the_providers_that_it_has(
    connect: Connect, app: App, outdir: Path
) -> None:
    connect()
    both = TerraformStack(app, "both")
    ElasticProvider(both, "elastic", endpoints=["sandbox"])
    FivetranProvider(both, "fivetran", api_url="sandbox")
    ElasticProvider(TerraformStack(app, "third"), "elastic", endpoints=["sandbox"])

    app.synth()

    planted = {
        stack: {
            provider
            for provider in ("elasticops", "fivetranops")
            if delivery.launcher_path(outdir / "stacks" / stack, "linux_amd64", provider).is_file()
        }
        for stack in ("demo", "both", "third")
    }
    assert planted == {
        "demo": {"fivetranops"},
        "both": {"elasticops", "fivetranops"},
        "third": {"elasticops"},
    }


def test_a_relative_file_starts_at_the_directory_of_the_synth(
    bare_stack: TerraformStack, synth: Synth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ElasticProvider(bare_stack, "one", endpoints=["sandbox:one.sqlite3"])
    ElasticProvider(bare_stack, "two", endpoints=["https://a"], ca_file="ca.pem", alias="two")

    one, two = synth()["provider"]["elasticops"]

    assert one["endpoints"] == [f"sandbox:{tmp_path}/one.sqlite3"]
    assert two["ca_file"] == f"{tmp_path}/ca.pem"


@pytest.mark.parametrize("name", ["api_key", "bearer_token", "password"])
def test_a_credential_in_the_code_is_refused_and_not_shown(
    name: str, bare_stack: TerraformStack, synth: Synth
) -> None:
    credentials: Any = {name: "hunter2"}
    ElasticProvider(bare_stack, "elastic", endpoints=["https://elastic"], **credentials)

    (finding,) = reported(synth)
    assert (finding.rule, finding.pointer) == ("credentials-in-code", f"/{name}")
    assert "hunter2" not in str(finding)
    assert "ELASTICSEARCH_API_KEY" in finding.hint


def test_a_credential_from_a_variable_is_written_as_a_reference(
    bare_stack: TerraformStack, synth: Synth
) -> None:
    key = TerraformVariable(bare_stack, "key", type="string", sensitive=True)
    ElasticProvider(bare_stack, "elastic", endpoints=["https://elastic"], api_key=key.string_value)

    assert synth()["provider"]["elasticops"][0]["api_key"] == "${var.key}"


def test_endpoints_that_are_known_later_are_passed_on(
    bare_stack: TerraformStack, synth: Synth
) -> None:
    endpoints = TerraformVariable(bare_stack, "endpoints", type="list(string)")
    ElasticProvider(bare_stack, "elastic", endpoints=endpoints.list_value)

    assert synth()["provider"]["elasticops"][0]["endpoints"] == "${var.endpoints}"


def test_a_login_in_an_endpoint_is_refused_and_not_shown(
    bare_stack: TerraformStack, synth: Synth
) -> None:
    ElasticProvider(bare_stack, "elastic", endpoints=["https://a", "https://me:hunter2@b"])

    (finding,) = reported(synth)
    assert (finding.rule, finding.pointer) == ("login-in-address", "/endpoints/1")
    assert "hunter2" not in str(finding)
