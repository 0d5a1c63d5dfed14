"""The sections of environment files that hold what belongs to connections, and the lists of it.

The schema of a resource declares its section by ``x-section``:

=============== ====================================================================================
key             meaning
=============== ====================================================================================
``name``        the name of the section, such as ``connection_tests``
``description`` what an editor shows for the section
``order``       when its entries are applied: each waits for those with a smaller number that are
                about the same connection; left out where nothing waits
``import``      the description of ``import_id``; left out if an entry cannot take an object over
``connection``  the JSON Schema of ``connection``, where it is not the usual one
``once``        why a connection has only one entry: ``rule``, the id of the finding, ``what`` an
                entry is, and ``why`` there is only one
``output``      the attribute that the stack has as an output
``adopt``       how ``connections adopt`` writes it: ``option`` is the name of the option, ``what``
                it takes over for each connection, and ``report``, if the command counts them, the
                noun and what follows it
=============== ====================================================================================

The list of what belongs to connections has no file of its own either: ``x-list`` of the resource
describes it.

All else about an entry is in the schema itself: its parameters, and with ``x-rules`` the module of
:mod:`constructs_lib.schemas.rules` with the rules across them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from constructs_lib.records import NamedTuple
from constructs_lib.schemas.model import load, names, without_references

_KEYWORD: Final = "x-section"
_LIST: Final = "x-list"
_LISTS_OF: Final = "list."
_FILTERS: Final = "list.fivetranops_connection"
"""The list whose filters the others have."""
_OF_OTHERS: Final = ("action.", "backend.", "data.", "ephemeral.", "list.", "environment")
_CONNECTION: Final = {
    "type": "string",
    "description": "The name of a connection of this file; either this or connection_id.",
}
_IMPORT_ID: Final = {
    "$ref": "fivetranops_connection.schema.json#/properties/id",
    "readOnly": False,
}
_NAMES: Final = {
    "pattern": "^[a-z][a-z0-9_]*$",
    "x-allowed": "small letters, digits and underscores, with a letter first, for the key becomes "
    "the name of the resource",
}


class Once(NamedTuple):
    """Why a connection has only one entry in a section."""

    rule: str
    """The id of the finding, such as ``trust-twice``."""
    what: str
    """What an entry is, such as ``set of keys``."""
    why: str
    """Why there is only one."""


class Adoption(NamedTuple):
    """How an account is asked for what belongs to its connections."""

    option: str
    """The name of the option, without dashes."""
    what: str
    """What it takes over for each connection."""
    report: tuple[str, ...] = ()
    """The noun by which a report counts them, and what follows it; empty if it does not."""


class Section(NamedTuple):
    """One section of environment files, whose entries are about one connection each."""

    name: str
    """Its name, such as ``connection_tests``."""
    resource: str
    """The type of the resource that an entry becomes, such as ``fivetranops_connection_test``."""
    order: int | None = None
    """Entries wait for those of a smaller order; None if nothing waits."""
    once: Once | None = None
    """Why a connection has only one entry; None if it may have several."""
    output: str | None = None
    """The attribute that the stack has as an output."""
    adoption: Adoption | None = None
    """How an account is asked for what exists; None if it cannot be."""
    takes_over: bool = False
    """True if an entry may have ``import_id``."""

    @property
    def kind(self) -> str:
        """What an entry becomes, without the name of the provider: ``connection_test``."""
        return self.resource.partition("_")[2]

    @property
    def construct(self) -> str:
        """The name of the construct that an entry becomes, such as ``ConnectionTest``."""
        return "".join(word.capitalize() for word in self.kind.split("_"))


@cache
def sections() -> dict[str, Section]:
    """Return all sections by name, in the order in which their entries are applied."""
    found = [_section(name) for name in names() if not name.startswith(_OF_OTHERS)]
    last = len(found)
    known = sorted(filter(None, found), key=lambda each: (each.order or last, each.name))
    return {each.name: each for each in known}


def _section(resource: str) -> Section | None:
    declared = load(resource).document.get(_KEYWORD)
    if declared is None:
        return None
    adoption = declared.get("adopt")
    return Section(
        declared["name"],
        resource,
        declared.get("order"),
        Once(**declared["once"]) if "once" in declared else None,
        declared.get("output"),
        Adoption(adoption["option"], adoption["what"], tuple(adoption.get("report", ())))
        if adoption
        else None,
        "import" in declared,
    )


def section_schema(section: Section) -> dict[str, Any]:
    """Return the JSON Schema of a section, in which an entry has what only files have."""
    declared = load(section.resource).document[_KEYWORD]
    properties = {"connection": declared.get("connection", _CONNECTION)}
    if section.takes_over:
        properties["import_id"] = {**_IMPORT_ID, "description": declared["import"]}
    document = {
        "type": "object",
        "propertyNames": dict(_NAMES),
        "additionalProperties": {"type": "object", "properties": properties},
        "description": declared["description"],
    }
    return without_references(document, lambda other: load(other).document)


def described_lists(known: Iterable[str]) -> list[str]:
    """Return the names of the lists that their resources describe.

    :param known: the names of all schemas that have a file
    """
    resources = (name for name in known if "." not in name)
    return [_LISTS_OF + name for name in resources if _LIST in load(name).document]


def list_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a list that its resource describes.

    :param name: such as ``list.fivetranops_example``
    """
    declared = load(name.removeprefix(_LISTS_OF)).document[_LIST]
    filters = load(_FILTERS).document
    description = f"{declared['description']} The filters are those of the list of connections."
    return {
        **filters,
        "$id": filters["$id"].replace(_FILTERS, name),
        "title": name,
        "description": description,
    }
