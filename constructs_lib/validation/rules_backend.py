"""Rules about the backends of Terraform, in which a state is kept.

Source: https://developer.hashicorp.com/terraform/language/backend, and what Terraform 1.11 does.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from constructs_lib import schemas
from constructs_lib.schemas.rules import Inputs, Problem, Rule
from constructs_lib.validation.pointers import Path

_UNLOCKED = "a state that nothing locks: two deploys at once can lose what one of them did"
_TYPE = ("type",)
"""Where it is chosen how a state is kept; the mapping around it may begin in another file."""
_LOCKED = "a state that is locked while it changes"


def backend_rules(type_name: str) -> tuple[Rule, ...]:
    """The rules of one type of backend.

    :param type_name: Terraform's name of it, such as ``s3``; ``cloud`` for the block of that name
    """
    attributes = schemas.load(f"backend.{type_name}").attributes.values()
    addresses = [
        attribute.name
        for attribute in attributes
        if any(
            each.rule.get("format") == "uri" for each in (attribute, *attribute.attributes.values())
        )
    ]
    plain = [Rule("plain-address", (name,), plain_address) for name in addresses]
    return (*plain, *_OWN.get(type_name, ()))


def plain_address(inputs: Inputs) -> Iterator[Problem]:
    """A state holds everything that Terraform knows, so it travels encrypted."""
    for path, address in _texts(inputs, ()):
        if address.lower().startswith("http://") and not _is_this_machine(_host(address)):
            yield _plain(path, "an address with http://")


def consul_address(inputs: Inputs) -> Iterator[Problem]:
    """Consul's address has no scheme of its own; left out, it is ``http``."""
    address = inputs["address"] or ""
    if address and inputs["scheme"] != "https" and not _is_this_machine(_host(f"//{address}")):
        yield _plain(("address",), "an address that is reached by http", "write scheme: https")


def s3_lock(inputs: Inputs) -> Iterator[Problem]:
    """S3 locks only if it is told to."""
    if inputs["use_lockfile"] is not True and inputs["dynamodb_table"] is None:
        yield _unlocked(_TYPE, "write use_lockfile: true")


def http_lock(inputs: Inputs) -> Iterator[Problem]:
    """The http backend locks where it has an address for that, and must be able to unlock."""
    if inputs["lock_address"] is not None and inputs["unlock_address"] is None:
        hint = "write unlock_address, which may be the same address"
        found = "lock_address without unlock_address: the lock of the first run would stay"
        yield Problem(("lock_address",), found, "both of them, or neither", hint)
    elif inputs["address"] is not None and inputs["lock_address"] is None:
        # Where the environment gives the address, it gives those of the lock, too.
        yield _unlocked(_TYPE, "write lock_address and unlock_address")


def consul_lock(inputs: Inputs) -> Iterator[Problem]:
    """Consul locks, unless it is told not to."""
    if inputs["lock"] is False:
        yield _unlocked(("lock",), "leave lock out")


def oss_lock(inputs: Inputs) -> Iterator[Problem]:
    """Object Storage of Alibaba Cloud needs a Table Store for that."""
    if inputs["tablestore_table"] is None:
        yield _unlocked(_TYPE, "write tablestore_endpoint and tablestore_table")


def workspaces_of_cloud(inputs: Inputs) -> Iterator[Problem]:
    """Workspaces are chosen in one way."""
    yield from _one_of(inputs["workspaces"], "name", "tags")


def workspaces_of_remote(inputs: Inputs) -> Iterator[Problem]:
    """Workspaces are chosen in one way."""
    yield from _one_of(inputs["workspaces"], "name", "prefix")


def _one_of(workspaces: Any, one: str, other: str) -> Iterator[Problem]:
    given = [name for name in (one, other) if name in (workspaces or {})]
    if workspaces is not None and len(given) != 1:
        found = " and ".join(given) or f"neither {one} nor {other}"
        yield Problem(("workspaces",), found, f"either {one} or {other}", f"keep {one}")


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))


def _plain(path: Path, found: str, hint: str = "write https://") -> Problem:
    allowed = "https, or http for this machine only; a state is not for everybody on the way"
    return Problem(path, found, allowed, hint)


def _unlocked(path: Path, hint: str) -> Problem:
    return Problem(path, _UNLOCKED, _LOCKED, hint, "warning")


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_OWN = {
    "cloud": (Rule("workspaces", ("workspaces",), workspaces_of_cloud),),
    "consul": (
        Rule("plain-address", ("address", "scheme"), consul_address),
        Rule("state-lock", ("lock",), consul_lock),
    ),
    "http": (Rule("state-lock", ("address", "lock_address", "unlock_address"), http_lock),),
    "oss": (Rule("state-lock", ("tablestore_table",), oss_lock),),
    "remote": (Rule("workspaces", ("workspaces",), workspaces_of_remote),),
    "s3": (Rule("state-lock", ("use_lockfile", "dynamodb_table"), s3_lock),),
}
"""What one type has beside the rules of all; the others lock by themselves."""
