"""The addresses of Elasticsearch: from the configuration, then from the environment."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from constructs_lib.backend.http.transport import Transport
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.rule_checks import check_rules
from constructs_lib.backend.plugin.values import UNKNOWN, Object
from constructs_lib.net.addresses import address_problem, is_sandbox

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

SANDBOX_FILE = ".sandbox/elastic.sqlite3"
"""Where ``sandbox`` without a file keeps its data, below the working directory."""
_ENVIRONMENT = "ELASTICSEARCH_ENDPOINTS"
_EMBEDDED = "sandbox://elastic"
_CREDENTIALS = "api_key, or username and password"


def chosen(config: Object) -> Any:
    """The list of endpoints, from the configuration or the environment; it may be unknown."""
    given = config.get("endpoints")
    if given is not None:
        return UNKNOWN if given is UNKNOWN or UNKNOWN in given else given
    texts = (os.environ.get(_ENVIRONMENT) or "").split(",")
    return [text.strip() for text in texts if text.strip()]


def check(endpoints: Any, diagnostics: Diagnostics) -> None:
    """Adds an error for each address that cannot be used. Any value may be unknown."""
    from constructs_lib.schemas.rules import ELASTIC_PROVIDER

    rules = (rule for rule in ELASTIC_PROVIDER if rule.id == "sandbox-alone")
    check_rules(rules, {"endpoints": endpoints}, diagnostics)
    known = [each for each in endpoints or () if isinstance(each, str)]
    for place, url in enumerate(known):
        problem = None if is_sandbox(url) else address_problem(url, _CREDENTIALS, shows=False)
        if problem:
            diagnostics.error(
                "The address of Elasticsearch cannot be used",
                f"{problem}. Allowed: https addresses; http for localhost and 127.0.0.0/8; a "
                "single sandbox or sandbox:FILE. It comes from endpoints of the provider "
                f"elasticops, or from {_ENVIRONMENT}.",
                ("endpoints", place),
            )


def check_any(endpoints: Sequence[str], diagnostics: Diagnostics) -> None:
    """Adds an error if there is none at all."""
    if not endpoints:
        diagnostics.error(
            "The address of Elasticsearch is missing",
            f"Give endpoints to the provider elasticops, or set {_ENVIRONMENT}: addresses such as "
            "https://search.example.com:9200, in the variable separated by commas.",
            ("endpoints",),
        )


def transports(
    endpoints: Sequence[str], diagnostics: Diagnostics, terraform: str = ""
) -> list[Transport]:
    """The ways to the endpoints; none, with an error, if the sandbox's file cannot be used.

    :param terraform: the version of Terraform; empty if none asks
    """
    if not is_sandbox(endpoints[0]):
        return [Transport(url.rstrip("/"), terraform=terraform) for url in endpoints]
    from constructs_lib.sandbox import SandboxError

    try:
        file = endpoints[0].partition(":")[2] or SANDBOX_FILE
        return [Transport(_EMBEDDED, _sandbox(file), shown=f"sandbox:{file}")]
    except SandboxError as error:
        detail = f"{error}. The file comes from endpoints or {_ENVIRONMENT}: sandbox:FILE."
        diagnostics.error("The sandbox cannot be used", detail, ("endpoints",))
        return []


def _sandbox(file: str) -> BaseAdapter:
    from constructs_lib.sandbox.elastic import ElasticAdapter

    adapter: BaseAdapter = ElasticAdapter(file)
    return adapter
