"""An expression of the source as the text that it makes: ``…`` stands for a value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from pages.messages.sources import Module, bases, definition, modules

HOLE = "…"
"""What stands in a text for a value that only a run knows."""
_DEEPEST = 6
"""How many names are followed one after the other."""
_MOST = 4
"""An expression with more alternatives than these is a hole: nobody could read it."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Scope(NamedTuple):
    """Where an expression is."""

    module: Module
    function: Function | None = None
    owner: ast.ClassDef | None = None
    """The class of the function."""
    depth: int = 0


def template(node: ast.expr | None, scope: Scope) -> str:
    """Return the text that an expression makes; ``HOLE`` if that is unknown, "" if there is none.

    Alternatives are in brackets: ``[a | b]`` for one of two, ``[a]`` for a or nothing.
    """
    if node is None:
        return ""
    text = _text(node, scope)
    while HOLE * 2 in text:
        text = text.replace(HOLE * 2, HOLE)
    return text


def _text(node: ast.expr, scope: Scope) -> str:
    if scope.depth > _DEEPEST:
        return HOLE
    deeper = scope._replace(depth=scope.depth + 1)
    match node:
        case ast.Constant(value=value):
            return "" if value is None else str(value)
        case ast.JoinedStr(values=parts):
            return "".join(_part(part, deeper) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, scope) + _text(right, scope)
        case ast.IfExp() | ast.BoolOp(op=ast.Or()):
            values = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
            return _one_of([_text(value, deeper) for value in values])
        case ast.Name(id=name):
            return _of_name(name, deeper)
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return _of_attribute(owner, name, deeper)
        case ast.Call():
            return _of_call(node, deeper)
    return HOLE


def _part(part: ast.expr, scope: Scope) -> str:
    if isinstance(part, ast.FormattedValue):
        return HOLE if part.conversion == ord("r") else _text(part.value, scope)
    return _text(part, scope)


def _one_of(texts: list[str]) -> str:
    """Return alternatives as one text."""
    different = list(dict.fromkeys(part for text in texts for part in _alternatives(text)))
    said = [text for text in different if text]
    if len(different) == 1:
        return different[0]
    if all(text == HOLE for text in said) or len(said) > _MOST:
        return HOLE
    return f"[{' | '.join(said)}]"


def _alternatives(text: str) -> list[str]:
    """Return the alternatives of a text that is nothing but brackets with some."""
    inside = text[1:-1]
    if not text.startswith("[") or not text.endswith("]") or "[" in inside:
        return [text]
    return [*inside.split(" | "), *([""] if " | " not in inside else [])]


def _of_name(name: str, scope: Scope) -> str:
    if scope.function is not None:
        arguments = scope.function.args
        if name in {a.arg for a in (*arguments.args, *arguments.kwonlyargs)}:
            return HOLE
        local = _assigned(scope.function, name)
        if local:
            return HOLE if None in local else _one_of([_text(v, scope) for v in local if v])
    return _of_definition(scope.module, name, scope)


def _of_definition(module: Module, name: str, scope: Scope) -> str:
    found = definition(module, name)
    if found is None or found[1] not in found[0].constants or name.startswith("__"):
        return HOLE
    return _text(found[0].constants[found[1]], Scope(found[0], depth=scope.depth))


def _assigned(function: Function, name: str) -> list[ast.expr | None]:
    """Return what a local name is assigned; None where it is bound in another way."""
    return _bindings(function).get(name, [])


@cache
def _bindings(function: Function) -> dict[str, list[ast.expr | None]]:
    values: dict[str, list[ast.expr | None]] = {}
    known = set()
    for node in ast.walk(function):
        for target, value in _pairs(node):
            values.setdefault(target.id, []).append(value)
            known.add(target)
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node not in known:
            values.setdefault(node.id, []).append(None)
    return values


def _pairs(node: ast.AST) -> Iterator[tuple[ast.Name, ast.expr]]:
    """Yield the names that an assignment binds, each with its value."""
    if isinstance(node, ast.NamedExpr):
        yield node.target, node.value
    if not isinstance(node, ast.Assign):
        return
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Name):
        yield target, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for each, part in zip(target.elts, value.elts, strict=False):
            if isinstance(each, ast.Name):
                yield each, part


def _of_attribute(owner: str, name: str, scope: Scope) -> str:
    """Return the text of ``self.name``, ``Class.name`` or ``module.name``."""
    if owner in ("self", "cls"):
        return _of_class(scope.module, scope.owner.name if scope.owner else "", name, scope)
    origin, original = scope.module.imports.get(owner, ("", ""))
    imported = modules().get(f"{origin}.{original}")
    if imported is not None:
        return _of_definition(imported, name, scope)
    return _of_class(scope.module, owner, name, scope)


def _of_class(module: Module, owner: str, name: str, scope: Scope) -> str:
    for source, node in bases(module, owner):
        value = class_value(node, name)
        if value is not None:
            return _text(value, Scope(source, owner=node, depth=scope.depth))
    return HOLE


def class_value(node: ast.ClassDef, name: str) -> ast.expr | None:
    """Return what the body of a class assigns to a name; None if it assigns nothing."""
    for each in node.body:
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == name:
            return each.value
        if isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == name:
            return each.value
    return None


def _of_call(node: ast.Call, scope: Scope) -> str:
    """Return the text of a function of the product that takes nothing apart: its alternatives."""
    if not isinstance(node.func, ast.Name):
        return HOLE
    found = definition(scope.module, node.func.id)
    if found is None or found[1] not in found[0].functions:
        return HOLE
    function = found[0].functions[found[1]]
    returned = [each for each in ast.walk(function) if isinstance(each, ast.Return) and each.value]
    returned.sort(key=lambda each: each.lineno)
    inner = Scope(found[0], function, depth=scope.depth)
    texts = [_text(each.value, inner) for each in returned if each.value]
    alternatives = [part for text in texts for part in _alternatives(text)]
    return HOLE if HOLE in alternatives or not texts else _one_of(texts)
