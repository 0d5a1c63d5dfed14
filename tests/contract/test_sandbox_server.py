from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sandbox_carriers import CONNECTOR_SDK, Embedded, Served, serving

from constructs_lib.sandbox.__main__ import main


@pytest.fixture
def served(server: str) -> Iterator[Served]:
    served = Served(server)
    served.clean()
    with served.session:
        yield served


def test_control_asks_for_credentials_and_is_not_in_the_journal(served: Served) -> None:
    assert served.error("GET", "/_sandbox/journal", auth=("a", "b"))[0] == 401
    assert served.journal() == []


def test_journal_can_be_read_from_a_number_on(served: Served) -> None:
    for _ in range(3):
        served.request("GET", "/v1/groups")
    items = served.data("GET", "/_sandbox/journal", params={"since": 2})["items"]
    assert [(item["number"], item["keys"]) for item in items] == [(3, [])]
    assert served.error("GET", "/_sandbox/journal", params={"since": "x"})[0] == 400


def test_reset_forgets_everything_but_the_settings(served: Served) -> None:
    served.configure(sync_seconds=9)
    served.create()
    served.request("POST", "/_sandbox/reset")
    assert served.journal() == []
    assert served.data("GET", "/v1/connections")["items"] == []
    assert len(served.data("GET", "/v1/groups")["items"]) == 2
    assert served.data("GET", "/_sandbox/settings")["sync_seconds"] == 9


def test_one_connection_can_have_its_own_length_of_syncs(served: Served) -> None:
    slow, fast = served.create(), served.create(config={"schema": "other"})
    path = f"/_sandbox/connections/{slow['id']}/sync-seconds"
    served.request("POST", path, json={"seconds": 60})
    for made in (slow, fast):
        served.request("POST", f"/v1/connections/{made['id']}/sync")
    served.advance(30)
    states = [
        item["status"]["sync_state"] for item in served.data("GET", "/v1/connections")["items"]
    ]
    assert states == ["syncing", "scheduled"]
    for wrong in ({}, {"seconds": -1}, {"seconds": "5"}):
        assert served.error("POST", path, json=wrong)[0] == 400


@pytest.mark.parametrize(
    "settings",
    [
        {"unknown": 1},
        {"sync_seconds": -1},
        {"auto_sync": 1},
        {"distortions": {"config.host": "x"}},
        {"faults": [{"kind": "x"}]},
    ],
)
def test_wrong_setting_is_400(served: Served, settings: dict[str, object]) -> None:
    assert served.error("PATCH", "/_sandbox/settings", json=settings)[0] == 400


def test_faults_never_strike_control(served: Served) -> None:
    served.configure(faults=[{"kind": "reset_before", "times": 1000}])
    assert served.journal() == []
    served.configure(faults=[])
    assert served.request("GET", "/v1/groups").status_code == 200


def test_faults_and_distortions_can_be_read_back(served: Served) -> None:
    served.configure(faults=[{"kind": "500", "nth": 3}], distortions={"config.host": "lower"})
    settings = served.data("GET", "/_sandbox/settings")
    assert settings["distortions"] == {"config.host": "lower"}
    assert [(fault["kind"], fault["nth"]) for fault in settings["faults"]] == [("500", 3)]


def test_one_connection_serves_many_requests(served: Served) -> None:
    link = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=10)
    try:
        for _ in range(3):
            link.request("POST", "/v1/connections", body=b"{}")
            response = link.getresponse()
            assert (response.status, response.version) == (401, 11)
            response.read()
            assert link.sock is not None
    finally:
        link.close()


def test_body_of_unknown_length_is_refused(served: Served) -> None:
    headers = {"Content-Type": "application/json"}
    response = served.request("POST", "/v1/connections", data=iter([b"{}"]), headers=headers)
    assert response.status_code == 400
    assert response.headers["Connection"] == "close"


def test_server_listens_on_the_loopback_address_only(served: Served) -> None:
    port = urlsplit(served.url).port
    with socket.socket() as other:
        other.settimeout(2)
        # All of 127.0.0.0/8 is this machine, so a server on 0.0.0.0 would answer here.
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    options = ("--sync-seconds", "60", "--api-key", "k", "--api-secret", "s")
    with serving(database, *options) as url, Served(url).session as session:
        session.auth = ("k", "s")
        made = session.post(f"{url}/v1/connections", json=CONNECTOR_SDK, timeout=10).json()["data"]
        session.post(f"{url}/v1/connections/{made['id']}/sync", timeout=10)
    with serving(database) as url:
        served = Served(url)
        with served.session:
            read = served.data("GET", f"/v1/connections/{made['id']}")
            assert served.error("GET", "/_sandbox/journal")[0] == 404
    assert read["status"]["sync_state"] == "syncing"
    embedded = Embedded(database)
    with embedded.session:
        assert [entry.status for entry in embedded.journal()] == [201, 200, 200, 404]


def test_port_in_use_is_one_clear_error(served: Served, tmp_path: Path) -> None:
    port = str(urlsplit(served.url).port)
    database = tmp_path / "other.db"
    assert main(["serve", "--port", port, "--database", str(database)]) == 1
