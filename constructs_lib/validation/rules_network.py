"""Rules about the way on which Fivetran reaches the source of a connection.

Source: https://fivetran.com/docs/rest-api/api-reference/connections (create and modify).
"""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lib.validation.rules_types import Inputs, Problem, needs, only_with


def private_link(inputs: Inputs) -> Iterator[Problem]:
    """A private link and the networking method PrivateLink need each other."""
    yield from only_with(inputs, "private_link_id", "networking_method", "PrivateLink")
    yield from needs(inputs, "networking_method", "PrivateLink", "private_link_id")


def proxy_agent(inputs: Inputs) -> Iterator[Problem]:
    """A proxy agent and the networking method ProxyAgent need each other."""
    yield from only_with(inputs, "proxy_agent_id", "networking_method", "ProxyAgent")
    yield from needs(inputs, "networking_method", "ProxyAgent", "proxy_agent_id")
