"""Answers that differ at one place, and whether a resource settles at them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

import requests
from terraform_core import Core, ProviderRefused

from constructs_lib.sandbox.fivetran.distortions import of_connection


class Sends(Protocol):
    """What answers requests."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response: ...


class Writes(Protocol):
    """What remembers the write requests since it was last asked."""

    def writes(self) -> list[Any]: ...


def distort(adapter: Sends, part: Callable[[Any], Any], place: str, name: str) -> None:
    """Let every answer differ at one place.

    :param adapter: what answers
    :param part: finds the document in the body of an answer; None leaves the answer as it is
    :param place: the path of a field in the document
    :param name: the distortion
    """
    send = adapter.send

    def distorted(request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = send(request, **options)
        body = json.loads(response.content or b"null")
        document = part(body)
        if document is not None:
            changed = dict(of_connection({f"any.{place}": name}, {"any": document})["any"])
            document.clear()
            document.update(changed)
            response._content = json.dumps(body).encode()
        return response

    adapter.send = distorted  # type: ignore[method-assign]


def refusal(core: Core, config: Any, world: Writes) -> str:
    """The words of a clear error; empty if the resource is applied, and nothing is left to do."""
    try:
        core.apply(core.plan(config), config)
        world.writes()
        plan = core.plan(config)
    except ProviderRefused as refused:
        return str(refused)
    assert plan.differences == set()
    core.apply(plan, config)
    assert world.writes() == []
    return ""
