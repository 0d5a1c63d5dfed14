"""Connections as a Python module with constructs, as ``ruff format`` leaves it.

The module has one function, which adds the connections to a stack. Each secret is a sensitive,
ephemeral variable of Terraform, which the module declares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from constructs_lib.adopt.description import (
    Belonging,
    Described,
    Document,
    comment_lines,
    number,
    require_names,
    variables_of,
)
from constructs_lib.adopt.hcl_form import secret_expressions
from constructs_lib.hcl import Expression, literal
from constructs_lib.schemas.redaction import SECRET_PARAMETERS

FILE: Final = "connections.py"
IMPORTS: Final = re.compile(
    r'^    Connection\(\n        stack,\n        "([^"\n]+)",\n(?:        .*\n)*?'
    r'        import_id="([^"\n]+)",\n    \)$',
    re.MULTILINE,
)
"""Finds name and identifier of each connection in a file that was written here."""
_STEP = " " * 4
_DOCSTRING = '"""The connections of a Fivetran account."""'
_DECLARE = '''

def _declare(scope: Construct, name: str, default: str | None) -> None:
    """Declare a secret; while it is empty, Fivetran keeps the one that it has."""
    secret = TerraformVariable(
        scope,
        name,
        type="string",
        default=default,
        nullable=False,
        sensitive=True,
    )
    secret.override_logical_id(name)
    secret.add_override("ephemeral", True)
'''
_HEAD = '''

def connections(stack: Construct) -> None:
    """Add the connections to a stack, which has a FivetranProvider."""
'''
_MARKS = re.compile(r"([$%]+)(?=\{)")
_NO_PRINT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}


def to_python(document: Document) -> dict[str, str]:
    """Return the module of a document, by the name of its file.

    :raises UnfitForm: if a name cannot be written
    """
    require_names(document)
    is_needed = document.connections or document.removed
    return {FILE: "\n".join(_lines(document)) + "\n"} if is_needed else {}


def _lines(document: Document) -> Iterator[str]:
    variables = variables_of(document)
    kept = [each.name for each in variables if each.keep_unset]
    needed = [each.name for each in variables if not each.keep_unset]
    names = ["Construct", *(["TerraformStack"] if document.removed else [])]
    names += ["TerraformVariable"] if variables else []
    yield from (_DOCSTRING, "", "from __future__ import annotations", "")
    yield f"from constructs_lib import {', '.join(_constructs(document))}"
    yield f"from constructs_lib.toolkit import {', '.join(names)}"
    yield from [""] if variables else []
    for constant, each in (("KEPT_SECRETS", kept), ("NEEDED_SECRETS", needed)):
        if each:
            yield from (f"{constant} = [", *(f"{_STEP}{_text(name)}," for name in each), "]")
    yield from _DECLARE.splitlines() if variables else ()
    yield from _HEAD.splitlines()
    yield from _declarations(bool(kept), bool(needed))
    yield from _removed(document.removed)
    for place, described in enumerate(document.connections):
        if variables or document.removed or place:
            yield ""
        yield from (f"{_STEP}{line}".rstrip() for line in _construct(described))
        for belonging in described.belongings:
            yield ""
            taken = {each.name for each in document.connections}
            lines = _belonging(belonging, described, taken)
            yield from (f"{_STEP}{line}".rstrip() for line in lines)


def _constructs(document: Document) -> list[str]:
    """Return the names of the constructs that a document needs, sorted."""
    every = (each.section.construct for one in document.connections for each in one.belongings)
    return sorted({"Connection", *every})


def _belonging(belonging: Belonging, described: Described, taken: set[str]) -> Iterator[str]:
    """Yield the lines of what belongs to a connection.

    :param taken: the names of the connections, of which none can be that of another construct
    """
    section = belonging.section
    name = f"{described.name}_{section.kind.rpartition('_')[2]}"
    while name in taken:
        name += "_"
    identified = {"connection_id": described.import_id, **belonging.attributes}
    values = {**identified, "import_id": described.import_id}
    yield from _call(section.construct, name, values)


def _declarations(has_kept: bool, has_needed: bool) -> Iterator[str]:
    if has_kept or has_needed:
        # A connection may have the name of a variable.
        yield f'{_STEP}secrets = Construct(stack, "Secrets")'
    if has_kept:
        yield f"{_STEP}for name in KEPT_SECRETS:"
        yield f'{_STEP * 2}_declare(secrets, name, default="")'
    if has_needed:
        yield f"{_STEP}for name in NEEDED_SECRETS:"
        yield f"{_STEP * 2}_declare(secrets, name, default=None)"


def _removed(addresses: Sequence[str]) -> Iterator[str]:
    """Yield the lines that have Terraform forget resources, whose objects stay."""
    if not addresses:
        return
    blocks = [{"from": each, "lifecycle": {"destroy": False}} for each in addresses]
    first, *others = _laid_out(blocks)
    yield from (f"{_STEP}{line}" for line in (f"removed = {first}", *others))
    yield f'{_STEP}TerraformStack.of(stack).add_override("removed", removed)'


def _construct(described: Described) -> Iterator[str]:
    yield from comment_lines(described.comments)
    values = dict(described.attributes)
    for name in ("import_id", "moved_from"):
        if (given := getattr(described, name)) is not None:
            values[name] = given
    yield from _call("Connection", described.name, values)


def _call(construct: str, id_: str, values: Mapping[str, Any]) -> Iterator[str]:
    yield f"{construct}("
    yield f"{_STEP}stack,"
    yield f"{_STEP}{_text(id_)},"
    for name, value in values.items():
        given = secret_expressions(value) if name in SECRET_PARAMETERS else value
        first, *others = _laid_out(given)
        lines = [f"{name}={first}", *others]
        yield from (f"{_STEP}{line}" for line in [*lines[:-1], f"{lines[-1]},"])
    yield ")"


def _laid_out(value: Any) -> list[str]:
    """Return the lines of a value; a comma at each end keeps a formatter from joining them."""
    if isinstance(value, Mapping) and value:
        return ["{", *(f"{_STEP}{line}" for line in _items(value)), "}"]
    if isinstance(value, list) and value:
        lines = (_with_comma(_laid_out(each)) for each in value)
        return ["[", *(f"{_STEP}{line}" for each in lines for line in each), "]"]
    return [_scalar(value)]


def _items(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        first, *others = _laid_out(value)
        yield from _with_comma([f"{_text(_as_template(key))}: {first}", *others])


def _with_comma(lines: list[str]) -> list[str]:
    return [*lines[:-1], f"{lines[-1]},"]


def _scalar(value: Any) -> str:
    if isinstance(value, Decimal):
        return _scalar(number(value))
    if isinstance(value, Expression):
        return _text(f"${{{value}}}")
    return _text(_as_template(value)) if isinstance(value, str) else repr(value)


def _as_template(text: str) -> str:
    """Return a text such that Terraform, to which it is a template, reads it as it was.

    A single mark is doubled; how several before a brace are read is no matter to rely on.
    """
    return _MARKS.sub(
        lambda found: found[1] * 2 if len(found[1]) == 1 else f"${{{literal(found[1])}}}", text
    )


def _text(text: str) -> str:
    """Return a text in the quotes that need fewer escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_character(each, quote) for each in text) + quote


def _character(each: str, quote: str) -> str:
    if each == quote:
        return f"\\{each}"
    if each in _NO_PRINT:
        return _NO_PRINT[each]
    if each.isprintable():
        return each
    code = ord(each)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )
