"""Each operation of connect cards and data sources against each error that the contract names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from card_bodies import CARD, card, ephemeral
from data_bodies import data
from scenario import Scenario
from scripted_api import Answer, ScriptedApi, scripted_api

CODES = {
    400: ("InvalidInput", "Fix what the API's message names"),
    401: ("Unauthorized", "Check FIVETRAN_APIKEY and FIVETRAN_APISECRET"),
    404: ("NotFound_Connection", "Check the identifiers"),
    405: ("MethodNotAllowed", "Fix what the API's message names"),
    406: ("NotAcceptable", "Fix what the API's message names"),
    415: ("UnsupportedMediaType", "Fix what the API's message names"),
}
"""For each status: the code of the answer, and what to do next."""
FOUND = Answer(200, {"code": "Success", "data": {"id": "abc", "service": "connector_sdk"}})
ISSUED = Answer(
    200, {"code": "Success", "data": {"connect_card": {"uri": "https://u", "token": "t"}}}
)
OF_A_CARD = [400, 401, 404, 406, 415]
DATA = {
    "by identifier": ('connection_id = "abc"', "connection", [401, 404, 405, 406]),
    "by name": ('group_id = "g"\n  schema = "s"', "connection", [401, 405, 406]),
    "list": ("", "connections", [401, 405, 406]),
    "state": ('connection_id = "abc"', "connection_state", [401, 404, 405, 406]),
}
READS = [
    pytest.param(data(kind, inside), status, id=f"{name}-{status}")
    for name, (inside, kind, statuses) in DATA.items()
    for status in statuses
]


def error(status: int) -> Answer:
    return Answer(status, {"code": CODES[status][0], "message": f"said of {status}"})


def check_words(output: str, status: int) -> None:
    code, remedy = CODES[status]
    assert f"answered {status} ({code}): said of {status}" in output
    assert remedy in output
    assert "Traceback" not in output
    assert "canary" not in output


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedApi]:
    """One address for all tests, so that their providers have the same environment."""
    with scripted_api() as script:
        yield script


@pytest.fixture
def api(terraform: Scenario, server: ScriptedApi) -> ScriptedApi:
    """An API that answers what a test tells it to, in place of the sandbox."""
    server.answers, server.seen = [], []
    terraform.environment["FIVETRAN_API_URL"] = server.url
    return server


@pytest.mark.parametrize("status", OF_A_CARD)
def test_a_card_that_is_refused_is_not_in_state(
    terraform: Scenario, api: ScriptedApi, status: int
) -> None:
    api.answers = [error(status)]

    output = terraform.refused(card(of="abc"), f"answered {status}")

    check_words(output, status)
    assert "Cannot create fivetranops_connect_card abc" in output
    assert terraform.addresses() == []


@pytest.mark.parametrize("status", OF_A_CARD)
def test_a_renewal_that_is_refused_keeps_the_card(
    terraform: Scenario, api: ScriptedApi, status: int
) -> None:
    api.answers = [ISSUED, FOUND]
    terraform.step(card(of="abc"))
    api.answers = [FOUND, error(status)]

    output = terraform.refused(card('triggers = { a = "1" }', of="abc"), f"answered {status}")

    check_words(output, status)
    assert terraform.resource(CARD)["token"] == "t"
    assert terraform.resource(CARD)["triggers"] is None


@pytest.mark.parametrize("status", [401, 405, 406])
def test_a_card_that_cannot_be_read_stays_in_state(
    terraform: Scenario, api: ScriptedApi, status: int
) -> None:
    api.answers = [ISSUED, FOUND]
    terraform.step(card(of="abc"))
    api.answers = [error(status)]

    output = terraform.refused(None, f"answered {status}", during="plan")

    check_words(output, status)
    assert terraform.addresses() == [CARD]


@pytest.mark.parametrize("status", OF_A_CARD)
def test_a_card_of_one_run_that_is_refused_is_an_error(
    terraform: Scenario, api: ScriptedApi, status: int
) -> None:
    api.answers = [error(status)]

    output = terraform.refused(ephemeral(of='"abc"'), f"answered {status}", during="plan")

    check_words(output, status)
    assert "Cannot open ephemeral.fivetranops_connect_card abc" in output


@pytest.mark.parametrize(("body", "status"), READS)
def test_what_cannot_be_read_is_an_error(
    terraform: Scenario, api: ScriptedApi, body: str, status: int
) -> None:
    # A state that is refused with 405 is looked into: the service may be one without a state.
    api.answers = [error(status), FOUND] if status == 405 and "state" in body else [error(status)]

    check_words(terraform.refused(body, f"answered {status}", during="plan"), status)


WRONG = {
    "no card": Answer(200, {"code": "Success", "data": {"connector_id": "abc"}}),
    "no token": Answer(
        200, {"code": "Success", "data": {"connect_card": {"uri": "https://canary"}}}
    ),
    "no text": Answer(
        200, {"code": "Success", "data": {"connect_card": {"uri": "https://canary", "token": 5}}}
    ),
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("kind", ["resource", "ephemeral"])
def test_an_answer_without_a_card_is_an_error(
    terraform: Scenario, api: ScriptedApi, answer: Answer, kind: str
) -> None:
    api.answers = [answer]
    limit = 'timeouts = { create = "1s" }'
    body, during = (
        (card(limit, of="abc"), "apply") if kind == "resource" else (ephemeral(of='"abc"'), "plan")
    )

    output = terraform.refused(body, "no uri and token under data.connect_card", during=during)

    assert "canary" not in output


PAGES = {
    "no list": ({"items": {}}, "no list under data.items"),
    "no cursor": ({"items": [], "next_cursor": 5}, "no text under data.next_cursor"),
    "no identifier": ({"items": [{"schema": "a"}]}, "a connection without an identifier"),
    "no object": ({"items": ["a"]}, "a connection without an identifier"),
    "repeated": ({"items": [{"id": "a"}], "next_cursor": "x"}, "the pages have no end"),
}


@pytest.mark.parametrize(("page", "words"), PAGES.values(), ids=PAGES)
def test_a_list_that_is_none_or_has_no_end_is_an_error(
    terraform: Scenario, api: ScriptedApi, page: dict[str, object], words: str
) -> None:
    api.answers = [Answer(200, {"code": "Success", "data": page})]

    terraform.refused(data("connections", ""), words, during="plan")


def test_two_connections_of_one_name_are_named(terraform: Scenario, api: ScriptedApi) -> None:
    items = [{"id": name, "group_id": "g", "schema": "s"} for name in ("b", "a")]
    items.append({"id": "other", "group_id": "g", "schema": "S"})
    api.answers = [Answer(200, {"code": "Success", "data": {"items": items}})]

    terraform.refused(
        data("connection", DATA["by name"][0]),
        "has 2 connections with the schema s: a, b",
        during="plan",
    )
