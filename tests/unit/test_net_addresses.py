"""Addresses of the APIs: one rule, whether the configuration or the environment gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from every_case import check_every

from constructs_lib.backend.elastic.provider import ElasticOps
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.provider import FivetranOps
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.planning import checks
from constructs_lib.net import address_problem, is_sandbox
from constructs_lib.schemas.catalogue import sources

REFUSED = [
    "http://api.fivetran.com",
    "http://1.2.3.4",
    "http://127.evil.invalid",
    "http://127.0.0.1.evil.invalid:80",
    "ftp://x",
    "api.fivetran.com",
    "https://",
    "https://[bad",
    "https://user:hunter22@api.fivetran.com",
    "https://user@api.fivetran.com",
    "https://@api.fivetran.com",
    "user:hunter22@api.fivetran.com",
    "https://user:hunter22@api.fivetran.com?x=1",
    "https://api.fivetran.com?page=1",
    "https://api.fivetran.com/?",
    "https://api.fivetran.com/#top",
    "https://api.fivetran.com#",
    "https://api.fivetran.com/v1 ",
    " https://api.fivetran.com",
    "https://api.fivetran.com\n",
    "https://api.five\ntran.com",
    "https://api.fivetran.com\\@evil.invalid",
    "https://api.fivetran.com:99999",
    "https://api.fivetran.com:0",
    "https://api.fivetran.com:port",
    "https://.fivetran.com",
    "https://api..com",
    f"https://{'a' * 64}.com",
    "https://\x1b[31m.com",
    "HTTP://localhost",
    "sandbox:",
    "Sandbox",
]
TAKEN = [
    "https://api.fivetran.com",
    "https://api.fivetran.com/",
    "https://api.fivetran.com/v1/",
    "https://gateway.example.com:8443/some/path",
    "http://localhost:8000",
    "http://127.0.0.1",
    "http://127.9.9.9:8000/path",
    "http://[::1]:80",
    "sandbox",
    "sandbox:file.sqlite3",
]


def errors(vendor: str, url: str, place: str, monkeypatch: pytest.MonkeyPatch, home: Path) -> str:
    """What is said of an address that stands in the configuration, or in the environment."""
    monkeypatch.chdir(home)
    variable, name = VARIABLES[vendor]
    given: dict[str, Any] = {"api_key": "a2V5", name: None}
    given |= {"api_secret": "s"} if vendor == "fivetran" else {}
    if place == "environment":
        monkeypatch.setenv(variable, url)
    else:
        monkeypatch.delenv(variable, raising=False)
        given[name] = url if vendor == "fivetran" else [url]
    provider: Any = ElasticOps()
    if vendor == "fivetran":
        provider = FivetranOps(lambda: Journal(home / "journal"))
    diagnostics = Diagnostics()
    checks.check_schema_rules(provider.schema.attributes, given, diagnostics)
    provider.validate(given, diagnostics)
    if not diagnostics.has_errors:
        provider.close(provider.configure(given, "1.11.4", diagnostics))
    return "\n".join(f"{one.summary}: {one.detail}" for one in diagnostics if one.is_error)


VARIABLES = {
    "fivetran": ("FIVETRAN_API_URL", "api_url"),
    "elastic": ("ELASTICSEARCH_ENDPOINTS", "endpoints"),
}


@pytest.mark.parametrize("place", ["environment", "configuration"])
@pytest.mark.parametrize("vendor", VARIABLES)
# Blanks around an address stand between the addresses of Elasticsearch in the environment.
def test_address_that_is_refused_is_so_wherever_it_stands(
    vendor: str, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def is_refused(url: str) -> None:
        found = errors(vendor, url, place, monkeypatch, tmp_path)

        assert "cannot be used: " in found or "Invalid value of" in found
        assert "hunter22" not in found

    check_every([one for one in REFUSED if one.strip() == one], is_refused)


@pytest.mark.parametrize("place", ["environment", "configuration"])
@pytest.mark.parametrize("vendor", VARIABLES)
@pytest.mark.parametrize("url", ["canary", "https://canary/?x", "http://canary.example.com"])
def test_address_that_may_be_marked_is_not_repeated(
    vendor: str, url: str, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = errors(vendor, url, place, monkeypatch, tmp_path)

    assert found
    assert "canary" not in found


@pytest.mark.parametrize("place", ["environment", "configuration"])
@pytest.mark.parametrize("vendor", VARIABLES)
def test_address_that_is_taken_is_so_wherever_it_stands(
    vendor: str, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def is_taken(url: str) -> None:
        assert errors(vendor, url, place, monkeypatch, tmp_path) == ""

    check_every(TAKEN, is_taken)


@pytest.mark.parametrize("url", [one for one in REFUSED if "hunter22" in one])
def test_password_in_an_address_is_not_repeated(url: str) -> None:
    problem = address_problem(url, "api_key and api_secret")

    assert problem is not None
    assert "hunter22" not in problem


@pytest.mark.parametrize("url", [one for one in REFUSED if one.strip() == one])
def test_catalogue_refuses_the_same_addresses(url: str) -> None:
    login = {"FIVETRAN_APIKEY": "k", "FIVETRAN_APISECRET": "s"}

    with pytest.raises(sources.LiveError) as found:
        sources.Account({"FIVETRAN_API_URL": url, **login})

    assert "hunter22" not in str(found.value)


@pytest.mark.parametrize("url", [one for one in TAKEN if not is_sandbox(one)])
def test_catalogue_takes_the_same_addresses(url: str) -> None:
    sources.Account({"FIVETRAN_API_URL": url, "FIVETRAN_APIKEY": "k", "FIVETRAN_APISECRET": "s"})


@pytest.mark.parametrize("url", [" https://api.fivetran.com", "https://api.fivetran.com\n"])
def test_blank_around_an_address_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "contains a space" in errors("fivetran", url, "environment", monkeypatch, tmp_path)
