"""A request as a test reads it: ``PATCH /v1/connections/pale_hydrogen/state``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from constructs_lib.sandbox import JournalEntry
from constructs_lib.sandbox.common.messages import dumps_exact
from constructs_lib.sandbox.elastic.routes import PATHS as ELASTIC_PATHS
from constructs_lib.sandbox.fivetran.routes import PATHS as FIVETRAN_PATHS

_PLACEHOLDER = re.compile(r"\\\{\w+\\\}")


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub("[^/]+", re.escape(template)))


_TEMPLATES = {
    re.sub(r"\{\w+\}", "{id}", template): _pattern(template)
    for template in (*FIVETRAN_PATHS, *ELASTIC_PATHS)
}


class Request(NamedTuple):
    """A request that reached a sandbox.

    ``str()`` of it is method and path; ``repr()`` has the body, too. Secrets are masked.
    """

    method: str
    """``GET``, ``POST``, ``PATCH``, ``PUT`` or ``DELETE``."""
    path: str
    """The path without the query, such as ``/v1/connections/pale_hydrogen``."""
    status: int
    """The HTTP status of the answer; 0 if a fault dropped the request."""
    body: Any
    """The JSON that was sent, with secrets masked; None without any."""
    fault: str | None = None
    """The fault that struck, such as ``500``; None in the ordinary case."""

    @classmethod
    def of(cls, entry: JournalEntry) -> Request:
        """Return the request that an entry of a journal is about."""
        return cls(entry.method, entry.path, entry.status, entry.body, entry.fault)

    @property
    def writes(self) -> bool:
        """True for any method but ``GET``."""
        return self.method != "GET"

    @property
    def endpoint(self) -> str:
        """Method and path with ``{id}`` for identifiers: ``PATCH /v1/connections/{id}/state``."""
        for template, pattern in _TEMPLATES.items():
            if pattern.fullmatch(self.path):
                return f"{self.method} {template}"
        return str(self)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def __repr__(self) -> str:
        body = "" if self.body is None else f" {dumps_exact(self.body, sort_keys=True)}"
        fault = "" if self.fault is None else f" ({self.fault})"
        return f"{self}{body}{fault}"


def transcript(requests: Iterable[Request], names: Mapping[str, str]) -> list[str]:
    """Return the lines of requests with names in place of identifiers, in an order that is stable.

    Terraform works on several resources at once. So the lines are grouped by their paths without
    what follows the identifier, and only within a group they have the order of the requests.

    :param requests: in the order in which they took effect
    :param names: the name for each identifier
    """
    lines = [(_group(request, names), named(repr(request), names)) for request in requests]
    return [line for _, line in sorted(lines, key=lambda pair: pair[0])]


def named(text: str, names: Mapping[str, str]) -> str:
    """Return a text with names in place of identifiers: ``{orders}`` for ``pale_hydrogen``."""
    for identifier, name in names.items():
        text = re.sub(rf"(?<!\w){re.escape(identifier)}(?!\w)", f"{{{name}}}", text)
    return text


def _group(request: Request, names: Mapping[str, str]) -> tuple[str, str]:
    found = next((name for part, name in names.items() if part in request.path.split("/")), None)
    return (found, "") if found is not None else ("", named(repr(request), names))
