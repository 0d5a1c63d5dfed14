"""Connections in the language of Terraform, as ``terraform fmt`` leaves it.

A secret is null while its variable has no value, or an empty one: the provider sends nothing for
it, and it stays as it is at Fivetran.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from constructs_lib import launchers
from constructs_lib.adopt.description import (
    Described,
    Document,
    UnfitForm,
    Variable,
    comment_lines,
    require_names,
    secret_condition,
    variables_of,
)
from constructs_lib.hcl import Expression, block, expression
from constructs_lib.schemas.redaction import SECRET_PARAMETERS
from constructs_lib.schemas.sections import sections
from constructs_lib.validation import ALIASES
from constructs_lib.version import __version__

CONNECTIONS: Final = "connections.tf"
IMPORTS_FILE: Final = "imports.tf"
MOVED: Final = "moved.tf"
VARIABLES: Final = "variables.tf"
PROVIDERS: Final = "providers.tf"
"""The file of the provider, which belongs to whoever has one already."""
IMPORTS: Final = re.compile(
    r'^import \{\n  to = fivetranops_connection\.(\S+)\n  id = "([^"\n]+)"$', re.MULTILINE
)
"""Finds name and identifier of each connection in a file that was written here."""
_TYPE = "fivetranops_connection"
_PROVIDER = "fivetranops"
SOURCE: Final = launchers.source(_PROVIDER)
"""The address of the provider, as ``required_providers`` names it."""
_TERRAFORM = ">= 1.11"
_ADDRESS = re.compile(r"[A-Za-z_][^\x00-\x1f\x7f]*")


def to_hcl(document: Document) -> dict[str, str]:
    """Return the files of a document by their names; what would be empty is not among them.

    :raises UnfitForm: if a name or an address cannot be written
    """
    require_names(document)
    contents = {
        CONNECTIONS: [text for each in document.connections for text in _resources(each)],
        IMPORTS_FILE: [text for each in document.connections for text in _imports(each)],
        MOVED: [*_moved(document), *map(_removed, document.removed)],
        VARIABLES: [_variable(each) for each in variables_of(document)],
        PROVIDERS: [requirements(), block(f'provider "{_PROVIDER}"', {})],
    }
    return {name: "\n".join(blocks) for name, blocks in contents.items() if blocks}


def secret_expressions(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return secret settings as expressions, each null while it stays as it is at Fivetran."""
    return {key: _secret(inner) for key, inner in value.items()}


def _secret(value: Any) -> Any:
    condition = secret_condition(value)
    if isinstance(value, Mapping):
        # An object may have a part in config: the two are merged, which takes both as objects.
        return secret_expressions(value)
    if isinstance(value, Variable) and condition:
        return Expression(f'var.{value.name} == "" ? null : var.{value.name}')
    inside = _referring(value)
    return Expression(f"{condition} ? null : {expression(inside)}") if condition else inside


def _referring(value: Any) -> Any:
    if isinstance(value, Variable):
        return Expression(f"var.{value.name}")
    if isinstance(value, Mapping):
        return {key: _referring(inner) for key, inner in value.items()}
    return [_referring(inner) for inner in value] if isinstance(value, list) else value


def _resources(described: Described) -> Iterator[str]:
    yield _resource(described)
    for each in described.belongings:
        arguments = {"connection_id": Expression(f"{_address(described)}.id"), **each.attributes}
        yield block(f'resource "{each.type}" "{described.name}"', arguments)


def _resource(described: Described) -> str:
    arguments = {
        ALIASES.get(name, name): secret_expressions(value) if name in SECRET_PARAMETERS else value
        for name, value in described.attributes.items()
    }
    comments = comment_lines(described.comments)
    return block(f'resource "{_TYPE}" "{described.name}"', arguments, comments)


def _address(described: Described) -> Expression:
    return Expression(f"{_TYPE}.{described.name}")


def _imports(described: Described) -> Iterator[str]:
    types = (_TYPE, *(each.type for each in described.belongings))
    for each in types if described.import_id else ():
        address = Expression(f"{each}.{described.name}")
        yield block("import", {"to": address, "id": described.import_id})


def _moved(document: Document) -> Iterator[str]:
    for each in document.connections:
        if each.moved_from is not None:
            yield block("moved", {"from": _reference(each.moved_from), "to": _address(each)})


def _removed(address: str) -> str:
    lifecycle = block("lifecycle", {"destroy": False}).splitlines()
    return block("removed", {"from": _reference(address)}, ["", *lifecycle])


def _reference(address: str) -> Expression:
    if not _ADDRESS.fullmatch(address):
        raise UnfitForm(f"{address!r} is not the address of a resource")
    return Expression(address)


def _variable(variable: Variable) -> str:
    default = {"default": None} if variable.keep_unset else {}
    arguments = {"type": Expression("string"), **default, "sensitive": True, "ephemeral": True}
    return block(f'variable "{variable.name}"', arguments)


def leave_provider_out(contents: dict[str, str], directory: Path) -> list[str]:
    """Take the file of the provider out of the files if the directory needs none.

    It belongs to the user once it is there. A module has one block of ``required_providers``, so a
    second one in another file would be an error.

    :param contents: the files to be written, which this changes
    :param directory: where they will be written
    :returns: lines that say what the user has to write instead; none if nothing is missing
    """
    if PROVIDERS not in contents:
        return []
    texts = {path: path.read_text("utf-8", "replace") for path in directory.glob("*.tf")}
    others = [path for path, text in texts.items() if "required_providers" in text]
    if not others and directory / PROVIDERS not in texts:
        return []
    del contents[PROVIDERS]
    if not others or any(SOURCE in text for text in texts.values()):
        return []
    provider = expression({"source": SOURCE, "version": __version__})
    return [
        f"Before that, add to required_providers of {others[0]}:",
        f"  {_PROVIDER} = {provider}",
    ]


def requirements() -> str:
    """Return the block that says which provider is needed, without that of the provider."""
    provider = {"source": SOURCE, "version": __version__}
    required = block("required_providers", {_PROVIDER: provider}).splitlines()
    return block("terraform", {"required_version": _TERRAFORM}, ["", *required])


class Declared(NamedTuple):
    """What files of Terraform declare already, so that it cannot be declared again."""

    connections: frozenset[str]
    """The names of resources of the type ``fivetranops_connection``."""
    variables: frozenset[str]
    """The names of variables."""
    has_provider: bool
    """True if there is a block of the provider."""


def declared(contents: Iterable[bytes]) -> Declared:
    """Return what files in the language of Terraform, or in its form of JSON, declare."""
    connections, variables, providers = set[str](), set[str](), set[str]()
    for content in contents:
        text = content.decode("utf-8", "replace")
        document = _json(text)
        resources = _merged(_merged(document.get("resource")).get(_TYPE))
        connections.update(resources, _resources_of_connections().findall(text))
        variables.update(_merged(document.get("variable")), _VARIABLES.findall(text))
        providers.update(_merged(document.get("provider")), _PROVIDER_BLOCKS.findall(text))
    return Declared(frozenset(connections), frozenset(variables), _PROVIDER in providers)


def _resources_of_connections() -> re.Pattern[str]:
    """Return what finds the name of each connection, and of what is named like it."""
    types = "|".join([_TYPE, *(each.resource for each in sections().values() if each.adoption)])
    return re.compile(rf'^\s*resource\s+"?(?:{types})"?\s+"?([\w-]+)', re.MULTILINE)


def _json(text: str) -> dict[str, Any]:
    try:
        return _merged(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def _merged(value: Any) -> dict[str, Any]:
    """Return the parts of a body in JSON, which may be a list of objects, as one object."""
    found: dict[str, Any] = {}
    for each in value if isinstance(value, list) else [value]:
        for name, inner in each.items() if isinstance(each, dict) else ():
            found[name] = [*found.get(name, ()), *(inner if isinstance(inner, list) else [inner])]
    return found


_VARIABLES = re.compile(r'^\s*variable\s+"?([\w-]+)', re.MULTILINE)
_PROVIDER_BLOCKS = re.compile(r'^\s*provider\s+"?([\w-]+)', re.MULTILINE)
