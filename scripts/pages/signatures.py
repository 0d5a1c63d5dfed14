"""The signatures and attributes of the constructs, read from their source, without the CDK."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pages.catalogue import DOCS, ROOT

_PACKAGE = ROOT / "constructs_lib" / "constructs"
_PROVIDER_SCHEMAS = {"FIVETRAN": "fivetranops", "ELASTIC": "elasticops"}
_SMALL_AFTER = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PARAMETER = re.compile(r"^:param (\w+): (.*?)(?=^:|\Z)", re.MULTILINE | re.DOTALL)


class Parameter(NamedTuple):
    """One parameter of a construct or of a method."""

    name: str
    type: str
    is_required: bool
    meaning: str
    """In the words of the docstring; empty if it says nothing."""


class Method(NamedTuple):
    """A method of a construct that stack authors call."""

    name: str
    meaning: str
    parameters: list[Parameter]


class Construct(NamedTuple):
    """One of the constructs of the package."""

    name: str
    schema: str
    """The name of its schema."""
    meaning: str
    parameters: list[Parameter]
    methods: list[Method]
    readable: list[str]
    """The attributes that other constructs can use."""

    @property
    def page(self) -> Path:
        """Its page."""
        stem = _SMALL_AFTER.sub("_", self.name).lower()
        return DOCS / "constructs" / f"{stem}.md"


@cache
def constructs() -> list[Construct]:
    """Return all constructs that have a schema, sorted by name."""
    found = []
    for file in sorted(_PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        for node in classes.values():
            schema = _schema(node)
            if schema:
                found.append(_construct(node, schema, classes))
    return sorted(found, key=lambda construct: construct.name)


def _construct(node: ast.ClassDef, schema: str, classes: dict[str, ast.ClassDef]) -> Construct:
    methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
    bases = [classes[b.id] for b in node.bases if isinstance(b, ast.Name) and b.id in classes]
    return Construct(
        name=node.name,
        schema=schema,
        meaning=_as_markdown(ast.get_docstring(node) or ""),
        parameters=_parameters(methods["__init__"]),
        methods=[_method(methods[name]) for name in ("from_id", "at") if name in methods],
        readable=[name for base in bases for name in _readable(base)],
    )


def _schema(node: ast.ClassDef) -> str:
    """Return the value of ``TYPE``, or the provider that ``KIND`` names; empty without both."""
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name, value = statement.targets[0].id, statement.value
            if name == "TYPE" and isinstance(value, ast.Constant):
                return str(value.value)
            if name == "KIND" and isinstance(value, ast.Name):
                return _PROVIDER_SCHEMAS[value.id]
    return ""


def _method(node: ast.FunctionDef) -> Method:
    text = ast.get_docstring(node) or ""
    return Method(node.name, _as_markdown(text.partition(":param")[0]), _parameters(node))


def _parameters(node: ast.FunctionDef) -> list[Parameter]:
    text = inspect.cleandoc(ast.get_docstring(node) or "")
    meanings = {m[1]: _as_markdown(m[2]) for m in _PARAMETER.finditer(text)}
    keywords = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    positional = [(argument, True) for argument in node.args.args if argument.arg != "self"]
    return [
        Parameter(
            argument.arg,
            ast.unparse(argument.annotation) if argument.annotation else "",
            is_required,
            meanings.get(argument.arg, ""),
        )
        for argument, is_required in [
            *positional,
            *((argument, default is None) for argument, default in keywords),
        ]
    ]


def _readable(node: ast.ClassDef) -> list[str]:
    return [
        statement.targets[0].id
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and ast.unparse(statement.value).startswith("attributes.")
    ]


def _as_markdown(text: str) -> str:
    """Return the text of a docstring as Markdown, a paragraph in one line."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(p.split()) for p in paragraphs).replace("``", "`")
