from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
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


def sent_raw(served: Served, content: bytes) -> tuple[bytes, dict[str, Any]]:
    """What comes back for these bytes, up to the end of the connection: head, and JSON."""
    with socket.create_connection(("127.0.0.1", urlsplit(served.url).port or 0), 10) as link:
        link.sendall(content)
        link.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: link.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    answered: dict[str, Any] = json.loads(body)
    return head, answered


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
        {"page_items": 0},
        {"page_items": 1001},
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


def test_body_in_chunks_is_read(served: Served) -> None:
    content = json.dumps(CONNECTOR_SDK).encode()
    headers = {"Content-Type": "application/json"}
    pieces = iter([content[:7], content[7:]])

    response = served.request("POST", "/v1/connections", data=pieces, headers=headers)

    assert response.status_code == 201
    assert response.json()["data"]["schema"] == "orders"
    assert served.request("GET", "/v1/groups").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"Transfer-Encoding: gzip\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}",
        b"Transfer-Encoding: chunked\r\n\r\nx\r\n{}\r\n0\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 99999999\r\n\r\n",
    ],
)
def test_unreadable_body_is_400_and_the_end(served: Served, body: bytes) -> None:
    head, answered = sent_raw(served, b"POST /v1/connections HTTP/1.1\r\n" + body)

    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"Connection: close" in head
    assert answered["code"] == "InvalidInput"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PURGE", "PUT", "OPTIONS"])
def test_method_that_a_path_lacks_is_405(served: Served, method: str) -> None:
    response = served.request(method, "/v1/connections")

    assert response.status_code == 405
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Allow"] == "GET, POST"
    assert response.json()["code"] == "MethodNotAllowed"


def test_method_in_no_use_is_404_on_no_path(served: Served) -> None:
    assert served.error("TRACE", "/v1/nowhere")[:2] == (404, "NotFound")


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET http://[ HTTP/1.1", 400),
        (b"GET /v1/groups t0p-secret HTTP/1.1", 400),
        (b"GET /v1/groups HTTP/x", 400),
        (b"GET /v1/groups HTTP/2.0", 505),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1", 414),
        (b"GET /v1/groups HTTP/1.1\r\nX: " + b"x" * 70_000, 431),
    ],
)
def test_malformed_request_is_answered_in_json(
    served: Served, request_line: bytes, status: int
) -> None:
    head, answered = sent_raw(served, request_line + b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert answered["code"] == "InvalidInput"
    assert "t0p-secret" not in answered["message"]


def test_client_that_asks_first_may_send_its_body(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(served.url).port or 0), 10) as link:
        link.sendall(
            b"POST /v1/connections HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        )
        # The body is not there yet, so this is what comes before the answer.
        assert link.recv(100).startswith(b"HTTP/1.1 100 ")


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
