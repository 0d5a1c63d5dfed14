"""Addresses of APIs as they are given to a provider: an ``https`` address, or the sandbox."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from constructs_lib.constructs.provider_kind import ProviderKind
from constructs_lib.toolkit import is_token
from constructs_lib.validation import ConstructPlace, Finding

_SANDBOX = "sandbox:"


def with_absolute_file(address: Any) -> Any:
    """``sandbox:FILE`` with the whole path: Terraform runs in another directory than the synth.

    :param address: what was given; anything but ``sandbox:FILE`` is returned as it is
    """
    if not isinstance(address, str) or not address.startswith(_SANDBOX):
        return address
    file = address.removeprefix(_SANDBOX)
    return _SANDBOX + str(Path(file).absolute()) if file else address


def is_local(address: Any) -> bool:
    """True if what is sent there stays in this process, or on this machine."""
    if not isinstance(address, str) or is_token(address):
        return False
    if address == "sandbox" or address.startswith(_SANDBOX):
        return True
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def login_findings(
    address: Any, place: ConstructPlace, pointer: str, kind: ProviderKind
) -> list[Finding]:
    """A login within the address would stand in ``cdktf.out``, and the provider refuses it.

    :param pointer: JSON pointer to the parameter
    """
    try:
        has_login = isinstance(address, str) and "@" in urlsplit(address).netloc
    except ValueError:
        return []
    if not has_login:
        return []
    found, allowed = "an address with a user name or password", "the address alone"
    hint = kind.from_environment
    return [Finding("login-in-address", "error", place, pointer, found, allowed, hint)]
