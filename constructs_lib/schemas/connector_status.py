"""The states of an Elastic connector, and which status may follow which: the one table of them.

The provider, the sandbox and the checks before synth all use it. Nothing leads to ``created``, and
``needs_configuration`` cannot be set twice in a row.

Source: Elastic's Connector Protocol,
https://github.com/elastic/connectors/blob/main/docs/CONNECTOR_PROTOCOL.md, and what Elasticsearch
answers to ``PUT /_connector/{id}/_status``.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Final

STATUSES: Final = ("created", "needs_configuration", "configured", "connected", "error")
"""All statuses, in the order in which a connector usually goes through them."""

_NEXT: Final = {
    "created": ("needs_configuration", "error"),
    "needs_configuration": ("configured", "error"),
    "configured": ("needs_configuration", "configured", "connected", "error"),
    "connected": ("configured", "connected", "error"),
    "error": ("configured", "connected", "error"),
}
_VERSION = re.compile(r"(\d+)\.(\d+)(\D|$)")
_STRICT_VERSIONS = ((8, 13), (8, 14))


def next_statuses(current: str, *, strict: bool = False) -> tuple[str, ...]:
    """Return the statuses that may follow one, in the order of :data:`STATUSES`.

    :param current: one of :data:`STATUSES`, in lower case
    :param strict: True for a server that never lets a status follow itself
    :raises KeyError: if there is no such status
    """
    return tuple(each for each in _NEXT[current] if not (strict and each == current))


def shortest_path(current: str, wanted: str, *, strict: bool = False) -> tuple[str, ...] | None:
    """Return the fewest steps from one status to another, the last included; none if equal.

    :param current: where it begins; one of :data:`STATUSES`
    :param wanted: where it ends; one of :data:`STATUSES`
    :returns: None if there is no way
    :raises KeyError: if there is no such status
    """
    paths: deque[tuple[str, ...]] = deque([(current,)])
    seen = {current}
    while paths:
        path = paths.popleft()
        if path[-1] == wanted:
            return path[1:]
        for following in next_statuses(path[-1], strict=strict):
            if following not in seen:
                seen.add(following)
                paths.append((*path, following))
    return None


def is_strict_version(version: str) -> bool:
    """Return True for the servers that never let a status follow itself: 8.13 and 8.14.

    :param version: such as ``8.13.2`` or ``8.14.0-SNAPSHOT``
    """
    found = _VERSION.match(version)
    return found is not None and (int(found[1]), int(found[2])) in _STRICT_VERSIONS
