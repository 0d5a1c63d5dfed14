"""The environment of a request: proxies, authorities to trust, and who it says it is."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_api import Answer, scripted_api
from tls_world import ANSWER, HEADERS, Proxy, World, api, proxy

from constructs_lib.backend.elastic.provider import ElasticOps
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.provider import FivetranOps
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import NoResponse
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.schemas.catalogue.sources import Account, LiveError
from constructs_lib.version import __version__, user_agent

AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
PROXIES = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HTTP_PROXY")
VENDORS = ("fivetran", "elastic")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*AUTHORITIES, *PROXIES, *map(str.lower, PROXIES)):
        monkeypatch.delenv(name, raising=False)
    for name in ("FIVETRAN_API_URL", "ELASTICSEARCH_ENDPOINTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with api(tmp_path) as running:
        yield running


@pytest.fixture
def tunnels() -> Iterator[Proxy]:
    with proxy() as running:
        yield running


def configured(vendor: str, url: str | None, folder: Path) -> tuple[Any, list[str]]:
    """The client as a run of Terraform 1.11.4 configures it, and the errors."""
    diagnostics = Diagnostics()
    if vendor == "fivetran":
        given: dict[str, Any] = {"api_key": "k", "api_secret": "s", "api_url": url}
        provider: Any = FivetranOps(lambda: Journal(folder / "journal"))
    else:
        given = {"api_key": "a", "endpoints": None if url is None else [url]}
        provider = ElasticOps()
    made = provider.configure(given, "1.11.4", diagnostics)
    return made, [f"{one.summary}: {one.detail}" for one in diagnostics if one.is_error]


def check_access(vendor: str, url: str, folder: Path) -> None:
    made, errors = configured(vendor, url, folder)
    assert errors == []
    try:
        made.client.check_access(Deadline(30))
    finally:
        made.client.close()


@pytest.mark.parametrize("vendor", VENDORS)
def test_user_agent_names_product_terraform_and_python(vendor: str, tmp_path: Path) -> None:
    with scripted_api() as server:
        server.answers = [Answer(200, ANSWER, HEADERS)]
        check_access(vendor, server.url, tmp_path)

    expected = f"connections-as-code/{__version__} Terraform/1.11.4 Python/"
    assert server.seen[0].headers["User-Agent"] == expected + platform.python_version()


def test_user_agent_of_a_command_names_no_terraform(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_api() as server:
        server.answers = [Answer(200, {"data": {"config": {}}}, {})]
        login = {"FIVETRAN_APIKEY": "k", "FIVETRAN_APISECRET": "s"}
        Account({"FIVETRAN_API_URL": server.url, **login}).metadata("postgres")

    assert server.seen[0].headers["User-Agent"] == user_agent()
    assert "Terraform" not in user_agent()


@pytest.mark.parametrize("version", ["1.12.0-beta1+x", "1.11\r\nX-Evil: 1", "\x1b[31m", "9" * 500])
def test_user_agent_is_one_header_whatever_the_version(version: str) -> None:
    found = user_agent(version)

    assert re.fullmatch(r"[\w./+\- ]{20,140}", found, re.ASCII)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("variable", AUTHORITIES[:3])
def test_authority_of_the_environment_is_trusted(
    vendor: str, variable: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(world.authority))

    check_access(vendor, world.url, tmp_path)

    assert len(world.agents) == 1


@pytest.mark.parametrize("vendor", VENDORS)
def test_first_variable_that_names_authorities_holds(
    vendor: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(world.authority))
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")

    check_access(vendor, world.url, tmp_path)

    assert len(world.agents) == 1


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not on the PATH")
def test_folder_of_authorities_is_trusted(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "authorities"
    folder.mkdir()
    shutil.copy(world.authority, folder)
    subprocess.run(["openssl", "rehash", folder], check=True)
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))

    check_access("fivetran", world.url, tmp_path)

    assert len(world.agents) == 1


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("variable", AUTHORITIES)
@pytest.mark.parametrize("named", ["missing.pem", "key.pem", "empty.pem"])
def test_authority_that_cannot_be_read_is_a_clear_error(
    vendor: str, variable: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nno\n")
    (tmp_path / "empty.pem").write_text("")
    monkeypatch.setenv(variable, str(tmp_path / named))

    _, errors = configured(vendor, "https://api.invalid", tmp_path)

    (error,) = errors
    assert f"{variable} of the environment cannot be used: {str(tmp_path / named)!r}: " in error
    assert "It must name a PEM file" in error


@pytest.mark.parametrize("vendor", VENDORS)
def test_authority_that_is_gone_since_is_a_clear_error(
    vendor: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(world.authority))
    made, _ = configured(vendor, world.url, tmp_path)
    world.authority.unlink()

    with pytest.raises(NoResponse, match="it could not be sent") as found:
        made.client.check_access(Deadline(5))

    assert "REQUESTS_CA_BUNDLE or SSL_CERT_FILE" in found.value.remedy


def test_catalogue_says_when_an_authority_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    account = Account({"FIVETRAN_APIKEY": "k", "FIVETRAN_APISECRET": "s"})

    with pytest.raises(LiveError, match=r"REQUESTS_CA_BUNDLE cannot be used: '/nowhere\.pem'"):
        account.metadata("postgres")


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_proxy_of_the_environment_carries_the_request(
    vendor: str,
    variable: str,
    world: World,
    tunnels: Proxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(world.authority))
    monkeypatch.setenv(variable, tunnels.url)

    check_access(vendor, world.url, tmp_path)

    assert tunnels.asked == [world.url.removeprefix("https://")]
    assert len(world.agents) == 1


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("hosts", ["localhost", "example.com,localhost", "*"])
def test_host_that_no_proxy_names_is_asked_itself(
    vendor: str,
    hosts: str,
    world: World,
    tunnels: Proxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(world.authority))
    monkeypatch.setenv("HTTPS_PROXY", tunnels.url)
    monkeypatch.setenv("NO_PROXY", hosts)

    check_access(vendor, world.url, tmp_path)

    assert tunnels.asked == []
    assert len(world.agents) == 1


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    "address",
    ["http://[", "ftp://x:1", "not a url", "http://a:port", "socks9://a:1", "http://u:ę@a:1"],
)
def test_proxy_that_is_none_is_a_clear_error(
    vendor: str, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    made, errors = configured(vendor, "https://api.invalid", tmp_path)
    assert errors == []

    with pytest.raises(NoResponse, match="the proxy of HTTPS_PROXY cannot be used") as found:
        made.client.check_access(Deadline(5))

    assert found.value.sent is False
    assert "NO_PROXY" in found.value.remedy
