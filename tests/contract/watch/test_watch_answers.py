"""The page of the sandbox, as a browser asks for it: what it may see, and from where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from sandbox_carriers import POSTGRES, Served, running

from constructs_lib.sandbox import Api, ApiRequest, Store
from constructs_lib.sandbox.elastic import ElasticStore
from constructs_lib.sandbox.fivetran.generated import generate
from constructs_lib.sandbox.watch import ADDRESS, View, WatchedApi
from constructs_lib.sandbox.watch.view import MAX_ENTRIES, MAX_ITEMS, Place

FILES = ("", "watch.css", "watch.js", "model.js", "show.js")
HEADERS = {"authorization": "Basic c2FuZGJveDpzYW5kYm94", "content-type": "application/json"}


@pytest.fixture
def served(server: str) -> Iterator[Served]:
    served = Served(server)
    served.clean()
    with served.session:
        yield served


def page(served: Served, name: str = "", method: str = "GET", **headers: str) -> requests.Response:
    """What a browser without credentials is answered."""
    address = served.url + ADDRESS + name
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, address, headers=headers, timeout=30, allow_redirects=False)


def look(served: Served, place: str = "") -> dict[str, Any]:
    """The data that the page gets about Fivetran's sandbox."""
    answer: dict[str, Any] = page(served, f"watch.json?fivetran={place}").json()["fivetran"]
    return answer


@pytest.mark.parametrize("name", FILES)
def test_the_page_and_its_files_are_served_without_credentials(served: Served, name: str) -> None:
    answer = page(served, name)

    kinds = {"": "text/html", "watch.css": "text/css"}
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kinds.get(name, "text/javascript"))
    assert len(answer.content) > 1000


@pytest.mark.parametrize("name", [*FILES, "watch.json"])
def test_browser_may_load_nothing_else_and_keep_nothing(served: Served, name: str) -> None:
    headers = page(served, name).headers

    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert not [each for each in headers if each.lower().startswith("access-control")]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "["])
def test_a_page_from_elsewhere_reads_nothing_under_its_own_name(served: Served, host: str) -> None:
    assert page(served, "watch.json", Host=host).status_code == 403


def test_the_name_localhost_is_the_loopback_address(served: Served) -> None:
    assert page(served, "watch.json", Host="localhost:8080").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_the_page_can_only_be_read(served: Served, method: str) -> None:
    answer = page(served, "watch.json", method)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_the_address_without_its_slash_leads_to_the_page(served: Served) -> None:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(served.url + ADDRESS.rstrip("/"), timeout=30)

    assert answer.url == served.url + ADDRESS
    assert answer.ok


def test_without_control_there_is_no_page(tmp_path: Path) -> None:
    with running(1, "--database", str(tmp_path / "sandbox.db")) as (line,):
        served = Served(line.split()[4])
        assert [page(served, name).status_code for name in (*FILES, "watch.json")] == [401] * 6


def test_the_command_says_where_the_page_is(tmp_path: Path) -> None:
    options = ("--database", str(tmp_path / "a.db"), "--elastic-database", str(tmp_path / "b.db"))
    with running(3, "--control", *options) as (fivetran, elastic, watch):
        assert watch == f"Watch it on {fivetran.split()[4]}{ADDRESS}\n"
        for line, place in ((fivetran, 4), (elastic, 5)):
            data = page(Served(line.split()[place]), "watch.json").json()
            assert data["fivetran"] is not None
            assert data["elastic"] is not None


def test_watching_leaves_no_trace(served: Served) -> None:
    served.configure(faults=[{"kind": "500", "times": 1000}], enforce_rate_limit=True, rate_limit=0)

    assert page(served, "watch.json").status_code == 200

    served.configure(faults=[])
    assert served.journal() == []


def test_looking_at_a_sync_does_not_end_it(tmp_path: Path) -> None:
    with Store(tmp_path / "sandbox.db") as store:
        store.configure(auto_sync=True, sync_seconds=0)
        body = json.dumps(POSTGRES).encode()
        Api(store).handle(ApiRequest("POST", "/v1/connections", headers=HEADERS, body=body))
        with store.transaction() as tables:
            before = [record.to_json() for _, record in tables.connections(0, 9)]
        assert '"sync": {' in before[0]

        data = View(store, None).look({})

        with store.transaction() as tables:
            assert [record.to_json() for _, record in tables.connections(0, 9)] == before
        assert data["fivetran"]["items"][0]["answer"]["succeeded_at"] is not None


def test_page_has_no_secrets_and_no_connector_configuration(tmp_path: Path) -> None:
    with Store(None) as store, ElasticStore(None) as elastic:
        body = json.dumps({**POSTGRES, "auth": {"access_token": "t0p-secret"}}).encode()
        Api(store).handle(ApiRequest("POST", "/v1/connections", headers=HEADERS, body=body))
        elastic.add_connector("wiki", configuration={"token": {"value": "t0p-secret"}})

        data = json.dumps(View(store, elastic).look({}))

    assert "db.example.com" in data
    assert "t0p-secret" not in data
    assert "configuration" not in data.replace("destination_configuration", "")


def test_only_what_is_new_is_told(served: Served) -> None:
    served.create()
    first = look(served)
    assert (first["whole"], len(first["entries"]), len(first["items"])) == (True, 1, 1)
    second = look(served, first["place"])
    assert (second["whole"], second["entries"], second["items"]) == (False, [], None)

    served.request("GET", "/v1/groups")

    third = look(served, second["place"])
    assert ([entry["path"] for entry in third["entries"]], third["items"]) == (["/v1/groups"], None)


def test_each_request_names_its_connection_the_creation_too(served: Served) -> None:
    identifier = served.create()["id"]
    served.request("GET", f"/v1/connections/{identifier}/state")
    served.request("GET", "/v1/connections")

    assert [entry["about"] for entry in look(served)["entries"]] == [identifier, identifier, None]


def test_after_a_reset_all_is_told_anew(served: Served) -> None:
    for _ in range(3):
        served.request("GET", "/v1/groups")
    place = look(served)["place"]

    served.request("POST", "/_sandbox/reset")
    assert look(served, place)["whole"]
    for _ in range(5):
        served.request("GET", "/v1/groups")

    data = look(served, place)
    assert (data["whole"], len(data["entries"])) == (True, 5)


def test_more_news_than_are_shown_take_the_place_of_the_old(tmp_path: Path) -> None:
    with Store(tmp_path / "sandbox.db") as store:
        api = Api(store)
        api.handle(ApiRequest("GET", "/v1/groups"))
        place = View(store, None).look({})["fivetran"]["place"]
        for _ in range(MAX_ENTRIES + 1):
            api.handle(ApiRequest("GET", "/v1/groups"))

        data = View(store, None).look({"fivetran": place})["fivetran"]

    assert (data["whole"], len(data["entries"])) == (True, MAX_ENTRIES)
    assert data["entries"][-1]["number"] == MAX_ENTRIES + 2


def test_of_very_many_connections_the_first_are_told() -> None:
    with Store(None) as store:
        generate(store, connections=MAX_ITEMS, services=60)
        exactly = View(store, None).look({})["fivetran"]
        generate(store, connections=1, services=1, groups=["other"], seed=2)

        data = View(store, None).look({})["fivetran"]

    assert (len(exactly["items"]), exactly["more_items"]) == (MAX_ITEMS, False)
    assert (len(data["items"]), data["more_items"]) == (MAX_ITEMS, True)


@pytest.mark.parametrize("text", ["", "x", "~~", "-1~a~b", "1~a", "٣~a~b", "1~a~b~c"])
def test_a_place_that_is_none_is_the_beginning(text: str) -> None:
    assert Place.parse(text) == Place()


def test_a_sandbox_that_is_closed_is_told() -> None:
    store = Store(None)
    api = WatchedApi(Api(store), View(store, None))
    store.close()

    answer = api.handle(ApiRequest("GET", f"{ADDRESS}watch.json", headers={"host": "127.0.0.1"}))

    assert (answer.status, answer.envelope) == (503, {"message": "the sandbox is closed"})
