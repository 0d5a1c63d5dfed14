"""The module of a construct, with its generated parts made again.

A part begins and ends with a comment::

    # Generated from fivetranops_connection.schema.json: attributes.
    # End of the generated attributes.

``attributes`` are those that other constructs can read, and ``parameters`` those of ``__init__``.
Of the docstring of such an ``__init__`` the ``:param`` lines about generated parameters are
generated; they are in the order of the signature, and all others stay as they are. So does the rest
of the module, but for its imports from ``typing`` and ``collections.abc``.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from typing import Final

from constructs_lib import schemas
from schema_code.parameters import attribute_lines, parameter_lines, parameter_name, settable
from schema_code.wording import meaning

_WIDTH: Final = 100
_PART: Final = re.compile(
    r"^(?P<begin>(?P<indent> +)# Generated from (?P<schema>\S+)\.schema\.json: "
    r"(?P<kind>attributes|parameters)\.\n)"
    r"(?P<body>.*?)"
    r"(?P<end> +# End of the generated (?P=kind)\.\n)",
    re.MULTILINE | re.DOTALL,
)
_MARK: Final = re.compile(r"^ *# (?:Generated from|End of the generated) .*", re.MULTILINE)
_PARAMETER: Final = re.compile(r"^ *:param (\w+):", re.MULTILINE)
_TYPES: Final = {"collections.abc": {"Mapping", "Sequence"}, "typing": {"Any", "Literal"}}
"""What generated types are made of, by the modules that have it."""


class PartError(Exception):
    """A part that cannot be generated; the message says which, and what to do."""


def has_generated_part(text: str) -> bool:
    """Return True if a module has a part that is generated, or a mark of one."""
    return _MARK.search(text) is not None


def refreshed(text: str, name: str) -> str:
    """Return the module of a construct with its generated parts as they have to be.

    :param text: the module as it is
    :param name: the name of its file, by which the rules of its format are found
    :raises PartError: if a part has no beginning, no end or no schema
    """
    _require_whole_parts(text, name)
    tree = ast.parse(text)
    with_parts = _PART.sub(lambda part: _part(part, _other_parameters(text, part, tree)), text)
    return _formatted(_with_imports(_with_docstrings(with_parts)), name)


def _require_whole_parts(text: str, name: str) -> None:
    known = [part for part in _PART.finditer(text) if part["schema"] in schemas.names()]
    whole = {part.start(group) for part in known for group in ("begin", "end")}
    for mark in _MARK.finditer(text):
        if mark.start() not in whole:
            raise PartError(
                f"{name}: {mark[0].strip()!r} is no mark of a whole part of a known schema. Write "
                "'# Generated from NAME.schema.json: attributes.' (or parameters) before it, and "
                "'# End of the generated attributes.' behind it"
            )


def _part(part: re.Match[str], by_hand: set[str]) -> str:
    schema = part["schema"]
    is_signature = part["kind"] == "parameters"
    lines = parameter_lines(schema, by_hand) if is_signature else attribute_lines(schema)
    return part["begin"] + "".join(f"{part['indent']}{each}\n" for each in lines) + part["end"]


def _other_parameters(text: str, part: re.Match[str], tree: ast.Module) -> set[str]:
    """Return the names of the parameters around a part that are written by hand."""
    first, last = (text.count("\n", 0, part.start(group)) + 1 for group in ("begin", "end"))
    return {
        argument.arg
        for function in _constructors(tree)
        if function.lineno < first and last < function.body[0].lineno
        for argument in function.args.kwonlyargs
        if not first < argument.lineno < last
    }


def _constructors(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            yield node


def _with_docstrings(text: str) -> str:
    """Return the module with the ``:param`` lines about generated parameters."""
    tree, lines = ast.parse(text), text.splitlines(keepends=True)
    schema_of = {
        text.count("\n", 0, part.start()) + 1: part["schema"]
        for part in _PART.finditer(text)
        if part["kind"] == "parameters"
    }
    # From the last to the first, so that the numbers of the lines above stay right.
    for function in sorted(_constructors(tree), key=lambda each: -each.lineno):
        docstring = function.body[0]
        for line, schema in schema_of.items():
            if function.lineno < line < docstring.lineno:
                span = slice(docstring.lineno - 1, docstring.end_lineno)
                lines[span] = [_docstring("".join(lines[span]), function, schema)]
    return "".join(lines)


def _docstring(text: str, function: ast.FunctionDef, schema: str) -> str:
    indent = " " * function.body[0].col_offset
    head, *entries = re.split(r"(?m)^(?= *:param )", text.removesuffix(f'{indent}"""\n'))
    by_hand = {_name(each): each for each in entries}
    made = {
        parameter_name(each): _entry(parameter_name(each), meaning(each, schema), indent)
        for each in settable(schema)
    }
    names = [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]
    known = (made.get(name) or by_hand.get(name, "") for name in names)
    return f'{head}{"".join(known)}{indent}"""\n'


def _name(entry: str) -> str:
    found = _PARAMETER.match(entry)
    return found[1] if found else ""


def _entry(name: str, text: str, indent: str) -> str:
    lines = textwrap.wrap(
        f":param {name}: {text}",
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "".join(f"{line}\n" for line in lines)


def _with_imports(text: str) -> str:
    """Return the module with exactly those imports for types that it needs."""
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for module, ours in _TYPES.items():
        line = re.search(rf"^from {re.escape(module)} import (.*)\n", text, re.MULTILINE)
        others = set(line[1].split(", ")) - ours if line else set()
        names = ", ".join(sorted(others | (ours & used)))
        made = f"from {module} import {names}\n" if names else ""
        if line:
            text = text.replace(line[0], made, 1)
        elif made:
            future = "from __future__ import annotations\n"
            text = text.replace(future, f"{future}\n{made}", 1)
    return text


def _formatted(text: str, name: str) -> str:
    for command in (("check", "--quiet", "--select", "I001", "--fix"), ("format", "--quiet")):
        arguments = [sys.executable, "-m", "ruff", *command, "--stdin-filename", name, "-"]
        done = subprocess.run(arguments, input=text, capture_output=True, text=True, check=True)  # noqa: S603 (our own commands)
        text = done.stdout
    return text
