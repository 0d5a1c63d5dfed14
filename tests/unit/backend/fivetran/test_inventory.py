"""The connections of an account are listed and read with the fewest requests."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_api import Answer, ScriptedApi

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.exchange import FivetranTransport
from constructs_lib.backend.fivetran.inventory import Inventory, open_inventory
from constructs_lib.backend.http import attempts
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.sandbox import __main__ as sandbox

ITEM = {"id": "a", "group_id": "g", "service": "postgres", "schema": "orders"}


@pytest.fixture
def inventory(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inventory]:
    monkeypatch.setattr(attempts, "_FIRST_PAUSE", 0.001)
    client = Client(FivetranTransport(api.url), "key", "canary-secret", request_timeout=2.0)
    yield Inventory(client)
    client.close()


def page(*items: dict[str, Any], cursor: str | None = None) -> Answer:
    return Answer(200, {"code": "Success", "data": {"items": list(items), "next_cursor": cursor}})


def one(**given: Any) -> Answer:
    return Answer(200, {"code": "Success", "data": {**ITEM, **given}})


def no_progress(done: int, total: int) -> None:
    """Nobody looks at the progress."""


def test_pages_are_requested_by_the_thousand_until_the_last(
    api: ScriptedApi, inventory: Inventory
) -> None:
    api.answers = [page(ITEM, cursor="x=1&y"), page({**ITEM, "id": "b"}, cursor=""), page()]

    found = [item["id"] for items in inventory.listed() for item in items]

    assert found == ["a", "b"]
    assert [seen.path for seen in api.seen] == [
        "/v1/connections?limit=1000",
        "/v1/connections?limit=1000&cursor=x%3D1%26y",
    ]


def test_each_group_is_listed_once(api: ScriptedApi, inventory: Inventory) -> None:
    api.answers = [page(ITEM), page()]

    list(inventory.listed(["g", "h", "g"]))

    assert [seen.path for seen in api.seen] == [
        "/v1/connections?group_id=g&limit=1000",
        "/v1/connections?group_id=h&limit=1000",
    ]


def test_only_what_lacks_its_settings_is_asked_for(api: ScriptedApi, inventory: Inventory) -> None:
    api.answers = [one(config={"host": "read"})]
    seen: list[tuple[int, int]] = []

    found = inventory.read(
        [{**ITEM, "id": "b", "config": {"host": "listed"}}, ITEM],
        lambda done, total: seen.append((done, total)),
    )

    assert [(each.id, each.config) for each in found] == [
        ("b", {"host": "listed"}),
        ("a", {"host": "read"}),
    ]
    assert [request.path for request in api.seen] == ["/v1/connections/a"]
    assert seen == [(1, 2), (2, 2)]


def test_what_is_gone_by_now_is_left_out(api: ScriptedApi, inventory: Inventory) -> None:
    api.answers = [Answer(404, {"code": "NotFound_Connection", "message": "gone"})]

    assert inventory.read([ITEM], no_progress) == []


def test_a_busy_api_is_asked_again(api: ScriptedApi, inventory: Inventory) -> None:
    busy = Answer(429, {"code": "TooManyRequests", "message": "slow"}, {"Retry-After": "0"})
    api.answers = [busy, page(ITEM)]

    assert [item["id"] for items in inventory.listed() for item in items] == ["a"]


def test_an_error_is_explained_without_credentials(api: ScriptedApi, inventory: Inventory) -> None:
    api.answers = [Answer(401, {"code": "Unauthorized", "message": "no canary-secret"})]

    with pytest.raises(ProviderError) as failed:
        list(inventory.listed())

    assert failed.value.summary == "Cannot list the connections of the account"
    assert "FIVETRAN_APIKEY" in failed.value.detail
    assert "canary" not in failed.value.detail


def test_values_have_the_form_of_a_settings_file(api: ScriptedApi, inventory: Inventory) -> None:
    config = '{"port": 5432.0, "rate": 0.5, "exact": 0.12345678901234567890, "big": 1E+400}'
    data = f'{{"id": "a", "paused": "true", "sync_frequency": "60", "config": {config}}}'
    text = f'{{"code": "Success", "data": {data}}}'
    api.answers = [Answer(200, text)]

    (found,) = inventory.read([ITEM], no_progress)

    assert found.attributes == {"paused": True, "sync_frequency": 60}
    assert found.config == {
        "port": 5432,
        "rate": 0.5,
        "exact": "0.12345678901234567890",
        "big": "1E+400",
    }
    assert type(found.config["port"]) is int


def test_credentials_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET", "FIVETRAN_API_URL"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(ProviderError) as failed:
        open_inventory({})

    assert "Set FIVETRAN_APIKEY and FIVETRAN_APISECRET" in failed.value.detail


def test_an_address_that_sends_credentials_in_clear_is_refused() -> None:
    with pytest.raises(ProviderError, match="address of Fivetran's API cannot be used"):
        open_inventory({"api_url": "http://example.com", "api_key": "k", "api_secret": "s"})


@pytest.mark.parametrize("url", ["sandbox:typo/x y.sqlite", "sandbox"])
def test_a_sandbox_that_is_not_there_is_not_made(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIVETRAN_API_URL", url)

    with pytest.raises(ProviderError) as failed:
        open_inventory({})

    assert "does not exist. Check FIVETRAN_API_URL, or create the file: " in failed.value.detail
    assert not [*tmp_path.iterdir()]


def test_the_remedy_for_a_missing_sandbox_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIVETRAN_API_URL", "sandbox:my x.sqlite")
    with pytest.raises(ProviderError) as failed:
        open_inventory({})
    command = shlex.split(failed.value.detail.partition("constructs_lib.sandbox ")[2])

    assert sandbox.main(command) == 0

    assert sum(len(items) for items in open_inventory({}).listed()) == 300


@pytest.mark.parametrize(
    ("groups", "words"),
    [([], "Check FIVETRAN_API_URL."), (["g"], "Check FIVETRAN_API_URL, and the group 'g'.")],
)
def test_a_wrong_path_of_the_api_is_told(
    groups: list[str], words: str, api: ScriptedApi, inventory: Inventory
) -> None:
    api.answers = [Answer(404, {"code": "NotFound", "message": "no such path"})]

    with pytest.raises(ProviderError) as failed:
        list(inventory.listed(groups))

    assert failed.value.detail.endswith(f"Fivetran's API has no such path. {words}")
    assert "state" not in failed.value.detail
