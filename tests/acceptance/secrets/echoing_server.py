"""The API that tells what it is sent, on a socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, cast

from canaries import API_KEY, API_SECRET
from echoing_api import EchoingApi

from constructs_lib.sandbox import Api, Credentials, SandboxServer, Store


class Served(NamedTuple):
    """The API, its address, and the file in which the sandbox behind it keeps its data."""

    api: EchoingApi
    url: str
    database: Path


@contextmanager
def serving(database: Path) -> Iterator[Served]:
    """The API on a free port."""
    with Store(database) as store:
        api = EchoingApi(Api(store, Credentials(API_KEY, API_SECRET)))
        with SandboxServer(cast(Api, api), 0) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            try:
                yield Served(api, server.url, database)
            finally:
                server.shutdown()
                thread.join()
