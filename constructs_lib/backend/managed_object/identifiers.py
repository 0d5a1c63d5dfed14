"""Check the identifier of an object before it becomes part of a request's path.

The rule itself is that of the schema (:func:`schemas.is_identifier`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from constructs_lib import schemas
from constructs_lib.backend.plugin.diagnostics import ProviderError, described
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object


class ObjectKind(NamedTuple):
    """A kind of object that an API identifies by a text."""

    resource: str
    """The resource whose schema has the rule of the identifier."""
    noun: str
    """One object, for messages, such as ``connection``."""
    advice: str
    """How to give the identifier, as a sentence."""


_CONNECTION = ObjectKind(
    "fivetranops_connection",
    "connection",
    "Give the identifier as Fivetran shows it, such as pale_hydrogen.",
)


def require_identifier_of(kind: ObjectKind, identifier: Any, attribute: str) -> str:
    """Return an identifier that names an object of this kind, and nothing else.

    :param identifier: what the configuration or the command line names
    :param attribute: the attribute that names it, whose value is not shown; the empty text if the
        command line names it
    :raises ProviderError: if it is empty, or would lead to another endpoint of the API
    """
    if schemas.is_identifier(identifier, kind.resource):
        return identifier
    found = described(identifier) if attribute else _shown(identifier)
    raise ProviderError(
        f"A {kind.noun} cannot have this identifier",
        f"Found {found}. {kind.advice}",
        (attribute,) if attribute else (),
    )


def require_identifier(identifier: Any, attribute: str = "connection_id") -> str:
    """Return an identifier that names a connection, and nothing else.

    :param identifier: what the configuration or the command line names
    :param attribute: the attribute that names it, whose value is not shown; the empty text if the
        command line names it
    :raises ProviderError: if it is empty, or would lead to another endpoint of the API
    """
    return require_identifier_of(_CONNECTION, identifier, attribute)


def check_identifier(identifier: Any, attribute: str = "connection_id") -> None:
    """Check an identifier of a plan, which may be known only at apply.

    :raises ProviderError: if it is known and cannot be an identifier
    """
    if identifier is not UNKNOWN:
        require_identifier(identifier, attribute)


def import_identifier(identifier: str, what: str) -> str:
    """Return the identifier that an import names.

    :param what: what is imported, such as ``a connect card``
    :raises ProviderError: if it cannot be that of a connection
    """
    if schemas.is_identifier(identifier, _CONNECTION.resource):
        return identifier
    raise ProviderError(
        f"Cannot import {what} by this identifier",
        f"Found {_shown(identifier)}. {_CONNECTION.advice}",
    )


def is_imported(state: Object) -> bool:
    """Return True for the stub of an import. It holds an identifier and nothing else, and was given
    by a person: where it does not exist, Terraform says so.
    """
    return all(value is None or value == state.get("id") for value in state.values())


def _shown(identifier: Any) -> str:
    # A terminal would obey the control characters of a text that was pasted.
    return ascii(identifier)
