"""An API that costs next to nothing, so that what is measured is the provider.

``python bench_api.py [--latency SECONDS] [--lean]`` listens on the loopback address and prints its
port. It keeps connections as finished JSON documents, made once from what the sandbox answers, and
knows just the requests that the benchmarks send. ``GET /_counts`` tells how many of each came since
the last such request, and ``GET /_fill?COUNT`` adds connections. The first of an account is
``bench_000001`` with the destination schema ``bench_1``, and so on. ``GET /_source?TABLES,COLUMNS``
gives all of them a source of which nobody has set anything yet (:mod:`bench_source`).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench_source import Source

_LARGEST_PAGE = 1000


class Account:
    """The connections, in the order in which they were created.

    :param lists_config: False leaves ``config`` out of the items of lists
    """

    def __init__(self, *, lists_config: bool) -> None:
        self.documents: dict[str, bytes] = {}
        self.items: list[bytes] = []
        self.counts: Counter[str] = Counter()
        self.source = Source()
        self._lists_config = lists_config
        self._numbers = itertools.count(1)
        self._template = _template()
        self.group: str = self._template["group_id"]

    def create(self, given: dict[str, Any]) -> bytes:
        """Adds a connection; returns its document."""
        number = next(self._numbers)
        identifier = f"bench_{number:06}"
        config = {
            **self._template["config"],
            "schema": f"bench_{number}",
            **given.get("config", {}),
        }
        document = {
            **self._template,
            "id": identifier,
            "group_id": given["group_id"],
            "schema": config["schema"],
            "config": config,
        }
        document |= {name: given[name] for name in document.keys() & given.keys() - {"config"}}
        written = json.dumps(document).encode()
        self.documents[identifier] = written
        if not self._lists_config:
            del document["config"]
        self.items.append(json.dumps(document).encode())
        return written

    def page(self, query: dict[str, list[str]]) -> bytes:
        """One page of all connections."""
        limit = min(int(query.get("limit", ["100"])[0]), _LARGEST_PAGE)
        first = int(query.get("cursor", ["0"])[0])
        items = b", ".join(self.items[first : first + limit])
        more = first + limit < len(self.items)
        cursor = f', "next_cursor": "{first + limit}"'.encode() if more else b""
        return b'{"items": [' + items + b"]" + cursor + b"}"


class Server:
    """Answers one request after the other on each of its connections.

    :param account: what it tells of
    :param latency: seconds between a request and its answer
    """

    def __init__(self, account: Account, latency: float) -> None:
        self._account, self._latency = account, latency

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one client until it goes."""
        while head := await _head(reader):
            method, target, length = head
            body = await reader.readexactly(length)
            if not target.startswith("/_"):
                await asyncio.sleep(self._latency)
            status, data = self._answer(method, target, body)
            writer.write(
                b"HTTP/1.1 %d .\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                % (status, len(data))
                + data
            )
        writer.close()

    def _answer(self, method: str, target: str, body: bytes) -> tuple[int, bytes]:
        address = urlsplit(target)
        account, parts = self._account, address.path.split("/")
        if address.path == "/_counts":
            counted, account.counts = account.counts, Counter()
            return 200, json.dumps(counted).encode()
        if address.path == "/_fill":
            for _ in range(int(address.query)):
                account.create({"group_id": account.group})
            return 200, b"{}"
        if address.path == "/_source":
            account.source = Source(*map(int, address.query.split(",")))
            return 200, b"{}"
        lists = {3: "list", 9: "columns"} if method == "GET" else {}
        kind = lists.get(len(parts), method)
        account.counts[kind] += 1
        if kind == "list":
            return _success(200, account.page(parse_qs(address.query)))
        if kind == "POST" and len(parts) == 3:
            return _success(201, account.create(json.loads(body)))
        found = account.documents.get(parts[3])
        if kind == "GET" and len(parts) == 4 and found is not None:
            return _success(200, found)
        if len(parts) > 4 and found is not None:
            return _success(200, _about_source(account.source, kind, body))
        return 404, b'{"code": "NotFound_Connection", "message": "no such connection"}'


def _about_source(source: Source, kind: str, body: bytes) -> bytes:
    if kind == "columns":
        return source.columns
    return source.modify(json.loads(body)) if kind == "PATCH" else source.document


def _success(status: int, data: bytes) -> tuple[int, bytes]:
    return status, b'{"code": "Success", "data": ' + data + b"}"


async def _head(reader: asyncio.StreamReader) -> tuple[str, str, int] | None:
    """Method, target and length of the body of the next request; None if there is none."""
    try:
        text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = text.split("\r\n")
    method, target, _ = first.split(" ")
    headers = dict(line.lower().split(": ", 1) for line in lines if line)
    return method, target, int(headers.get("content-length", "0"))


def _template() -> dict[str, Any]:
    """What the sandbox answers about a connection with a dozen settings."""
    import requests

    from constructs_lib.sandbox import SandboxAdapter

    session = requests.Session()
    session.mount("sandbox://", SandboxAdapter(None))
    body = {
        "group_id": "sandbox_warehouse",
        "service": "connector_sdk",
        "config": {"schema": "bench", "python_version": "3.12", "package_id": "bench"},
        "run_setup_tests": False,
    }
    answer = session.post(
        "sandbox://api/v1/connections", json=body, auth=("sandbox", "sandbox"), timeout=10
    )
    answer.raise_for_status()
    data: dict[str, Any] = answer.json()["data"]
    # A source is read of a connection that is connected.
    data["status"]["setup_state"] = "connected"
    return data


async def _main(account: Account, latency: float) -> None:
    server = await asyncio.start_server(Server(account, latency).serve, "127.0.0.1", 0, limit=2**20)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--lean", action="store_true")
    options = parser.parse_args()
    asyncio.run(_main(Account(lists_config=not options.lean), options.latency))
