"""Facts about Fivetran's services: their fields, secrets, and form of the destination schema.

The facts come from two files: ``services.json`` of this package, made from Fivetran's OpenAPI
document, and the file of the project, ``fivetran-services.json``, which
``python -m constructs_lib.schemas.catalogue refresh`` writes and which overrides the other service
by service. Terraform starts the provider below the project, so the file of the project is looked
for in the working directory and in those above it; the environment variable ``FIVETRAN_SERVICES``
names another one. Only the services that are asked for are parsed.

In both files each field that holds a value is one line, by its path from the top:

=======================================  ======================================================
line                                     meaning
=======================================  ======================================================
``"config.port": "integer"``             a field of ``config``
``"config.password": "string secret"``   one that belongs in ``secrets``
``"config.public_key": "string read_only"``  one that only Fivetran sets
``"config.auth_method": ["PASSWORD"]``   text, of which only these values are allowed
``"config.tags[]": "string"``            a list of texts
``"config.files[].name": "string"``      a list of objects, each with the field ``name``
``"auth.client_access.id": "string"``    an object with the field ``id``
=======================================  ======================================================
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeAlias

from constructs_lib.records import NamedTuple

CompactField: TypeAlias = str | list[str]
"""What is known of one field, in the compact form: kind and marks, or the allowed values."""

ITEM = "[]"
"""The step of a path that leads to the items of a list."""


class FieldKind(Enum):
    """The kinds of values that a field takes."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    OBJECT = "object"
    LIST = "list"
    ANY = "any"
    """A field of which only the name is known."""


class Field(NamedTuple):
    """One field of ``config`` or ``auth``, or the items of a list."""

    name: str
    """The key; ``[]`` for the items of a list."""
    kind: FieldKind
    allowed: tuple[str, ...] = ()
    """The values that a text may have; empty if any is allowed."""
    secret: bool = False
    """True if it belongs in ``secrets`` or ``auth_secrets``."""
    read_only: bool = False
    """True if only Fivetran sets it; it comes back in answers."""
    item: Field | None = None
    """What the items are, for ``FieldKind.LIST``; None if that is not known."""
    fields: Mapping[str, Field] = {}
    """The fields inside, for ``FieldKind.OBJECT``; empty if they are not known."""

    def leaves(self, path: str = "") -> Iterator[tuple[str, Field]]:
        """Return the fields that hold values, each with its path, such as ``files[].name``.

        :param path: the path of what this field is in
        """
        here = path + ITEM if self.name == ITEM else f"{path}.{self.name}".removeprefix(".")
        inside = [self.item] if self.item else list(self.fields.values())
        if not inside:
            yield here, self
        for field in inside:
            yield from field.leaves(here)


_Line: TypeAlias = tuple[tuple[str, ...], CompactField]


PACKAGED = os.path.join(os.path.dirname(__file__), "services.json")
"""The file of this package."""
PROJECT_NAME = "fivetran-services.json"
"""Name of the file of a project."""
VARIABLE = "FIVETRAN_SERVICES"
"""The environment variable that names the file of a project."""

_KINDS = frozenset(kind.value for kind in FieldKind)
_ENTRY = re.compile(r'^"([^"\\]+)": \{', re.MULTILINE)
_DECODER = json.JSONDecoder()


class ServicesFile:
    """One file, in which a service is found without parsing the others.

    Each service begins a line with its name.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @property
    def text(self) -> str:
        """The file as it is."""
        return self._text

    def names(self) -> list[str]:
        """Return the names of the services, in the order of the file."""
        return _ENTRY.findall(self._text)

    def entry(self, name: str) -> dict[str, Any] | None:
        """Return the lines of one service, parsed; None if the file has no such service.

        :raises ValueError: if they are no JSON object
        """
        mark = f"\n{json.dumps(name)}: "
        start = self._text.find(mark)
        if start < 0:
            return None
        entry, _ = _DECODER.raw_decode(self._text, start + len(mark))
        if not isinstance(entry, dict):
            raise ValueError(f"{name} is not an object")
        return entry

    def allowed_words(self) -> dict[str, set[str]]:
        """Return the allowed texts of all services, in lower case, by the path of their field.

        A path is such as ``config.auth_method``.

        :raises ValueError: if the file is no JSON
        """
        found: dict[str, set[str]] = {}
        for entry in json.loads(self._text).values():
            for path, fact in entry.items():
                if isinstance(fact, list) and path.partition(".")[1]:
                    found.setdefault(path, set()).update(word.lower() for word in fact)
        return found

    def require_form(self) -> None:
        """Raise an error unless the file is as the command ``refresh`` writes it.

        :raises ValueError: if it is not
        """
        _require_form(json.loads(self._text), self.names())


def read_services_file(path: str | os.PathLike[str]) -> ServicesFile:
    """Read a file of facts.

    :raises OSError: if it cannot be read
    :raises ValueError: if it is no text in UTF-8
    """
    with open(path, encoding="utf-8") as file:
        return ServicesFile(file.read())


@cache
def packaged_file() -> ServicesFile:
    """Return the file of this package, read once."""
    return read_services_file(PACKAGED)


@cache
def project_file() -> tuple[ServicesFile | None, str]:
    """Return the file of the project, read once, and what is wrong with it.

    :returns: None if there is none, or if it cannot be used; and in words why it cannot, or the
        empty text. A damaged file must not stop what does not need it, so nothing is raised: the
        rule ``services-file`` reports it.
    """
    path = project_path()
    if path is None:
        return None, ""
    try:
        found = read_services_file(path)
        found.require_form()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return None, f"{os.path.basename(os.path.normpath(path))} cannot be used: {reason}"
    return found, ""


def project_path() -> str | None:
    """Return where the file of the project is; None if there is none."""
    named = os.environ.get(VARIABLE)
    if named:
        return named
    try:
        folder = os.getcwd()
    except OSError:
        return None  # The working directory was deleted.
    while not os.path.isfile(path := os.path.join(folder, PROJECT_NAME)):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None
    return path


def _require_form(document: Any, names: list[str]) -> None:
    if not isinstance(document, dict) or list(document) != names:
        raise ValueError("its lines do not have the form that the command refresh writes")
    for name, entry in document.items():
        for path, fact in entry.items():
            _require_field(fact, f"{path} of {name}")


def _require_field(fact: Any, place: str) -> None:
    texts = fact if isinstance(fact, list) else [fact]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{place} is neither text nor a list of texts")
    if isinstance(fact, str) and fact.split(" ")[0] not in _KINDS:
        raise ValueError(f"{fact!r} of {place} is not a kind of field")


SERVICES_WITH_STATE = ("aws_lambda", "azure_function", "connector_sdk", "google_cloud_function")
"""The services whose connections have a state that the API can read and change."""

DESTINATION_SCHEMA_KEYS = ("schema", "table", "schema_prefix", "table_group_name")
"""The keys of ``config`` that name the destination schema, in all their forms."""


class Service(NamedTuple):
    """What is known of one service."""

    name: str
    destination_schema: tuple[str, ...]
    """The keys of ``config`` that name the destination schema, in the order in which they are
    joined: ``("schema",)``, ``("schema", "table")``, ``("schema_prefix",)`` or
    ``("schema", "table_group_name")``; empty if the form is not known."""
    config: Mapping[str, Field]
    """The fields of ``config`` by name, without those of the destination schema."""
    auth: Mapping[str, Field]
    """The fields of ``auth`` by name; empty if the service has none, or none are known."""
    secrets: tuple[str, ...]
    """The secret settings of ``config``, such as ``password`` and ``secrets_list[].value``."""
    auth_secrets: tuple[str, ...]
    """The secret settings of ``auth``, such as ``client_access.client_secret``."""
    read_only: tuple[str, ...]
    """Settings of ``config`` that only Fivetran sets, such as ``public_key``."""


@cache
def service(name: str) -> Service | None:
    """Return the facts about one service, or None if it is unknown (newer than the facts)."""
    entry = _entry(name)
    if entry is None:
        return None
    config, auth = parse(entry, "config"), parse(entry, "auth")
    return Service(
        name,
        tuple(entry.get("schema", ())),
        config,
        auth,
        _secrets(config),
        _secrets(auth),
        tuple(sorted(field.name for field in config.values() if _is_read_only(field))),
    )


@cache
def services() -> list[str]:
    """Return the names of all known services, sorted. Do not change the result: it is cached."""
    project, _ = project_file()
    added = project.names() if project else []
    return sorted({*packaged_file().names(), *added})


@cache
def allowed_words() -> dict[str, set[str]]:
    """Return the texts that some service allows, in lower case, by the path of their field.

    A path is such as ``config.auth_method``. Do not change the result: it is cached.
    """
    project, _ = project_file()
    found = dict(packaged_file().allowed_words())
    for path, words in (project.allowed_words() if project else {}).items():
        found[path] = found.get(path, set()) | words
    return found


def forget() -> None:
    """Drop what was read, so that changed files are read again. Only tests need that."""
    for kept in (service, services, allowed_words, packaged_file, project_file):
        kept.cache_clear()


def destination_schema_name(service_name: str, config: Mapping[str, Any]) -> str | None:
    """Return the name of the destination schema of a ``config``, joined as the API joins it.

    :returns: such as ``gsheets.orders``; None if the service or the form of its destination schema
        is unknown, or a part is missing
    """
    facts = service(service_name)
    if facts is None or not facts.destination_schema:
        return None
    parts = [config.get(key) for key in facts.destination_schema]
    if not all(isinstance(part, str) and part for part in parts):
        return None
    return ".".join(str(part) for part in parts)


def _entry(name: str) -> dict[str, Any] | None:
    project, _ = project_file()
    own = project.entry(name) if project else None
    return packaged_file().entry(name) if own is None else own


def _secrets(fields: Mapping[str, Field]) -> tuple[str, ...]:
    leaves = (leaf for field in fields.values() for leaf in field.leaves())
    return tuple(sorted(path for path, field in leaves if field.secret))


def _is_read_only(field: Field) -> bool:
    return all(leaf.read_only for _, leaf in field.leaves())


def parse(facts: Mapping[str, CompactField], root: str) -> dict[str, Field]:
    """Return the fields below ``config`` or ``auth``, by name.

    :param facts: the lines of one service
    :param root: ``config`` or ``auth``
    """
    prefix = root + "."
    lines = ((_steps(path), fact) for path, fact in facts.items() if path.startswith(prefix))
    return _fields((path[1:], fact) for path, fact in lines)


def compact_form(field: Field) -> CompactField:
    """Return the compact form of a field that holds a value.

    Of a field that is secret or read-only the allowed values are not kept: nobody writes or sees
    them in a file.
    """
    marks = [name for name in ("secret", "read_only") if getattr(field, name)]
    if field.allowed and not marks:
        return list(field.allowed)
    return " ".join([field.kind.value, *marks])


def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.replace(ITEM, "." + ITEM).split("."))


def _fields(lines: Iterable[_Line]) -> dict[str, Field]:
    groups: dict[str, list[_Line]] = {}
    for path, fact in lines:
        groups.setdefault(path[0], []).append((path[1:], fact))
    return {name: _field(name, group) for name, group in groups.items()}


def _field(name: str, lines: list[_Line]) -> Field:
    inside = [line for line in lines if line[0]]
    if not inside:
        return _leaf(name, lines[0][1])
    fields = _fields(inside)
    if ITEM in fields:
        return Field(name, FieldKind.LIST, item=fields[ITEM])
    return Field(name, FieldKind.OBJECT, fields=fields)


def _leaf(name: str, fact: CompactField) -> Field:
    if isinstance(fact, list):
        return Field(name, FieldKind.STRING, tuple(fact))
    kind, *marks = fact.split(" ")
    secret, read_only = "secret" in marks, "read_only" in marks
    return Field(name, FieldKind(kind), secret=secret, read_only=read_only)
