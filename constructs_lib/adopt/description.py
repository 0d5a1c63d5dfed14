"""What is written about connections, whatever the form of the files.

A description has the attributes of connections by the names of the constructs. Their texts are
data: each form writes them such that nothing in them is an expression of Terraform. A secret is a
variable, so that no form can hold one.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from constructs_lib.schemas.redaction import escape_controls_in_line
from constructs_lib.schemas.sections import Adoption, Section, sections

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_RESOURCE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
# Terraform reserves these names.
_RESERVED = frozenset(
    {"count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"}
)


class Variable(NamedTuple):
    """A secret whose value is in no file: a sensitive, ephemeral variable of Terraform.

    Its value comes from the process environment as ``TF_VAR_<name>``.
    """

    name: str
    """Name of the variable: small letters, digits and underscores."""
    keep_unset: bool = True
    """True if Fivetran keeps the secret that it has while the variable has no value, or an empty
    one; otherwise the variable must have a value."""


class Belonging(NamedTuple):
    """A resource that belongs to a connection, and has its name and its identifier."""

    type: str
    """The type of the resource, such as ``fivetranops_connection_example``."""
    attributes: dict[str, Any]
    """Its attributes by the names of the constructs, all but the connection."""

    @property
    def section(self) -> Section:
        """The section of a settings file that holds such resources."""
        return next(each for each in sections().values() if each.resource == self.type)


def _adoptions() -> Iterator[tuple[str, Adoption]]:
    """Yield the types of what can be adopted along with connections, each with how it is asked."""
    for section in sections().values():
        if section.adoption is not None:
            yield section.resource, section.adoption


def add_belongings(parser: argparse.ArgumentParser) -> None:
    """Add an option for each kind of what can be adopted along; ``along`` has those given."""
    for name in dict.fromkeys(each.option for _, each in _adoptions()):
        kinds = [each.what for _, each in _adoptions() if each.option == name]
        requests = f"{len(kinds)} requests" if len(kinds) > 1 else "one request"
        text = f"also {' and '.join(kinds)} of each; this takes at least {requests} for each "
        text += "connection"
        parser.add_argument(
            f"--{name}", dest="along", action="append_const", const=name, default=[], help=text
        )


def types_written(imports: str) -> frozenset[str]:
    """Return the types of the belongings in a file that was written here.

    :param imports: the content of the file with the imports, in any form
    """
    return frozenset(each for each, _ in _adoptions() if _has(imports, Belonging(each, {})))


def options_of(types: frozenset[str]) -> set[str]:
    """Return the options that adopt any of these types of resources."""
    return {each.option for name, each in _adoptions() if name in types}


def types_of(options: Collection[str]) -> list[str]:
    """Return the types of resources that some options adopt, as ``along`` has them."""
    return [name for name, each in _adoptions() if each.option in options]


def _has(imports: str, one: Belonging) -> bool:
    section = one.section
    marks = (rf"  to = {one.type}\.", rf"    {section.construct}\(", f"{section.name}:")
    return re.search(f"^(?:{'|'.join(marks)})", imports, re.MULTILINE) is not None


class Described(NamedTuple):
    """A connection as it is to be written."""

    name: str
    """Its unique name: of the resource, of the construct, or of the entry."""
    attributes: dict[str, Any]
    """Its attributes by the names of the constructs, such as ``service``, ``config`` and
    ``secrets``, with a ``Variable`` in place of each secret."""
    import_id: str | None = None
    """Its identifier at Fivetran, if an import takes it over."""
    moved_from: str | None = None
    """The address of another provider's resource that becomes this one, such as
    ``fivetran_connection.orders``."""
    comments: tuple[str, ...] = ()
    """What is not managed and why: one line each, without a secret."""
    belongings: tuple[Belonging, ...] = ()
    """What belongs to it, and other resources manage."""


class Document(NamedTuple):
    """All that is to be written."""

    connections: tuple[Described, ...]
    removed: tuple[str, ...] = ()
    """The addresses of resources that Terraform only forgets: their objects stay."""


class UnfitForm(Exception):
    """A description cannot be written in the chosen form; the message says why and what to do."""


def require_names(document: Document) -> None:
    """Require a name of its own for each connection, one that Terraform and Python can take.

    :raises UnfitForm: if a name is missing, odd, or there twice
    """
    seen: set[str] = set()
    for each in document.connections:
        if not _RESOURCE.fullmatch(each.name):
            raise UnfitForm(
                f"{each.name!r} is not a valid name; allowed are letters, digits, _ and -"
            )
        if each.name in seen:
            raise UnfitForm(
                f"two connections have the name {each.name!r}; give each a different name"
            )
        seen.add(each.name)


def is_variable_name(value: Any) -> bool:
    """Return whether a value can name a variable of Terraform."""
    return isinstance(value, str) and bool(_NAME.fullmatch(value)) and value not in _RESERVED


def variables_in(value: Any) -> Iterator[Variable]:
    """Return the variables in a value, each as often as it occurs there."""
    if isinstance(value, Variable):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from variables_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from variables_in(inner)


def variables_of(document: Document) -> list[Variable]:
    """Return the variables of a document, each name once, in the order of their first use.

    One place that needs a value is enough for a variable to need it.
    """
    found: dict[str, bool] = {}
    for described in document.connections:
        for each in variables_in(described.attributes):
            found[each.name] = found.get(each.name, True) and each.keep_unset
    return [Variable(name, keep_unset) for name, keep_unset in found.items()]


def comment_lines(comments: Sequence[str]) -> list[str]:
    """Return comments with their mark, each on one line, whatever is in it."""
    return [f"# {escape_controls_in_line(comment)}".rstrip() for comment in comments]


def secret_condition(value: Any) -> str:
    """Return the condition, in Terraform's words, under which a secret stays as it is at Fivetran.

    A list is one value to the API: sending it without a part would clear that part. So one variable
    without a value is enough.

    :returns: the empty text if each of its variables must have a value
    """
    names = dict.fromkeys(each.name for each in variables_in(value) if each.keep_unset)
    return " || ".join(f"try(length(var.{name}), 0) == 0" for name in names)


def number(value: Decimal) -> int | float | str:
    """Return a number of a state as a file takes it: as text if no float holds it exactly."""
    if value == value.to_integral_value():
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)
