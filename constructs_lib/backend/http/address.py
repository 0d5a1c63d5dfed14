"""Which addresses are safe for credentials: https, and http that stays on this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def check_address(url: str, credentials: str) -> str | None:
    """What is wrong with an address of an API, in words; None if nothing is.

    :param credentials: where credentials belong, such as ``api_key and api_secret``
    """
    try:
        parts = urlsplit(url)
        host, has_login = parts.hostname or "", parts.username is not None
    except ValueError:
        return "it is no address"
    if parts.query or parts.fragment:
        return f"{url!r} holds a query or a fragment; the address ends with the host or a path"
    if has_login:
        return f"it holds a user name or password, which belong into {credentials}"
    if not host or parts.scheme not in ("http", "https"):
        return f"{url!r} is neither an https address nor sandbox or sandbox:FILE"
    if parts.scheme == "http" and not _is_loopback(host):
        return f"{url!r} would send the credentials over the network in clear; use https"
    return None


def is_sandbox(url: str) -> bool:
    """True if the embedded sandbox answers instead of a server."""
    return url == "sandbox" or url.startswith("sandbox:")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
