"""Identifiers that a configuration names, before they become a part of a request's path."""

from __future__ import annotations

from typing import Any

from constructs_lib.backend.plugin.diagnostics import ProviderError


def require_identifier(identifier: Any, attribute: str = "connection_id") -> str:
    """An identifier, if it can be one. An empty text or a step in a path would lead to another
    endpoint of the API.

    :param attribute: the attribute that names it
    :raises ProviderError: if it is empty, blank, or a step in a path
    """
    if isinstance(identifier, str) and identifier.strip() not in ("", ".", ".."):
        return identifier
    raise ProviderError(
        "A connection cannot have this identifier",
        f"Found {identifier!r}. Give the identifier as Fivetran shows it, such as pale_hydrogen.",
        (attribute,),
    )


def import_identifier(identifier: str, what: str) -> str:
    """The identifier that an import names.

    :param what: what is imported, such as ``a connect card``
    :raises ProviderError: if it is blank
    """
    if identifier.strip():
        return identifier
    raise ProviderError(
        f"Cannot import {what} without the identifier of its connection",
        "Give the identifier as Fivetran shows it, such as pale_hydrogen.",
    )
