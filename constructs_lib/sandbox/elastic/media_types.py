"""The media types of requests and answers, with the version that a client wants to talk to.

A client of one major version may talk to the server of the next: it names its own version in
``Accept`` and ``Content-Type``, and the answer names it, too.

Source: Elasticsearch's documentation, "REST API compatibility".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from constructs_lib.sandbox.elastic import errors

_PLAIN = "application/json"
_VENDOR = "application/vnd.elasticsearch+json"
_COMPATIBLE = re.compile(r"compatible-with\s*=\s*(\d{1,3})")


def check(headers: Mapping[str, str], body: bytes, major: int) -> None:
    """Lets JSON pass, in the version of the server or in the one before.

    :param headers: those of the request, with names in lower case
    :param major: the major version of the server
    :raises ElasticError: 406 for another type of body, 400 for another version
    """
    given = headers.get("content-type", "")
    media_type = given.partition(";")[0].strip().lower()
    if body and media_type not in (_PLAIN, _VENDOR):
        raise errors.unsupported_media_type(given)
    for name in ("Accept", "Content-Type"):
        found = _version(headers.get(name.lower(), ""))
        if found is not None and found not in (major, major - 1):
            raise errors.wrong_version(name, (major, major - 1), found)


def of_answer(headers: Mapping[str, str]) -> str:
    """The ``Content-Type`` of the answer to a request with these headers."""
    version = _version(headers.get("accept", ""))
    return _PLAIN if version is None else f"{_VENDOR};compatible-with={version}"


def _version(media_type: str) -> int | None:
    found = _COMPATIBLE.search(media_type) if _VENDOR in media_type.lower() else None
    return int(found[1]) if found else None
