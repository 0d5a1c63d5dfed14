"""The rules of the provider of Elastic connectors.

Source: Elasticsearch's REST APIs, "Authentication", and the address ``sandbox`` of this package.
"""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lib.schemas.rules.types import Inputs, Problem, Rule

_WAYS = {
    "api_key": "api_key",
    "username": "username and password",
    "password": "username and password",
    "bearer_token": "bearer_token",
}


def one_authentication(inputs: Inputs) -> Iterator[Problem]:
    """A request carries one header for authentication, so that one way has to be chosen.

    None is no mistake here: the environment of Terraform then gives it.
    """
    given = [name for name in _WAYS if inputs[name] is not None]
    ways = list(dict.fromkeys(_WAYS[name] for name in given))
    if len(ways) > 1:
        allowed = "one of api_key, username with password, bearer_token"
        hint = f"keep one of them, and leave out {', '.join(given[1:])} or {given[0]}"
        yield Problem((given[-1],), " beside ".join(given), allowed, hint)


def sandbox_alone(inputs: Inputs) -> Iterator[Problem]:
    """The embedded sandbox is no address to fall back on: what it keeps is invented."""
    endpoints = inputs["endpoints"]
    if not isinstance(endpoints, list) or len(endpoints) < 2:
        return
    for index, endpoint in enumerate(endpoints):
        if isinstance(endpoint, str) and endpoint.partition(":")[0] == "sandbox":
            found, allowed = "the sandbox beside other endpoints", "the sandbox alone"
            yield Problem(("endpoints", index), found, allowed, "leave it out, or the others")


ELASTIC_PROVIDER = (
    Rule("one-authentication", tuple(_WAYS), one_authentication, title="Two ways to authenticate"),
    Rule("sandbox-alone", ("endpoints",), sandbox_alone, "endpoints", "The sandbox stands alone"),
)
"""The rules of the provider of Elastic connectors."""
