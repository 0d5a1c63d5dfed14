"""The servers that the command line starts, one for each API."""

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

_POLL_SECONDS = 0.05


def fivetran(options: argparse.Namespace, open_ones: ExitStack) -> str:
    """Serves Fivetran's API until ``open_ones`` ends; returns the line that says where.

    :raises SandboxError: if the database cannot be used
    :raises OSError: if the port cannot be used
    """
    store = open_ones.enter_context(Store(options.database))
    store.configure(**behaviour(options))
    credentials = Credentials(options.api_key, options.api_secret)
    url = open_ones.enter_context(_serving(Api(store, credentials, options.control), options.port))
    return f"Serving the sandbox on {url} (database {options.database})"


def elastic(options: argparse.Namespace, open_ones: ExitStack) -> str:
    """Serves Elastic's API until ``open_ones`` ends; returns the line that says where.

    :raises SandboxError: if the database cannot be used
    :raises OSError: if the port cannot be used
    """
    store = open_ones.enter_context(ElasticStore(options.elastic_database))
    store.configure(**elastic_behaviour(options))
    api = ElasticApi(store, _elastic_credentials(options), options.control)
    url = open_ones.enter_context(_serving(api, options.elastic_port))
    return f"Serving the Elastic sandbox on {url} (database {options.elastic_database})"


def behaviour(options: argparse.Namespace) -> dict[str, Any]:
    """The settings of the sandbox of Fivetran's API that were given."""
    return _given({"sync_seconds": options.sync_seconds, "auto_sync": options.auto_sync})


def elastic_behaviour(options: argparse.Namespace) -> dict[str, Any]:
    """The settings of the sandbox of Elastic's API that were given."""
    return _given({"version": options.elastic_version})


@contextmanager
def _serving(api: Answers, port: int) -> Iterator[str]:
    with SandboxServer(api, port) as server:
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
