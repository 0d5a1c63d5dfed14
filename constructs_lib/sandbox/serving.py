"""The servers that the command line starts, one for each API, and the page beside them."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from constructs_lib.sandbox.answer import Answers
from constructs_lib.sandbox.api import Api
from constructs_lib.sandbox.elastic import ElasticApi, ElasticCredentials, ElasticStore
from constructs_lib.sandbox.headers import Credentials
from constructs_lib.sandbox.server import SandboxServer
from constructs_lib.sandbox.store import Store
from constructs_lib.sandbox.watch import ADDRESS, View, WatchedApi

_POLL_SECONDS = 0.05


def start(options: argparse.Namespace, open_ones: ExitStack) -> Iterator[str]:
    """Serves what is asked for until ``open_ones`` ends.

    :returns: the lines that say where: one for each API, and with control one for the page
    :raises SandboxError: if a database cannot be used
    :raises OSError: if a port cannot be used
    """
    fivetran = elastic = None
    if options.database is not None:
        fivetran = open_ones.enter_context(Store(options.database))
        fivetran.configure(**behaviour(options))
    if options.elastic_database is not None:
        elastic = open_ones.enter_context(ElasticStore(options.elastic_database))
        elastic.configure(**elastic_behaviour(options))
    view = View(fivetran, elastic) if options.control else None
    urls = []
    if fivetran is not None:
        api = Api(fivetran, Credentials(options.api_key, options.api_secret), options.control)
        urls.append(open_ones.enter_context(_serving(api, options.port, view)))
        yield f"Serving the sandbox on {urls[-1]} (database {options.database})"
    if elastic is not None:
        elastic_api = ElasticApi(elastic, _elastic_credentials(options), options.control)
        urls.append(open_ones.enter_context(_serving(elastic_api, options.elastic_port, view)))
        database = options.elastic_database
        yield f"Serving the Elastic sandbox on {urls[-1]} (database {database})"
    if view is not None:
        yield f"Watch it on {urls[0]}{ADDRESS}"


def behaviour(options: argparse.Namespace) -> dict[str, Any]:
    """The settings of the sandbox of Fivetran's API that were given."""
    return _given({"sync_seconds": options.sync_seconds, "auto_sync": options.auto_sync})


def elastic_behaviour(options: argparse.Namespace) -> dict[str, Any]:
    """The settings of the sandbox of Elastic's API that were given."""
    return _given({"version": options.elastic_version})


@contextmanager
def _serving(api: Answers, port: int, view: View | None) -> Iterator[str]:
    with SandboxServer(WatchedApi(api, view) if view else api, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,))
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()


def _elastic_credentials(options: argparse.Namespace) -> ElasticCredentials:
    names = ("api_key", "username", "password", "bearer_token")
    given = {name: getattr(options, f"elastic_{name}") for name in names}
    return replace(ElasticCredentials(), **_given(given))


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
