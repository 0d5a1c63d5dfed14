"""The configuration of the provider: addresses, credentials, and where they come from."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.backend.elastic.client import Cluster
from constructs_lib.backend.elastic.provider import ElasticOps, choose_credentials, from_key
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.planning import checks
from constructs_lib.backend.plugin.values.value import UNKNOWN

HERE = ["http://127.0.0.1:9200"]
VARIABLES = ("ENDPOINTS", "API_KEY", "USERNAME", "PASSWORD")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(f"ELASTICSEARCH_{name}", raising=False)


def whole(**given: Any) -> dict[str, Any]:
    return {**dict.fromkeys(ElasticOps.schema.attributes), **given}


def configured(**given: Any) -> tuple[Cluster, list[str]]:
    diagnostics = Diagnostics()
    provider = ElasticOps()
    cluster = provider.configure(whole(**given), "1.11.0", diagnostics)
    provider.close(cluster)
    return cluster, [f"{one.summary}: {one.detail}" for one in diagnostics]


def validated(**given: Any) -> list[str]:
    diagnostics = Diagnostics()
    checks.check_schema_rules(ElasticOps.schema.attributes, whole(**given), diagnostics)
    ElasticOps().validate(whole(**given), diagnostics)
    return [one.summary for one in diagnostics]


def authorization(**given: Any) -> str:
    diagnostics = Diagnostics()
    chosen = choose_credentials(whole(**given), diagnostics)
    assert chosen is not None, [one.detail for one in diagnostics]
    return chosen.authorization


def test_each_way_to_authenticate_has_its_header() -> None:
    login = base64.b64encode("elastic:s€cret".encode()).decode()
    assert authorization(api_key="aWQ6a2V5") == "ApiKey aWQ6a2V5"
    assert authorization(username="elastic", password="s€cret") == f"Basic {login}"
    assert authorization(bearer_token="token") == "Bearer token"


def test_credentials_show_nothing() -> None:
    assert repr(from_key("aWQ6a2V5")) == "<Credentials>"


def test_the_environment_stands_in_for_what_is_not_configured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ELASTICSEARCH_ENDPOINTS", "http://127.0.0.1:1, http://localhost:2")
    monkeypatch.setenv("ELASTICSEARCH_API_KEY", "aWQ6a2V5")

    cluster, problems = configured()

    assert problems == []
    assert "http://127.0.0.1:1, http://localhost:2" in repr(cluster.client)


def test_half_of_a_login_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELASTICSEARCH_PASSWORD", "pw")
    monkeypatch.setenv("ELASTICSEARCH_API_KEY", "other")

    assert authorization(username="me").startswith("Basic ")


def test_a_configured_way_puts_the_environment_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELASTICSEARCH_API_KEY", "other")

    assert authorization(bearer_token="token") == "Bearer token"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "exactly one of api_key"),
        ({"username": "me"}, "password is missing"),
        ({"password": "pw"}, "username is missing"),
        ({"api_key": "k", "bearer_token": "t"}, "api_key and bearer_token"),
        ({"api_key": "id:key"}, "encoded form"),
        ({"api_key": "key\n"}, "api_key cannot be sent"),
        ({"bearer_token": "tok en"}, "bearer_token cannot be sent"),
    ],
)
def test_credentials_that_cannot_be_used_are_an_error(given: Any, words: str) -> None:
    cluster, problems = configured(endpoints=HERE, **given)

    assert words in " ".join(problems)
    assert not cluster.is_known


def test_no_address_is_an_error() -> None:
    _, problems = configured(api_key="k")

    assert "ELASTICSEARCH_ENDPOINTS" in problems[0]


@pytest.mark.parametrize(
    "endpoints",
    [["http://search.example.com"], ["ftp://x"], ["https://a:b@search.example.com"], ["nonsense"]],
)
def test_an_address_that_would_leak_the_key_is_refused(
    endpoints: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "address of Elasticsearch cannot be used" in " ".join(validated(endpoints=endpoints))
    monkeypatch.setenv("ELASTICSEARCH_ENDPOINTS", endpoints[0])
    assert "address of Elasticsearch cannot be used" in " ".join(configured(api_key="k")[1])


@pytest.mark.parametrize(
    ("url", "path"),
    [("https://a:b@search.example.com", ()), ("https://search.example.com/?a", ("endpoints", 1))],
)
def test_no_path_leads_to_an_address_with_a_login(url: str, path: tuple[object, ...]) -> None:
    diagnostics = Diagnostics()

    ElasticOps().validate(whole(endpoints=[*HERE, url]), diagnostics)

    # Terraform would show the line that a path leads to.
    assert [one.path for one in diagnostics] == [path]


def test_the_sandbox_stands_alone() -> None:
    problems = " ".join(configured(endpoints=["sandbox", *HERE], api_key="k")[1])

    assert "The sandbox and other endpoints" in problems


def test_the_sandbox_needs_no_credentials_and_takes_none(tmp_path: Path) -> None:
    cluster, problems = configured(endpoints=[f"sandbox:{tmp_path}/e.sqlite3"], api_key="a b")

    assert problems == []
    assert cluster.is_known


def test_a_file_that_is_no_sandbox_is_a_clear_error(tmp_path: Path) -> None:
    file = tmp_path / "e.sqlite3"
    file.write_text("something else")

    _, problems = configured(endpoints=[f"sandbox:{file}"])

    assert "The sandbox cannot be used" in problems[0]


def test_a_ca_file_that_is_missing_or_no_certificate_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("nothing")

    for name in ("absent.pem", "no.pem"):
        _, problems = configured(endpoints=HERE, api_key="k", ca_file=str(tmp_path / name))
        assert "ca_file cannot be used" in problems[0]


@pytest.mark.parametrize(
    "given",
    [
        {"endpoints": UNKNOWN, "api_key": "k"},
        {"endpoints": [UNKNOWN], "api_key": "k"},
        {"endpoints": HERE, "api_key": UNKNOWN},
        {"endpoints": HERE, "api_key": "k", "ca_file": UNKNOWN},
    ],
)
def test_unknown_provider_can_plan_and_fails_only_when_used(given: Any) -> None:
    cluster, problems = configured(**given)

    assert (cluster.is_known, problems, validated(**given)) == (False, [], [])
    with pytest.raises(ProviderError) as caught:
        _ = cluster.client
    assert "not known yet" in caught.value.summary


def test_two_ways_to_authenticate_are_found_by_validate() -> None:
    assert validated(username="me", api_key="k") == ["Two ways to authenticate"]
    # It may turn out null.
    assert validated(username="me", api_key=UNKNOWN) == []


@pytest.mark.parametrize("version", ["eight", "8", "8.x"])
def test_a_version_that_is_none_is_refused(version: str) -> None:
    assert validated(server_version=version) == ["Invalid value of server_version"]
