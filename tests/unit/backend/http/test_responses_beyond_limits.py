"""Answers beyond a limit, of both vendors: one request, and one error that names the place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from scripted_api import Answer, ScriptedApi, scripted_api

from constructs_lib import net
from constructs_lib.backend.elastic import client
from constructs_lib.backend.elastic.exchange import Exchange
from constructs_lib.backend.elastic.provider import SANDBOX
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import ApiError, ResponseOverLimit
from constructs_lib.backend.http.transport import Transport

HEADERS = {"X-elastic-product": "Elasticsearch", "Content-Type": "application/json"}
ASKS: dict[str, Callable[[str], object]] = {
    "fivetran": lambda url: Client(Transport(url), "key", "secret").connection("abc", Deadline(9)),
    "elastic": lambda url: client.Client(Exchange([Transport(url)], SANDBOX, 9)).connector(
        "abc", Deadline(9)
    ),
}
PATHS = {"fivetran": "/v1/connections/abc", "elastic": "/_connector/abc"}


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    with scripted_api() as server:
        yield server


def ask(api: ScriptedApi, vendor: str, body: str, status: int = 200) -> str:
    api.answers = [Answer(status, body, HEADERS)]
    with pytest.raises(ResponseOverLimit) as found:
        ASKS[vendor](api.url)
    assert [seen.method for seen in api.seen] == ["GET"]
    assert f"GET {api.url}{PATHS[vendor]} answered" in str(found.value)
    assert "Check that the address is that of the API" in found.value.remedy
    return str(found.value)


@pytest.mark.parametrize("vendor", ASKS)
@pytest.mark.parametrize("status", [200, 404])
def test_answer_that_is_too_long_names_place_and_limit(
    api: ScriptedApi, vendor: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(net, "LONGEST", 2**20)

    words = ask(api, vendor, '{"data": "' + "x" * 2**20 + '"}', status)

    assert words.endswith(f"answered {status} with more than the 1 MiB it may have")


@pytest.mark.parametrize("vendor", ASKS)
@pytest.mark.parametrize("depth", [260, 5000])
def test_answer_that_is_nested_too_deeply_names_place(
    api: ScriptedApi, vendor: str, depth: int
) -> None:
    words = ask(api, vendor, '{"code": "Success", "data": ' + "[" * depth + "]" * depth + "}")

    assert words.endswith("answered 200 with more than 250 levels of lists and objects")


@pytest.mark.parametrize("vendor", ASKS)
def test_answer_with_a_number_without_bounds_names_place(api: ScriptedApi, vendor: str) -> None:
    words = ask(api, vendor, '{"code": "Success", "data": {"id": "abc", "config": 1e1000000}}')

    assert words.endswith("answered 200 with a number of more than 1000 digits")


@pytest.mark.parametrize("vendor", ASKS)
def test_answer_is_asked_for_in_a_form_that_can_be_counted(api: ScriptedApi, vendor: str) -> None:
    api.answers = [Answer(400, {"code": "Bad", "error": "bad"}, HEADERS)]
    with pytest.raises(ApiError):
        ASKS[vendor](api.url)

    assert api.seen[0].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("vendor", ASKS)
@pytest.mark.parametrize("location", ["http://[", "https://\x01", "//", "x" * 5000])
def test_redirect_is_an_error_wherever_it_leads(
    api: ScriptedApi, vendor: str, location: str
) -> None:
    api.answers = [
        Answer(302, "", {**HEADERS, "Location": location}),
        Answer(400, {"code": "Bad", "error": "bad"}, HEADERS),
    ]

    with pytest.raises(ApiError, match="answered 400"):
        ASKS[vendor](api.url)


def test_config_that_no_state_can_hold_is_a_clear_error(api: ScriptedApi) -> None:
    config = '{"tables": ' + "[" * 99 + "]" * 99 + "}"

    words = ask(
        api, "fivetran", f'{{"code": "Success", "data": {{"id": "abc", "config": {config}}}}}'
    )

    assert words.endswith("answered 200 with a config of 100 or more levels of lists and objects")


def test_config_that_a_state_can_hold_is_read(api: ScriptedApi) -> None:
    config = '{"tables": ' + "[" * 98 + "]" * 98 + "}"
    api.answers = [
        Answer(200, f'{{"code": "Success", "data": {{"id": "abc", "config": {config}}}}}')
    ]

    ASKS["fivetran"](api.url)

    assert len(api.seen) == 1
