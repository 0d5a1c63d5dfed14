"""Checks of a request's headers: credentials, ``Accept`` and ``Content-Type``."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from constructs_lib.sandbox import errors


@dataclass(frozen=True)
class Credentials:
    """The API key and secret that a sandbox accepts."""

    key: str = field(default="sandbox", repr=False)
    secret: str = field(default="sandbox", repr=False)


def check_credentials(headers: Mapping[str, str], credentials: Credentials) -> None:
    """Lets only HTTP basic auth with the right key and secret pass.

    :raises ApiError: 401
    """
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (ValueError, binascii.Error):
        raise errors.unauthorized() from None
    expected = f"{credentials.key}:{credentials.secret}".encode()
    if scheme.lower() != "basic" or not hmac.compare_digest(given, expected):
        raise errors.unauthorized()


def check_accept(headers: Mapping[str, str]) -> None:
    """Lets pass who accepts JSON, in version 2 if a version is named. No header accepts all.

    :raises ApiError: 406
    """
    ranges = headers.get("accept", "*/*").split(",")
    if not any(_accepts(media_range) for media_range in ranges):
        raise errors.not_acceptable()


def check_content_type(headers: Mapping[str, str], body: bytes) -> None:
    """Lets pass a JSON body, or none.

    :raises ApiError: 415
    """
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and media_type != "application/json":
        raise errors.unsupported_media_type()


def _accepts(media_range: str) -> bool:
    name, *rest = [part.strip().lower() for part in media_range.split(";")]
    parameters = dict(part.partition("=")[::2] for part in rest)
    if name not in ("application/json", "application/*", "*/*"):
        return False
    return parameters.get("version", "2") == "2" and _weight(parameters.get("q", "1")) > 0


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0
