"""The rules about what a construct takes over: an object by an import, a resource by a move."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from constructs_lib.constructs.base.meta_arguments import is_many
from constructs_lib.schemas import is_identifier, load
from constructs_lib.schemas.redaction import display
from constructs_lib.toolkit import is_token
from constructs_lib.validation.findings import Path


class Problem(NamedTuple):
    """What is wrong with one meta-argument."""

    rule: str
    path: Path
    """Where it is, from the top of the parameters."""
    found: str
    allowed: str
    hint: str = ""


def takeover_problems(arguments: Mapping[str, Any], schema: str) -> Iterator[Problem]:
    """Report what is wrong with ``import_id``, ``import_identity`` and ``moved_from``.

    :param arguments: the parameters of a construct by name
    :param schema: that of its resource
    """
    yield from _import_id(arguments, schema)
    yield from _import_identity(arguments, schema)
    yield from _moved_from(arguments, schema)


def _import_id(arguments: Mapping[str, Any], schema: str) -> Iterator[Problem]:
    value = arguments.get("import_id")
    if value is None:
        return
    if is_many(arguments):
        found, allowed = "import_id together with count or for_each", "import_id for one resource"
        yield Problem("import-of-many", ("import_id",), found, allowed)
    elif not isinstance(value, str):
        allowed = "the identifier of the existing object, as text"
        yield Problem("type", ("import_id",), type_of_value(value), allowed)
    elif not value.strip():
        hint = "leave it out to create a new one"
        allowed = "the identifier of the existing object"
        yield Problem("minLength", ("import_id",), "an empty text", allowed, hint)
    elif not is_token(value) and not is_identifier(value, schema):
        allowed = "the identifier of the existing object, as its API shows it"
        yield Problem("pattern", ("import_id",), display(value), allowed)


def _import_identity(arguments: Mapping[str, Any], schema: str) -> Iterator[Problem]:
    value, path = arguments.get("import_identity"), ("import_identity",)
    if value is None:
        return
    known = {each.name: each.identity for each in load(schema).attributes.values() if each.identity}
    allowed = "a mapping of " + ", ".join(known)
    if arguments.get("import_id") is not None:
        found = "import_id and import_identity"
        yield Problem("import-id-and-identity", path, found, "one of the two")
    elif is_many(arguments):
        found = "import_identity together with count or for_each"
        yield Problem("import-of-many", path, found, "import_identity for one resource")
    elif not isinstance(value, Mapping):
        hint = f"write {{{next(iter(known))!r}: {value!r}}}" if isinstance(value, str) else ""
        yield Problem("type", path, type_of_value(value), allowed, hint)
    else:
        yield from _identity(value, known, schema)


def _identity(given: Mapping[Any, Any], known: dict[str, str], schema: str) -> Iterator[Problem]:
    allowed = "the identity, which is " + ", ".join(known)
    path = ("import_identity",)
    for name in given:
        if name not in known:
            yield Problem("unknown-attribute", (*path, str(name)), repr(name), allowed)
    for name, need in known.items():
        value = given.get(name)
        if value is None and need == "required":
            yield Problem("required", path, f"no {name}", allowed)
        elif value is not None and not is_token(value) and not is_identifier(value, schema):
            words = "the identifier of the existing object, as its API shows it"
            yield Problem("pattern", (*path, name), display(value), words)


_NAME: Final = r"[A-Za-z_][\w-]*"
_KEY: Final = r"(?:\[(?:\d+|\"[^\"\]]*\")\])?"
_RESOURCE: Final = re.compile(rf"(?:module\.{_NAME}{_KEY}\.)*({_NAME})\.{_NAME}{_KEY}")


def _moved_from(arguments: Mapping[str, Any], schema: str) -> Iterator[Problem]:
    value, path = arguments.get("moved_from"), ("moved_from",)
    if value is None:
        return
    allowed = f"an address such as {schema}.orders, or the name alone"
    if not isinstance(value, str) or is_token(value):
        found = "a value that only Terraform knows" if is_token(value) else type_of_value(value)
        yield Problem("type", path, found, allowed)
    elif "." in value:
        yield from _source(value, schema, path)
    elif not re.fullmatch(_NAME, value):
        yield Problem("pattern", path, display(value), allowed)
    for other in ("import_id", "import_identity"):
        if arguments.get(other) is not None:
            found = f"moved_from together with {other}"
            hint = "leave the import out: the state already says which object it is"
            yield Problem("import-and-move", path, found, "one of the two", hint)


def _source(address: str, schema: str, path: Path) -> Iterator[Problem]:
    found, types = _RESOURCE.fullmatch(address), _movable(schema)
    if found is None:
        yield Problem("pattern", path, display(address), f"an address such as {schema}.orders")
    elif found[1] not in types:
        allowed = "an address of " + " or ".join(types)
        yield Problem("moved-type", path, f"an address of {found[1]}", allowed)


def _movable(schema: str) -> list[str]:
    """Return the types that can become a resource, its own first."""
    from constructs_lib.schemas.official_state import VERSIONS

    return [schema, *(sorted(VERSIONS) if schema == "fivetranops_connection" else ())]


def type_of_value(value: Any) -> str:
    """Return the type of an argument for a message, such as ``a value of type str``."""
    return f"a value of type {type(value).__name__}"
